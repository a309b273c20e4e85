"""The index, the walks over it, and the one-pass haircut, against what plain Python says."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.money.haircut import haircut
from suyuan.money.index import PaymentIndex, build, time_order
from suyuan.money.traversal import EVER, NEVER, backward, forward, rows_from

NAMES = ["a", "b", "c", "d", "e", "f"]
people = st.integers(0, len(NAMES) - 1)
ledgers = st.lists(
    st.tuples(people, people, st.integers(1, 10**12), st.integers(0, 12)).filter(
        lambda row: row[0] != row[1]
    ),
    min_size=1,
    max_size=40,
)


def table(rows):
    payer, payee, amount, at = zip(*rows, strict=True)
    return pa.table(
        {
            "payer": [NAMES[i] for i in payer],
            "payee": [NAMES[i] for i in payee],
            "amount": pa.array(amount, pa.int64()),
            "at": pa.array(at, pa.int64()).cast(pa.timestamp("us")),
        }
    )


@given(rows=ledgers)
@settings(max_examples=50, deadline=None)
def test_the_index_holds_the_payments_in_time_order_by_account(rows):
    index = build(table(rows))
    names = index.accounts.to_pylist()
    held = [
        (names[index.payer[i]], names[index.payee[i]], int(index.amount[i]), int(index.at[i]))
        for i in range(len(rows))
    ]
    told = [(NAMES[a], NAMES[b], fen, at) for a, b, fen, at in rows]
    assert held == sorted(told, key=lambda row: row[3])
    assert [told[i] for i in index.row] == held
    for code, name in enumerate(names):
        mine = index.by_payer[index.payer_start[code] : index.payer_start[code + 1]]
        assert mine.tolist() == [i for i, row in enumerate(held) if row[0] == name]
        got = index.by_payee[index.payee_start[code] : index.payee_start[code + 1]]
        assert got.tolist() == [i for i, row in enumerate(held) if row[1] == name]


def test_an_index_is_kept_and_mapped(tmp_path):
    index = build(table([(0, 1, 5, 3), (1, 2, 4, 4)]))
    index.save(tmp_path / "index", "content")
    again = PaymentIndex.open(tmp_path / "index", "content")
    assert again.accounts.equals(index.accounts)
    assert isinstance(again.payer, np.memmap)
    assert (again.payer == index.payer).all()
    assert PaymentIndex.open(tmp_path / "index", "other content") is None
    assert PaymentIndex.open(tmp_path / "nowhere", "content") is None


@given(times=st.lists(st.integers(-(10**15), 10**15), max_size=300))
@settings(max_examples=50, deadline=None)
def test_time_order_is_stable(times):
    at = np.array(times, np.int64)
    order = time_order(at, int(at.min(initial=0)), int(at.max(initial=0)))
    assert order.tolist() == np.argsort(at, kind="stable").tolist()


def reach(rows, seeds, stops):
    """Earliest time of each account, by trying every payment until nothing changes."""
    since, moved = dict(seeds), True
    while moved:
        moved = False
        for payer, payee, _, at in rows:
            leaves = payer in since and payer not in stops and at >= since[payer]
            if leaves and at < since.get(payee, NEVER):
                since[payee], moved = at, True
    return since


@given(rows=ledgers, first=people, at=st.integers(0, 12), stop=people)
@settings(max_examples=80, deadline=None)
def test_forward_finds_the_earliest_time_of_every_account(rows, first, at, stop):
    index = build(table(rows))
    names = index.accounts.to_pylist()
    if NAMES[first] not in names:
        return
    since = np.full(len(names), NEVER)
    since[names.index(NAMES[first])] = rows_from(index.at, np.array([at]))[0]
    stops = np.array([name == NAMES[stop] for name in names])
    found, looked = forward(index.payer_start, index.by_payer, index.at, index.payee, since, stops)
    wanted = reach(rows, {first: at}, {stop})
    assert {names[i] for i in found} == {NAMES[i] for i in wanted}
    assert looked <= len(rows)
    for account in found:
        name = names[account]
        assert name == NAMES[first] or index.at[since[account]] == wanted[NAMES.index(name)]


@given(rows=ledgers, last=people)
@settings(max_examples=50, deadline=None)
def test_backward_finds_whoever_can_have_paid_it_forward(rows, last):
    rows = sorted(rows, key=lambda row: row[3])
    rows = [(a, b, fen, i) for i, (a, b, fen, _) in enumerate(rows)]  # no two at one instant
    index = build(table(rows))
    names = index.accounts.to_pylist()
    if NAMES[last] not in names:
        return
    until = np.full(len(names), EVER)
    until[names.index(NAMES[last])] = len(rows)
    found, _ = backward(index.payee_start, index.by_payee, index.payer, until, 99)
    can = {i for i in range(len(NAMES)) if last in reach(rows, {i: 0}, set())}
    assert {names[i] for i in found} == {NAMES[i] for i in can if NAMES[i] in names}


@given(rows=ledgers, stolen=st.sets(st.integers(0, 39)))
@settings(max_examples=60, deadline=None)
def test_the_whole_haircut_conserves_to_the_fen(rows, stolen):
    index = build(table(rows))
    origin = np.array([i in stolen for i in range(len(rows))])
    holds = np.zeros((len(index.accounts), 2), np.int64)
    holds[:, 0] = 1_000
    out = haircut(
        index.payer, index.payee, index.amount, origin, holds, np.zeros(len(holds), np.bool_)
    )
    assert (out <= index.amount).all()
    assert (holds[:, 1] <= holds[:, 0]).all()
    lies, claimed = [Fraction(0)] * len(holds), 0
    balance = [1_000] * len(holds)
    for i in range(len(rows)):
        a, b, fen = int(index.payer[i]), int(index.payee[i]), int(index.amount[i])
        left = int(lies[a]) * fen // max(balance[a], fen)
        lies[a] -= left
        balance[a] = max(balance[a] - fen, 0)
        moved = fen if origin[i] else left
        claimed += moved - left
        lies[b] += moved
        balance[b] += fen
        assert out[i] == moved
    assert int(holds[:, 1].sum()) == claimed
