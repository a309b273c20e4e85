"""Depth-first search for paths whose payments follow one another in time."""

from typing import Final

import numpy as np
from numba import njit

from suyuan.money.arrays import Ints, Ints32

#: Payments looked at before a search is given up, which is said.
BUDGET: Final = 50_000_000


@njit(cache=True, nogil=True)
def last_moments(
    at: Ints, payer: Ints32, payee: Ints32, size: int, target: int, rounds: int
) -> Ints:
    """Per account the last moment at which money there can still come to the target, else the
    least integer. Payments are in time order; within an instant any order is allowed, which is
    what more than one of `rounds` is for.
    """
    latest = np.full(size, np.iinfo(np.int64).min)
    latest[target] = np.iinfo(np.int64).max
    for _ in range(rounds):
        has_changed = False
        for row in range(at.size - 1, -1, -1):
            if latest[payee[row]] >= at[row] > latest[payer[row]]:
                latest[payer[row]] = at[row]
                has_changed = True
        if not has_changed:
            break
    return latest


@njit(cache=True, nogil=True)
def _first_since(rows: Ints32, at: Ints, low: int, high: int, moment: int) -> int:
    """The first place in rows[low:high] of a payment at `moment` or later."""
    while low < high:
        middle = (low + high) // 2
        if at[rows[middle]] < moment:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _on_path(stack: Ints, depth: int, account: int) -> bool:
    """Whether a path has been at `account`."""
    for i in range(depth + 1):  # noqa: SIM110  # a kernel
        if stack[i] == account:
            return True
    return False


@njit(cache=True, nogil=True)
def search(  # one loop: numba keeps no frames
    start: Ints,
    rows: Ints32,
    at: Ints,
    payee: Ints32,
    latest: Ints,
    question: tuple[int, int, int, int],
) -> tuple[Ints, Ints, bool]:
    """Paths from one account to another: rows of all paths in turn, the payments of each, and
    whether these are all.

    `start` and `rows` are the payments by payer, in time order; `latest` is per account the last
    moment at which money there can still come to the target. `question` is (source, target, hops,
    most). Lengths are tried one after the other, so that the shortest come first.
    """
    source, target, hops, most = question
    out, sizes = np.empty(most * hops, np.int64), np.empty(most, np.int64)
    place, stack = np.zeros(hops + 1, np.int64), np.zeros(hops + 1, np.int64)
    rows_on_path = np.zeros(hops + 1, np.int64)
    used, count, looks = 0, 0, 0
    for length in range(1, hops + 1):
        depth, stack[0], place[0] = 0, source, start[source]
        while depth >= 0:
            account = stack[depth]
            if place[depth] >= start[account + 1]:
                depth -= 1
                continue
            row = rows[place[depth]]
            place[depth] += 1
            looks += 1
            if looks > BUDGET:
                return out[:used], sizes[:count], False
            neighbour = payee[row]
            if depth + 1 == length:
                if neighbour != target:
                    continue
                if count == most:
                    return out[:used], sizes[:count], False
                for i in range(depth):
                    out[used + i] = rows_on_path[i]
                out[used + depth] = row
                sizes[count] = length
                used, count = used + length, count + 1
                continue
            if (
                neighbour == target
                or latest[neighbour] < at[row]
                or _on_path(stack, depth, neighbour)
            ):
                continue
            rows_on_path[depth] = row
            depth += 1
            stack[depth] = neighbour
            place[depth] = _first_since(rows, at, start[neighbour], start[neighbour + 1], at[row])
    return out[:used], sizes[:count], True
