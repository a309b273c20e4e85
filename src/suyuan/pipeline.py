"""The order of the steps of an investigation; nothing else."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from suyuan.chain.steps import CHAIN_STEPS
from suyuan.detect.detectors import DETECTORS
from suyuan.detect.leaks.risk import AT_RISK_STEP
from suyuan.detect.scoring import LISTED, step
from suyuan.identity.matching.match import MATCHING
from suyuan.identity.step import IDENTITY
from suyuan.ingest import Imported, import_case
from suyuan.model.progress import Progress
from suyuan.model.results import LIMITS, RESULTS
from suyuan.model.text import Text
from suyuan.money.step import MONEY
from suyuan.reading.step import READING
from suyuan.rulebook import load_rules
from suyuan.store.engine import Engine
from suyuan.store.layout import Layout
from suyuan.store.publish import published, write
from suyuan.store.records import open_records
from suyuan.store.steps import Step, Written, in_order
from suyuan.store.tables import Tables

#: Told of each table that a step wrote: its name, and the table.
Watch = Callable[[str, ir.Table], None]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a step took, in seconds, and how many rows it wrote."""

    step: str
    seconds: float
    rows: int


@dataclass(slots=True)
class Run:
    """One investigation under way: its tables, and what it noted."""

    tables: Tables
    progress: Progress
    watch: Watch | None = None
    timings: list[Timing] = field(default_factory=list)
    limits: list[dict[str, str]] = field(default_factory=list)


def steps(*, listed: float = LISTED) -> list[Step]:
    """Every step after import, each after those whose tables it reads."""
    detecting = (step(detector, listed=listed) for detector in DETECTORS)
    early = (IDENTITY, READING, MATCHING, MONEY, compliance())
    return in_order([*early, *detecting, AT_RISK_STEP, *CHAIN_STEPS])


def needed_for(*tables: str) -> frozenset[str]:
    """The names of the steps without which `tables` could not be made."""
    wanted, names = set(tables), set()
    for each in reversed(steps()):
        if wanted.intersection(each.writes):
            names.add(each.name)
            wanted.update(each.reads)
    return frozenset(names)


def compliance() -> Step:
    """The step that asks every rule; the rulebook itself knows neither steps nor the store."""
    book = load_rules()

    def run(tables: Tables) -> Written:
        checked = book.check(tables)
        return {"compliance": checked.compliance, "proofs:compliance": checked.evidence}

    return Step(
        name="compliance",
        title=Text("Asking which rules were kept", "核对规则"),
        reads=tuple(book.reads),
        writes=("compliance", "proofs:compliance"),
        run=run,
        without={
            "sims": Text("the rules on SIM cards are not asked", "无法核对电话卡规则"),
            "number_segments": Text(
                "whether industry cards keep to their segments cannot be told",
                "无法判断行业卡是否在专用号段内",
            ),
        },
    )


def investigate(
    case: Path,
    layout: Layout,
    engine: Engine,
    progress: Progress,
    *,
    as_of: datetime | None = None,
    listed: float = LISTED,
    watch: Watch | None = None,
    only: Collection[str] | None = None,
) -> list[Timing]:
    """Import `case`, run every step, and leave the result tables in `layout`.

    `as_of` is naive UTC. With `only` the other steps are left out and their tables are empty (for
    trials, which ask for little). Nothing is written into the case but `layout.out`; a run that is
    cut short leaves whole files only, and the next one starts from what they hold.
    """
    imported, timing = _import(case, layout, progress)
    tables = open_records(engine, layout, zone=imported.settings.timezone, as_of=as_of)
    run = Run(tables, progress, watch, [timing])
    tables.put("quality", imported.quality)
    tables.put("quality_summary", imported.quality_summary)
    for each in steps(listed=listed):
        if only is None or each.name in only:
            _run(each, run)
    tables.put("limits", pa.Table.from_pylist(run.limits, schema=LIMITS.stored))
    _publish(run, layout)
    return run.timings


def check(case: Path, layout: Layout, progress: Progress) -> list[Timing]:
    """Import only: what was wrong with the input, and nothing about anybody."""
    imported, timing = _import(case, layout, progress)
    for name in ("quality", "quality_summary"):
        write(published(getattr(imported, name), RESULTS[name]), layout.result(name))
    return [timing]


def _import(case: Path, layout: Layout, progress: Progress) -> tuple[Imported, Timing]:
    started = time.perf_counter()
    progress.start(Text("Reading the files", "读取文件"))
    imported = import_case(
        case, layout.out, progress=lambda _, done, total: progress.advance(done, total)
    )
    rows = sum(imported.quality_summary["rows_kept"].to_pylist())
    seconds = time.perf_counter() - started
    progress.finish(rows, seconds)
    return imported, Timing("import", seconds, rows)


def _run(each: Step, run: Run) -> None:
    started = time.perf_counter()
    run.progress.start(each.title)
    _note_limits(each, run)
    rows = 0
    for name, table in each.run(run.tables.only(each.reads)).items():
        run.tables.put(name, table)
        rows += _count(run.tables, name)
        if run.watch:
            run.watch(name, run.tables[name])
    seconds = time.perf_counter() - started
    run.progress.finish(rows, seconds)
    run.timings.append(Timing(each.name, seconds, rows))


def _note_limits(each: Step, run: Run) -> None:
    for name in each.reads:
        effect = each.without.get(name)
        if effect is not None and not run.tables.has(name):
            run.limits.append(
                {"step": each.name, "table": name, "effect": effect.en, "effect_zh": effect.zh}
            )


def _count(tables: Tables, name: str) -> int:
    counted = tables.engine.fetch(tables[name].aggregate(n=lambda t: t.count()))
    return int(counted["n"][0].as_py())


def _publish(run: Run, layout: Layout) -> None:
    started = time.perf_counter()
    run.progress.start(Text("Writing the results", "写出结果"))
    rows = 0
    for table in RESULTS.values():
        fetched = run.tables.engine.fetch(run.tables[table.name])
        write(published(fetched, table), layout.result(table.name))
        rows += fetched.num_rows
    seconds = time.perf_counter() - started
    run.progress.finish(rows, seconds)
    run.timings.append(Timing("publish", seconds, rows))
