"""Walks over an index that respect time: money can only leave after it came."""

from typing import Final

import numpy as np
from numba import njit

from suyuan.money.arrays import Flags, Ints, Ints32, first_from

#: A row later than any, and one earlier than any.
NEVER: Final = 2**62
EVER: Final = -(2**62)


@njit(cache=True, nogil=True)
def _instant(at: Ints, row: int) -> int:
    """The first row of the instant that `row` belongs to."""
    while row > 0 and at[row - 1] == at[row]:
        row -= 1
    return row


@njit(cache=True, nogil=True)
def rows_from(at: Ints, times: Ints) -> Ints:
    """For each time, the first row at it or later; rows are in time order."""
    out = np.empty(times.size, np.int64)
    for i in range(times.size):
        out[i] = np.searchsorted(at, times[i])
    return out


@njit(cache=True, nogil=True)
def forward(
    start: Ints, rows: Ints32, at: Ints, payee: Ints32, since: Ints, stops: Flags
) -> tuple[Ints32, int]:
    """The earliest row at which money of the seeds can have reached each account, in `since`.

    Rows are in time order, so that comparing rows compares times. On entry `since` holds for each
    seed the first row that its money can be in, and ``NEVER`` elsewhere; on return, for each
    account reached, the first row of the instant at which it was. An account in `stops` is reached
    and not left. Every payment is looked at once at most: when an account turns out to be reached
    earlier, only its payments between the two are new. Returns the accounts reached, in the order
    in which they were, and how many payments were looked at.
    """
    seeds = np.flatnonzero(since != NEVER)
    done = np.empty(since.size, np.int64)
    waiting = np.zeros(since.size, np.bool_)
    reached = np.empty(since.size, np.int32)
    queue = np.empty(since.size + 1, np.int32)
    count, head, tail, looked = 0, 0, 0, 0
    for account in seeds:
        reached[count], queue[tail] = account, account
        waiting[account] = True
        done[account] = start[account + 1]
        count, tail = count + 1, tail + 1
    while head != tail:
        account = queue[head]
        head = head + 1 if head + 1 < queue.size else 0
        waiting[account] = False
        if stops[account]:
            continue
        first = first_from(rows, start[account], done[account], since[account])
        looked += done[account] - first
        for place in range(first, done[account]):
            row = rows[place]
            other = payee[row]
            if row >= since[other]:
                continue
            if since[other] == NEVER:
                reached[count] = other
                done[other] = start[other + 1]
                count += 1
            since[other] = _instant(at, row)
            if not waiting[other]:
                queue[tail] = other
                tail = tail + 1 if tail + 1 < queue.size else 0
                waiting[other] = True
        done[account] = first
    return reached[:count], looked


@njit(cache=True, nogil=True)
def backward(
    start: Ints, rows: Ints32, payer: Ints32, until: Ints, hops: int
) -> tuple[Ints32, int]:
    """The latest row with which money of each account can have gone on to the seeds, in `until`.

    On entry `until` holds for each seed the last row of interest, and ``EVER`` elsewhere. Goes back
    `hops` payments at most. `start` and `rows` are the payments by payee. Returns the accounts
    reached and how many payments were looked at.
    """
    reached = np.empty(until.size, np.int32)
    front = np.flatnonzero(until != EVER).astype(np.int32)
    count, looked = front.size, 0
    reached[:count] = front
    fresh = np.zeros(until.size, np.bool_)
    for _ in range(hops):
        following = np.empty(until.size, np.int32)
        found = 0
        for account in front:
            fresh[account] = False
            stop = first_from(rows, start[account], start[account + 1], until[account] + 1)
            looked += stop - start[account]
            for place in range(start[account], stop):
                row = rows[place]
                other = payer[row]
                if row <= until[other]:
                    continue
                if until[other] == EVER:
                    reached[count] = other
                    count += 1
                until[other] = row
                if not fresh[other]:
                    fresh[other] = True
                    following[found] = other
                    found += 1
        front = following[:found].copy()
        if found == 0:
            break
    return reached[:count], looked
