"""The at-risk list: who of those first called after it was made stood on it."""

import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.lab.scoring.folder import Comparison

HORIZON = timedelta(days=7)
#: Organisations of the rival that looks at victims' orders, and how far back these go.
FEW, RECENT = 3, timedelta(days=30)
HOLDERS = ("merchant_id", "platform", "courier", "software", "warehouse")


def at_risk(comparison: Comparison, as_of: datetime) -> dict[str, float]:
    """Recall of the first 100, 500 and 20 × (people called) rows, of 1 % and of 5 % of the orders.

    `as_of` (UTC) is when the list was made. ``called`` counts everybody first called in those
    days, also about orders that were placed only afterwards, whom no list could hold; ``known``
    those called about an order that had been placed. Beside it: an oracle that knows the calls,
    one that knows only which orders were exposed, "newest orders first" (where the case is at
    hand), and "newest orders of the three organisations most seen in victims' orders".
    """
    first = _first_calls(comparison)
    placed_orders = _placed_orders(comparison, as_of)
    every = {p: row for p, row in first.items() if as_of < row["at"] <= as_of + HORIZON}
    targets = {
        "called": set(every),
        "known": {p for p, row in every.items() if row["order_id"] in placed_orders["order_id"]},
    }
    called_phones = {phone for phone, row in first.items() if row["at"] <= as_of}
    lists = {
        "recall": _list_phones(comparison),
        **_rivals(comparison, placed_orders, called_phones, as_of),
    }
    recalls = {name: float(len(people)) for name, people in targets.items()}
    orders = len(placed_orders["order_id"])
    cuts = {"100": 100, "500": 500, "1_percent": orders // 100, "5_percent": orders // 20}
    for group, people in targets.items():
        for name, cut in {**cuts, "20x": 20 * len(people)}.items():
            recalls |= {
                f"{group}_{kind}_{name}": _recall(rows, people, cut) for kind, rows in lists.items()
            }
            most = min(cut, len(people)) / len(people) if people else math.nan
            recalls[f"{group}_oracle_calls_{name}"] = most
    return recalls


def _first_calls(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """The first scam call to each number about an order of the order table."""
    calls: dict[str, dict[str, Any]] = {}
    for row in comparison.true("called").sort_by("at").to_pylist():
        if row["order_id"] is not None:
            calls.setdefault(row["phone"], row)
    return calls


def _placed_orders(comparison: Comparison, as_of: datetime) -> dict[str, dict[str, str]]:
    """Orders placed by then, newest first: order → phone (and by that name the ids)."""
    orders = comparison.case("orders")
    if orders is None:
        return {"order_id": {}}
    past_orders = orders.filter(pc.less_equal(orders["ordered_at"], pa.scalar(as_of)))
    past_orders = past_orders.sort_by([("ordered_at", "descending")])
    ids, phones = past_orders["order_id"].to_pylist(), past_orders["buyer_phone"].to_pylist()
    return {"order_id": dict(zip(ids, phones, strict=True))}


def _list_phones(comparison: Comparison) -> list[str]:
    table = comparison.result("at_risk").sort_by([("score", "descending")])
    return [str(phone) for phone in table["buyer_phone"].to_pylist()]


def _rivals(
    comparison: Comparison,
    placed_orders: dict[str, dict[str, str]],
    called_phones: set[str],
    as_of: datetime,
) -> dict[str, list[str]]:
    exposed_orders = {r["order_id"] for r in comparison.true("exposed").to_pylist() if r["used"]}
    often = _often_seen(comparison, as_of)
    newest = [
        (order, phone)
        for order, phone in placed_orders["order_id"].items()
        if phone not in called_phones
    ]
    return {
        "rival_newest": [phone for _, phone in newest],
        "rival_seen": [phone for order, phone in newest if order in often],
        "oracle_exposed": [phone for order, phone in newest if order in exposed_orders],
    }


def _often_seen(comparison: Comparison, as_of: datetime) -> set[str]:
    """Orders through the organisations most seen in the orders of those who had reported."""
    orders, reports = comparison.case("orders"), comparison.case("reports")
    if orders is None or reports is None:
        return set()
    moment = pa.scalar(as_of)
    past_reports = reports.filter(pc.less_equal(reports["reported_at"], moment))
    recent = orders.filter(
        pc.and_(
            pc.less_equal(orders["ordered_at"], moment),
            pc.greater(orders["ordered_at"], pa.scalar(as_of - RECENT)),
        )
    )
    victim_orders = recent.filter(
        pc.is_in(recent["buyer_phone"], value_set=past_reports["victim_phone"])
    )
    counts = Counter(
        (name, value)
        for name in HOLDERS
        for value in victim_orders[name].to_pylist()
        if value is not None
    )
    often = {key for key, _ in counts.most_common(FEW)}
    columns = {name: recent[name].to_pylist() for name in HOLDERS}
    return {
        order
        for row, order in enumerate(recent["order_id"].to_pylist())
        if any((name, column[row]) in often for name, column in columns.items())
    }


def _recall(ranking: list[str], targets: set[str], cut: int) -> float:
    """Share of those wanted on the first rows (rows, not people: a second order is a row too)."""
    return len(targets & set(ranking[:cut])) / len(targets) if targets else math.nan
