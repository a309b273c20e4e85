"""Many worlds at once, each in a process of its own."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from suyuan.model.progress import Progress, Silent
from suyuan.model.text import Text

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    jobs: int,
    title: Text,
    progress: Progress | None,
) -> list[Result]:
    """`work` done for each of `items`, `jobs` at a time, in their order.

    With more than one job `work` and the items must be picklable. The first error ends it;
    what was finished by then stays on disk for the next time.
    """
    shown, started = progress or Silent(), time.monotonic()
    shown.start(title)
    shown.advance(0, len(items))
    done: list[Result] = []
    with _pool(min(jobs, len(items))) as pool:
        results = map(work, items) if pool is None else pool.map(work, items)
        for result in results:
            done.append(result)
            shown.advance(len(done), len(items))
    shown.finish(len(done), time.monotonic() - started)
    return done


def _pool(jobs: int) -> AbstractContextManager[Any]:
    if jobs < 2:
        return nullcontext()
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
