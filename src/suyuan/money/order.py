"""What happened first, and what an account held before: the two things a statement leaves open.

Payments of one instant are put in an order in which money comes in before it goes out (a payment
waits for those of the same instant that pay its payer). Where they go round in a circle, the order
inputs by the caller decides, and the doubt is counted.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from suyuan.money.arrays import WHOLE_BALANCE, Flags, Ints, Ints32, Whole

#: A balance or opening balance that is not known.
NO_BALANCE: Final = -(2**62)


class Span(NamedTuple):
    """Events `start` to `stop` - 1."""

    start: Whole
    stop: Whole


@njit(cache=True)
def _mark(source: Ints32, target: Ints32, span: Span, where: Ints, in_degree: Ints32) -> None:
    """Note where each payer's payments of an instant begin, and how many each payee waits for."""
    for e in range(span.start, span.stop):
        if where[source[e]] == -1:
            where[source[e]] = e
        if target[e] != source[e]:
            in_degree[target[e]] += 1


@njit(cache=True)
def _untie(
    source: Ints32,
    target: Ints32,
    span: Span,
    where: Ints,
    in_degree: Ints32,
    ready: Ints32,
    out: Ints,
) -> int:
    """Order the events of one instant, which come grouped by source; returns circles broken.

    `where` (first event of a source in this instant, else -1) and `in_degree` (payments of this
    instant still to come in) are scratch over the nodes, left as they were found; so is `ready`.
    """
    _mark(source, target, span, where, in_degree)
    free, place, circles, candidate = 0, span.start, 0, span.start
    for e in range(span.stop - 1, span.start - 1, -1):
        if where[source[e]] == e and in_degree[source[e]] == 0:
            ready[free] = source[e]
            free += 1
    while place < span.stop:
        if free:
            free -= 1
            node = ready[free]
        else:
            while where[source[candidate]] < 0:
                candidate += 1
            node = source[candidate]
            circles += 1
        e, where[node] = where[node], -2
        while e < span.stop and source[e] == node:
            out[place] = e
            place += 1
            payee = target[e]
            e += 1
            if payee == node:
                continue
            in_degree[payee] -= 1
            if in_degree[payee] == 0 and where[payee] >= 0:
                ready[free] = payee
                free += 1
    for e in range(span.start, span.stop):
        where[source[e]], in_degree[target[e]] = -1, 0
    return circles


@njit(cache=True)
def _sequence(
    at: Ints,
    source: Ints32,
    target: Ints32,
    out: Ints,
    scratch: tuple[Ints, Ints32, Ints32],
) -> tuple[int, int]:
    """Order every instant's events in `out`; how many were tied, and how many circles broken."""
    where, in_degree, ready = scratch
    tied, circles, start = 0, 0, 0
    while start < at.size:
        stop = start + 1
        while stop < at.size and at[stop] == at[start]:
            stop += 1
        if stop - start > 1:
            span = Span(np.int64(start), stop)
            circles += _untie(source, target, span, where, in_degree, ready, out)
            tied += stop - start
        start = stop
    return tied, circles


def in_before_out(at: Ints, source: Ints32, target: Ints32, nodes: int) -> tuple[Ints, int, int]:
    """An order of events sorted by `at`, then source, in which ties are resolved.

    Returns the permutation, how many events share their instant with another one that touches the
    same account, and how many circles had to be broken.
    """
    out = np.arange(at.size)
    where = np.full(nodes, -1, np.int64)
    scratch = where, np.zeros(nodes, np.int32), np.empty(nodes, np.int32)
    tied, circles = _sequence(at, source, target, out, scratch)
    return out, tied, circles


@njit(cache=True)
def openings(
    source: Ints32, target: Ints32, amount: Ints, after: Ints, balances: Ints, has_statement: Flags
) -> Ints:
    """The balance of every account before the first event, events being in order.

    Where it is stated (`balances`), it stands. Else the first balance on a statement (`after`, the
    payer's balance after each event) gives it. Else it is the least that keeps the account from
    being overdrawn: it must have held that much. `has_statement` marks (on return) the accounts of
    the first two kinds.
    """
    flow, lowest = np.zeros(balances.size, np.int64), np.zeros(balances.size, np.int64)
    from_statement = np.full(balances.size, NO_BALANCE, np.int64)
    for e in range(source.size):
        payer, payee = source[e], target[e]
        if amount[e] == WHOLE_BALANCE or payer == payee:
            continue
        flow[payer] -= amount[e]
        flow[payee] += amount[e]
        lowest[payer] = min(lowest[payer], flow[payer])
        if after[e] != NO_BALANCE and from_statement[payer] == NO_BALANCE:
            from_statement[payer] = after[e] - flow[payer]
    out = np.empty(balances.size, np.int64)
    for node in range(balances.size):
        has_statement[node] = balances[node] != NO_BALANCE or from_statement[node] >= 0
        if balances[node] != NO_BALANCE:
            out[node] = max(balances[node], 0)
        elif from_statement[node] >= 0:
            out[node] = from_statement[node]
        else:
            out[node] = -lowest[node]
    return out


@njit(cache=True)
def closings(source: Ints32, target: Ints32, amount: Ints, opening: Ints) -> Ints:
    """The balance of every account after the last event."""
    out = opening.copy()
    for e in range(source.size):
        if amount[e] != WHOLE_BALANCE and source[e] != target[e]:
            out[source[e]] = max(0, out[source[e]] - amount[e])
            out[target[e]] += amount[e]
    return out
