"""Poison: whatever leaves an account that holds stolen money counts in full.

It does not conserve (one stolen yuan can poison a million) and bounds every other method: no
payment carries stolen money by any of them that poison does not mark. An account that is emptied
to the last fen is clean again, for nothing stolen can lie in it.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from suyuan.money.arrays import (
    ALL,
    CLEAN,
    KEPT,
    TOO_FAR,
    Flow,
    Ints,
    Ints32,
    Limits,
    Steps,
    clipped,
    no_steps,
    with_room,
)

#: Labels are walked in groups of as many as fit one signed machine word.
GROUP: Final = 63


class Poisoned(NamedTuple):
    """Steps, and which nodes hold whose poison at the end (`label`, `node`, one cell a pair)."""

    steps: Steps
    label: Ints32
    node: Ints32


@njit(cache=True)
def _walk(
    flow: Flow, first: int, count: int, limits: Limits, out: Steps, used: int
) -> tuple[Steps, int, Ints]:
    """Walk the ledger for labels first … first + count - 1; returns steps, their number, masks."""
    held = np.zeros(flow.follow.size, np.int64)
    place = np.cumsum(flow.follow) - 1
    hops = np.zeros((np.count_nonzero(flow.follow) + 1, count), np.int16)
    balance = flow.opening.copy()
    for event in range(flow.source.size):
        source, target, label = flow.source[event], flow.target[event], flow.label[event] - first
        amount = balance[source] if flow.amount[event] == ALL else flow.amount[event]
        bits = held[source] if flow.follow[source] else 0
        if amount == 0:
            continue
        own = 0 <= label < count
        out = with_room(out, used, count)
        for i in range(count):
            begins = own and i == label
            if not begins and not (bits >> i) & 1:
                continue
            hop = 0 if begins else hops[place[source], i] + 1
            fate = TOO_FAR if flow.follow[target] and hop >= limits.hops else KEPT
            out.event[used], out.label[used], out.hop[used] = event, first + i, hop
            out.amount[used], out.fate[used] = amount, fate
            out.fresh[used] = amount if begins else 0
            used += 1
            if flow.follow[target] and fate == KEPT:
                if not (held[target] >> i) & 1 or hop < hops[place[target], i]:
                    hops[place[target], i] = hop
                held[target] |= 1 << i
        if source != target:
            balance[source] = max(0, balance[source] - amount)
            balance[target] += amount
            if balance[source] == 0:
                held[source] = 0
    return out, used, held


@njit(cache=True)
def poison(flow: Flow, labels: int, limits: Limits) -> Poisoned:
    """Mark every payment, in full, that can hold a label's money. Dust is not given up."""
    out, used = no_steps(), 0
    at_label, at_node = [np.int32(CLEAN)], [np.int32(0)]
    for first in range(0, labels, GROUP):
        count = min(GROUP, labels - first)
        out, used, held = _walk(flow, first, count, limits, out, used)
        for node in np.flatnonzero(held):
            for i in range(count):
                if (held[node] >> i) & 1:
                    at_label.append(np.int32(first + i))
                    at_node.append(np.int32(node))
    return Poisoned(clipped(out, used), np.array(at_label[1:]), np.array(at_node[1:]))
