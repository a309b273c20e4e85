"""Poison: whatever leaves an account that holds stolen money counts in full.

It does not conserve (one stolen yuan can poison a million) and bounds every other method: no
payment carries stolen money by any of them that poison does not mark. An account that is emptied
to the last fen is clean again, for nothing stolen can lie in it.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from suyuan.money.arrays import (
    RESTS,
    TOO_FAR,
    WHOLE_BALANCE,
    Flow,
    Ints,
    Ints32,
    Limits,
    Steps,
    clip,
    no_steps,
    with_room,
)

#: Labels are walked in groups of as many as fit one signed machine word.
GROUP: Final = 63


class PoisonOutcome(NamedTuple):
    """Steps, and which nodes hold whose poison at the end (`label`, `node`, one cell a pair)."""

    steps: Steps
    label: Ints32
    node: Ints32


class PoisonScratch(NamedTuple):
    """Scratch: each node's poison as bits and its balance; steps of each poison at each `place`."""

    bits: Ints
    balance: Ints
    place: Ints
    hops: NDArray[np.int16]


@njit(cache=True)
def _walk(
    flow: Flow,
    labels: tuple[int, int],
    most: int,
    scratch: PoisonScratch,
    out: Steps,
    start: tuple[int, int],
) -> tuple[int, int]:
    """Go on from event and step `start` while `out` has room; returns event and step then.

    `labels` are the first one and how many; poison goes `most` steps.
    """
    (first, count), (event, used) = labels, start
    poisons, balance, place, hops = scratch
    while event < flow.source.size and used + count <= out.event.size:
        source, target, label = flow.source[event], flow.target[event], flow.label[event] - first
        amount = balance[source] if flow.amount[event] == WHOLE_BALANCE else flow.amount[event]
        bits = poisons[source] if flow.follow[source] else 0
        if amount == 0:
            event += 1
            continue
        own = 0 <= label < count
        for i in range(count):
            begins = own and i == label
            if not begins and not (bits >> i) & 1:
                continue
            hop = 0 if begins else hops[place[source], i] + 1
            fate = TOO_FAR if flow.follow[target] and hop >= most else RESTS
            out.event[used], out.label[used], out.hop[used] = event, first + i, hop
            out.amount[used], out.fate[used] = amount, fate
            out.fresh[used] = amount if begins else 0
            used += 1
            if flow.follow[target] and fate == RESTS:
                if not (poisons[target] >> i) & 1 or hop < hops[place[target], i]:
                    hops[place[target], i] = hop
                poisons[target] |= 1 << i
        if source != target:
            balance[source] = max(0, balance[source] - amount)
            balance[target] += amount
            if balance[source] == 0:
                poisons[source] = 0
        event += 1
    return event, used


def poison(flow: Flow, labels: int, limits: Limits) -> PoisonOutcome:
    """Mark every payment, in full, that can hold a label's money. Dust is not given up."""
    out, used = no_steps(), 0
    at_label, at_node = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for first in range(0, labels, GROUP):
        count, event = min(GROUP, labels - first), 0
        scratch = _empty_scratch(flow, count)
        while event < flow.source.size:
            out = with_room(out, used, count)
            event, used = _walk(flow, (first, count), limits.hops, scratch, out, (event, used))
        nodes = np.flatnonzero(scratch.bits)
        row, label = np.nonzero((scratch.bits[nodes, None] >> np.arange(count)) & 1)
        at_label.append(label + first)
        at_node.append(nodes[row])
    labels_found, nodes = np.concatenate(at_label), np.concatenate(at_node)
    return PoisonOutcome(clip(out, used), labels_found.astype(np.int32), nodes.astype(np.int32))


def _empty_scratch(flow: Flow, count: int) -> PoisonScratch:
    places_to_follow = int(np.count_nonzero(flow.follow))
    return PoisonScratch(
        bits=np.zeros(flow.follow.size, np.int64),
        balance=flow.opening.copy(),
        place=np.cumsum(flow.follow) - 1,
        hops=np.zeros((places_to_follow + 1, count), np.int16),
    )
