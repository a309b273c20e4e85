"""The chain of a small case is the same on every engine, down to its edges and counts."""

from collections.abc import Iterator
from typing import Any

import pytest

from suyuan.chain.steps import CHAIN_STEPS
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from tables import given

NUMBER, DEALER, BETWEEN = "17000000001", "party:D", "party:B"
SHOWN = {
    "chain": ("source", "target", "link", "ring_id", "amount", "count"),
    "rings": ("ring_id", "reports", "loss", "middlemen", "card_merchants", "helpers"),
    "series": ("report_id", "series_id", "ring_id"),
    "findings": ("role", "subject", "ring_id", "decided"),
    "cuts": ("cut_id", "reports", "reports_through", "reports_stopped"),
    "ring_activity": ("role", "subject", "week", "events"),
}


def report(id_: str, day: int) -> dict[str, Any]:
    return {
        "report_id": id_,
        "reported_at": f"2019-05-{day:02} 12:00",
        "contacted_at": f"2019-05-{day:02} 10:00",
        "victim_id": f"V{id_}",
        "victim_phone": f"139{id_}",
        "caller_numbers": [NUMBER],
        "loss": 100_00,
    }


def found(role: str, subject: str) -> dict[str, list[dict[str, Any]]]:
    told = {"because_en": "", "because_zh": "", "rivals_en": "", "rivals_zh": ""}
    row = {"role": role, "subject": subject, "score": 0.9, "decided": True}
    return {f"findings:{role}": [row | told | {"detector": role, "version": "1"}]}


def card(name: str, event: str, giver: str, taker: str) -> dict[str, Any]:
    return {
        "voucher_id": name,
        "at": "2019-05-08 12:00",
        "kind": "suning",
        "event": event,
        "face_value": 100_00,
        "from_party": giver,
        "to_party": taker,
        "price": 97_00 if event == "resale" else None,
    }


def step(id_: str, to: str, hop: int) -> dict[str, Any]:
    path = {"from": "party:V" + id_ if hop == 0 else BETWEEN, "to": to}
    at = {"at": "2019-05-07 12:00", "amount": 50_00, "payment_id": f"{id_}-{hop}"}
    return {"report_id": id_, "method": "lifo", "hop": hop} | path | at


def payment(id_: str, payer: str, payee: str) -> dict[str, Any]:
    ends = {"payer": payer, "payee": payee}
    return {"payment_id": id_, "at": "2019-05-07 12:00", "amount": 50_00} | ends


def chained(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    ids = ("a1", "a2", "a3")
    tables = given(
        engine,
        reports=[report(id_, day) for day, id_ in enumerate(ids, start=1)],
        calls=[
            {"caller": NUMBER, "callee": f"139{id_}", "started_at": f"2019-05-{day:02} 10:01",
             "imei": "86"}
            for day, id_ in enumerate(ids, start=1)
        ],
        vouchers=[card("c1", "transfer", "X", "B"), card("c2", "resale", "B", "D")],
        payments=[payment(f"{id_}-0", id_, "B") for id_ in ids] + [payment("a1-1", "B", "D")],
        traces=[step(id_, BETWEEN, 0) for id_ in ids] + [step("a1", DEALER, 1)],
        **found("scam_caller", f"phone:{NUMBER}"),
        **found("middleman", BETWEEN),
        **found("card_merchant", DEALER),
    )  # fmt: skip
    for each in CHAIN_STEPS:
        for name, made in each.run(tables).items():
            tables.put(name, made)
    return {
        name: sorted(
            (tuple(row[c] for c in columns) for row in engine.fetch(tables[name]).to_pylist()),
            key=repr,
        )
        for name, columns in SHOWN.items()
    }


@pytest.fixture
def duck() -> Iterator[Engine]:
    with DuckEngine() as engine:
        yield engine


def test_a_ring_its_middleman_and_its_dealer(engine: Engine, duck: Engine) -> None:
    made = chained(engine)
    links = {(source, link) for source, _, link, *_ in made["chain"]}
    assert {(BETWEEN, "laundered_for"), (DEALER, "laundered_for")} <= links
    assert [ring[1:] for ring in made["rings"]] == [(3, 300_00, 1, 1, 2)]
    assert made == chained(duck)
