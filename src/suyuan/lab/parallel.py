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


def map_jobs(
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
    display, start = progress or Silent(), time.monotonic()
    display.start(title)
    display.advance(0, len(items))
    outputs: list[Result] = []
    with _pool(min(jobs, len(items))) as pool:
        results = map(work, items) if pool is None else pool.map(work, items)
        for result in results:
            outputs.append(result)
            display.advance(len(outputs), len(items))
    display.finish(len(outputs), time.monotonic() - start)
    return outputs


def _pool(jobs: int) -> AbstractContextManager[Any]:
    if jobs < 2:
        return nullcontext()
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
