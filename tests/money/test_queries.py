"""Paths, cycles, reach and counterparties against a search by hand."""

from datetime import datetime
from itertools import pairwise, permutations

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from test_trace import account, paid

from suyuan.model.errors import InputError
from suyuan.money.queries import (
    TimeWindow,
    accounts_of,
    counterparties,
    gatherings,
    paths,
    payments_in,
    reach,
    total,
)
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


CASE = {
    "bank_accounts": [account("a", "ann"), account("a2", "ann"), account("b", "bob")],
    "payments": [
        paid("1", "10:00", "a", "b", 100),
        paid("2", "11:00", "b", "c", 60),
        paid("3", "09:00", "c", "d", 50),
        paid("4", "12:00", "c", "a", 55),
        paid("5", "12:00", "b", "d", 5),
        paid("6", "13:00", "a2", "d", 7),
    ],
}


def ids(found):
    out = {}
    for row in found.steps.to_pylist():
        out.setdefault(row["path"], []).append(row["payment_id"])
    return list(out.values())


def test_paths_follow_time_and_cycles_come_home(duck):
    held = payments_in(given(duck, **CASE), TimeWindow())
    assert ids(paths(held, "a", "d")) == [["1", "5"]]
    assert ids(paths(held, "a", "a")) == [["1", "2", "4"]]
    assert ids(paths(held, "a", "c", hops=1)) == []
    cut = paths(held, "a", "a", most=1)
    assert cut.complete


def test_a_window_and_a_least_amount_leave_payments_out(duck):
    tables = given(duck, **CASE)
    assert ids(paths(payments_in(tables, TimeWindow(least=50_00)), "a", "a")) == [["1", "2", "4"]]
    late = TimeWindow(since=datetime(2019, 4, 29, 10, 30))
    assert ids(paths(payments_in(tables, late), "b", "a")) == [["2", "4"]]
    with pytest.raises(InputError):
        payments_in(tables, TimeWindow(until=datetime(2019, 4, 29, 8))).codes(["a"])


def test_reach_both_ways_and_a_persons_counterparties(duck):
    tables = given(duck, **CASE)
    held = payments_in(tables, TimeWindow())
    assert reach(held, ["b"])["account"].to_pylist() == ["c", "a", "d"]
    assert reach(held, ["c"], back=True)["account"].to_pylist() == ["b", "a"]
    own = accounts_of(tables, "party:ann")
    assert own == ["a", "a2"]
    found = counterparties(held, own)
    assert (total(found, "in"), total(found, "out")) == (55_00, 107_00)


@drawn(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 9)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_every_path_and_no_other(rows):
    payments = [
        paid(f"{i:02}", f"{10 + t}:00", f"n{x}", f"n{y}", 1)
        for i, (x, y, t) in enumerate(rows)
        if x != y
    ]
    names = {p[end] for p in payments for end in ("payer", "payee")}
    if not {"n0", "n1"} <= names:
        return
    with DuckEngine() as duck:
        held = payments_in(given(duck, payments=payments), TimeWindow())
        found = {tuple(path) for path in ids(paths(held, "n0", "n1", hops=3))}
    wanted = set()
    for size in (1, 2, 3):
        for chosen in permutations(payments, size):
            visited = [chosen[0]["payer"], *(p["payee"] for p in chosen)]
            joined = all(p["payee"] == q["payer"] for p, q in pairwise(chosen))
            timely = all(p["at"] <= q["at"] for p, q in pairwise(chosen))
            once = len(set(visited)) == len(visited)
            if (visited[0], visited[-1]) == ("n0", "n1") and joined and timely and once:
                wanted.add(tuple(p["payment_id"] for p in chosen))
    assert found == wanted


def test_collected_from_many_and_then_paid_out(duck):
    """`pot` collects from three and pays `cash`; what comes in after that does not count."""
    payments = [
        *(paid(f"i{i}", f"10:0{i}", f"s{i}", "pot", 100 + i) for i in range(3)),
        paid("out", "11:00", "pot", "cash", 290),
        paid("late", "12:00", "s9", "pot", 70),
        paid("straight", "11:30", "s1", "cash", 500),
    ]
    held = payments_in(given(duck, payments=payments), TimeWindow())
    (found,) = gatherings(held, ["cash"], 3).to_pylist()
    assert (found["account"], found["payers"]) == ("pot", 3)
    assert (found["gathered"], found["paid"]) == (303_00, 290_00)
    assert gatherings(held, ["cash"], 4).num_rows == 0
