"""One pass over the ledger in time order, for all reports at once and for each method.

Every account holds *lots*: an amount, a label (whose it is; ``CLEAN`` for nobody's) and how many
steps it has come. A payment takes lots out of its payer by the rule of the method and puts them
into its payee under the same labels. As one fen is always in exactly one lot, nothing is claimed
twice and each label's money is conserved to the fen. A cycle ends because time does.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from suyuan.money.arrays import (
    CLEAN,
    DUST,
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
from suyuan.money.lots import (
    Bundle,
    LotStacks,
    append,
    empty_bundle,
    empty_lots,
    held_by,
    load,
    put,
    take,
)
from suyuan.money.methods import FIRST


class LabelScratch(NamedTuple):
    """Scratch for each label: money in the payment, its fewest steps, and its lot in an account.

    `labels_in` lists the labels of the payment.
    """

    total: Ints
    hop: Ints32
    labels_in: Ints32
    at_label: Ints32


@njit(cache=True)
def _totals(bundle: Bundle, total: Ints, hop: Ints32, labels_in: Ints32) -> int:
    """Sum the bundle by label into `total`, with the least `hop`; returns how many `labels_in`."""
    count = 0
    for i in range(bundle.used[0]):
        label = bundle.label[i]
        if label == CLEAN:
            continue
        if total[label] == 0:
            labels_in[count] = label
            hop[label] = bundle.hop[i]
            count += 1
        total[label] += bundle.amount[i]
        hop[label] = min(hop[label], bundle.hop[i])
    return count


@njit(cache=True)
def _fate(amount: int, hop: int, limits: Limits) -> int:
    """What becomes of money that arrives at a place which is followed."""
    if amount < limits.dust:
        return DUST
    return TOO_FAR if hop >= limits.hops else RESTS


@njit(cache=True)
def _open(flow: Flow, lots: LotStacks, method: int) -> None:
    for node in range(flow.opening.size):
        if flow.opening[node] > 0 and flow.follow[node]:
            label = flow.opening_label[node]
            if label == CLEAN and method >= FIRST:
                lots.clean[node] = flow.opening[node]
            else:
                append(lots, np.int32(node), label, np.int32(0), flow.opening[node])


@njit(cache=True)
def _depart(flow: Flow, event: int, lots: LotStacks, method: int, bundle: Bundle) -> int:
    """Fill the bundle with what event moves; an origin claims what nobody has claimed.

    Returns how much was claimed here for the first time.
    """
    source, label, amount = flow.source[event], flow.label[event], flow.amount[event]
    bundle.used[0] = 0
    if flow.follow[source]:
        if amount == WHOLE_BALANCE:
            amount = held_by(lots, source) + lots.clean[source]
        take(lots, source, amount, method, bundle)
    else:
        load(bundle, np.int32(CLEAN), np.int64(0), max(amount, 0))
    fresh = 0
    if label != CLEAN:
        for i in range(bundle.used[0]):
            if bundle.label[i] == CLEAN:
                bundle.label[i], bundle.hop[i] = label, 0
                fresh += bundle.amount[i]
    return fresh


@njit(cache=True)
def _arrive(bundle: Bundle, total: Ints, hop: Ints32, limits: Limits) -> None:
    """Give up the claim on dust and on what has gone too far: it arrives as nobody's.

    What is kept of a label has come as far as the part of it that came the shortest way, which is
    what the step says of it.
    """
    for i in range(bundle.used[0]):
        label = bundle.label[i]
        if label == CLEAN:
            continue
        if _fate(total[label], hop[label], limits) == RESTS:
            bundle.hop[i] = hop[label]
        else:
            bundle.label[i], bundle.hop[i] = CLEAN, 0


@njit(cache=True)
def _sweep_events(
    flow: Flow,
    lots: LotStacks,
    bundle: Bundle,
    scratch: LabelScratch,
    method: int,
    limits: Limits,
    out: Steps,
    start: tuple[int, int],
) -> tuple[int, int]:
    """Go on from event and step `start` while `out` has room for every label; event and step then.

    Cost: proportional to the events and, for the queue methods, to the lots moved; for the pro-rata
    methods, to the labels that meet in an account.
    """
    event, used = start
    total, hop, labels_in, at_label = scratch
    if event == 0:
        _open(flow, lots, method)
    while event < flow.source.size and used + total.size <= out.event.size:
        if flow.amount[event] == 0:
            event += 1
            continue
        fresh = _depart(flow, event, lots, method, bundle)
        target = flow.target[event]
        goes_on = flow.follow[target]
        count = _totals(bundle, total, hop, labels_in)
        for i in range(count):
            label = labels_in[i]
            out.event[used], out.label[used], out.hop[used] = event, label, hop[label]
            out.amount[used] = total[label]
            out.fresh[used] = fresh if label == flow.label[event] else 0
            out.fate[used] = _fate(total[label], hop[label], limits) if goes_on else RESTS
            used += 1
        if goes_on:
            _arrive(bundle, total, hop, limits)
            put(lots, target, method, bundle, at_label)
        for i in range(count):
            total[labels_in[i]] = 0
        event += 1
    return event, used


def sweep(flow: Flow, labels: int, method: int, limits: Limits) -> Steps:
    """Run the ledger once; returns every step of claimed money, in the order of the events.

    `labels` is the number of labels; `method` one of the codes of ``money.methods``. Arrays are
    made and grown here, not in the kernel: that is half of what compiling it would take.
    """
    events, nodes = flow.source.size, flow.follow.size
    # an event makes at most two lots more than it takes: a split, and what its source lacked
    room = 2 * events + nodes + labels + 1
    lots, bundle, scratch = empty_lots(nodes, room), empty_bundle(room), _label_scratch(labels)
    out, event, used = with_room(no_steps(), 0, labels), 0, 0
    while event < events:
        out = with_room(out, used, labels)
        event, used = _sweep_events(flow, lots, bundle, scratch, method, limits, out, (event, used))
    return clip(out, used)


def _label_scratch(labels: int) -> LabelScratch:
    return LabelScratch(
        total=np.zeros(labels, np.int64),
        hop=np.zeros(labels, np.int32),
        labels_in=np.zeros(labels, np.int32),
        at_label=np.full(labels, -1, np.int32),
    )
