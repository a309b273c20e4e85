"""Whose seized lists make a broker: not a shop's own, and not what a buyer bought."""

from typing import Any

from suyuan.detect.data_broker import measure
from suyuan.store.duck import DuckEngine
from tables import given


def held(duck: DuckEngine, holder: str, *trades: dict[str, Any]) -> dict[str, int]:
    """``subject: held_rows`` where `holder` has a list of three numbers."""
    tables = given(
        duck,
        orders=[{"order_id": "1", "ordered_at": "2019-05-01", "merchant_id": "M1"}],
        leaked=[
            {"leaked_id": str(n), "exhibit_id": "E", "holder_id": holder, "phone": f"139{n}"}
            for n in range(3)
        ],
        trades=list(trades),
        aliases=[
            {"name": name, "subject": f"party:{name}", "entity": f"party:{name}"}
            for name in ("M1", "B", "S")
        ],
    )
    rows = duck.fetch(measure(tables).candidates.select("subject", "held_rows")).to_pylist()
    return {row["subject"]: row["held_rows"] for row in rows}


def deal(seller: str, buyer: str) -> dict[str, Any]:
    row = {"trade_id": seller + buyer, "at": "2019-05-01", "seller": seller, "buyer": buyer}
    return row | {"goods": "records", "quantity": 3, "price": 1}


def test_a_seized_list_is_held(duck: DuckEngine) -> None:
    assert held(duck, "B") == {"party:B": 3}


def test_a_shop_may_have_its_own_list(duck: DuckEngine) -> None:
    assert held(duck, "M1") == {}


def test_a_buyer_holds_what_he_bought_and_stays_listed(duck: DuckEngine) -> None:
    assert held(duck, "B", deal("S", "B")) == {"party:B": 0, "party:S": 0}


def test_whoever_sells_too_is_no_mere_buyer(duck: DuckEngine) -> None:
    assert held(duck, "B", deal("S", "B"), deal("B", "S"))["party:B"] == 3
