"""What accounts do with money, whatever they are called: do they pass it on, is theirs a pool.

An end of a trace is decided by conduct. A merchant's account that sends on to others, within the
day, what came in is a collecting account and gives no goods; one that keeps it, or pays it to its
own holder, is a shop. A payment company's pooled account has many payers *and* many payees by
weight of money, no person for an owner, and little stolen money among what runs through it: two
hundred small payers make nobody a pool.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.arrays import Flags, Ints, Ints32
from suyuan.money.flow_graph import TraceInputs
from suyuan.money.haircut import haircut
from suyuan.money.ledger import find

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

#: Money that went on within this time (microseconds) was passed on.
QUICK: Final = 24 * 3600 * 1_000_000
#: Of what comes into a conduit more than this share is passed on.
PASSED_ON: Final = 0.75
#: A conduit pays others at least so often.
PAYMENTS: Final = 3
#: A pool's payers and payees, by weight of money, and the stolen share that it may hold.
MANY: Final = 50.0
MOST_STOLEN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Conduct:
    """By account: fen that `came` from others and what of it went on to others `quick`, times it
    `paid` others, effective numbers of `payers` and `payees` (inverse Herfindahl index of fen).
    """

    came: Ints
    quick: Ints
    paid: Ints
    payers: Floats
    payees: Floats

    def conduit(self) -> Flags:
        """Accounts that pass on most of what comes, to others, within a day."""
        return (self.quick > PASSED_ON * self.came) & (self.paid >= PAYMENTS)


def conduct(inputs: TraceInputs) -> Conduct:
    """Look at every payment between accounts of different holders."""
    book, size = inputs.book, len(inputs.book.accounts)
    holder = _holders(inputs.known.owner)
    is_foreign = holder[book.payer] != holder[book.payee]
    payer, payee = book.payer[is_foreign], book.payee[is_foreign]
    at, amount = book.at[is_foreign], book.amount[is_foreign]
    receipts, quick = passed_on(book.at, book.payer, book.payee, book.amount, is_foreign, size)
    return Conduct(
        receipts,
        quick,
        np.bincount(payer[at >= 0], minlength=size),
        _effective(payee, payer, amount, size),
        _effective(payer, payee, amount, size),
    )


def pooling_accounts(inputs: TraceInputs, habits: Conduct) -> Flags:
    """Pools that an institution declares, and nobody's accounts whose flow is a pool's."""
    flow = (habits.payers >= MANY) & (habits.payees >= MANY) & ~inputs.known.personal
    if flow.any():
        flow &= _stolen_share(inputs) <= MOST_STOLEN
    return inputs.known.pooled | flow


def _stolen_share(inputs: TraceInputs) -> Floats:
    """Of all that came into each account, the share that was stolen, by haircut."""
    book, size = inputs.book, len(inputs.book.accounts)
    holds, stops = np.zeros((size, 2), np.int64), np.zeros(size, np.bool_)
    stolen_flow = haircut(
        book.payer, book.payee, book.amount, inputs.claims.payment >= 0, holds, stops
    )
    receipts = np.bincount(book.payee, book.amount, size)
    return np.bincount(book.payee, stolen_flow, size) / np.maximum(receipts, 1)


def _holders(owner: pa.Array) -> Ints:
    """A number for whoever holds each account; one of its own where nobody is known."""
    numbers = find(owner, pc.drop_null(pc.unique(owner))).astype(np.int64)
    alone = numbers < 0
    numbers[alone] = -1 - np.flatnonzero(alone)
    return numbers


def _effective(payers: Ints32, payees: Ints32, amount: Ints, size: int) -> Floats:
    """By account `payers`: the number of equal counterparties that would be as concentrated."""
    pairs, pair_index = np.unique(payers.astype(np.int64) * size + payees, return_inverse=True)
    weight = np.bincount(pair_index, amount.astype(np.float64), pairs.size)
    total = np.bincount(pairs // size, weight, size)
    squares = np.bincount(pairs // size, weight * weight, size)
    return total * total / np.maximum(squares, 1.0)


@njit(cache=True)
def passed_on(
    at: Ints, payer: Ints32, payee: Ints32, amount: Ints, is_foreign: Flags, size: int
) -> tuple[Ints, Ints]:
    """Fen that came into each account from others, and what of it went on to others at once.

    Payments are in order; what goes out is taken from what came in last (decision 0071). What comes
    from, or goes to, an account of the same holder (not `is_foreign`) is no coming and no going on.
    """
    receipts, quick = np.zeros(size, np.int64), np.zeros(size, np.int64)
    top, below = np.full(size, -1, np.int64), np.full(at.size, -1, np.int64)
    balance = amount.copy()
    for event in range(at.size):
        giver, need = payer[event], amount[event]
        while need > 0 and top[giver] >= 0:
            lot = top[giver]
            part = min(balance[lot], need)
            if is_foreign[event] and is_foreign[lot] and at[event] - at[lot] <= QUICK:
                quick[giver] += part
            balance[lot] -= part
            need -= part
            if balance[lot] == 0:
                top[giver] = below[lot]
        below[event] = top[payee[event]]
        top[payee[event]] = event
        if is_foreign[event]:
            receipts[payee[event]] += amount[event]
    return receipts, quick
