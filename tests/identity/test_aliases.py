"""What a name in a ledger stands for."""

import pytest

from suyuan.identity.aliases import aliases
from suyuan.identity.owners import owners
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from tables import given

CARD = {"iccid": "1", "msisdn": "13800000001", "operator": "R", "agent": "A"}
SALE = {"at": "2019-05-02T00:00", "buyer": "ring", "goods": "sim", "quantity": 1}


@pytest.mark.parametrize(
    ("seller", "entity"),
    [
        ("A", "agent:A"),
        ("R", "operator:R"),
        ("old Yang", "party:old Yang"),
        ("qq:1", "account:qq:1"),
    ],
)
def test_an_outlet_in_a_ledger_is_the_outlet_of_the_cards(seller: str, entity: str) -> None:
    with DuckEngine() as engine:
        assert _entity(engine, seller) == entity


def test_a_person_of_the_same_name_comes_first() -> None:
    with DuckEngine() as engine:
        assert _entity(engine, "A", parties=[{"party_id": "A", "kind": "person"}]) == "party:A"


def _entity(engine: Engine, seller: str, **more: list[dict[str, str]]) -> str:
    tables = given(engine, sims=[CARD], trades=[SALE | {"trade_id": "1", "seller": seller}], **more)
    found = engine.fetch(aliases(tables, owners(tables))).to_pylist()
    (entity,) = [row["entity"] for row in found if row["name"] == seller]
    return str(entity)
