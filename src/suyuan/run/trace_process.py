"""The tracing of money in a process beside, while its kernels are compiled for the first time.

Two thirds of a first run are Numba compiling, and most of that is for one step. Steps are functions
of kept tables, so another process can run this one on the very same case and keep what it wrote;
the main process goes on with steps that do not need it and then finds the result. Whatever happens
to the other process, the main one runs the step itself where there is no result.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from suyuan.model.progress import Silent
from suyuan.run.order import steps
from suyuan.run.reuse import KeptSteps, Reuse
from suyuan.run.step_runs import RunState, run_step
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout
from suyuan.store.records import open_records, records_digests
from suyuan.store.step_results import StepResults
from suyuan.store.steps import Step, needed_for

#: The step that is run beside, and the one after which everything that it reads is there.
STEP: Final = "money"
AFTER: Final = "identity"
#: Bytes of stored rows up to which a case is held twice for this.
LARGEST: Final = 256 << 20


def late(order: Sequence[Step]) -> list[Step]:
    """`order` with :data:`STEP`, and all that waits for it, at the end."""
    pending_names: set[str] = set()
    last = []
    for step in order:
        if step.name == STEP or pending_names.intersection(step.reads):
            pending_names.update(step.writes)
            last.append(step)
    names = {step.name for step in last}
    return [*(step for step in order if step.name not in names), *last]


class ProcessBeside:
    """Started early, since it takes a second to be ready; given its task later, or stopped."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "suyuan.run.trace_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def begin(self, layout: Layout, zone: str, as_of: datetime | None, listed: float) -> None:
        """Let it run :data:`STEP` on the case in `layout`, unless that is large."""
        size = sum(path.stat().st_size for path in layout.stored_files())
        moment = as_of.isoformat() if as_of else None
        task = {"out": str(layout.out), "zone": zone, "as_of": moment, "listed": listed}
        pipe = self._process.stdin
        with suppress(OSError):  # it may be gone already
            if pipe and size <= LARGEST:
                pipe.write(json.dumps(task).encode())
            if pipe:
                pipe.close()

    def wait(self) -> float:
        """Processor seconds that it took, once it has come to its end."""
        before = _children()
        self._process.wait()
        return _children() - before

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def run_beside(task: Mapping[str, Any]) -> None:
    """Run :data:`STEP`; what it reads of other steps was kept by the main process."""
    layout = Layout(Path(task["out"]))
    as_of = datetime.fromisoformat(task["as_of"]) if task["as_of"] else None
    order = steps(listed=task["listed"])
    outputs = next(step.writes for step in order if step.name == STEP)
    with DuckEngine(layout.work, threads=1) as engine:
        tables = open_records(engine, layout, zone=task["zone"], as_of=as_of)
        digests = records_digests(layout, as_of)
        cache = KeptSteps(StepResults(layout.steps), Reuse.YES, digests, task["zone"])
        for needed_step in needed_for(outputs, order):
            run_step(needed_step, RunState(tables, Silent(), cache=cache))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    content = sys.stdin.buffer.read()
    if content:
        run_beside(json.loads(content))
