"""Marked orders name their holder when they come to light, and nobody when something else does."""

from typing import Any

import pytest

from suyuan.detect.leak_source import DETECTOR
from suyuan.detect.scoring import step
from suyuan.store.engine import Engine
from tables import given

PLANTED, CALLED, BEFORE = "2019-05-02T00:00", "2019-05-06T09:00", "2019-04-20T09:00"
NUMBER, SCAMMER, COURIER = "13900000001", "17000000001", "13100000009"


def order(n: int, **more: Any) -> dict[str, Any]:
    return {
        "order_id": f"O{n}",
        "ordered_at": f"2019-05-{1 + n % 9:02d}T10:00",
        "buyer_phone": f"138{n:08d}",
        "buyer_name": f"王{n}",
        "platform": "P1",
        "merchant_id": f"M{n % 6}",
        "amount": 6200 + n,
    } | more


ORDERS = [order(n) for n in range(60)]
MARKED = order(100, merchant_id="M2", buyer_phone=NUMBER, ordered_at=PLANTED)


def canary(holder: str = "merchant:M2", **more: Any) -> dict[str, Any]:
    return {
        "order_id": "O100",
        "holder": holder,
        "planted_at": PLANTED,
        "planted_by": "platform",
    } | more


def call(caller: str = SCAMMER, at: str = CALLED, callee: str = NUMBER) -> dict[str, Any]:
    return {"caller": caller, "callee": callee, "started_at": at}


def report(**more: Any) -> dict[str, Any]:
    return {"report_id": "R1", "reported_at": "2019-05-07T10:00", "contacted_at": CALLED} | more


def caller(score: float = 0.99) -> list[dict[str, Any]]:
    told = {"because_en": "", "because_zh": "", "rivals_en": "", "rivals_zh": ""}
    found = {"role": "scam_caller", "subject": f"phone:{SCAMMER}", "score": score, "decided": True}
    return [found | told | {"detector": "scam_caller", "version": "1"}]


def named(engine: Engine, **rows: Any) -> dict[str, dict[str, Any]]:
    """Decided sources by subject, of a case that otherwise says nothing about anybody."""
    base = {"orders": [*ORDERS, MARKED], "canaries": [canary()]}
    callers = {"findings:scam_caller": caller()} if rows.get("calls") else {}
    out = step(DETECTOR).run(given(engine, **(base | callers | rows)))
    told = engine.fetch(out["findings:leak_source"]).to_pylist()
    assert len({row["subject"] for row in told}) == len(told)
    return {row["subject"]: row for row in told if row["decided"]}


MATCH = {
    "leaked_row": "leaked:2",
    "order_id": "O100",
    "order_row": "orders:62",
    "weight": 20.0,
    **{
        f"{name}_weight": 0.0
        for name in ("phone", "name", "address", "amount", "time", "item", "waybill")
    },
}


def exhibit(**more: Any) -> dict[str, Any]:
    return {"leaked_id": "L1", "exhibit_id": "E1", "phone": "139****0001"} | more


def test_found_in_an_exhibit(engine: Engine) -> None:
    found = named(engine, leaked=[exhibit()], matches=[MATCH | {"probability": 0.98}])
    assert set(found) == {"merchant:M2"}
    assert "1 of 1 marked orders" in found["merchant:M2"]["because_en"]


def test_its_rows_are_the_evidence(duck: Engine) -> None:
    rows = {"orders": ORDERS, "canaries": [canary(phone=NUMBER)], "calls": [call()]}
    out = step(DETECTOR).run(given(duck, **rows, **{"findings:scam_caller": caller()}))
    evidence = duck.fetch(out["evidence:leak_source"]).to_pylist()
    held = {row["table"] for row in evidence if row["subject"] == "merchant:M2"}
    assert held == {"canaries", "calls"}


def test_whole_number_in_an_exhibit_though_the_order_is_in_no_table(duck: Engine) -> None:
    rows = {"orders": ORDERS, "canaries": [canary(phone=NUMBER)]}
    assert set(named(duck, **rows, leaked=[exhibit(phone=NUMBER)])) == {"merchant:M2"}


def test_quoted_by_a_caller(duck: Engine) -> None:
    assert set(named(duck, reports=[report(quoted_order_id="O100")])) == {"merchant:M2"}


def test_rung_by_a_scam_caller(duck: Engine) -> None:
    assert set(named(duck, calls=[call()])) == {"merchant:M2"}


def test_a_login_that_was_given_it(duck: Engine) -> None:
    found = named(duck, canaries=[canary("actor:M2/qian")], calls=[call()])
    assert set(found) == {"actor:M2/qian"}


NEAR = {
    "never came to light": {},
    "a courier rings before delivery": {"calls": [call(COURIER)]},
    "rung before it was planted": {"calls": [call(at=BEFORE)]},
    "its number is on a true order of another shop": {
        "orders": [*ORDERS, MARKED, order(101, merchant_id="M4", buyer_phone=NUMBER)],
        "calls": [call()],
    },
    "its number was given to two holders": {
        "canaries": [canary(), canary("merchant:M3", order_id="O103", phone=NUMBER)],
        "calls": [call()],
    },
    "the order was given to two holders": {
        "canaries": [canary(), canary("merchant:M3")],
        "reports": [report(quoted_order_id="O100")],
    },
    "a copy that is hardly likelier than not": {
        "leaked": [exhibit()],
        "matches": [MATCH | {"probability": 0.52}],
    },
    "seized before it was planted": {
        "leaked": [exhibit(obtained_at=BEFORE)],
        "matches": [MATCH | {"probability": 0.98}],
    },
    "a copy in its holder's own list": {
        "leaked": [exhibit(holder_id="M2")],
        "matches": [MATCH | {"probability": 0.98}],
    },
    "its number in the list of the login's own shop": {
        "canaries": [canary("actor:M2/qian", phone=NUMBER)],
        "leaked": [exhibit(phone=NUMBER, holder_id="M2")],
    },
    "a report of another fraud": {
        "reports": [report(victim_phone=NUMBER, fraud_type="贷款诈骗")],
    },
}


@pytest.mark.parametrize("rows", NEAR.values(), ids=NEAR)
def test_near_misses(duck: Engine, rows: dict[str, Any]) -> None:
    assert named(duck, **rows) == {}


def test_without_marked_orders_nothing_changes(duck: Engine) -> None:
    assert named(duck, canaries=[], calls=[call()]) == {}
