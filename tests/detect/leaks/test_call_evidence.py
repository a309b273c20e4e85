"""Calls alone: many numbers that follow the orders of one organisation name it; a desk does not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from suyuan.detect.leaks.call_evidence import CalledSource, SourceSpan, called_sources
from suyuan.detect.leaks.inquiry import inquire
from suyuan.store.engine import Engine
from tables import given

START = datetime(2019, 5, 1)
#: Probability that a number calls for the fraud, as it was decided.
SURE = 0.95
Row = dict[str, Any]


def phone(n: int) -> str:
    return f"138{n:08}"


def market(courier: Sequence[str] = ("C1",)) -> list[Row]:
    """Ten shops with 120 orders each over 30 days, each by a buyer of its own."""
    days = np.random.default_rng(1).uniform(0.0, 30.0, 1200)
    return [
        {
            "order_id": f"O{n:05}",
            "ordered_at": START + timedelta(seconds=int(86400 * days[n])),
            "buyer_phone": phone(n),
            "merchant_id": f"M{n % 10}",
            "courier": courier[n % len(courier)],
        }
        for n in range(1200)
    ]


def calls(orders: Sequence[Row], which: Sequence[int], numbers: int, hours: int) -> list[Row]:
    """The buyers of `which` orders rung by so many numbers in turn, so long after at most."""
    draws = np.random.default_rng(2)
    gaps = [timedelta(minutes=int(n)) for n in draws.integers(600, 60 * hours, len(which))]
    return [
        {
            "call_id": f"{numbers}-{place}",
            "caller": f"170000{place % numbers:05}",
            "callee": orders[n]["buyer_phone"],
            "started_at": orders[n]["ordered_at"] + gaps[place],
        }
        for place, n in enumerate(which)
    ]


def found(
    engine: Engine, orders: list[Row], rung: list[Row], named: Sequence[SourceSpan] = ()
) -> list[CalledSource]:
    numbers = sorted({row["caller"] for row in rung})
    decided = [
        {
            "role": "scam_caller", "subject": f"phone:{one}", "score": SURE, "decided": True,
            "because_en": "", "because_zh": "", "rivals_en": "", "rivals_zh": "",
            "detector": "scam_caller", "version": "1",
        }
        for one in numbers
    ]  # fmt: skip
    tables = given(
        engine, orders=orders, reports=[], calls=rung, matches=[], accesses=[], fraud_types=[],
        **{"findings:scam_caller": decided},
    )  # fmt: skip
    asked = inquire(tables)
    assert asked is not None
    return called_sources(tables, asked, named)


@pytest.fixture
def by_chance() -> list[Row]:
    """Sixty people rung at any time, about nothing here."""
    orders = market()
    who = np.random.default_rng(3).permutation(1200)[:60]
    return calls(orders, who.tolist(), 30, 700)


def test_buyers_of_one_shop_rung_by_many_numbers_name_it(
    duck: Engine, by_chance: list[Row]
) -> None:
    orders = market()
    rung = calls(orders, list(range(1, 1000, 20)), 29, 30)
    (only,) = found(duck, orders, rung + by_chance)
    assert only.subject == "merchant:M1"
    assert only.evidence > 15.0
    assert 10.0 < only.called < 55.0
    assert only.times > 3.0
    assert set(only.behind["order_id"].to_pylist()) <= {
        row["order_id"] for row in orders if row["merchant_id"] == "M1"
    }


def test_one_number_that_rings_one_shops_buyers_may_be_its_desk(
    duck: Engine, by_chance: list[Row]
) -> None:
    orders = market()
    rung = calls(orders, list(range(1, 1000, 20)), 1, 30)
    assert found(duck, orders, rung + by_chance) == []


def test_calls_at_any_time_name_nobody(duck: Engine, by_chance: list[Row]) -> None:
    assert found(duck, market(), by_chance) == []


def test_what_went_through_a_named_source_says_nothing_of_its_shop(
    duck: Engine, by_chance: list[Row]
) -> None:
    """Shops M1, M3 … send by courier C2, which leaks most at M1."""
    orders = market(("C1", "C2"))
    rung = calls(orders, list(range(1, 1000, 20)), 29, 30) + by_chance
    courier = SourceSpan("courier:C2", 0.99, START, START + timedelta(days=30))
    assert found(duck, orders, rung, [courier]) == []


def test_who_share_all_their_orders_share_the_odds(duck: Engine, by_chance: list[Row]) -> None:
    orders = [row | {"courier": "C2" if row["merchant_id"] == "M1" else "C1"} for row in market()]
    rung = calls(orders, list(range(1, 1000, 20)), 29, 30)
    assert found(duck, orders, rung + by_chance) == []


def test_two_sources_are_no_rivals_of_one_another(duck: Engine, by_chance: list[Row]) -> None:
    orders = market(("C1", "C2", "C3"))
    rung = calls(orders, list(range(1, 1000, 20)) + list(range(2, 1000, 20)), 29, 30)
    both = found(duck, orders, rung + by_chance)
    assert {one.subject for one in both} == {"merchant:M1", "merchant:M2"}
    assert min(one.evidence for one in both) > 10.0
