"""The at-risk list: who of those first called after it was made stood on it."""

import math
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.lab.scoring.folder import Compared

HORIZON = timedelta(days=7)


def at_risk(compared: Compared, as_of: datetime) -> dict[str, float]:
    """Recall of the first 100, 500 and 20 × (people called) rows over the next seven days.

    `as_of` (UTC) is when the list was made. ``called`` counts everybody first called in those
    days, also about orders that were placed only afterwards, whom no list could hold; ``known``
    those called about an order that had been placed. Beside it: an oracle that knows the calls,
    one that knows only which orders were exposed, and "newest orders first" (where the case is at
    hand).
    """
    first = _first_calls(compared)
    placed = _placed(compared, as_of)
    every = {p: row for p, row in first.items() if as_of < row["at"] <= as_of + HORIZON}
    targets = {
        "called": set(every),
        "known": {p for p, row in every.items() if row["order_id"] in placed["order_id"]},
    }
    called = {phone for phone, row in first.items() if row["at"] <= as_of}
    lists = {"recall": _listed(compared), **_rivals(compared, placed, called)}
    found = {name: float(len(who)) for name, who in targets.items()}
    cuts = {"100": 100, "500": 500, "5_percent": len(placed["order_id"]) // 20}
    for group, who in targets.items():
        for name, cut in {**cuts, "20x": 20 * len(who)}.items():
            found |= {
                f"{group}_{kind}_{name}": _recall(rows, who, cut) for kind, rows in lists.items()
            }
            most = min(cut, len(who)) / len(who) if who else math.nan
            found[f"{group}_oracle_calls_{name}"] = most
    return found


def _first_calls(compared: Compared) -> dict[str, dict[str, Any]]:
    """The first scam call to each number about an order of the order table."""
    found: dict[str, dict[str, Any]] = {}
    for row in compared.true("called").sort_by("at").to_pylist():
        if row["order_id"] is not None:
            found.setdefault(row["phone"], row)
    return found


def _placed(compared: Compared, as_of: datetime) -> dict[str, dict[str, str]]:
    """Orders placed by then, newest first: order → phone (and by that name the ids)."""
    orders = compared.case("orders")
    if orders is None:
        return {"order_id": {}}
    known = orders.filter(pc.less_equal(orders["ordered_at"], pa.scalar(as_of)))
    known = known.sort_by([("ordered_at", "descending")])
    ids, phones = known["order_id"].to_pylist(), known["buyer_phone"].to_pylist()
    return {"order_id": dict(zip(ids, phones, strict=True))}


def _listed(compared: Compared) -> list[str]:
    table = compared.result("at_risk").sort_by([("score", "descending")])
    return [str(phone) for phone in table["buyer_phone"].to_pylist()]


def _rivals(
    compared: Compared, placed: dict[str, dict[str, str]], called: set[str]
) -> dict[str, list[str]]:
    exposed = {r["order_id"] for r in compared.true("exposed").to_pylist() if r["used"]}
    newest = [(order, phone) for order, phone in placed["order_id"].items() if phone not in called]
    return {
        "rival_newest": [phone for _, phone in newest],
        "oracle_exposed": [phone for order, phone in newest if order in exposed],
    }


def _recall(ranked: list[str], wanted: set[str], cut: int) -> float:
    """Share of those wanted on the first rows (rows, not people: a second order is a row too)."""
    return len(wanted & set(ranked[:cut])) / len(wanted) if wanted else math.nan
