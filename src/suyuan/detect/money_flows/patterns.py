"""Shapes of layering in the payments, each weighed by how rare it is among the case's accounts.

A shape says nothing by itself: where everybody pays in equal instalments, equal sums are the custom
of the place. So each shape is counted for every account, and the signal is its surprise: minus the
natural logarithm of the share of the accounts of this very case that show as much or more. No
report, name, hour or other table is needed, and no edge in yuan or days stands behind it but for
how long a sum may rest.

* ``alike``: payments of alike sums (within 15 %) between two accounts in a day: a sum cut up.
* ``gather``: different payers of alike sums to the account in a day.
* ``relay``: different accounts through which alike sums went from one account to one other
  (scatter-gather, and stacks, which are relays of relays).
* ``round``: its money came back to it over others, in alike sums (cycle); the fewest payments.
* ``odd_sum``: a sum near which few payments of the case lie, for as many payments as it has.

Sources: Suzumura and Kanezashi, AMLSim (2018), and Altman and others, Realistic synthetic financial
transactions for anti-money-laundering models (2023), for the shapes; Fisher (1932) for surprise.
"""

from typing import Final

import numpy as np

from suyuan.detect.money_flows.kernels import DAY, Floats, Ints, Ints32, Lists
from suyuan.detect.money_flows.pattern_kernels import most, relays, rounds, runs
from suyuan.money.ledger import Ledger

SHAPES: Final = ("alike", "gather", "relay", "round", "odd_sum")
#: Sums this near (a share) count as neighbours of a sum.
NEAR: Final = 0.1


def patterns(book: Ledger, out: Lists, into: Lists) -> dict[str, Floats]:
    """For each of :data:`SHAPES` the surprise of every account in nats, 0 for none.

    `out` and `into` list the payments of every account, in order.
    """
    size = len(book.accounts)
    day = book.at // DAY
    ends = (book.payer, book.payee)
    back = rounds(out, book.at, ends, book.amount, size)
    # The fewer payments a round has, the less it is chance.
    came_back = np.where(back > 0, 100.0 - back, 0.0)
    counts = {
        "alike": _cut_up(book, day, size),
        "gather": _payers(book, day, size),
        "relay": _relay_surprise(book, relays(into, out, book.at, ends, book.amount), size),
        "round": came_back,
    }
    return {name: surprise(count) for name, count in counts.items()} | {"odd_sum": _odd(book, size)}


def surprise(count: Floats) -> Floats:
    """Minus the logarithm of the share of all that have as much or more; 0 for the least."""
    order = np.sort(count)
    share = 1.0 - np.searchsorted(order, count) / max(count.size, 1)
    return np.where(count > order[:1].sum(), -np.log(np.maximum(share, 1e-12)), 0.0)


def _cut_up(book: Ledger, day: Ints, size: int) -> Floats:
    """The most alike sums between it and one other on one day."""
    order, group = _group(book.amount, book.payer, book.payee, day)
    number = runs(group, book.amount[order]).astype(np.float64)
    payer, payee = (most(end[order], number, size) for end in (book.payer, book.payee))
    return np.maximum(payer, payee)


def _payers(book: Ledger, day: Ints, size: int) -> Floats:
    """The most different payers of alike sums on one day, each counted with its least sum."""
    rows, group_of = _group(book.amount, book.payer, day, book.payee)
    once = rows[np.flatnonzero(np.diff(group_of, prepend=-1))]
    order, group = _group(book.amount[once], book.payee[once], day[once])
    number = runs(group, book.amount[once][order]).astype(np.float64)
    return most(book.payee[once][order], number, size)


def _group(amount: Ints, *keys: Ints | Ints32) -> tuple[Ints, Ints]:
    """The order by `keys` and then sum, and the number of each one's group in that order."""
    order = np.lexsort((amount, *keys))
    new = np.zeros(order.size, np.int64)
    for key in keys:
        keys_in_order = key[order]
        new[1:] |= keys_in_order[1:] != keys_in_order[:-1]
    return order, np.cumsum(new)


def _relay_surprise(book: Ledger, pairs: tuple[Ints, Ints], size: int) -> Floats:
    """The most accounts between one origin and one end of sums that passed by them."""
    incoming_pairs, outgoing_pairs = pairs
    start, middle, end = (
        book.payer[incoming_pairs],
        book.payee[incoming_pairs],
        book.payee[outgoing_pairs],
    )
    directions = (
        np.unique(np.stack([start, end, middle], axis=1), axis=0) if incoming_pairs.size else None
    )
    if directions is None:
        return np.zeros(size)
    _, group, number = np.unique(directions[:, :2], axis=0, return_inverse=True, return_counts=True)
    wide = number[group.reshape(-1)].astype(np.float64)
    surprises = np.zeros(size)
    for column in range(3):
        surprises = np.maximum(surprises, most(directions[:, column].astype(np.int32), wide, size))
    return surprises


def _odd(book: Ledger, size: int) -> Floats:
    """The surprise of its oddest sum, as many payments as it has being tried."""
    sizes = np.sort(book.amount)
    low = np.searchsorted(sizes, book.amount * (1.0 - NEAR))
    high = np.searchsorted(sizes, book.amount * (1.0 + NEAR), side="right")
    rare = -np.log((high - low) / max(sizes.size, 1))
    tries = np.bincount(book.payer, minlength=size) + np.bincount(book.payee, minlength=size)
    surprises = np.maximum(most(book.payer, rare, size), most(book.payee, rare, size))
    return np.maximum(surprises - np.log(np.maximum(tries, 1)), 0.0)
