"""Look-up by identifier: every row that mentions a phone, account, card, person or id.

Beside the canonical Parquet stand the rows again as Arrow batches of a thousand, which can be
addressed one by one, and tables sorted by the hash of an identifier that say where it stands and
with what (see :mod:`suyuan.store.indexing`). A look-up touches a few thousand entries and as many
batches as it shows rows, however many the case has. Whoever opens it after the records changed
builds it anew.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from suyuan.model.records import RECORDS
from suyuan.model.subjects import KINDS
from suyuan.store.indexing import BATCH, ENTRIES, LIMIT, build_index
from suyuan.store.layout import Layout

__all__ = ["LIMIT", "Hits", "Index", "Pair", "Place", "build_index", "spellings"]

_TABLES = tuple(RECORDS.values())


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
class Place:
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
    other: str
    row: int
    count: int
    since: datetime | None
    until: datetime | None


class Index(AbstractContextManager["Index"]):
    """An open index; see :func:`suyuan.store.indexing.build_index`."""

    def __init__(self, layout: Layout) -> None:
        self._folder = build_index(layout)
        self._con = duckdb.connect(str(self._folder / ENTRIES), read_only=True)
        self._open: dict[tuple[str, ...], pa.ipc.RecordBatchFileReader] = {}

    def find(self, identifier: str, *, limit: int = LIMIT) -> list[Hits]:
        """Every table that mentions `identifier` (as it is, as ``kind:id``, or as a phone)."""
        wanted = spellings(identifier)
        found: dict[str, dict[int, list[str]]] = {}
        unread: dict[str, int] = {}
        for place in chain.from_iterable(self.places(wanted, limit=limit).values()):
            rows = found.setdefault(place.table, {})
            for row in place.rows:
                rows.setdefault(row, []).append(place.column)
            left = place.count - len(place.rows)
            unread[place.table] = unread.get(place.table, 0) + left
        hits = (
            self._hits(table.name, found[table.name], wanted, limit, unread[table.name])
            for table in _TABLES
            if table.name in found
        )
        return [hit for hit in hits if hit.rows.num_rows]

    def places(self, cells: Iterable[str], *, limit: int) -> dict[str, list[Place]]:
        """For each of `cells` that is known the columns that hold it, `limit` rows of each."""
        named = self._hashes(cells)
        found: dict[str, list[Place]] = {}
        for h, t, c, n, rows in self._read(
            f"SELECT h, t, c, count(*) AS n, list_sort(min(r, {int(limit)})) AS rows FROM entries "
            "WHERE h IN ({0}) GROUP BY h, t, c "
            f"UNION ALL SELECT h, t, c, n, rows[:{int(limit)}] FROM hubs "
            "WHERE h IN ({0}) ORDER BY h, t, c",
            named,
        ):
            table = _TABLES[t]
            place = Place(table.name, table.columns[c].name, n, tuple(rows))
            found.setdefault(named[h], []).append(place)
        return found

    def pairs(self, cells: Iterable[str], *, limit: int) -> dict[str, list[tuple[int, Pair]]]:
        """What stands together with each of `cells` in tables of events.

        The most frequent first, `limit` for each two columns; the number before a pair says how
        many there are for its columns.
        """
        named = self._hashes(cells)
        found: dict[str, list[tuple[int, Pair]]] = {}
        for h, t, a, b, row, n, since, until, many in self._read(
            "SELECT h, t, a, b, r, n, since, until, many FROM (SELECT *, "
            "count(*) OVER (PARTITION BY h, t, a, b) AS many, row_number() OVER "
            "(PARTITION BY h, t, a, b ORDER BY n DESC, r) AS place FROM pairs "
            f"WHERE h IN ({{0}})) WHERE place <= {int(limit)} ORDER BY h, t, a, b, place",
            named,
        ):
            table = _TABLES[t]
            ends = table.columns[a].name, table.columns[b].name
            pair = Pair(table.name, *ends, row, n, since, until)
            found.setdefault(named[h], []).append((many, pair))
        return found

    def row(self, table: str, number: int, columns: Iterable[str] = ()) -> Mapping[str, Any]:
        """A row by its number; only `columns` of it where they are given."""
        return dict(self._row(table, number, tuple(columns)).to_pylist()[0])

    def _hashes(self, cells: Iterable[str]) -> dict[int, str]:
        wanted = list(dict.fromkeys(cells))
        hashes = self._con.execute("SELECT hash(unnest(?::VARCHAR[]))", [wanted]).fetchall()
        return {int(h): cell for (h,), cell in zip(hashes, wanted, strict=True)}

    def _read(self, query: str, named: Mapping[int, str]) -> list[tuple[Any, ...]]:
        if not named:
            return []
        # Constants, so that the engine skips all blocks of the sorted tables but one or two.
        return self._con.execute(query.format(", ".join(map(str, named)))).fetchall()

    def _hits(
        self, table: str, places: dict[int, list[str]], wanted: list[str], limit: int, unread: int
    ) -> Hits:
        rows, matched = [], []
        for place in sorted(places)[:limit]:
            row = self._row(table, place)
            # Two identifiers may share a hash: the cell decides.
            name = next((n for n in places[place] if _mentions(row[n][0].as_py(), wanted)), None)
            if name is not None:
                rows.append(row)
                matched.append(name)
        if not rows:
            return Hits(table, 0, RECORDS[table].empty())
        shown = pa.Table.from_batches(rows).append_column("matched", pa.array(matched))
        return Hits(table, len(places) + unread, shown)

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


def _mentions(cell: object, wanted: list[str]) -> bool:
    cells = cell if isinstance(cell, list) else [cell]
    return any(each in wanted for each in cells)
