"""Walks that look for the shapes of layering: runs of alike sums, gatherings, relays, rounds."""

from typing import Final

import numpy as np
from numba import njit

from suyuan.detect.money_flows.kernels import DAY, Floats, Ints, Ints32, Lists
from suyuan.money.arrays import Whole, first_from

#: Sums are alike where they differ by at most this share: fees, cuts and rounding stay below it.
ALIKE: Final = 0.15
#: How long a sum that came in may rest before what goes out is no longer taken for it.
REST: Final = 7 * DAY
#: Payments out that are looked at after one in; after each in a round, and how many those may be.
NEXT: Final = 8
NEXT_ROUND: Final = 4
ROUND: Final = 6


@njit(cache=True)
def runs(group: Ints, amount: Ints) -> Ints:
    """For each payment, how many of its group are alike to it, from its sum upwards.

    `group` ascends, and within each group `amount`.
    """
    lengths = np.ones(amount.size, np.int64)
    last = 0
    for first in range(amount.size):
        last = max(last, first)
        while last + 1 < amount.size and group[last + 1] == group[first]:
            if amount[last + 1] > amount[first] * (1.0 + ALIKE):
                break
            last += 1
        lengths[first] = last - first + 1
    return lengths


@njit(cache=True)
def relays(
    into: Lists, out: Lists, at: Ints, ends: tuple[Ints32, Ints32], amount: Ints
) -> tuple[Ints, Ints]:
    """Pairs of payments by which a sum was passed on: numbers of the one in and the one out.

    `ends` are payer and payee. The one out is among the :data:`NEXT` after the one in, within
    :data:`REST`, alike in sum, and to somebody else than the payer (that would be a refund).
    """
    payer, payee = ends
    room = at.size * 2 + 16
    first, second = np.empty(room, np.int64), np.empty(room, np.int64)
    n = 0
    for account in range(into.first.size - 1):
        low, high = out.first[account], out.first[account + 1]
        for place in range(into.first[account], into.first[account + 1]):
            receipt = into.rows[place]
            while low < high and out.rows[low] <= receipt:
                low += 1
            for out_place in range(low, min(high, low + NEXT)):
                outlay = out.rows[out_place]
                if at[outlay] - at[receipt] > REST:
                    break
                if payee[outlay] == payer[receipt] or not _alike(amount[receipt], amount[outlay]):
                    continue
                if n == room:
                    first, second = _grow(first), _grow(second)
                    room = first.size
                first[n], second[n] = receipt, outlay
                n += 1
    return first[:n], second[:n]


@njit(cache=True)
def rounds(out: Lists, at: Ints, ends: tuple[Ints32, Ints32], amount: Ints, accounts: int) -> Ints:
    """For each account, in how many payments its money came round: the fewest, or 0 if never.

    A round begins with any payment and goes on as :func:`relays` do, each sum alike to the one
    before it, until one is paid to where the first came from: in two payments (sent back) it is a
    refund and counts as none.
    """
    payer, payee = ends
    least = np.zeros(accounts, np.int64)
    path = np.zeros(ROUND, np.int64)
    place = np.zeros(ROUND, np.int64)
    for start in range(at.size):
        home = payer[start]
        path[0] = start
        depth = np.int64(0)  # a literal would have what it is handed to compiled twice
        place[0] = _after(out, payee[start], start)
        while depth >= 0:
            event = path[depth]
            here = payee[event]
            step = place[depth]
            stop = min(out.first[here + 1], _after(out, here, event) + NEXT_ROUND)
            if step >= stop or at[out.rows[step]] - at[event] > REST:
                depth -= 1
                continue
            place[depth] += 1
            outlay = out.rows[step]
            if not _alike(amount[event], amount[outlay]):
                continue
            if payee[outlay] == home:
                if depth >= 1:
                    _shorten(least, payer, path, depth, outlay)
                continue
            if depth + 2 < ROUND:
                depth += 1
                path[depth] = outlay
                place[depth] = _after(out, payee[outlay], outlay)
    return least


@njit(cache=True)
def _shorten(least: Ints, payer: Ints32, path: Ints, depth: Whole, outlay: int) -> None:
    length = depth + 2
    for step in range(depth + 2):
        account = payer[path[step]] if step <= depth else payer[outlay]
        if least[account] == 0 or least[account] > length:
            least[account] = length


@njit(cache=True)
def _after(out: Lists, account: int, event: int) -> Whole:
    """Where the account's payments out begin that come after payment `event`."""
    return first_from(out.rows, out.first[account], out.first[account + 1], event + 1)


@njit(cache=True)
def _alike(low: int, high: int) -> bool:
    return max(low, high) <= min(low, high) * (1.0 + ALIKE)


@njit(cache=True)
def _grow(array: Ints) -> Ints:
    more = np.empty(array.size * 2, np.int64)
    for place in range(array.size):  # a slice would bring Numba's texts of errors with it
        more[place] = array[place]
    return more


@njit(cache=True)
def most(key: Ints32, value: Floats, size: int) -> Floats:
    """The largest `value` of each `key`; 0 where there is none."""
    maxima = np.zeros(size, np.float64)
    for place in range(key.size):
        maxima[key[place]] = max(maxima[key[place]], value[place])
    return maxima
