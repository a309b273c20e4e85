"""One investigation: files in, every step in its order, result tables out."""

import gc
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from suyuan.detect import scheme
from suyuan.detect.scoring import SCORE_FLOOR
from suyuan.ingest import CaseImport, import_case
from suyuan.model.progress import Progress
from suyuan.model.results import FINDINGS, LIMITS, RESULTS
from suyuan.model.text import Text
from suyuan.run.decision_log import record_decisions
from suyuan.run.order import steps
from suyuan.run.publication import publish
from suyuan.run.reuse import KeptSteps, Reuse
from suyuan.run.run_manifest import case_files, check_unchanged, read_by
from suyuan.run.step_runs import RunState, StepClock, Timing, Watch, run_step
from suyuan.run.trace_process import AFTER, STEP, ProcessBeside, late
from suyuan.store.claim import claim
from suyuan.store.decisions import MOST_REPORTS, find_oversized
from suyuan.store.engine import Engine
from suyuan.store.generations import CHECK_POINTER, Generation, generation, in_force
from suyuan.store.kernels import is_compiled, note_compiled
from suyuan.store.layout import Layout
from suyuan.store.lock import write_lock
from suyuan.store.manifests import CURRENT
from suyuan.store.publish import publish_rows, write
from suyuan.store.records import open_records, records_digests, stored_bytes
from suyuan.store.step_results import StepResults
from suyuan.store.steps import last_reads

#: Tables that are read when every step has run: what is published, and what tells the limits.
UNFORGOTTEN = frozenset({*RESULTS, "reports", "fraud_types"})
#: Adds files to results that are not in force yet: the layout that holds them, and the timings.
Finish = Callable[[Layout, list[Timing]], None]


def investigate(
    case: Path,
    layout: Layout,
    engine: Engine,
    progress: Progress,
    *,
    as_of: datetime | None = None,
    listed: float = SCORE_FLOOR,
    watch: Watch | None = None,
    only: Collection[str] | None = None,
    finish: Finish | None = None,
    reuse: Reuse = Reuse.YES,
) -> list[Timing]:
    """Import `case`, run every step, and leave the result tables in `layout`.

    `as_of` is naive UTC. With `only` the other steps are left out and their tables are empty (for
    trials, which ask for little). `finish` adds files to the results before they are put in force.
    Steps whose code, settings and tables are those of an earlier run into `layout` are not run
    again, unless `reuse` says so. Nothing is written into the case but `layout.out`; a run that is
    cut short leaves the results that were in force before it.
    """
    claim(layout, case)
    with write_lock(layout, "investigate"), generation(layout) as draft, _seldom_collected():
        request = _RunRequest(as_of, listed, only, reuse if engine.name == "duckdb" else Reuse.OFF)
        state = _investigate(case, draft, engine, request, progress, watch)
        if finish:
            finish(draft.layout, state.timings)
        content = {"kind": "investigation", "engine": engine.name}
        content["as_of"] = as_of.isoformat() if as_of else ""
        draft.commit(content | _record(state) | read_by(case, layout))
        if state.cache:
            state.cache.results.sweep()
    return state.timings


@dataclass(frozen=True, slots=True)
class _RunRequest:
    """What was asked for, beside the case."""

    as_of: datetime | None
    listed: float
    only: Collection[str] | None
    reuse: Reuse


def _investigate(
    case: Path,
    draft: Generation,
    engine: Engine,
    request: _RunRequest,
    progress: Progress,
    watch: Watch | None,
) -> RunState:
    with _beside(request) as beside:
        state = _steps_run(case, draft.layout, engine, request, progress, watch, beside)
    publish(state, draft.layout)
    return state


@contextmanager
def _beside(request: _RunRequest) -> Iterator[ProcessBeside | None]:
    """A process for the step that takes longest to compile, where that is still to be done."""
    alone = request.reuse is not Reuse.YES or request.only is not None or (os.cpu_count() or 1) < 2
    if alone or is_compiled():
        yield None
        return
    beside = ProcessBeside()
    try:
        yield beside
        note_compiled()
    finally:
        beside.stop()


def _steps_run(
    case: Path,
    layout: Layout,
    engine: Engine,
    request: _RunRequest,
    progress: Progress,
    watch: Watch | None,
    beside: ProcessBeside | None,
) -> RunState:
    case_import, timing = _import(case, layout, progress)
    zone = case_import.settings.timezone
    engine.expect(stored_bytes(layout))
    tables = open_records(engine, layout, zone=zone, as_of=request.as_of)
    state = RunState(tables, progress, watch, timings=[timing])
    if request.reuse is not Reuse.OFF:
        digests = records_digests(layout, request.as_of)
        state.cache = KeptSteps(StepResults(layout.steps), request.reuse, digests, zone)
        tables.parts = state.cache
    decisions = engine.fetch(tables["decisions"])
    record_decisions(layout, decisions, partial=request.as_of is not None)
    state.limits += _left_out(find_oversized(decisions))
    tables.put("quality", case_import.quality)
    tables.put("quality_summary", case_import.quality_summary)
    order = steps(listed=request.listed)
    order = late(order) if beside else order
    for step, last_names in zip(order, last_reads(order, but=UNFORGOTTEN), strict=True):
        if request.only is None or step.name in request.only:
            run_step(step, state, beside.wait if beside and step.name == STEP else None)
            if beside and step.name == AFTER:
                beside.begin(layout, zone, request.as_of, request.listed)
        tables.forget(last_names)
        engine.trim()
    state.limits += scheme.limits(tables)
    tables.put("limits", pa.Table.from_pylist(state.limits, schema=LIMITS.schema))
    return state


def _record(state: RunState) -> dict[str, Any]:
    """What the manifest says of the run itself: every step, and what was kept of earlier runs."""
    timings = [
        {name: _round_floats(v) for name, v in asdict(timing).items()} for timing in state.timings
    ]
    if state.cache is None:
        return {"steps": timings}
    return {"steps": timings, "keys": state.cache.keys, "altered": state.cache.results.altered}


def _round_floats(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def _left_out(ids: list[str]) -> list[dict[str, str]]:
    """The limit that decisions about too many reports are not obeyed, where there are any."""
    if not ids:
        return []
    effect = Text(
        f"Decisions about more than {MOST_REPORTS:,} reports are ignored; split "
        f"them: {', '.join(ids)}",
        f"涉及超过 {MOST_REPORTS:,} 起报案的决定未予采用，请拆成几项：{'、'.join(ids)}",
    )
    return [{"step": "link", "table": "decisions", "effect": effect.en, "effect_zh": effect.zh}]


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Search for cycles a hundred times less often: expressions are trees of small objects."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(70_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def check(case: Path, layout: Layout, progress: Progress) -> Layout:
    """Import only: what was wrong with the input, and nothing about anybody; where it stands.

    The results of an investigation stay in force, and say so where they no longer fit the rows.
    """
    claim(layout, case)
    with write_lock(layout, "check"), generation(layout) as draft:
        case_import, _ = _import(case, layout, progress)
        for name in ("quality", "quality_summary"):
            rows = publish_rows(getattr(case_import, name), RESULTS[name])
            write(rows, draft.layout.result(name))
        before = in_force(layout)
        has_findings = before is not None and (before / f"{FINDINGS.name}.parquet").exists()
        draft.commit(
            {"kind": "check"} | read_by(case, layout),
            pointer=CHECK_POINTER if has_findings else CURRENT,
        )
    return draft.layout


def _import(case: Path, layout: Layout, progress: Progress) -> tuple[CaseImport, Timing]:
    clock = StepClock()
    before = case_files(case, layout)
    case_import = import_case(case, layout.out, progress=progress)
    check_unchanged(before, layout)
    timing = clock.timing("import", sum(case_import.quality_summary["rows_kept"].to_pylist()))
    return case_import, timing
