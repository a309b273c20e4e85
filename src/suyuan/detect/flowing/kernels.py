"""Two walks over the payments of every account: how long money rests, and which sums return."""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Floats = NDArray[np.float64]

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
#: Payments out before and after one in that are compared with it, and the largest fee (a share).
NEAR: Final = 8
FEE: Final = 0.1


class Lists(NamedTuple):
    """Payments by account: ``rows[first[a]:first[a + 1]]`` are those of account ``a``, in order."""

    rows: Ints
    first: Ints


@njit(cache=True)
def transit(
    at: Ints, payer: Ints32, payee: Ints32, amount: Ints, accounts: int
) -> tuple[Ints, Ints, Ints, Floats]:
    """How much of what came in went out again, and how soon.

    Payments are in order. What goes out is taken from what came in last (LIFO), so that a standing
    balance, known or not, does not hide that new money is passed on. Returns, for each account,
    fen that left again at all, within a day, within an hour, and the sum over that fen of the
    natural logarithm of hours rested (none counts as a minute).
    """
    passed = np.zeros(accounts, np.int64)
    in_day = np.zeros(accounts, np.int64)
    in_hour = np.zeros(accounts, np.int64)
    rested = np.zeros(accounts, np.float64)
    top = np.full(accounts, -1, np.int64)
    below = np.full(at.size, -1, np.int64)
    left = amount.copy()
    for event in range(at.size):
        giver, need = payer[event], amount[event]
        while need > 0 and top[giver] >= 0:
            lot = top[giver]
            part = min(left[lot], need)
            wait = at[event] - at[lot]
            passed[giver] += part
            if wait <= DAY:
                in_day[giver] += part
            if wait <= HOUR:
                in_hour[giver] += part
            rested[giver] += part * math.log(max(wait / HOUR, 1.0 / 60.0))
            left[lot] -= part
            need -= part
            if left[lot] == 0:
                top[giver] = below[lot]
        below[event] = top[payee[event]]
        top[payee[event]] = event
    return passed, in_day, in_hour, rested


@njit(cache=True)
def echoes(out: Lists, into: Lists, at: Ints, amount: Ints, sizes: Ints) -> tuple[Floats, Floats]:
    """How surprising it is that sums that came in also went out, fee off.

    `out` are the payments of each account, `into` those to it; `sizes` all amounts, sorted. Each
    sum that came in is compared with the :data:`NEAR` payments out before and after it (a launderer
    may pay out first and be made good later) and with runs of up to four of them added up. The
    closest one that falls short by at most :data:`FEE` is a coincidence with the probability that
    as many random payments of this case would come as close: a sum that everybody pays says
    nothing. Returns, for each account, Fisher's sum of minus the logarithms of these probabilities
    (expected: one for each payment in), and the largest.
    """
    accounts = out.first.size - 1
    total = np.zeros(accounts, np.float64)
    largest = np.zeros(accounts, np.float64)
    for account in range(accounts):
        low, high = out.first[account], out.first[account + 1]
        split = low
        for row in range(into.first[account], into.first[account + 1]):
            came = into.rows[row]
            while split < high and at[out.rows[split]] < at[came]:
                split += 1
            nearby = out.rows[max(low, split - NEAR) : min(high, split + NEAR)]
            best, tried = _closest(amount[nearby], amount[came])
            if best > 0:
                found = _surprise(sizes, best, amount[came], tried)
                total[account] += found
                largest[account] = max(largest[account], found)
    return total, largest


@njit(cache=True)
def _closest(paid: Ints, whole: int) -> tuple[int, int]:
    """The largest payment, or run of up to four, within the fee under `whole`; and how many tried.

    None is 0.
    """
    best, tried = 0, 0
    for first in range(paid.size):
        run = 0
        for last in range(first, min(first + 4, paid.size)):
            run += paid[last]
            tried += 1
            if run > whole:
                break
            if run >= whole * (1.0 - FEE):
                best = max(best, run)
    return best, tried


@njit(cache=True)
def _surprise(sizes: Ints, low: int, high: int, tried: int) -> float:
    within = np.searchsorted(sizes, high, side="right") - np.searchsorted(sizes, low)
    share = within / sizes.size
    chance = 1.0 - (1.0 - share) ** tried
    return -math.log(max(chance, 1e-9))
