"""The functions that an expression of a rule may call.

Each takes Ibis values and gives one; a missing argument gives a missing answer unless said
otherwise. Whole-group functions (``count``, ``total`` …) have a meaning only where a fact is
declared as an aggregate or a window.
"""

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir


def _contains(cell: ir.Value, item: ir.Value) -> ir.Value:
    """True where the list `cell` holds `item`."""
    return cell.contains(item)


def _starts_with(text: ir.Value, head: ir.Value) -> ir.Value:
    return text.startswith(head)


def _coalesce(*values: ir.Value) -> ir.Value:
    """The first that is known."""
    return ibis.coalesce(*values)


def _when(condition: ir.Value, then: ir.Value, otherwise: ir.Value) -> ir.Value:
    """`then` or `otherwise`; missing where the condition cannot be told."""
    return ibis.cases((condition, then), (~condition, otherwise))


def _hours_between(start: ir.Value, end: ir.Value) -> ir.Value:
    return (end.epoch_seconds() - start.epoch_seconds()) / 3600


def _days_between(start: ir.Value, end: ir.Value) -> ir.Value:
    return (end.epoch_seconds() - start.epoch_seconds()) / 86400


def _after_months(start: ir.Value, months: ir.Value) -> ir.Value:
    """The same day and hour `months` calendar months later, by the calendar in Beijing.

    In a shorter month it is that month's last day.
    """
    local = start + ibis.interval(hours=8)
    return local + months.cast("int64").as_interval("M") - ibis.interval(hours=8)


def _day(moment: ir.Value) -> ir.Value:
    """The calendar day in Beijing, as text: what is done `at once` is counted within it."""
    return (moment + ibis.interval(hours=8)).date().cast("string")


def _total(amount: ir.Value) -> ir.Value:
    # DuckDB sums int64 into 128 bits, which no other engine reads; fen fit 64.
    total = amount.sum()
    return total.cast("int64") if total.type().is_integer() else total


Function = Callable[..., Any]

#: Of one row.
SCALAR: dict[str, Function] = {
    "contains": _contains,
    "starts_with": _starts_with,
    "length": lambda value: value.length(),
    "coalesce": _coalesce,
    "when": _when,
    "known": lambda value: value.notnull(),
    "missing": lambda value: value.isnull(),
    "hours_between": _hours_between,
    "days_between": _days_between,
    "after_months": _after_months,
    "day": _day,
    "floor": lambda value: value.floor(),
    "distance": lambda left, right: (left - right).abs(),
    "text": lambda value: value.cast("string"),
    "number": lambda truth: truth.cast("int64"),
}
#: Of all rows of a group or window. ``count`` without an argument counts rows.
WHOLE: dict[str, Function] = {
    "total": _total,
    "distinct": lambda value: value.nunique(),
    "largest": lambda value: value.max(),
    "smallest": lambda value: value.min(),
    "share": lambda truth: truth.cast("float64").mean(),
    "count_if": lambda truth: truth.cast("int64").sum().cast("int64"),
    "some": lambda truth: truth.cast("int64").max() == 1,
}
