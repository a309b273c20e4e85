"""A step run, or taken from what was kept; its time, its memory, and what it had to leave out."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import ibis.expr.types as ir

from suyuan.model.progress import Progress
from suyuan.run.reuse import KeptSteps, count_of
from suyuan.store.steps import Step, execute
from suyuan.store.tables import Tables

#: Told of each table that a step wrote: its name, and the table.
Watch = Callable[[str, ir.Table], None]
_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Timing:
    """What a step took: seconds, rows written, processor seconds of all threads, and peak memory.

    ``peak`` is in bytes, of the whole process while the step ran; 0 where the system does not tell.
    A step that was ``reused`` did not run: its rows were kept from an earlier run.
    """

    step: str
    seconds: float
    rows: int
    cpu: float = 0.0
    peak: int = 0
    reused: bool = False


class StepClock:
    """Measures one step, from its making to :meth:`timing`."""

    def __init__(self) -> None:
        with suppress(OSError):
            _CLEAR.write_text("5")  # lets the peak begin anew
        self._started, self._cpu = time.perf_counter(), time.process_time()

    def timing(self, step: str, rows: int, *, reused: bool = False) -> Timing:
        seconds = time.perf_counter() - self._started
        return Timing(step, seconds, rows, time.process_time() - self._cpu, _peak(), reused)


@dataclass(slots=True)
class RunState:
    """One investigation under way: its tables, and what it noted."""

    tables: Tables
    progress: Progress
    watch: Watch | None = None
    cache: KeptSteps | None = None
    timings: list[Timing] = field(default_factory=list)
    limits: list[dict[str, str]] = field(default_factory=list)


def run_step(step: Step, state: RunState, wait: Callable[[], float] | None = None) -> None:
    """Run `step`, or offer what it wrote when it read the same.

    `wait` comes back when a process beside has run the step, with its processor seconds.
    """
    clock = StepClock()
    state.progress.start(step.title)
    beside = wait() if wait else None
    result = state.cache.find(step, state.tables) if state.cache else None
    if result is not None:
        rows, absent = {file.name: file.rows for file in result.tables}, list(result.absent)
    else:
        absent = [n for n in step.reads if n in step.without and not state.tables.has(n)]
        rows = {name: row_count(state.tables, name) for name in execute(step, state.tables)}
        if state.cache:
            state.cache.keep(step, state.tables, rows, absent)
    _note_limits(step, absent, state)
    for name in rows if state.watch else ():
        state.watch(name, state.tables[name])  # type: ignore[misc]  # asked in the line above
    reused = result is not None and beside is None
    timing = clock.timing(step.name, sum(rows.values()), reused=reused)
    timing = replace(timing, cpu=timing.cpu + (beside or 0.0))
    state.progress.finish(timing.rows, timing.seconds)
    state.timings.append(timing)


def _note_limits(step: Step, absent: Iterable[str], state: RunState) -> None:
    for name in absent:
        effect = step.without[name]
        state.limits.append(
            {"step": step.name, "table": name, "effect": effect.en, "effect_zh": effect.zh}
        )


def row_count(tables: Tables, name: str) -> int:
    """How many rows a table of a run has."""
    return count_of(tables.engine, tables[name])


def _peak() -> int:
    """The most memory that the process held since the clock began, in bytes."""
    try:
        lines = _STATUS.read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)
