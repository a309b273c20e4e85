"""Suppliers of cards: which level each candidate is."""

from suyuan.detect.sim_supplier import CUSTOMER, NEAREST, OPERATOR, OUTLET, SELLER, measure
from suyuan.store.duck import DuckEngine
from tables import given

CARD = {"operator": "R", "agent": "A", "product": "personal", "opened_at": "2019-05-01T00:00"}


def test_seller_outlet_operator_and_customer_are_told_apart(duck: DuckEngine) -> None:
    cards = [
        CARD | {"iccid": str(n), "msisdn": f"1380000000{n}", "customer_id": "straw"}
        for n in range(4)
    ]
    sold = {"trade_id": "1", "at": "2019-05-02T00:00", "seller": "dealer", "buyer": "ring"}
    sold |= {"goods": "sim", "quantity": 4, "items": ["13800000001"]}
    known = [{"name": "dealer", "subject": "party:dealer", "entity": "party:dealer"}]
    tables = given(duck, sims=cards, trades=[sold], aliases=known)
    found = duck.fetch(measure(tables).candidates.select("subject", "kind")).to_pylist()
    assert {row["subject"]: row["kind"] for row in found} == {
        "party:dealer": SELLER,
        "agent:A": OUTLET,
        "operator:R": OPERATOR,
        "party:straw": CUSTOMER,
    }
    assert sorted(NEAREST) == [OUTLET, OPERATOR, CUSTOMER, SELLER]
