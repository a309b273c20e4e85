"""What a narrative tells of the order singles it out, and no other sum does."""

from typing import Any

import ibis
import numpy as np

from suyuan.detect.leaks.order_details import GOODS, NUMBER, PRICE, with_details
from suyuan.store.engine import Engine
from tables import given

ORDERS: list[dict[str, Any]] = [
    {"order_id": "O1", "amount": 6200, "item": "内衣三件装", "waybill_id": "W1"},
    {"order_id": "O2", "amount": 3550, "item": "保温杯", "waybill_id": "W2"},
]


def fact(kind: str, **more: Any) -> dict[str, Any]:
    base = {"report_id": "R1", "ordinal": 0, "value": "", "normalised": "", "start": 0, "end": 1}
    return base | {"kind": kind} | more


def told(engine: Engine, *facts: dict[str, Any]) -> dict[str, float]:
    rows = [order | {"ordered_at": "2019-05-01T08:00"} for order in ORDERS]
    tables = given(engine, orders=rows, statements=list(facts))
    pairs = tables["orders"].select("order_id").mutate(contact=ibis.literal("R1"))
    found = engine.fetch(with_details(tables, pairs)).to_pylist()
    assert len(found) == len(ORDERS)
    return {row["order_id"]: row["told"] for row in found}


def test_price_and_goods(engine: Engine) -> None:
    facts = [fact("amount", amount=6200), fact("goods", normalised="内衣")]
    assert told(engine, *facts) == {"O1": PRICE + GOODS, "O2": 0.0}


def test_a_fact_told_twice_counts_once(duck: Engine) -> None:
    twice = [fact("amount", amount=6200), fact("amount", amount=6200, ordinal=1)]
    assert told(duck, *twice) == {"O1": PRICE, "O2": 0.0}


def test_the_parcels_number(duck: Engine) -> None:
    assert told(duck, fact("waybill", normalised="W2")) == {"O1": 0.0, "O2": NUMBER}


def test_what_was_lost_is_no_price(duck: Engine) -> None:
    assert told(duck, fact("amount", amount=6200, role="transfer")) == {"O1": 0.0, "O2": 0.0}


def test_without_narratives(duck: Engine) -> None:
    assert np.allclose(list(told(duck).values()), 0.0)
