"""Reading all reports of a case: narratives in, tables out.

Text is read one narrative at a time in Python; many narratives are shared out to processes. The
tables come back in the order of the reports, whatever the number of processes.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from suyuan.model.columns import Table
from suyuan.model.derived import FRAUD_TYPES, STAGES, STATEMENTS, WORDING_PAIRS
from suyuan.model.times import local
from suyuan.reading import wording
from suyuan.reading.facts import Reading
from suyuan.reading.fraud_types import list_on, police_lists
from suyuan.reading.narrative import read_text

#: Fewer narratives than this are read faster in this process.
WORTH_SHARING = 4_000
_CHUNK = 1_000

#: A report as it is read: id, narrative, naive UTC time of the report, the officer's label.
Report = tuple[str, str, datetime | None, str | None]
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Readings:
    """What the reports of a case say, in tables of :mod:`suyuan.model.derived`."""

    statements: pa.Table
    stages: pa.Table
    fraud_types: pa.Table
    wording_pairs: pa.Table


@dataclass(slots=True)
class _Rows:
    """Columns of the tables under way, and the stories without their facts."""

    statements: Columns = field(default_factory=lambda: _columns(STATEMENTS))
    stages: Columns = field(default_factory=lambda: _columns(STAGES))
    fraud_types: Columns = field(default_factory=lambda: _columns(FRAUD_TYPES))
    stories: list[tuple[str, str]] = field(default_factory=list)


def read_reports(reports: pa.Table, *, zone: str, workers: int | None = None) -> Readings:
    """Read the narratives of `reports` (columns of the ``reports`` table).

    Reports without a narrative are left out of the facts; their type follows from the base rates
    and the officer's label alone. `workers` is the number of processes (default: by the machine,
    and one for few reports).
    """
    rows = list(_reports(reports))
    parts = [_read(chunk, zone=zone) for chunk in [rows]] if _alone(rows, workers) else None
    if parts is None:
        chunks = [rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)]
        # A fresh interpreter: forking a process that runs an engine's threads is not safe.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(partial(_read, zone=zone), chunks))
    stories = [story for part in parts for story in part.stories]
    return Readings(
        _table(STATEMENTS, [part.statements for part in parts]),
        _table(STAGES, [part.stages for part in parts]),
        _table(FRAUD_TYPES, [part.fraud_types for part in parts]),
        wording_pairs(stories),
    )


def wording_pairs(stories: Sequence[tuple[str, str]], *, least: float = 0.3) -> pa.Table:
    """The ``wording_pairs`` of (report_id, story) pairs."""
    ordered = sorted(story for story in stories if story[1])
    found = wording.pairs([text for _, text in ordered], least=least)
    ids = pa.array([report_id for report_id, _ in ordered], pa.string())
    return pa.table(
        [ids.take(pa.array(found.a)), ids.take(pa.array(found.b)), pa.array(found.similarity)],
        schema=WORDING_PAIRS.stored,
    )


def _alone(rows: Sequence[Report], workers: int | None) -> bool:
    return workers == 1 or len(rows) < WORTH_SHARING or (os.cpu_count() or 1) == 1


def _reports(reports: pa.Table) -> Iterator[Report]:
    def column(name: str) -> list[Any]:
        if name not in reports.column_names:
            return [None] * reports.num_rows
        return reports[name].to_pylist()

    told = column("narrative")
    labels = column("fraud_type")
    for id_, text, at, label in zip(
        column("report_id"), told, column("reported_at"), labels, strict=True
    ):
        yield id_, text or "", at, label


def _read(reports: Sequence[Report], *, zone: str) -> _Rows:
    made = _Rows()
    for id_, text, at, label in reports:
        reading = read_text(text, at, zone=zone, label=label)
        _statements(made.statements, id_, reading)
        _stages(made.stages, id_, reading)
        _fraud_types(made.fraud_types, id_, reading, at, zone)
        made.stories.append((id_, wording.story(text, reading)))
    return made


def _statements(columns: Columns, id_: str, reading: Reading) -> None:
    for ordinal, fact in enumerate(reading.facts):
        columns["report_id"].append(id_)
        columns["ordinal"].append(ordinal)
        for name, cell in fact._asdict().items():
            columns[name].append(cell)


def _stages(columns: Columns, id_: str, reading: Reading) -> None:
    for ordinal, stage in enumerate(reading.stages):
        columns["report_id"].append(id_)
        columns["ordinal"].append(ordinal)
        for name, cell in stage._asdict().items():
            columns[name].append(cell)


def _fraud_types(
    columns: Columns, id_: str, reading: Reading, at: datetime | None, zone: str
) -> None:
    newest = list_on(None if at is None else local(at, zone).date())
    for each in police_lists():
        for type_, probability in reading.types:
            columns["report_id"].append(id_)
            columns["list_year"].append(each.year)
            columns["type"].append(type_)
            columns["label"].append(each.labels.get(type_, "其他"))
            columns["probability"].append(probability)
            columns["in_force"].append(each is newest)


def _columns(table: Table) -> Columns:
    return {name: [] for name in table.names}


def _table(declared: Table, parts: Sequence[Columns]) -> pa.Table:
    made: Callable[[Columns], pa.Table] = partial(pa.Table.from_pydict, schema=declared.stored)
    return pa.concat_tables([declared.empty(), *map(made, parts)]).combine_chunks()
