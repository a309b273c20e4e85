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
    end_row = np.empty(since.size, np.int64)
    in_queue = np.zeros(since.size, np.bool_)
    order = np.empty(since.size, np.int32)
    queue = np.empty(since.size + 1, np.int32)
    count, head, tail, looks = 0, 0, 0, 0
    for account in seeds:
        order[count], queue[tail] = account, account
        in_queue[account] = True
        end_row[account] = start[account + 1]
        count, tail = count + 1, tail + 1
    while head != tail:
        account = queue[head]
        head = head + 1 if head + 1 < queue.size else 0
        in_queue[account] = False
        if stops[account]:
            continue
        first = first_from(rows, start[account], end_row[account], since[account])
        looks += end_row[account] - first
        for place in range(first, end_row[account]):
            row = rows[place]
            neighbour = payee[row]
            if row >= since[neighbour]:
                continue
            if since[neighbour] == NEVER:
                order[count] = neighbour
                end_row[neighbour] = start[neighbour + 1]
                count += 1
            since[neighbour] = _instant(at, row)
            if not in_queue[neighbour]:
                queue[tail] = neighbour
                tail = tail + 1 if tail + 1 < queue.size else 0
                in_queue[neighbour] = True
        end_row[account] = first
    return order[:count], looks


@njit(cache=True, nogil=True)
def backward(
    start: Ints, rows: Ints32, payer: Ints32, until: Ints, hops: int
) -> tuple[Ints32, int]:
    """The latest row with which money of each account can have gone on to the seeds, in `until`.

    On entry `until` holds for each seed the last row of interest, and ``EVER`` elsewhere. Goes back
    `hops` payments at most. `start` and `rows` are the payments by payee. Returns the accounts
    reached and how many payments were looked at.
    """
    order = np.empty(until.size, np.int32)
    front = np.flatnonzero(until != EVER).astype(np.int32)
    count, looks = front.size, 0
    order[:count] = front
    fresh = np.zeros(until.size, np.bool_)
    for _ in range(hops):
        next_front = np.empty(until.size, np.int32)
        size = 0
        for account in front:
            fresh[account] = False
            stop = first_from(rows, start[account], start[account + 1], until[account] + 1)
            looks += stop - start[account]
            for place in range(start[account], stop):
                row = rows[place]
                neighbour = payer[row]
                if row <= until[neighbour]:
                    continue
                if until[neighbour] == EVER:
                    order[count] = neighbour
                    count += 1
                until[neighbour] = row
                if not fresh[neighbour]:
                    fresh[neighbour] = True
                    next_front[size] = neighbour
                    size += 1
        front = next_front[:size].copy()
        if size == 0:
            break
    return order[:count], looks
