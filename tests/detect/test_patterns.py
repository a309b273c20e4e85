"""Shapes of layering, on ledgers small enough to reckon by hand; a custom of the place is none."""

import numpy as np
import pytest

from suyuan.detect.money_flows import accounts
from suyuan.detect.money_flows.patterns import SHAPES, surprise
from suyuan.money.settlement import settled_payments
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def paid(day, payer, payee, yuan):
    at = f"2019-05-{day:02} 02:{len(payer) + len(payee):02}"
    row = {"at": at, "payer": payer, "payee": payee, "amount": round(yuan * 100)}
    return row | {"payment_id": f"{day}-{payer}-{payee}-{yuan}"}


#: Forty people who pay one another sums that have nothing to do with each other.
CROWD = [paid(1 + i % 9, f"p{i}", f"p{(i * 7 + 3) % 40}", 20 * 1.37**i) for i in range(40)]


def shapes(duck, *payments):
    tables = given(duck, payments=[*CROWD, *payments])
    rows = duck.fetch(
        accounts.measure_accounts(tables, duck.keep(settled_payments(tables)))
    ).to_pylist()
    return {row["account_no"]: {name: row[name] for name in SHAPES} for row in rows}


def test_a_sum_cut_up_need_not_be_cut_in_equal_parts(duck):
    found = shapes(duck, *(paid(5, "boss", "mule", yuan) for yuan in (900, 950, 1_010)))
    assert found["mule"]["alike"] == found["boss"]["alike"] > 2
    assert found["p1"]["alike"] == 0
    apart = shapes(duck, *(paid(5, "boss", "mule", yuan) for yuan in (900, 1_200, 1_600)))
    assert apart["mule"]["alike"] == 0


def test_what_everybody_does_is_no_surprise(duck):
    rent = [paid(5, f"p{i}", f"p{i + 1}", yuan) for i in range(39) for yuan in (900, 950)]
    assert shapes(duck, *rent)["p3"]["alike"] == 0


def test_many_payers_in_one_day(duck):
    into = [paid(5, f"s{i}", "pot", 1_000 + i) for i in range(6)]
    found = shapes(duck, *into)["pot"]
    assert found["gather"] > 2
    spread = [paid(1 + i, f"s{i}", "pot", 1_000 + i) for i in range(6)]
    assert shapes(duck, *spread)["pot"]["gather"] < found["gather"]


def test_side_by_side_through_others_to_one(duck):
    into = [paid(5, "boss", f"m{i}", 1_000 + i) for i in range(4)]
    out = [paid(6, f"m{i}", "till", 980 + i) for i in range(4)]
    found = shapes(duck, *into, *out)
    assert all(found[name]["relay"] > 2 for name in ("boss", "m2", "till"))
    late = [row | {"at": "2019-05-26 02:00"} for row in out]
    assert shapes(duck, *into, *late)["m2"]["relay"] < found["m2"]["relay"]


def test_money_that_comes_round(duck):
    ring = [paid(5, "a", "b", 1_000), paid(6, "b", "c", 960), paid(7, "c", "a", 930)]
    found = shapes(duck, *ring)
    assert all(found[name]["round"] > 2 for name in "abc")
    backwards = [paid(7, "a", "b", 1_000), paid(6, "b", "c", 960), paid(5, "c", "a", 930)]
    assert shapes(duck, *backwards)["b"]["round"] == 0
    refund = [paid(5, "a", "b", 1_000), paid(6, "b", "a", 1_000)]
    assert shapes(duck, *refund)["a"]["round"] == 0


def test_a_sum_that_nobody_else_pays(duck):
    usual = [paid(1 + i % 9, f"p{i}", f"q{i}", 500 + i) for i in range(40)]
    found = shapes(duck, *usual, paid(5, "boss", "mule", 3.3))
    assert found["mule"]["odd_sum"] > 2
    assert found["q7"]["odd_sum"] < 1


def test_surprise_is_the_share_that_shows_as_much():
    assert surprise(np.array([0.0, 0.0, 0.0, 2.0])) == pytest.approx([0, 0, 0, np.log(4)])
    assert not surprise(np.full(5, 3.0)).any()
    assert surprise(np.zeros(0)).size == 0
