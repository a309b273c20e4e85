"""Cash rests with the account that it was drawn from; what is paid in as cash goes on."""

import pytest
from test_trace import CONTACT, VICTIM, account, ends, paid

from suyuan.money.trace import trace
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def case(*payments, accounts=()):
    owners = ("zheng", "one", "two")
    return {
        "reports": [VICTIM | CONTACT | {"payee_accounts": ["m1"], "loss": 9_000_00}],
        "payments": payments,
        "bank_accounts": [account("hers", "zheng"), account("m1", "one"), *accounts],
        "aliases": [
            {"name": name, "subject": f"party:{name}", "entity": f"party:{name}"} for name in owners
        ],
    }


def shown(found):
    return {(r["payment_id"], r["from"], r["to"]) for r in found.traces.to_pylist()}


@pytest.mark.parametrize("machine", ["ATM115", None])
def test_a_withdrawal_rests_with_its_account_whether_a_machine_is_named_or_not(duck, machine):
    gone = paid("gone", "10:15", "hers", "m1", 9_000)
    drawn = paid("drawn", "10:20", "m1", machine, 8_000, channel="cash")
    found = trace(given(duck, **case(gone, drawn)), ("fifo",))
    assert ends(found, "fifo") == {
        ("r1", "bank_account:m1", "balance"): 1_000,
        ("r1", "bank_account:m1", "cash"): 8_000,
    }
    recoverable = {r["reason"]: r["recoverable"] for r in found.exits.to_pylist()}
    assert recoverable == {"balance": 1_000_00, "cash": 0}
    place = f"bank_account:{machine or 'm1'}"
    assert ("drawn", "bank_account:m1", place) in shown(found)


def test_two_who_draw_at_one_machine_are_two_ends(duck):
    found = trace(
        given(
            duck,
            **case(
                paid("gone", "10:15", "hers", "m1", 9_000),
                paid("on", "10:16", "m1", "m2", 4_000),
                paid("one", "10:20", "m1", "ATM115", 5_000, channel="cash"),
                paid("two", "10:25", "m2", "ATM115", 4_000, channel="cash"),
                accounts=[account("m2", "two")],
            ),
        ),
        ("fifo",),
    )
    assert ends(found, "fifo") == {
        ("r1", "bank_account:m1", "cash"): 5_000,
        ("r1", "bank_account:m2", "cash"): 4_000,
    }


def test_cash_paid_into_somebodys_account_goes_on(duck):
    found = trace(
        given(
            duck,
            **case(
                paid("in", "10:15", "hers", "m1", 9_000, channel="cash"),
                paid("on", "10:20", "m1", "m2", 7_000),
                accounts=[account("m2", "two")],
            ),
        ),
        ("fifo",),
    )
    assert ends(found, "fifo") == {
        ("r1", "bank_account:m1", "balance"): 2_000,
        ("r1", "bank_account:m2", "balance"): 7_000,
    }
