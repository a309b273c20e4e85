"""Entries of statements in the banks' exchange formats, as rows under headers of ours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import pyarrow as pa

from suyuan.ingest.formats.pieces import ArrowRows
from suyuan.model.text import Text

HEADERS: Final = (
    "entry:own",
    "entry:other",
    "entry:name",
    "entry:direction",
    "entry:amount",
    "entry:currency",
    "entry:time",
    "entry:reference",
    "entry:memo",
    "entry:status",
)
BALANCE_MISMATCH: Final = Text(
    "opening balance and entries do not add up to the closing balance of this statement",
    "期初余额加减各笔分录不等于期末余额",
)
REVERSAL_SIGN: Final = Text(
    "reversals are marked contrary to ISO 20022; read as the balances show",
    "冲销标记与 ISO 20022 规定相反，已按余额核定方向",
)
UNSPLIT: Final = Text(
    "the transactions of this entry do not add up to it; read as one row",
    "该分录的明细合计与分录金额不符，按一行读入",
)
BAD_LINE: Final = Text("this entry cannot be read", "无法识别该分录")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a statement, from its account's point of view; ``line`` is where it stands."""

    own: str
    counterparty: str | None
    name: str | None
    out: bool
    amount: Decimal | str
    currency: str | None
    time: str
    reference: str | None
    memo: str | None
    line: int
    status: str | None = None

    @property
    def cells(self) -> tuple[str | None, ...]:
        """The cells under :data:`HEADERS`."""
        amount = str(abs(self.amount)) if isinstance(self.amount, Decimal) else self.amount
        return (
            self.own,
            self.counterparty,
            self.name,
            "out" if self.out else "in",
            amount,
            self.currency,
            self.time,
            self.reference,
            self.memo,
            self.status,
        )


@dataclass(slots=True)
class Statement:
    """What a file of statements holds: entries, remarks by line, and how many it began."""

    entries: list[Entry] = field(default_factory=list)
    remarks: list[tuple[int, Text]] = field(default_factory=list)
    entry_count: int = 0  # entries that the file announces, counted apart from reading them


def rows_of_entries(entries: Sequence[Entry]) -> ArrowRows:
    cells = [entry.cells for entry in entries]
    columns = [pa.array([row[n] for row in cells], pa.string()) for n in range(len(HEADERS))]
    lines = pa.array([entry.line for entry in entries], pa.int64())
    names = ["line", *(f"c{n}" for n in range(len(HEADERS)))]
    return ArrowRows(pa.Table.from_arrays([lines, *columns], names))
