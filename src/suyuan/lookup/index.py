"""Look-up by identifier: every row that mentions a phone, account, card, person or id.

Beside the canonical Parquet stand the rows again as small Arrow batches, which can be
addressed one by one, and columns of numbers sorted by the hash of an identifier that say where it
stands and with what (see :mod:`suyuan.lookup.index_build`). A look-up is a binary search and as
many batches as it shows rows, however many the case has. Whoever opens it after the records
changed builds it anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from suyuan.lookup.index_build import (
    BATCH,
    ENTRIES,
    LIMIT,
    NEVER,
    PAIRS,
    build_index,
    column_file,
)
from suyuan.model.records import RECORDS
from suyuan.model.subjects import KINDS
from suyuan.store.layout import Layout

__all__ = ["LIMIT", "Hits", "IdentifierPlace", "Index", "Pair", "build_index", "spellings"]

Numbers = NDArray[Any]
_TABLES = tuple(RECORDS.values())
_EPOCH = datetime(1970, 1, 1)  # naive UTC, as in the tables
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows of one table that mention an identifier.

    ``rows`` has the table's columns, provenance and ``matched`` (the column that mentions it);
    ``count`` is how many there are, of which at most the limit are in ``rows``.
    """

    table: str
    count: int
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class IdentifierPlace:
    """Where an identifier stands: how many rows of a column, and the numbers of the first."""

    table: str
    column: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two identifiers that stand together in `count` rows, of which `row` is the first."""

    table: str
    column: str
    other_column: str
    row: int
    count: int
    since: datetime | None
    until: datetime | None


class Index(AbstractContextManager["Index"]):
    """An open index; see :func:`suyuan.lookup.index_build.build_index`."""

    def __init__(self, layout: Layout) -> None:
        self._folder = build_index(layout)
        self._con = duckdb.connect()  # for its hash function alone
        self._entries = {c: _numbers(self._folder / "entries", c, t) for c, t in ENTRIES.items()}
        self._pairs = {c: _numbers(self._folder / "pairs", c, t) for c, t in PAIRS.items()}
        self._open: dict[tuple[str, ...], pa.ipc.RecordBatchFileReader] = {}

    def find(self, identifier: str, *, limit: int = LIMIT) -> list[Hits]:
        """Every table that mentions `identifier` (as it is, as ``kind:id``, or as a phone)."""
        forms = spellings(identifier)
        by_table: dict[str, dict[int, list[str]]] = {}
        omissions: dict[str, int] = {}
        for place in chain.from_iterable(self.places(forms, limit=limit).values()):
            rows = by_table.setdefault(place.table, {})
            for row in place.rows:
                rows.setdefault(row, []).append(place.column)
            rest = place.count - len(place.rows)
            omissions[place.table] = omissions.get(place.table, 0) + rest
        hits = (
            self._hits(table.name, by_table[table.name], forms, limit, omissions[table.name])
            for table in _TABLES
            if table.name in by_table
        )
        return [hit for hit in hits if hit.rows.num_rows]

    def places(self, cells: Iterable[str], *, limit: int) -> dict[str, list[IdentifierPlace]]:
        """For each of `cells` that is known the columns that hold it, `limit` rows of each."""
        rows = self._entries["r"]
        by_cell: dict[str, list[IdentifierPlace]] = {}
        for cell, at, start, end in self._spans(self._entries, cells):
            table = _TABLES[at >> 8]
            first = tuple(rows[start : min(end, start + limit)].tolist())
            place = IdentifierPlace(table.name, table.columns[at & 255].name, end - start, first)
            by_cell.setdefault(cell, []).append(place)
        return by_cell

    def pairs(self, cells: Iterable[str], *, limit: int) -> dict[str, list[tuple[int, Pair]]]:
        """What stands together with each of `cells` in tables of events.

        The most frequent first, `limit` for each two columns; the number before a pair says how
        many there are for its columns.
        """
        by_cell: dict[str, list[tuple[int, Pair]]] = {}
        for cell, at, start, end in self._spans(self._pairs, cells):
            table = _TABLES[at >> 16]
            ends = table.columns[at >> 8 & 255].name, table.columns[at & 255].name
            window = slice(start, min(end, start + limit))
            numbers = (self._pairs[c][window].tolist() for c in ("r", "n", "since", "until"))
            for row, n, since, until in zip(*numbers, strict=True):
                pair = Pair(table.name, *ends, row, n, _time(since), _time(until))
                by_cell.setdefault(cell, []).append((end - start, pair))
        return by_cell

    def row(self, table: str, number: int, columns: Iterable[str] = ()) -> Mapping[str, Any]:
        """A row by its number; only `columns` of it where they are given."""
        return dict(self._row(table, number, tuple(columns)).to_pylist()[0])

    def _spans(
        self, columns: Mapping[str, Numbers], cells: Iterable[str]
    ) -> Iterator[tuple[str, int, int, int]]:
        """For each of `cells`, and each column it stands in: the column, and where its rows lie."""
        distinct = list(dict.fromkeys(cells))
        literals = ", ".join(map(_literal, distinct))
        hashes = self._con.execute(f"SELECT hash(unnest([{literals}]::VARCHAR[]))").fetchall()
        at = columns["c"]
        for cell, (hash_,) in zip(distinct, hashes, strict=True):
            ends = (np.searchsorted(columns["h"], np.uint64(hash_), s) for s in _SIDES)
            start, last = map(int, ends)
            while start < last:
                end = start + int(np.searchsorted(at[start:last], at[start], "right"))
                yield cell, int(at[start]), start, end
                start = end

    def _hits(
        self, table: str, places: dict[int, list[str]], forms: list[str], limit: int, omissions: int
    ) -> Hits:
        rows, names = [], []
        for place in sorted(places)[:limit]:
            row = self._row(table, place)
            # Two identifiers may share a hash: the cell decides.
            name = next((n for n in places[place] if _mentions(row[n][0].as_py(), forms)), None)
            if name is not None:
                rows.append(row)
                names.append(name)
        if not rows:
            return Hits(table, 0, RECORDS[table].empty())
        page = pa.Table.from_batches(rows).append_column("matched", pa.array(names))
        return Hits(table, len(places) + omissions, page)

    def _row(self, table: str, number: int, columns: tuple[str, ...] = ()) -> pa.RecordBatch:
        if (table, *columns) not in self._open:
            self._open[table, *columns] = self._reader(table, columns)
        batch, offset = divmod(number, BATCH)
        return self._open[table, *columns].get_batch(batch).slice(offset, 1)

    def _reader(self, table: str, columns: tuple[str, ...]) -> pa.ipc.RecordBatchFileReader:
        source = pa.memory_map(str(self._folder / f"{table}.arrow"))
        whole = pa.ipc.open_file(source)
        if not columns:
            return whole
        # What is not asked for is not unpacked.
        fields = [whole.schema.get_field_index(name) for name in columns]
        return pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields))

    def close(self) -> None:
        self._con.close()
        self._open.clear()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _literal(text: str) -> str:
    """`text` in SQL. A bound parameter would make DuckDB import pandas, which takes 0.4 s."""
    return "'" + text.replace("'", "''").replace("\0", "' || chr(0) || '") + "'"


def _numbers(name: Path, column: str, type_: str) -> Numbers:
    path = column_file(name, column)
    if path.stat().st_size == 0:
        return np.zeros(0, type_)
    return np.memmap(path, type_, mode="r")


def _time(micros: int) -> datetime | None:
    return None if micros == NEVER else _EPOCH + timedelta(microseconds=micros)


def spellings(identifier: str) -> list[str]:
    """What may stand in a cell for `identifier`: itself, without its kind, as a plain phone."""
    text = identifier.strip()
    forms = [text]
    kind, _, id_ = text.partition(":")
    if kind in KINDS and id_:
        forms.append(id_)
    for form in tuple(forms):
        bare = "".join(mark for mark in form if mark not in " -()")
        if bare.lstrip("+").isdigit():
            prefixes = (p for p in ("+86", "0086", "86", "+", "") if bare.startswith(p))
            forms.extend(bare.removeprefix(prefix) for prefix in prefixes)
    return [form for form in dict.fromkeys(forms) if form]


def _mentions(cell: object, forms: list[str]) -> bool:
    cells = cell if isinstance(cell, list) else [cell]
    return any(entry in forms for entry in cells)
