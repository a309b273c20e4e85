"""Members whom no victim heard: buyers of lists that were called, hands that cards went through."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from suyuan.chain.unheard_members import card_hands, record_buyers
from suyuan.model.derived import TOUCHES
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from tables import given

NUMBER = "17000000001"
TOLD = {"score": 0.9, "decided": True, "because_en": "", "because_zh": "", "rivals_en": ""}
TOLD |= {"rivals_zh": "", "detector": "x", "version": "1"}
SCHEMA = pa.schema([*TOUCHES.schema, pa.field("ring_id", pa.string())])


@pytest.fixture
def engine() -> Iterator[Engine]:
    with DuckEngine() as duck:
        yield duck


def found(role: str, subject: str) -> dict[str, list[dict[str, Any]]]:
    return {f"findings:{role}": [TOLD | {"role": role, "subject": subject}]}


def placed(engine: Engine, *ids: str) -> Any:
    """Touches of a ring's reports, which all name one number."""
    touch = {"node": f"phone:{NUMBER}", "how": "named", "table": "reports", "file": "f", "line": 1}
    rows = [
        touch | {"report_id": id_, "key": id_, "row_id": id_, "sha256": "0", "ring_id": "R"}
        for id_ in ids
    ]
    return engine.arrow(pa.Table.from_pylist(rows, schema=SCHEMA))


def names(*people: str) -> list[dict[str, str]]:
    return [{"name": n, "subject": f"party:{n}", "entity": f"party:{n}"} for n in people]


def list_of(id_: str, buyer: str, phones: list[str], day: int = 1) -> dict[str, Any]:
    row = {"trade_id": id_, "at": f"2019-05-{day:02}", "seller": "S", "buyer": buyer}
    return row | {"goods": "records", "quantity": 100, "price": 1, "items": phones}


def buyers(engine: Engine, *trades: dict[str, Any]) -> set[str]:
    called = [f"1390000000{n}" for n in range(6)]
    others = [f"1380000{n:04}" for n in range(94)]
    tables = given(
        engine,
        reports=[{"report_id": "a", "reported_at": "2019-05-09", "victim_phone": "1", "loss": 1}],
        calls=[{"caller": NUMBER, "callee": phone, "started_at": "2019-05-05"} for phone in called],
        orders=[
            {"order_id": phone, "ordered_at": "2019-05-01", "buyer_phone": phone}
            for phone in called + others
        ],
        trades=list(trades),
        aliases=names("X", "S"),
        **found("scam_caller", f"phone:{NUMBER}"),
    )
    rows = engine.fetch(record_buyers(placed(engine, "a"), tables)).to_pylist()
    assert all(row["how"] == "bought" and row["ring_id"] == "R" for row in rows)
    return {row["node"] for row in rows}


MET = ["13900000000", "13900000001", "13900000002"]


def test_whose_lists_were_called_is_a_member(engine: Engine) -> None:
    lists = list_of("1", "X", MET[:2]), list_of("2", "X", MET[2:])
    assert buyers(engine, *lists) == {"party:X"}


def test_one_list_says_nothing(engine: Engine) -> None:
    assert buyers(engine, list_of("1", "X", MET)) == set()


def test_calls_before_the_sale_say_nothing(engine: Engine) -> None:
    lists = list_of("1", "X", MET[:2], day=8), list_of("2", "X", MET[2:], day=8)
    assert buyers(engine, *lists) == set()


def test_lists_called_no_oftener_than_other_people_say_nothing(engine: Engine) -> None:
    many = [f"1380000{n:04}" for n in range(94)]
    lists = list_of("1", "X", MET[:2] + many), list_of("2", "X", MET[2:])
    assert buyers(engine, *lists) == set()


def hands(engine: Engine, *, payer: str, cards: int = 3, plain: bool = True) -> set[str]:
    """Cards of as many reports, issued to X, paid by M's account, given to the dealer D.

    Where they are not `plain`, what paid for them is not in their record and was found.
    """
    ids = [f"r{n}" for n in range(cards)]
    issue = {"kind": "q", "event": "issue", "face_value": 100, "at": "2019-05-02"}
    steps = [
        {"report_id": id_, "voucher_id": f"v{id_}", "from": "party:X", "to": "party:D", "hop": 2}
        for id_ in ids
    ]
    paid = [
        {"report_id": id_, "payment_id": f"p{id_}", "from": f"bank_account:{payer}",
         "to": "bank_account:SHOP", "hop": 1}
        for id_ in ids
    ]  # fmt: skip
    tables = given(
        engine,
        traces=[
            step | {"method": "lifo", "amount": 100, "at": "2019-05-02"} for step in steps + paid
        ],
        vouchers=[
            issue | {"voucher_id": f"v{id_}", "to_party": "X"}
            | ({"payment_id": f"p{id_}"} if plain else {})
            for id_ in ids
        ],
        card_payments=[
            {"voucher_id": f"v{id_}", "payment_id": f"p{id_}", "how": "linked"}
            for id_ in (() if plain else ids)
        ],
        payments=[
            {"payment_id": f"p{id_}", "at": "2019-05-02", "payer": payer, "payee": "SHOP",
             "amount": 100}
            for id_ in ids
        ],
        owners=[
            {"subject": f"bank_account:{no}", "entity": f"party:{who}", "table": "parties",
             "row_id": no}
            for no, who in (("6200", "M"), ("6300", "X"))
        ],
        aliases=names("X", "D", "M"),
        **found("card_merchant", "party:D"),
    )  # fmt: skip
    return {r["node"] for r in engine.fetch(card_hands(placed(engine, *ids), tables)).to_pylist()}


def test_who_holds_cards_that_others_paid_is_a_member(engine: Engine) -> None:
    assert hands(engine, payer="6200") == {"party:X"}


def test_what_paid_for_a_card_need_not_be_in_its_record(engine: Engine) -> None:
    assert hands(engine, payer="6200", plain=False) == {"party:X"}
    assert hands(engine, payer="6300", plain=False) == set()


def test_who_paid_for_the_cards_is_a_mule_at_most(engine: Engine) -> None:
    assert hands(engine, payer="6300") == set()


def test_an_unknown_payer_may_be_the_holder(engine: Engine) -> None:
    assert hands(engine, payer="6400") == set()


def test_cards_of_two_reports_are_too_few(engine: Engine) -> None:
    assert hands(engine, payer="6200", cards=2) == set()
