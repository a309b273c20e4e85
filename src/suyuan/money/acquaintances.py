"""Who paid what came in unseen: the acquaintance who pays that account and had as much to pay.

Balances show that a sum came into an account unseen, and elsewhere that sums went out unseen; no
two of them are alike, since one statement lacks many rows and another few. What came then came of
somebody who pays that account in rows that we do see, and whose own statement lacks rows in the
same stretch of time: by a gap of at least that sum, or after its last balance, if gaps before show
that it has holes and as much lies there. Of several, of the one of whose payments the larger share
goes to that account; and of none, where that is not likelier than the others taken together.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from suyuan.money.arrays import Ints, Ints32
from suyuan.money.ledger import Ledger
from suyuan.money.order import NO_BALANCE
from suyuan.money.statement_gaps import StatementGaps, UnseenPayments

Floats = NDArray[np.float64]
_NEVER: Final = -(2**62)
_FOREVER: Final = 2**62


class UnseenSources(NamedTuple):
    """Stretches of time in which accounts can have paid up to `room` fen unseen, by account.

    `gap` is the gap that says so, -1 for the time after an account's last balance.
    """

    account: Ints32
    since: Ints
    until: Ints
    room: Ints
    gap: Ints


class Acquaintances(NamedTuple):
    """Who pays whom, by payee: `share` of the payer's payments, of those with a row."""

    payee: Ints
    payer: Ints
    share: Floats


def likely_payments(
    book: Ledger, opening: Ints, gaps_left: StatementGaps
) -> tuple[UnseenPayments, StatementGaps]:
    """Payments by acquaintances, and what is left of the gaps."""
    sources = _sources(book, opening, gaps_left)
    into = np.flatnonzero(gaps_left.amount > 0)
    into = into[np.argsort(-gaps_left.amount[into], kind="stable")]
    sinks = gaps_left.take(into)
    receipts = UnseenSources(sinks.account, sinks.since, sinks.until, sinks.amount, into)
    pairs = _pairs(book)
    first_pair = np.searchsorted(pairs.payee, receipts.account)
    first_source = np.searchsorted(sources.account, pairs.payer)
    choice = _choose(receipts, sources, pairs, first_pair, first_source)
    here = np.flatnonzero(choice >= 0)
    source = choice[here]
    payments = UnseenPayments(
        sources.account[source],
        sinks.account[here],
        np.maximum(sources.since[source], sinks.since[here]),
        np.minimum(sources.until[source], sinks.until[here]),
        sinks.amount[here],
    )
    amount, gap = gaps_left.amount.copy(), sources.gap[source]
    amount[into[here]] = 0
    np.add.at(amount, gap[gap >= 0], payments.amount[gap >= 0])
    return payments, replace(gaps_left, amount=amount).take(np.flatnonzero(amount))


def _sources(book: Ledger, opening: Ints, gaps_left: StatementGaps) -> UnseenSources:
    """Gaps by which money went, and what lies in accounts that have such a gap, at the end."""
    out = np.flatnonzero(gaps_left.amount < 0)
    last, lies = _ends(book.at, book.payer, book.payee, book.amount, book.after, opening)
    holes = np.unique(gaps_left.account[out])
    holes = holes[lies[holes] > 0]
    account = np.concatenate([gaps_left.account[out], holes])
    order = np.argsort(account, kind="stable")
    columns = (
        account,
        np.concatenate([gaps_left.since[out], last[holes]]),
        np.concatenate([gaps_left.until[out], np.full(holes.size, _FOREVER)]),
        np.concatenate([-gaps_left.amount[out], lies[holes]]),
        np.concatenate([out, np.full(holes.size, -1)]),
    )
    return UnseenSources(*(column[order] for column in columns))


def _pairs(book: Ledger) -> Acquaintances:
    size = len(book.accounts)
    key, many = np.unique(book.payee.astype(np.int64) * size + book.payer, return_counts=True)
    payer = key % size
    return Acquaintances(key // size, payer, many / np.bincount(book.payer, minlength=size)[payer])


@njit(cache=True)
def _ends(
    at: Ints, payer: Ints32, payee: Ints32, amount: Ints, after: Ints, opening: Ints
) -> tuple[Ints, Ints]:
    """When each account's balance was last stated, and what lies there in the end, by the rows.

    Where no balance was ever known, what is left of what came.
    """
    balance, last = opening.copy(), np.full(opening.size, _NEVER, np.int64)
    balance_so_far, lowest = np.zeros(opening.size, np.int64), np.zeros(opening.size, np.int64)
    for event in range(at.size):
        giver, taker, fen = payer[event], payee[event], amount[event]
        balance_so_far[giver] -= fen
        balance_so_far[taker] += fen
        lowest[giver] = min(lowest[giver], balance_so_far[giver])
        if balance[giver] != NO_BALANCE:
            balance[giver] -= fen
        if balance[taker] != NO_BALANCE:
            balance[taker] += fen
        if after[event] != NO_BALANCE:
            balance[giver], last[giver] = after[event], at[event]
    for node in range(opening.size):
        if balance[node] == NO_BALANCE:
            balance[node] = balance_so_far[node] - lowest[node]
    return last, balance


@njit(cache=True)
def _fit_of(
    sinks: UnseenSources, sink: int, sources: UnseenSources, room: Ints, source: int, payer: int
) -> int:
    """The first stretch of `payer`, whose first is `source`, that overlaps the sink's and has room
    for its sum, or -1.
    """
    while source < sources.account.size and sources.account[source] == payer:
        since = max(sources.since[source], sinks.since[sink])
        until = min(sources.until[source], sinks.until[sink])
        if room[source] >= sinks.room[sink] and since < until:
            return source
        source += 1
    return -1


@njit(cache=True)
def _choose(
    sinks: UnseenSources,
    sources: UnseenSources,
    pairs: Acquaintances,
    first_pair: Ints,
    first_source: Ints,
) -> Ints:
    """The source of each sink, or -1; every fen of a source's room is given once.

    `first_pair` is for each sink where the pairs of its account begin, `first_source` for each
    pair where the sources of its payer do.
    """
    out, room = np.full(sinks.account.size, -1, np.int64), sources.room.copy()
    for sink in range(sinks.account.size):
        account = sinks.account[sink]
        best, most, total = -1, 0.0, 0.0
        pair = first_pair[sink]
        while pair < pairs.payee.size and pairs.payee[pair] == account:
            payer, share, start = pairs.payer[pair], pairs.share[pair], first_source[pair]
            pair += 1
            source = -1
            if payer != account:
                source = _fit_of(sinks, sink, sources, room, start, payer)
            if source >= 0:
                total += share
                if share > most:
                    best, most = source, share
        if best >= 0 and 2.0 * most > total:
            out[sink] = best
            room[best] -= sinks.room[sink]
    return out
