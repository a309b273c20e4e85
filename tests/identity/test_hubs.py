"""Hubs: what ties everyone to everyone, and what only looks so."""

import pytest

from suyuan.identity.hubs import hubs
from tables import given


def paid(payee, payers, start):
    return [
        {"payment_id": f"{payee}-{n}", "payer": f"a{p}", "payee": payee, "at": start, "amount": 100}
        for n, p in enumerate(payers)
    ]


@pytest.fixture
def found(engine):
    """A shop that everybody pays; a mule whom sixty pay, ten of them victims who reported."""
    people = range(400)
    victims = range(20)
    tables = given(
        engine,
        payments=[
            *paid("shop", people, "2019-05-01"),
            *paid("mule", [*range(10), *range(300, 350)], "2019-05-02"),
        ],
        bank_accounts=[
            {"account_no": "shop", "kind": "merchant"},
            *({"account_no": f"a{p}", "kind": "bank", "holder_id": f"p{p}"} for p in people),
        ],
        reports=[
            {"report_id": f"r{v}", "victim_id": f"p{v}", "reported_at": "2019-05-03"}
            for v in victims
        ],
        calls=[
            {"caller": f"138{n:08}", "callee": "10086", "started_at": "2019-05-01"}
            for n in range(60)
        ],
    )
    return {row["subject"]: row for row in engine.fetch(hubs(tables)).to_pylist()}


def test_a_shop_and_a_service_number_are_hubs(found):
    assert found["bank_account:shop"]["degree"] == 400
    assert found["phone:10086"]["degree"] == 60


def test_a_mule_whose_payers_are_often_victims_is_none(found):
    assert "bank_account:mule" not in found
