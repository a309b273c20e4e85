"""Many worlds at once, each in a process of its own."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from suyuan.model.progress import Progress, Silent
from suyuan.model.text import Text

Given = TypeVar("Given")
Got = TypeVar("Got")


def each(
    work: Callable[[Given], Got],
    given: Sequence[Given],
    *,
    jobs: int,
    title: Text,
    progress: Progress | None,
) -> list[Got]:
    """`work` done for all that is given, `jobs` at a time, in the order given.

    With more than one job `work` and what it is given must be picklable. The first error ends it;
    what was finished by then stays on disk for the next time.
    """
    shown, started = progress or Silent(), time.monotonic()
    shown.start(title)
    shown.advance(0, len(given))
    done: list[Got] = []
    with _pool(min(jobs, len(given))) as pool:
        results = map(work, given) if pool is None else pool.map(work, given)
        for result in results:
            done.append(result)
            shown.advance(len(done), len(given))
    shown.finish(len(done), time.monotonic() - started)
    return done


def _pool(jobs: int) -> AbstractContextManager[Any]:
    if jobs < 2:
        return nullcontext()
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
