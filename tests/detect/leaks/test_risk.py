"""Who is next: any of a person's orders, and a leak that nobody stopped."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suyuan.detect.leaks.call_rates import Rates, going
from suyuan.detect.leaks.chance_calls import BEFORE_CALLS
from suyuan.detect.leaks.lags import BEFORE_DATA
from suyuan.detect.leaks.order_rates import _followed_groups
from suyuan.detect.leaks.risk import at_risk
from suyuan.store.engine import Engine
from tables import given

START = datetime(2019, 5, 1)
LAST = START + timedelta(days=20)
SOURCE = {
    "role": "leak_source", "subject": "merchant:M1", "score": 1.0, "decided": True,
    "because_en": "", "because_zh": "", "rivals_en": "", "rivals_zh": "",
    "detector": "leak_source", "version": "2", "first_seen": START,
}  # fmt: skip

CALLER = SOURCE | {"role": "scam_caller", "subject": "phone:17000000000", "last_seen": START}


def rung(n: int, day: float, phone: str) -> dict[str, Any]:
    at = START + timedelta(days=day)
    return {"call_id": f"C{n}", "caller": "17000000000", "callee": phone, "started_at": at}


def order(n: int, day: float, phone: str, shop: str = "M1") -> dict[str, Any]:
    at = START + timedelta(days=day)
    return {"order_id": f"O{n:04}", "ordered_at": at, "buyer_phone": phone, "merchant_id": shop}


def listed(
    engine: Engine,
    orders: Sequence[dict[str, Any]],
    reports: Sequence[dict[str, Any]],
    until: float,
    calls: Sequence[dict[str, Any]] = (),
) -> dict[str, dict[str, Any]]:
    source = SOURCE | {"last_seen": START + timedelta(days=until)}
    tables = given(
        engine, orders=list(orders), reports=list(reports), calls=list(calls), matches=[],
        accesses=[], fraud_types=[],
        **{"findings:leak_source": [source], "findings:scam_caller": [CALLER]},
    )  # fmt: skip
    return {row["buyer_phone"]: row for row in engine.fetch(at_risk(tables)).to_pylist()}


def test_late_orders_that_a_hand_saw_follow_those_that_it_saw() -> None:
    """Most orders before were not seen; a hand's are the ones that are called."""
    parts = [(0, 0, 900), (1, 0, 100), (0, 1, 40), (1, 1, 10)]
    rows = [
        {"source": "m", "copied": 0, "seen": seen, "late": late, "exposed": n, "unnamed": 0}
        for seen, late, n in parts
    ]
    assert _followed_groups(pa.Table.from_pylist(rows)).tolist() == [-1, -1, 0, 1]
    assert _followed_groups(pa.Table.from_pylist([rows[0], rows[3]])).tolist() == [-1, 0]


def called(n: int, day: float, phone: str) -> dict[str, Any]:
    at = START + timedelta(days=day)
    return {
        "report_id": f"R{n}", "reported_at": at + timedelta(hours=3), "victim_phone": phone,
        "contacted_at": at, "quoted_order_id": f"O{n:04}",
    }  # fmt: skip


def early() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Orders of the first ten days; half of the buyers at M1, nobody at M2, were called."""
    orders = [order(n, n / 6, f"1380000{n:04}") for n in range(60)]
    orders += [order(200 + n, n / 30, f"1360000{n:04}", "M2") for n in range(300)]
    reports = [called(n, n / 6 + 0.5, f"1380000{n:04}") for n in range(0, 60, 2)]
    return orders, reports


def test_any_order_of_a_person_may_be_the_one(duck: Engine) -> None:
    orders, reports = early()
    once = order(900, 19.5, "13911110001")
    often = [order(901 + n, 19.5, "13911110002") for n in range(3)]
    found = listed(duck, [*orders, once, *often], reports, 20)
    one, three = found["13911110001"]["score"], found["13911110002"]["score"]
    assert three == pytest.approx(1 - (1 - one) ** 3, rel=1e-6)


def test_an_order_after_the_last_that_got_out_is_at_risk_while_nothing_says_it_was_stopped(
    duck: Engine,
) -> None:
    orders, reports = early()
    young, elsewhere = order(900, 10.4, "13911110001"), order(901, 10.4, "13911110009", "M2")
    found = listed(duck, [*orders, young, elsewhere], reports, 10)
    late = found["13911110001"]
    assert late["score"] > 3 * found.get("13911110009", {"score": 0.0})["score"]
    assert "nothing says that the leak was stopped" in late["because"]


def test_a_leak_whose_later_orders_were_never_called_was_stopped(duck: Engine) -> None:
    orders, reports = early()
    since = [order(100 + n, 10.2 + n / 8, f"1370000{n:04}") for n in range(70)]
    young = order(900, 19.9, "13911110001")
    found = listed(duck, [*orders, *since, young], reports, 10)
    assert found.get("13911110001", {"score": 0.0})["score"] < 0.05


def test_before_data_a_leak_goes_on_as_long_as_it_has_lasted() -> None:
    none = np.zeros(2)
    rate = np.array([0.4, 0.4])
    rates = Rates(rate, none, none, BEFORE_DATA, np.zeros(0), rate, BEFORE_CALLS)
    odds = going(rates, np.array([-1, 0]), np.full(2, 30.0 * 86400), np.full(2, 10.0 * 86400))
    assert odds.tolist() == [1.0, pytest.approx(0.75)]


def test_a_call_before_the_order_lowers_its_buyer_and_one_about_an_order_takes_him_off(
    duck: Engine,
) -> None:
    """Of three buyers of one hour, one was rung days before ordering, one hours after."""
    orders, reports = early()
    same = [order(900 + n, 9.0, f"1391111000{n}") for n in range(3)]
    calls = [rung(0, 4.0, "13911110001"), rung(1, 9.3, "13911110002")]
    found = listed(duck, [*orders, *same], reports, 10, calls)
    never, before = found["13911110000"], found["13911110001"]
    assert 0.4 * never["score"] < before["score"] < 0.6 * never["score"]
    assert "has called the buyer before" in before["because"]
    assert "此前曾致电该买家" in before["because_zh"]
    assert "has called the buyer" not in never["because"]
    assert found.get("13911110002", {"score": 0.0})["score"] < 0.2 * never["score"]


def test_buyers_where_nobody_is_named_stand_out_once_many_of_them_are_called(duck: Engine) -> None:
    orders, reports = early()
    orders += [order(600 + n, n / 8, f"1350000{n:04}", "M3") for n in range(80)]
    reports += [called(600 + n, n / 8 + 0.4, f"1350000{n:04}") for n in range(0, 80, 3)]
    there = order(980, 10.0, "13911110003", "M3")
    other = order(981, 10.0, "13911110004", "M2")
    found = listed(duck, [*orders, there, other], reports, 10)
    row = found["13911110003"]
    assert row["score"] > 5 * found.get("13911110004", {"score": 0.0})["score"]
    assert row["source"] == "merchant:M3"
    assert "where no leak is named; but 26 of its 81 orders" in row["because"]
