"""Reading all reports of a case: narratives in, tables out.

Text is read one narrative at a time in Python; many narratives are shared out to processes. The
tables come back in the order of the reports, whatever the number of processes.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suyuan.model.columns import Table
from suyuan.model.derived import FRAUD_TYPES, STAGES, STATEMENTS, WORDING_PAIRS
from suyuan.model.times import local
from suyuan.reading import wording
from suyuan.reading.facts import NarrativeFact, StageMention
from suyuan.reading.fraud_types import list_on, police_lists, type_names
from suyuan.reading.narrative import read_text

#: Fewer narratives than this are read faster in this process.
WORTH_SHARING = 4_000
_CHUNK = 1_000

#: A report as it is read: id, narrative, naive UTC time of the report, the officer's label.
Report = tuple[str, str, datetime | None, str | None]
Columns = dict[str, list[Any]]
_ORDER: Final = ("report_id", "list_year", "type", "label", "probability", "in_force")


@dataclass(frozen=True, slots=True)
class Readings:
    """What the reports of a case say, in tables of :mod:`suyuan.model.derived`."""

    statements: pa.Table
    stages: pa.Table
    fraud_types: pa.Table
    wording_pairs: pa.Table


@dataclass(frozen=True, slots=True)
class _ReportBatch:
    """What some of the reports say: tables, probabilities by type, stories without facts."""

    statements: pa.Table
    stages: pa.Table
    probabilities: npt.NDArray[np.float64]
    stories: list[tuple[str, str]]


def read_reports(reports: pa.Table, *, zone: str, workers: int | None = None) -> Readings:
    """Read the narratives of `reports` (columns of the ``reports`` table).

    Reports without a narrative are left out of the facts; their type follows from the base rates
    and the officer's label alone. `workers` is the number of processes (default: by the machine,
    and one for few reports).
    """
    rows = list(_reports(reports))
    if _alone(rows, workers):
        parts = [_read(rows, zone=zone)]
    else:
        chunks = [rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)]
        # A fresh interpreter: forking a process that runs an engine's threads is not safe.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(partial(_read, zone=zone), chunks))
    return Readings(
        pa.concat_tables([part.statements for part in parts]).combine_chunks(),
        pa.concat_tables([part.stages for part in parts]).combine_chunks(),
        _fraud_types(rows, np.concatenate([part.probabilities for part in parts]), zone),
        wording_pairs([story for part in parts for story in part.stories]),
    )


def wording_pairs(stories: Sequence[tuple[str, str]], *, least: float = 0.3) -> pa.Table:
    """The ``wording_pairs`` of (report_id, story) pairs."""
    narratives = sorted(story for story in stories if story[1])
    pairs = wording.pairs([text for _, text in narratives], least=least)
    ids = pa.array([report_id for report_id, _ in narratives], pa.string())
    return pa.table(
        [ids.take(pa.array(pairs.a)), ids.take(pa.array(pairs.b)), pa.array(pairs.similarity)],
        schema=WORDING_PAIRS.schema,
    )


def _alone(rows: Sequence[Report], workers: int | None) -> bool:
    return workers == 1 or len(rows) < WORTH_SHARING or (os.cpu_count() or 1) == 1


def _reports(reports: pa.Table) -> Iterator[Report]:
    def column(name: str) -> list[Any]:
        if name not in reports.column_names:
            return [None] * reports.num_rows
        return reports[name].to_pylist()

    items = column("narrative")
    labels = column("fraud_type")
    for id_, text, at, label in zip(
        column("report_id"), items, column("reported_at"), labels, strict=True
    ):
        yield id_, text or "", at, label


def _read(reports: Sequence[Report], *, zone: str) -> _ReportBatch:
    statements, stages = _columns(STATEMENTS), _columns(STAGES)
    probabilities = np.zeros((len(reports), len(type_names())))
    stories = []
    for place, (id_, text, at, label) in enumerate(reports):
        reading = read_text(text, at, zone=zone, label=label)
        _add(statements, id_, reading.facts)
        _add(stages, id_, reading.stages)
        types = dict(reading.types)
        probabilities[place] = [types[name] for name in type_names()]
        stories.append((id_, wording.story(text, reading)))
    return _ReportBatch(
        pa.Table.from_pydict(statements, schema=STATEMENTS.schema),
        pa.Table.from_pydict(stages, schema=STAGES.schema),
        probabilities,
        stories,
    )


def _add(columns: Columns, id_: str, items: Sequence[NarrativeFact | StageMention]) -> None:
    for ordinal, item in enumerate(items):
        columns["report_id"].append(id_)
        columns["ordinal"].append(ordinal)
        for name, cell in zip(item._fields, item, strict=True):
            columns[name].append(cell)


def _fraud_types(
    rows: Sequence[Report], probabilities: npt.NDArray[np.float64], zone: str
) -> pa.Table:
    """Every report × list × type, in that order."""
    lists, types = police_lists(), type_names()
    labels = [police_list.labels.get(name, "其他") for police_list in lists for name in types]
    newest = [list_on(None if at is None else local(at, zone).date()) for _, _, at, _ in rows]
    in_force = np.array([[police_list is new for police_list in lists] for new in newest], bool)
    wide = len(lists) * len(types)
    return pa.table(
        [
            pa.array([id_ for id_, *_ in rows], pa.string()).take(
                pa.array(np.repeat(np.arange(len(rows)), wide))
            ),
            np.tile(np.repeat([police_list.year for police_list in lists], len(types)), len(rows)),
            _tile(list(types) * len(lists), len(rows)),
            _tile(labels, len(rows)),
            np.tile(probabilities, (1, len(lists))).reshape(-1),
            np.repeat(in_force.reshape(-1), len(types)),
        ],
        schema=pa.schema([FRAUD_TYPES.schema.field(name) for name in _ORDER]),
    ).select(list(FRAUD_TYPES.names))


def _tile(words: Sequence[str], times: int) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(np.tile(np.arange(len(words)), times)))


def _columns(table: Table) -> Columns:
    return {name: [] for name in table.names}
