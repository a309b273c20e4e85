"""Money that an office has stopped already is shown as held; nobody is asked to stop it again."""

import pyarrow.compute as pc
import pytest
from test_trace import zheng

from suyuan.money.methods import DEFAULT
from suyuan.money.step import MONEY
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def measure(id_="a", **more):
    row = {
        "measure_id": id_,
        "kind": "stop",
        "subject": "bank_account:m2",
        "amount": 4_000_00,
        "since": "2019-04-29T12:00",
        "until": "2019-05-01T12:00",
        "as_of": "2019-04-30T09:00",
    }
    return row | more


def lying(duck, *measures):
    """{account: (free, held)} in yuan of what the freeze list has, and of the exits."""
    found = MONEY.run(given(duck, **zheng(), measures=list(measures)))
    rows = found["freeze_list"].to_pylist()
    own = found["exits"].filter(pc.equal(found["exits"]["method"], DEFAULT)).to_pylist()
    listed = {r["account"]: (r["amount"] / 100, r["held"] / 100) for r in rows}
    lies = [r for r in own if r["reason"] != "cash"]
    exits = {r["exit"]: (r["recoverable"] / 100, r["held"] / 100) for r in lies}
    assert all(exits[account] == pair for account, pair in listed.items())
    return listed, rows


def test_what_is_stopped_is_not_asked_for_again(duck):
    before, _ = lying(duck)
    assert before["bank_account:m2"] == (10_000, 0)
    after, rows = lying(duck, measure())
    assert after == before | {"bank_account:m2": (6_000, 4_000)}
    [row] = [r for r in rows if r["account"] == "bank_account:m2"]
    assert "until 2019-05-01 20:00" in row["because_en"]
    assert "已止付或冻结" in row["because_zh"]


def test_a_freeze_of_all_leaves_nothing_to_do_but_is_shown(duck):
    frozen = measure("b", kind="freeze", amount=None, until="2019-10-30T12:00")
    after, rows = lying(duck, measure(), frozen)
    assert after["bank_account:m2"] == (0, 10_000)
    [row] = [r for r in rows if r["account"] == "bank_account:m2"]
    assert row["saved"] == 0
    assert "would be gone" not in row["because_en"]


def test_what_has_ended_holds_nothing(duck):
    before, _ = lying(duck)
    over = measure(ended="2019-04-29T18:00", why="released")
    lapsed = measure("b", as_of="2019-05-01T12:00")
    other = measure("c", kind="restriction")
    elsewhere = measure("d", subject="bank_account:nobody")
    assert lying(duck, over, lapsed, other, elsewhere)[0] == before
