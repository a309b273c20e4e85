"""Where the money is now: exits, what can be frozen, which statements to ask for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.display import Display, SubjectDisplay
from suyuan.face.source import ResultTables
from suyuan.face.terms import REASONS
from suyuan.model.text import Text, row_text
from suyuan.money.methods import DEFAULT, METHODS, Method

ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Exit:
    """Money at rest for one reason, by the default method; least and most by any that conserves."""

    title: Text
    amount: Decimal
    share: float
    recoverable: Decimal
    reports: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A line of the freeze list or of the list of statements wanted."""

    subject: SubjectDisplay
    institution: str
    amount: Decimal
    saved: Decimal | None
    half_life: float | None
    reports: int
    since: str
    because: Text


@dataclass(frozen=True, slots=True)
class MoneyView:
    """All that the report says of the money, by the default method."""

    method: Method
    methods: list[Method]
    exits: list[Exit]
    total: Decimal
    not_located: int
    comparison: list[dict[str, Any]]
    freeze: list[Hold]
    freeze_more: int
    freeze_total: Decimal
    statements: list[Hold]
    statements_more: int
    doubts: list[dict[str, Any]]


def money_view(source: ResultTables, display: Display) -> MoneyView:
    exits = source.table("exits")
    own = exits.filter(pc.equal(exits["method"], DEFAULT))
    total = _sum(own["amount"])
    freeze, statements = source.table("freeze_list"), source.table("statements_wanted")
    not_located = own.filter(pc.equal(own["reason"], "not_located"))
    return MoneyView(
        method=METHODS[DEFAULT],
        methods=[METHODS[name] for name in METHODS],
        exits=_exits(own, total),
        total=total,
        not_located=not_located.num_rows,
        comparison=_comparison(exits),
        freeze=[_hold(row, display) for row in freeze.slice(0, ROWS_SHOWN).to_pylist()],
        freeze_more=max(freeze.num_rows - ROWS_SHOWN, 0),
        freeze_total=_sum(freeze["amount"]),
        statements=[_hold(row, display) for row in statements.slice(0, ROWS_SHOWN).to_pylist()],
        statements_more=max(statements.num_rows - ROWS_SHOWN, 0),
        doubts=source.table("trace_doubts").to_pylist(),
    )


def _sum(column: pa.ChunkedArray) -> Decimal:
    return Decimal(pc.sum(column).as_py() or 0)


def _exits(own: pa.Table, total: Decimal) -> list[Exit]:
    sums = own.group_by("reason").aggregate(
        [("amount", "sum"), ("recoverable", "sum"), ("report_id", "count_distinct")]
    )
    return [
        Exit(
            REASONS.get(row["reason"], Text(row["reason"], row["reason"])),
            row["amount_sum"],
            float(row["amount_sum"] / total) if total else 0.0,
            row["recoverable_sum"],
            row["report_id_count_distinct"],
        )
        for row in sums.sort_by([("amount_sum", "descending")]).to_pylist()
    ]


def _comparison(exits: pa.Table) -> list[dict[str, Any]]:
    """What each method holds to rest for each reason: rows of reasons, a column a method."""
    sums = exits.group_by(["reason", "method"]).aggregate([("amount", "sum")]).to_pylist()
    amounts = {(row["reason"], row["method"]): row["amount_sum"] for row in sums}
    methods = [name for name in METHODS if any(key[1] == name for key in amounts)]
    reasons = sorted({key[0] for key in amounts})
    return [
        {
            "title": REASONS.get(reason, Text(reason, reason)),
            "by": [(METHODS[name], amounts.get((reason, name))) for name in methods],
        }
        for reason in reasons
    ]


def _hold(row: dict[str, Any], display: Display) -> Hold:
    return Hold(
        display.subject(row["account"]),
        display.words(row["institution"]),
        row["amount"],
        row.get("saved"),
        row.get("half_life"),
        len(row["reports"] or ()),
        display.minute(row.get("since") or row.get("from")),
        row_text(row, "because"),
    )
