"""Rows that a statement lacks: balances that do not follow from one another give them away.

Between two balances of one account, what came and went must make up the difference. Where it does
not, money moved that no row shows. Where one account lost, and one other gained, the same sum to
the fen in stretches of time that overlap, and nobody else did, that was one payment between them,
and it is put in, marked as inferred (``inferred_payments``).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit

from suyuan.money.arrays import Ints, Ints32
from suyuan.money.ledger import Ledger
from suyuan.money.order import NO_BALANCE

#: Smaller differences are interest, charges and roundings.
LEAST: Final = 50_00
_ALWAYS: Final = -(2**62)


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


@dataclass(frozen=True, slots=True)
class UnseenPayments:
    """Payments that no row shows: accounts, between which times each was made, and fen."""

    payer: Ints32
    payee: Ints32
    since: Ints
    until: Ints
    amount: Ints


def gaps(book: Ledger, opening: Ints) -> StatementGaps:
    """Every gap of at least :data:`LEAST`; `opening` are stated opening balances or ``UNKNOWN``."""
    columns = _gaps(book.at, book.payer, book.payee, book.amount, book.after, opening)
    return StatementGaps(*columns).take(np.flatnonzero(np.abs(columns[3]) >= LEAST))


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
        if balance[giver] != NO_BALANCE:
            balance[giver] -= amount[event]
        if balance[taker] != NO_BALANCE:
            balance[taker] += amount[event]
        if after[event] == NO_BALANCE:
            continue
        if balance[giver] != NO_BALANCE and balance[giver] != after[event]:
            account[count], since[count], until[count] = giver, known_at[giver], at[event]
            differs[count] = after[event] - balance[giver]
            count += 1
        balance[giver], known_at[giver] = after[event], at[event]
    return account[:count], since[:count], until[:count], differs[:count]


def match_gaps(gap_rows: StatementGaps) -> tuple[Ints, Ints]:
    """Gaps (out, in) that are one payment: the only ones of their sum that overlap, both ways."""
    out, into = np.flatnonzero(gap_rows.amount < 0), np.flatnonzero(gap_rows.amount > 0)
    giver, taker = _sole(gap_rows, out, into), _sole(gap_rows, into, out)
    back = np.full(gap_rows.amount.size + 1, -1, np.int64)
    back[into] = taker
    once = (giver >= 0) & (back[giver] == out)
    return out[once], giver[once]


def _sole(gap_rows: StatementGaps, places: Ints, candidates: Ints) -> Ints:
    """For each gap at `places` the only one of `candidates` that may be its other end, else -1."""
    sums = np.abs(gap_rows.amount)
    order = candidates[np.argsort(sums[candidates], kind="stable")]
    low = np.searchsorted(sums[order], sums[places], side="left")
    high = np.searchsorted(sums[order], sums[places], side="right")
    return _only(gap_rows.account, gap_rows.since, gap_rows.until, places, order, low, high)


@njit(cache=True)
def _only(
    account: Ints32, since: Ints, until: Ints, places: Ints, candidates: Ints, low: Ints, high: Ints
) -> Ints:
    """The one gap of others[low:high] that overlaps each and is another account's; -1 for none or
    several. Of round sums there are many pairs, far more than memory holds: a look at each, and
    only until a second one is found.
    """
    out = np.full(places.size, -1, np.int64)
    for i in range(places.size):
        gap = places[i]
        for rank in range(low[i], high[i]):
            candidate = candidates[rank]
            meets = max(since[gap], since[candidate]) < min(until[gap], until[candidate])
            if meets and account[gap] != account[candidate]:
                if out[i] >= 0:
                    out[i] = -1
                    break
                out[i] = candidate
    return out


def sure_payments(gap_rows: StatementGaps) -> tuple[UnseenPayments, StatementGaps]:
    """Payments that two gaps agree on, and the gaps that are left."""
    left, right = match_gaps(gap_rows)
    rest = np.setdiff1d(np.arange(gap_rows.amount.size), np.concatenate([left, right]))
    payments = UnseenPayments(
        gap_rows.account[left],
        gap_rows.account[right],
        np.maximum(gap_rows.since[left], gap_rows.since[right]),
        np.minimum(gap_rows.until[left], gap_rows.until[right]),
        gap_rows.amount[right],
    )
    return payments, gap_rows.take(rest)
