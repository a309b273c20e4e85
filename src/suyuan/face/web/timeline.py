"""All events of a case as columns in memory, sorted by time once: views, pages and brushes.

Measured on a million events: NumPy over sorted columns answers a brush in 12 ms, DuckDB in 128.
"""

from dataclasses import dataclass, field
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.source import ResultTables

#: Of each table: when, from whom, to whom, how much, and where.
EVENTS: dict[str, tuple[str, tuple[str, str] | None, tuple[str, str] | None, str, str]] = {
    "calls": ("started_at", ("phone", "caller"), ("phone", "callee"), "", "cell"),
    "payments": ("at", ("bank_account", "payer"), ("bank_account", "payee"), "amount", ""),
    "vouchers": ("at", ("party", "from_party"), ("party", "to_party"), "face_value", ""),
    "logins": ("at", ("account", "account_id"), ("device", "device"), "", ""),
    "messages": ("at", ("account", "sender"), ("account", "receiver"), "", ""),
    "trades": ("at", ("party", "seller"), ("party", "buyer"), "price", ""),
    "sims": ("opened_at", ("agent", "agent"), ("phone", "msisdn"), "", ""),
    "reports": ("reported_at", ("party", "victim_id"), ("phone", "victim_phone"), "loss", ""),
}
KINDS = tuple(EVENTS)
BINS = 120
#: Percent of the events that may stand before what is drawn.
EARLY = 4


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Events of each kind (as :data:`KINDS`) and of each cell (as ``Timeline.cells``)."""

    by_kind: list[int]
    cells: np.ndarray[Any, Any]


@dataclass(slots=True)
class EventColumns:
    """Columns of equal length: time (µs UTC), kind, codes of both ends, fen, cell, row."""

    at: np.ndarray[Any, Any]
    kind: np.ndarray[Any, Any]
    origin: np.ndarray[Any, Any]
    target: np.ndarray[Any, Any]
    fen: np.ndarray[Any, Any]
    cell: np.ndarray[Any, Any]
    subjects: list[str]
    cells: list[str]
    rows: pa.ChunkedArray
    codes: dict[str, int]
    views: dict[Any, np.ndarray[Any, Any]] = field(default_factory=dict)
    lanes: dict[Any, tuple[list[list[int]], int]] = field(default_factory=dict)
    counts: dict[Any, "EventCounts"] = field(default_factory=dict)

    def view(
        self, kinds: frozenset[str], subjects: frozenset[str], by: str
    ) -> np.ndarray[Any, Any]:
        """Places of the events that fit, by time or by ``amount``; made once and kept."""
        key = (kinds, subjects, by)
        if key not in self.views:
            if len(self.views) > 24:
                self.views.pop(next(iter(self.views)))
            self.views[key] = self._fresh(kinds, subjects, by)
        return self.views[key]

    def _fresh(
        self, kinds: frozenset[str], subjects: frozenset[str], by: str
    ) -> np.ndarray[Any, Any]:
        fits = np.ones(len(self.at), dtype=bool)
        if kinds:
            fits &= np.isin(self.kind, [KINDS.index(one) for one in kinds])
        if subjects:
            wanted = [self.codes[one] for one in subjects if one in self.codes]
            fits &= np.isin(self.origin, wanted) | np.isin(self.target, wanted)
        places = np.flatnonzero(fits).astype(np.int32)
        if by == "amount":
            places = places[np.argsort(-self.fen[places], kind="stable")]
        return places

    def lanes_of(
        self, kinds: frozenset[str], subjects: frozenset[str]
    ) -> tuple[list[list[int]], int]:
        """:meth:`bins` of a view, counted once: a brush does not change them."""
        key = (kinds, subjects)
        if key not in self.lanes:
            if len(self.lanes) > 24:
                self.lanes.pop(next(iter(self.lanes)))
            self.lanes[key] = self.bins(self.view(kinds, subjects, "time"))
        return self.lanes[key]

    def within(
        self, places: np.ndarray[Any, Any], start: int, end: int, by: str
    ) -> np.ndarray[Any, Any]:
        """Those of `places`, as :meth:`view` sorts them, from `start` to `end` (µs, half open).

        Events lie by time, so a span of time is a span of places.
        """
        span = np.searchsorted(self.at, np.array([start, end], dtype=np.int64))
        first, last = span.astype(places.dtype)
        if by == "time":
            return places[slice(*np.searchsorted(places, np.array([first, last])))]
        return places[(places >= first) & (places < last)]

    def counts_of(self, kinds: frozenset[str], subjects: frozenset[str]) -> "EventCounts":
        """:meth:`count` of a whole view, made once: a page or a sort does not change it."""
        key = (kinds, subjects)
        if key not in self.counts:
            if len(self.counts) > 24:
                self.counts.pop(next(iter(self.counts)))
            self.counts[key] = self.count(self.view(kinds, subjects, "time"))
        return self.counts[key]

    def count(self, places: np.ndarray[Any, Any]) -> "EventCounts":
        """How many of each kind and of each cell."""
        cells = np.bincount(self.cell[places] + 1, minlength=len(self.cells) + 1)[1:]
        by_kind: list[int] = np.bincount(self.kind[places], minlength=len(KINDS)).tolist()
        return EventCounts(by_kind, cells)

    def extent(self) -> tuple[int, int]:
        """From where to where time is drawn; a few lone events of years before are left out."""
        if not len(self.at):
            return 0, 1
        first, last = int(self.at[0]), int(self.at[-1]) + 1
        early = int(self.at[len(self.at) * EARLY // 100])
        return (early if last - early < (last - first) // 2 else first), last

    def bins(self, places: np.ndarray[Any, Any]) -> tuple[list[list[int]], int]:
        """How many of each kind in each of :data:`BINS` spans of the extent; how many before it."""
        first, last = self.extent()
        drawn = places[self.at[places] >= first]
        slot = (self.at[drawn] - first) * BINS // (last - first)
        flat = np.bincount(self.kind[drawn] * BINS + slot, minlength=len(KINDS) * BINS)
        counted: list[list[int]] = flat.reshape(len(KINDS), BINS).tolist()
        return counted, len(places) - len(drawn)

    def busiest_cells(self, counts: "EventCounts", most: int) -> list[tuple[str, int]]:
        order = np.argsort(-counts.cells, kind="stable")[:most]
        found = [(self.cells[index], int(counts.cells[index])) for index in order]
        return [(name, count) for name, count in found if count]


def timeline(source: ResultTables) -> EventColumns:
    """The columns of all event tables that the case has."""
    parts = [_part(source, name) for name in KINDS]
    whole = pa.concat_tables(parts)
    order = pc.sort_indices(whole, [("at", "ascending"), ("row", "ascending")])
    whole = whole.take(order)
    ends = pa.chunked_array([*whole["origin"].chunks, *whole["target"].chunks]).dictionary_encode()
    ends = ends.unify_dictionaries().combine_chunks()
    codes = ends.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    cells = whole["cell"].combine_chunks().dictionary_encode()
    subjects = ends.dictionary.to_pylist()
    count = whole.num_rows
    return EventColumns(
        whole["at"].to_numpy().astype(np.int64),
        whole["kind"].to_numpy().astype(np.int16),
        codes[:count],
        codes[count:],
        whole["fen"].to_numpy().astype(np.int64),
        cells.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32),
        subjects,
        cells.dictionary.to_pylist(),
        whole["row"],
        {one: index for index, one in enumerate(subjects)},
    )


def _part(source: ResultTables, name: str) -> pa.Table:
    """One table's events: ``at`` (µs), kind, both ends, ``fen``, ``cell`` and the row's id."""
    at, origin, target, fen, cell = EVENTS[name]
    rows = source.records[name]
    rows = rows.filter(rows[at].notnull())
    picked = rows.select(
        at=rows[at],
        origin=_subject(rows, origin),
        target=_subject(rows, target),
        fen=rows[fen].cast("int64").fill_null(0) if fen else ibis.literal(0).cast("int64"),
        cell=rows[cell] if cell else ibis.null("string"),
        row=rows["row_id"],
    )
    table = source.engine.fetch(picked)
    schema = pa.schema(
        [
            ("at", pa.timestamp("us")),
            ("origin", pa.string()),
            ("target", pa.string()),
            ("fen", pa.int64()),
            ("cell", pa.string()),
            ("row", pa.string()),
        ]
    )
    table = table.cast(schema)
    table = table.set_column(0, "at", table["at"].cast(pa.int64()))
    kind = pa.array(np.full(table.num_rows, KINDS.index(name), dtype=np.int16))
    return table.append_column("kind", kind)


def _subject(rows: Any, end: tuple[str, str] | None) -> Any:
    if end is None:
        return ibis.null("string")
    kind, column = end
    return ibis.cases((rows[column].notnull(), ibis.literal(f"{kind}:") + rows[column]))
