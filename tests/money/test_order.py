"""Ties between payments of one instant, and balances before the first payment."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.money.arrays import WHOLE_BALANCE
from suyuan.money.ledger import in_order
from suyuan.money.order import NO_BALANCE, closings, in_before_out, openings


def codes(*values):
    return np.array(values, np.int32)


def ints(*values):
    return np.array(values, np.int64)


def ordered(events):
    """Events (at, source, target), sorted as the kernel wants them, in the order it gives."""
    events = sorted(events)
    at, source, target = zip(*events, strict=True)
    order, tied, circles = in_before_out(ints(*at), codes(*source), codes(*target), 9)
    return [events[i] for i in order], tied, circles


def test_money_comes_in_before_it_goes_out():
    chain = [(5, 1, 2), (5, 3, 1), (5, 4, 3)]
    assert ordered(chain) == ([(5, 4, 3), (5, 3, 1), (5, 1, 2)], 3, 0)


def test_a_circle_of_one_instant_is_broken_and_counted():
    found, _, circles = ordered([(5, 1, 2), (5, 2, 1), (4, 0, 1)])
    assert circles == 1
    assert found[0] == (4, 0, 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=30
    )
)
@settings(max_examples=100, deadline=None)
def test_every_event_stays_and_time_never_runs_back(events):
    found, _, circles = ordered(events)
    assert sorted(found) == sorted(events)
    assert [at for at, _, _ in found] == sorted(at for at, _, _ in events)
    if circles == 0:
        for i, (at, source, _) in enumerate(found):
            later = [event for event in found[i + 1 :] if event[0] == at and event[1] != event[2]]
            assert all(target != source for _, _, target in later)


def balance_before(known, after):
    stated = np.zeros(3, np.bool_)
    found = openings(
        codes(0, 1, 1), codes(1, 2, 2), ints(100, 150, 30), ints(*after), ints(*known), stated
    )
    return found.tolist(), stated.tolist()


def test_an_opening_balance_is_stated_or_follows_from_the_statement_or_is_the_least():
    none = [NO_BALANCE] * 3
    assert balance_before([7, NO_BALANCE, 0], none) == ([7, 80, 0], [True, False, True])
    assert balance_before([NO_BALANCE] * 3, [NO_BALANCE, 20, NO_BALANCE])[0] == [100, 70, 0]
    assert balance_before([NO_BALANCE] * 3, [5, NO_BALANCE, NO_BALANCE])[0] == [105, 80, 0]


def test_what_moves_whole_has_no_say_in_balances():
    source, target, amount = codes(0, 0), codes(1, 1), ints(10, WHOLE_BALANCE)
    assert closings(source, target, amount, ints(10, 0)).tolist() == [0, 10]


PAYMENT = st.tuples(*(st.integers(0, 1) for _ in range(4)), st.sampled_from(["P", "Q", None]))


@given(st.lists(PAYMENT, max_size=12))
def test_payments_alike_in_all_else_come_by_their_ids(payments):
    rows = [
        {"row_id": f"r{place}", "payment_id": by, "at": at, "payer": f"a{payer}", "payee": "b",
         "amount": 100 + amount, "balance_after": after, "cash": False, "fee": False}
        for place, (at, payer, amount, after, by) in enumerate(payments)
    ]  # fmt: skip
    types = [pa.string(), pa.string(), pa.int64(), pa.string(), pa.string(), pa.int64(), pa.int64()]
    names = ["row_id", "payment_id", "at", "payer", "payee", "amount", "balance_after"]
    schema = pa.schema([*zip(names, types, strict=True), ("cash", pa.bool_()), ("fee", pa.bool_())])
    table = pa.Table.from_pylist(rows, schema=schema)
    at = table["at"].cast(pa.timestamp("us"))
    book = in_order(table.set_column(2, "at", at).to_batches())

    def key(row):
        by = row["payment_id"]
        return row["at"], row["payer"], -row["balance_after"], row["amount"], by is None, by or ""

    wanted = sorted(rows, key=lambda row: (*key(row), row["row_id"]))
    assert book.row_id.to_pylist() == [row["row_id"] for row in wanted]


@given(st.lists(PAYMENT, max_size=12))
def test_without_ids_all_else_is_the_same(payments):
    rows = [
        {"at": at, "payer": f"a{payer}", "payee": "b", "amount": 100 + amount,
         "balance_after": after, "cash": False, "fee": False}
        for at, payer, amount, after, _ in payments
    ]  # fmt: skip
    schema = pa.schema(
        [("at", pa.int64()), ("payer", pa.string()), ("payee", pa.string()), ("amount", pa.int64()),
         ("balance_after", pa.int64()), ("cash", pa.bool_()), ("fee", pa.bool_())]
    )  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=schema)
    table = table.set_column(0, "at", table["at"].cast(pa.timestamp("us")))
    ids = pa.array([f"r{place}" for place in range(len(rows))], pa.string())
    named = in_order(
        table.append_column("row_id", ids).append_column("payment_id", ids).to_batches()
    )
    unnamed = in_order(table.to_batches())
    assert unnamed.row_id.null_count == len(rows)
    for name in ("at", "payer", "payee", "amount", "after"):
        assert getattr(unnamed, name).tolist() == getattr(named, name).tolist()
