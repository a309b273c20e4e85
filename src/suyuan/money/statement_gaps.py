"""Rows that a statement lacks: balances that do not follow from one another give them away.

Between two balances of one account, what came and went must make up the difference. Where it does
not, money moved that no row shows. Where one account lost, and one other gained, the same sum to
the fen in stretches of time that overlap, and nobody else did, that was one payment between them,
and it is put in, marked as inferred: just before the earlier of the two balances that show it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.arrays import Flags, Ints, Ints32
from suyuan.money.ledger import COLUMNS, Ledger, in_order
from suyuan.money.order import UNKNOWN

#: Smaller differences are interest, charges and roundings.
LEAST: Final = 50_00
_ALWAYS: Final = -(2**62)
#: How the row of a payment begins that no file has, and two statements agree on.
INFERRED: Final = "inferred:"


@dataclass(frozen=True, slots=True)
class StatementGaps:
    """By gap: `account`, the times `since` and `until` of the balances around it, and `amount`:
    fen that came (positive) or went (negative) unseen in between.
    """

    account: Ints32
    since: Ints
    until: Ints
    amount: Ints

    def take(self, rows: Ints) -> "StatementGaps":
        return StatementGaps(
            self.account[rows], self.since[rows], self.until[rows], self.amount[rows]
        )


def gaps(book: Ledger, opening: Ints) -> StatementGaps:
    """Every gap of at least :data:`LEAST`; `opening` are stated opening balances or ``UNKNOWN``."""
    found = _gaps(book.at, book.payer, book.payee, book.amount, book.after, opening)
    return StatementGaps(*found).take(np.flatnonzero(np.abs(found[3]) >= LEAST))


@njit(cache=True)
def _gaps(
    at: Ints, payer: Ints32, payee: Ints32, amount: Ints, after: Ints, opening: Ints
) -> tuple[Ints32, Ints, Ints, Ints]:
    balance, known_at = opening.copy(), np.full(opening.size, _ALWAYS, np.int64)
    account, since = np.empty(at.size, np.int32), np.empty(at.size, np.int64)
    until, differs = np.empty(at.size, np.int64), np.empty(at.size, np.int64)
    count = 0
    for event in range(at.size):
        giver, taker = payer[event], payee[event]
        if balance[giver] != UNKNOWN:
            balance[giver] -= amount[event]
        if balance[taker] != UNKNOWN:
            balance[taker] += amount[event]
        if after[event] == UNKNOWN:
            continue
        if balance[giver] != UNKNOWN and balance[giver] != after[event]:
            account[count], since[count], until[count] = giver, known_at[giver], at[event]
            differs[count] = after[event] - balance[giver]
            count += 1
        balance[giver], known_at[giver] = after[event], at[event]
    return account[:count], since[:count], until[:count], differs[:count]


def matched(found: StatementGaps) -> tuple[Ints, Ints]:
    """Gaps (out, in) that are one payment: the only ones of their sum that overlap, both ways."""
    out, into = np.flatnonzero(found.amount < 0), np.flatnonzero(found.amount > 0)
    order = into[np.argsort(found.amount[into], kind="stable")]
    sums = found.amount[order]
    low = np.searchsorted(sums, -found.amount[out], side="left")
    high = np.searchsorted(sums, -found.amount[out], side="right")
    sizes = high - low
    left = np.repeat(out, sizes)
    place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    right = order[np.repeat(low, sizes) + place]
    meets = np.maximum(found.since[left], found.since[right]) < np.minimum(
        found.until[left], found.until[right]
    )
    meets &= found.account[left] != found.account[right]
    left, right = left[meets], right[meets]
    once = (np.bincount(left, minlength=found.amount.size)[left] == 1) & (
        np.bincount(right, minlength=found.amount.size)[right] == 1
    )
    return left[once], right[once]


def inferred(book: Ledger) -> Flags:
    """Which payments of the ledger stand in no file."""
    return np.asarray(pc.starts_with(book.row_id, INFERRED), dtype=np.bool_)


def with_inferred(book: Ledger, opening: Ints) -> tuple[Ledger, StatementGaps]:
    """The ledger with the payments that two statements agree on, and the gaps that are left."""
    found = gaps(book, opening)
    left, right = matched(found)
    rest = np.setdiff1d(np.arange(found.amount.size), np.concatenate([left, right]))
    if not left.size:
        return book, found
    when = np.minimum(found.until[left], found.until[right]) - 1
    names = [book.accounts.take(pa.array(found.account[side])) for side in (left, right)]
    count = left.size
    added = pa.table(
        {
            "row_id": pa.array([f"{INFERRED}{i}" for i in range(count)], pa.string()),
            "payment_id": pa.nulls(count, pa.string()),
            "at": pa.array(when).cast(pa.timestamp("us")),
            "payer": names[0],
            "payee": names[1],
            "amount": pa.array(found.amount[right]),
            "balance_after": pa.nulls(count, pa.int64()),
            "cash": pa.repeat(pa.scalar(False), count),  # noqa: FBT003
            "fee": pa.repeat(pa.scalar(False), count),  # noqa: FBT003
        }
    )
    rows = pa.concat_tables([book.rows(), added.select(COLUMNS)])
    return in_order(rows), found.take(rest)
