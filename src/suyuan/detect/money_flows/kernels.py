"""Two walks over the payments of every account: how long money rests, and which sums return."""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from suyuan.money.arrays import first_from

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Flags = NDArray[np.bool_]
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


class Legs(NamedTuple):
    """Payments as their accounts saw them: those of account ``a`` are ``first[a]`` to before
    ``first[a + 1]``, in order; ``out`` marks those that it made, the others came in.
    """

    first: Ints
    at: Ints
    out: Flags
    amount: Ints


class Sizes(NamedTuple):
    """Amounts, each once and sorted, and how many payments are of less (one entry more)."""

    amount: Ints
    before: Ints


@njit(cache=True)
def transit(legs: Legs) -> tuple[Ints, Ints, Ints, Floats]:
    """How much of what came in went out again, and how soon.

    What goes out is taken from what came in last (LIFO), so that a standing balance, known or not,
    does not hide that new money is passed on. Returns, for each account, fen that left again at
    all, within a day, within an hour, and the sum over that fen of the natural logarithm of hours
    rested (none counts as a minute).
    """
    accounts = legs.first.size - 1
    throughput = np.zeros(accounts, np.int64)
    in_day = np.zeros(accounts, np.int64)
    in_hour = np.zeros(accounts, np.int64)
    rest = np.zeros(accounts, np.float64)
    lots = np.empty(legs.at.size, np.int64)
    rest_of_lot = legs.amount.copy()
    for account in range(accounts):
        top = 0
        for event in range(legs.first[account], legs.first[account + 1]):
            if not legs.out[event]:
                lots[top] = event
                top += 1
                continue
            need = legs.amount[event]
            while need > 0 and top > 0:
                lot = lots[top - 1]
                part = min(rest_of_lot[lot], need)
                wait = legs.at[event] - legs.at[lot]
                throughput[account] += part
                if wait <= DAY:
                    in_day[account] += part
                if wait <= HOUR:
                    in_hour[account] += part
                rest[account] += part * math.log(max(wait / HOUR, 1.0 / 60.0))
                rest_of_lot[lot] -= part
                need -= part
                if rest_of_lot[lot] == 0:
                    top -= 1
    return throughput, in_day, in_hour, rest


@njit(cache=True)
def echoes(legs: Legs, sizes: Sizes) -> tuple[Floats, Floats]:
    """How surprising it is that sums that came in also went out, fee off.

    `sizes` are the amounts of all payments of the case. Each
    sum that came in is compared with the :data:`NEAR` payments out before and after it (a launderer
    may pay out first and be made good later) and with runs of up to four of them added up. The
    closest one that falls short by at most :data:`FEE` is a coincidence with the probability that
    as many random payments of this case would come as close: a sum that everybody pays says
    nothing. Returns, for each account, Fisher's sum of minus the logarithms of these probabilities
    (expected: one for each payment in), and the largest.
    """
    accounts = legs.first.size - 1
    total = np.zeros(accounts, np.float64)
    largest = np.zeros(accounts, np.float64)
    payouts, paid_at = np.empty(legs.at.size, np.int64), np.empty(legs.at.size, np.int64)
    for account in range(accounts):
        low, high = legs.first[account], legs.first[account + 1]
        count = 0
        for event in range(low, high):
            if legs.out[event]:
                payouts[count], paid_at[count] = legs.amount[event], legs.at[event]
                count += 1
        split = 0
        for event in range(low, high):
            if legs.out[event]:
                continue
            whole = legs.amount[event]
            while split < count and paid_at[split] < legs.at[event]:
                split += 1
            nearby = (max(0, split - NEAR), min(count, split + NEAR))
            best, tries = _closest(payouts, nearby, whole)
            if best > 0:
                surprise = _surprise(sizes, best, whole, tries)
                total[account] += surprise
                largest[account] = max(largest[account], surprise)
    return total, largest


@njit(cache=True)
def _closest(payouts: Ints, nearby: tuple[int, int], whole: int) -> tuple[int, int]:
    """The largest payment, or run of up to four, within the fee under `whole`; and how many tried.

    Looked at are those from one place to before another, `nearby`. None is 0.
    """
    best, tries = 0, 0
    start, stop = nearby
    for first in range(start, stop):
        total_paid = 0
        for last in range(first, min(first + 4, stop)):
            total_paid += payouts[last]
            tries += 1
            if total_paid > whole:
                break
            if total_paid >= whole * (1.0 - FEE):
                best = max(best, total_paid)
    return best, tries


@njit(cache=True)
def _surprise(sizes: Sizes, low: int, high: int, tries: int) -> float:
    start, stop = np.int64(0), sizes.amount.size
    below = sizes.before[first_from(sizes.amount, start, stop, low)]
    within = sizes.before[first_from(sizes.amount, start, stop, high + 1)] - below
    share = within / sizes.before[-1]
    chance = 1.0 - (1.0 - share) ** tries
    return -math.log(max(chance, 1e-9))
