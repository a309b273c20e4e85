"""Payments that no file has, put into the ledger where balances tell of them.

Sure ones, by two gaps of one sum that nothing else explains (``statement_gaps``), and likely ones,
between acquaintances (``acquaintances``). When: as soon as the payer had received something that it
can be the bulk of, since what comes to be passed on is passed on less a commission; else as late as
the balances allow.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.acquaintances import likely_payments
from suyuan.money.arrays import Flags, Ints, Ints32, first_from
from suyuan.money.ledger import COLUMNS, Ledger, in_order
from suyuan.money.statement_gaps import StatementGaps, UnseenPayments, gaps, sure_payments

#: How the row of a payment begins that no file has, and of one that is no more than likely.
INFERRED: Final = "inferred:"
LIKELY: Final = "inferred:likely:"
#: Of what came to be passed on at least this share is passed on.
PASSED_ON: Final = 0.95


def inferred(book: Ledger, how: str = INFERRED) -> Flags:
    """Which payments of the ledger stand in no file."""
    return np.asarray(pc.starts_with(book.row_id, how), dtype=np.bool_)


def with_inferred(book: Ledger, opening: Ints) -> tuple[Ledger, StatementGaps]:
    """The ledger with the payments that balances tell of, and what is left of the gaps."""
    sure, rest = sure_payments(gaps(book, opening))
    likely, rest = likely_payments(book, opening, rest)
    added = [_rows(book, sure, INFERRED), _rows(book, likely, LIKELY)]
    if not any(rows.num_rows for rows in added):
        return book, rest
    return in_order(pa.concat_tables([book.rows(), *added])), rest


def _rows(book: Ledger, unseen: UnseenPayments, how: str) -> pa.Table:
    """`unseen` as rows of a ledger."""
    count = unseen.amount.size
    order = np.argsort(book.payee, kind="stable")
    first = np.searchsorted(book.payee[order], np.arange(len(book.accounts) + 1))
    when = _when(
        unseen.payer,
        unseen.since,
        unseen.until,
        unseen.amount,
        first,
        book.at[order],
        book.amount[order],
    )
    columns = {
        "row_id": pa.array([f"{how}{i}" for i in range(count)], pa.string()),
        "payment_id": pa.nulls(count, pa.string()),
        "at": pa.array(when).cast(pa.timestamp("us")),
        "payer": book.accounts.take(pa.array(unseen.payer)),
        "payee": book.accounts.take(pa.array(unseen.payee)),
        "amount": pa.array(unseen.amount),
        "balance_after": pa.nulls(count, pa.int64()),
        "cash": pa.repeat(pa.scalar(False), count),  # noqa: FBT003
        "fee": pa.repeat(pa.scalar(False), count),  # noqa: FBT003
    }
    return pa.table([columns[name] for name in COLUMNS], list(COLUMNS))


@njit(cache=True)
def _when(
    payer: Ints32, since: Ints, until: Ints, amount: Ints, first: Ints, at: Ints, came: Ints
) -> Ints:
    """When each payment was made: after the smallest sum that it can be the bulk of, else late.

    `at` and `came` are what accounts received, by account (from `first` on) and time.
    """
    out = until - 1
    for i in range(payer.size):
        start, stop = first[payer[i]], first[payer[i] + 1]
        place = first_from(at, start, stop, since[i])
        smallest = -1
        while place < stop and at[place] < until[i] - 1:
            fits = amount[i] <= came[place] and PASSED_ON * came[place] <= amount[i]
            if fits and (smallest < 0 or came[place] < smallest):
                smallest, out[i] = came[place], at[place] + 1
            place += 1
    return out
