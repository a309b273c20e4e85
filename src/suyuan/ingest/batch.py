"""What is being stored together, and what became of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from suyuan.ingest.cleaning.cells import CleanCell
from suyuan.ingest.formats.pieces import Piece
from suyuan.ingest.mapping.expressions import ColumnExpression
from suyuan.ingest.mapping.period import ListPeriod
from suyuan.ingest.mapping.profile_match import Match
from suyuan.model.columns import Column
from suyuan.model.results import QUALITY

_NO_QUALITY: Final = QUALITY.empty()
#: So many own accounts of a file are told by name.
OWNS: Final = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """What a row says of where it came from.

    `own` is the account that a statement is of, `period` that of times without a year. What a
    person says of the file: `days` how days with the year last are written, `spent_sign` which sign
    of an amount is money spent. `unit` is that of amounts, where the text above the table says it.
    """

    file: str
    sha256: str
    key: str
    own: str | None = None
    period: ListPeriod | None = None
    days: str | None = None
    spent_sign: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class CaseDefaults:
    """How the case wants cells read."""

    zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Balances:
    """Balances that follow from the row above (``down``) or below (``up``), or contradict it."""

    down: int = 0
    down_not: int = 0
    up: int = 0
    up_not: int = 0

    def plus(self, addend: "Balances") -> "Balances":
        return Balances(
            self.down + addend.down,
            self.down_not + addend.down_not,
            self.up + addend.up,
            self.up_not + addend.up_not,
        )

    @property
    def verdict(self) -> tuple[int, int]:
        """(hits, misses) in the order in which more of them tell something."""
        down, up = (self.down, self.down_not), (self.up, self.up_not)
        return max(down, up, key=lambda pair: (sum(pair), pair[0]))


@dataclass(frozen=True, slots=True)
class Sums:
    """What an accountant asks of a statement: its period, what went and came, accounts, order."""

    first: datetime | None = None
    last: datetime | None = None
    outflow: int = 0
    inflow: int = 0
    owns: frozenset[str] = frozenset()

    def plus(self, addend: "Sums") -> "Sums":
        firsts = [day for day in (self.first, addend.first) if day is not None]
        lasts = [day for day in (self.last, addend.last) if day is not None]
        return Sums(
            min(firsts, default=None),
            max(lasts, default=None),
            self.outflow + addend.outflow,
            self.inflow + addend.inflow,
            frozenset(sorted(self.owns | addend.owns)[:OWNS]),
        )


@dataclass(slots=True)
class Outcome:
    """What became of a piece.

    ``no_rows`` are lines below the table, or days between its rows; ``repairs`` and
    ``rounded_cells`` count cells. ``balances``: those that follow from the one before as the
    direction says, or the other way round; each with rows read from the top and from the bottom.
    ``orders`` are the orders of day and month that the rows themselves told, ``signs`` which sign
    was spent, by the rows or a person.
    """

    rows_read: int = 0
    rows_kept: int = 0
    repairs: int = 0
    rows_quarantined: int = 0
    no_rows: int = 0
    rounded_cells: Counter[str] = field(default_factory=Counter)
    orders: set[str] = field(default_factory=set)
    signs: set[str] = field(default_factory=set)
    balances: Balances = field(default_factory=Balances)
    sums: Sums = field(default_factory=Sums)
    quality: pa.Table = field(default_factory=lambda: _NO_QUALITY)

    def add(self, addend: "Outcome") -> None:
        self.rows_read += addend.rows_read
        self.rows_kept += addend.rows_kept
        self.repairs += addend.repairs
        self.rows_quarantined += addend.rows_quarantined
        self.no_rows += addend.no_rows
        self.rounded_cells.update(addend.rounded_cells)
        self.orders |= addend.orders
        self.signs |= addend.signs
        self.balances = self.balances.plus(addend.balances)
        self.sums = self.sums.plus(addend.sums)
        if addend.quality.num_rows:
            self.quality = pa.concat_tables([self.quality, addend.quality])


@dataclass(frozen=True, slots=True)
class PieceBatch:
    """Pieces that are alike, of one match: for each its origin, and where its rows go."""

    match: Match
    pieces: list[Piece]
    origins: list[Origin]
    targets: list[Path]

    @property
    def alone(self) -> bool:
        return len(self.pieces) == 1


@dataclass(frozen=True, slots=True)
class StagedColumn:
    """One of our columns as it is staged."""

    column: Column
    expression: ColumnExpression
    clean: CleanCell

    @property
    def name(self) -> str:
        return self.column.name
