"""Payments that no file has, put into the ledger where balances tell of them.

Sure ones, by two gaps of one sum that nothing else explains (``statement_gaps``), and likely ones,
between acquaintances (``acquaintances``). When: as soon as the payer had received something that it
can be the bulk of, since what comes to be passed on is passed on less a commission; else as late as
the balances allow.
"""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.acquaintances import likely_payments
from suyuan.money.arrays import Flags, Ints, Ints32, first_from
from suyuan.money.ledger import Ledger, order_payments
from suyuan.money.order import NO_BALANCE
from suyuan.money.payment_columns import Columns, join_parts
from suyuan.money.statement_gaps import StatementGaps, UnseenPayments, gaps, sure_payments

#: How the row of a payment begins that no file has, and of one that is no more than likely.
INFERENCE: Final = "inferred:"
LIKELY: Final = "inferred:likely:"
#: Of what came to be passed on at least this share is passed on.
PASSED_ON: Final = 0.95


def is_inferred(book: Ledger, how: str = INFERENCE) -> Flags:
    """Which payments of the ledger stand in no file."""
    return np.asarray(pc.starts_with(book.row_id, how), dtype=np.bool_)


def with_inferred(book: Ledger, opening: Ints) -> tuple[Ledger, StatementGaps]:
    """The ledger with the payments that balances tell of, and what is left of the gaps."""
    sure, rest = sure_payments(gaps(book, opening))
    likely, rest = likely_payments(book, opening, rest)
    payments_of_gaps = [(sure, INFERENCE), (likely, LIKELY)]
    if not any(payments.amount.size for payments, _ in payments_of_gaps):
        return book, rest
    arrivals = _arrivals(book)
    parts = [
        book.columns(),
        *(_columns(payments, how, arrivals) for payments, how in payments_of_gaps),
    ]
    return order_payments(
        book.accounts, {name: join_parts([p[name] for p in parts]) for name in parts[0]}
    ), rest


class Arrivals(NamedTuple):
    """What accounts received, by account (from its `first` on) and time."""

    first: Ints
    at: Ints
    amount: Ints


def _arrivals(book: Ledger) -> Arrivals:
    order = np.argsort(book.payee, kind="stable")
    first = np.searchsorted(book.payee[order], np.arange(len(book.accounts) + 1))
    return Arrivals(first, book.at[order], book.amount[order])


def _columns(payments: UnseenPayments, how: str, arrivals: Arrivals) -> Columns:
    """`payments` that no file has, as columns of a ledger."""
    count = payments.amount.size
    when = _when(payments.payer, payments.since, payments.until, payments.amount, *arrivals)
    return {
        "row_id": pa.array([f"{how}{i}" for i in range(count)], pa.string()),
        "payment_id": pa.nulls(count, pa.string()),
        "at": when,
        "payer": payments.payer,
        "payee": payments.payee,
        "amount": payments.amount,
        "after": np.full(count, NO_BALANCE),
        "cash": np.zeros(count, np.bool_),
        "fee": np.zeros(count, np.bool_),
    }


@njit(cache=True)
def _when(
    payer: Ints32, since: Ints, until: Ints, amount: Ints, first: Ints, at: Ints, receipts: Ints
) -> Ints:
    """When each payment was made: after the smallest sum that it can be the bulk of, else late.

    `at` and `receipts` are what accounts received, by account (from `first` on) and time.
    """
    out = until - 1
    for i in range(payer.size):
        start, stop = first[payer[i]], first[payer[i] + 1]
        place = first_from(at, start, stop, since[i])
        smallest = -1
        while place < stop and at[place] < until[i] - 1:
            fits = amount[i] <= receipts[place] and PASSED_ON * receipts[place] <= amount[i]
            if fits and (smallest < 0 or receipts[place] < smallest):
                smallest, out[i] = receipts[place], at[place] + 1
            place += 1
    return out
