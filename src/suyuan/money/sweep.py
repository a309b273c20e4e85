"""One pass over the ledger in time order, for all reports at once and for each method.

Every account holds *lots*: an amount, a label (whose it is; ``CLEAN`` for nobody's) and how many
steps it has come. A payment takes lots out of its payer by the rule of the method and puts them
into its payee under the same labels. As one fen is always in exactly one lot, nothing is claimed
twice and each label's money is conserved to the fen. A cycle ends because time does.
"""

from numba import njit

from suyuan.money.arrays import (
    ALL,
    CLEAN,
    DUST,
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
from suyuan.money.lots import (
    Bundle,
    LotStacks,
    append,
    empty_lots,
    held_by,
    ints,
    ints32,
    load,
    put,
    take,
)
from suyuan.money.methods import FIRST


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
    return TOO_FAR if hop >= limits.hops else KEPT


@njit(cache=True)
def _open(flow: Flow, lots: LotStacks, method: int) -> None:
    for node in range(flow.opening.size):
        if flow.opening[node] > 0 and flow.follow[node]:
            label = flow.opening_label[node]
            if label == CLEAN and method >= FIRST:
                lots.clean[node] = flow.opening[node]
            else:
                append(lots, node, label, 0, flow.opening[node])


@njit(cache=True)
def _depart(flow: Flow, event: int, lots: LotStacks, method: int, bundle: Bundle) -> int:
    """Fill the bundle with what event moves; an origin claims what nobody has claimed.

    Returns how much was claimed here for the first time.
    """
    source, label, amount = flow.source[event], flow.label[event], flow.amount[event]
    bundle.used[0] = 0
    if flow.follow[source]:
        if amount == ALL:
            amount = held_by(lots, source) + lots.clean[source]
        take(lots, source, amount, method, bundle)
    else:
        load(bundle, CLEAN, 0, max(amount, 0))
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
        if _fate(total[label], hop[label], limits) == KEPT:
            bundle.hop[i] = hop[label]
        else:
            bundle.label[i], bundle.hop[i] = CLEAN, 0


@njit(cache=True)
def sweep(flow: Flow, labels: int, method: int, limits: Limits) -> Steps:
    """Run the ledger once; returns every step of claimed money, in the order of the events.

    `labels` is the number of labels; `method` one of the constants above. Cost: proportional to
    the events and, for the queue methods, to the lots moved; for the pro-rata methods, to the
    labels that meet in an account.
    """
    events, nodes = flow.source.size, flow.follow.size
    # an event makes at most two lots more than it takes: a split, and what its source lacked
    lots = empty_lots(nodes, 2 * events + nodes + labels + 1)
    room = 2 * events + nodes + labels + 1
    bundle = Bundle(ints32(room, 0), ints32(room, 0), ints(room, 0), ints(1, 0))
    total, hop, labels_in = ints(labels, 0), ints32(labels, 0), ints32(labels, 0)
    at_label = ints32(labels, -1)
    _open(flow, lots, method)
    out = no_steps()
    used = 0
    for event in range(events):
        if flow.amount[event] == 0:
            continue
        fresh = _depart(flow, event, lots, method, bundle)
        target = flow.target[event]
        kept = flow.follow[target]
        count = _totals(bundle, total, hop, labels_in)
        out = with_room(out, used, count)
        for i in range(count):
            label = labels_in[i]
            out.event[used], out.label[used], out.hop[used] = event, label, hop[label]
            out.amount[used] = total[label]
            out.fresh[used] = fresh if label == flow.label[event] else 0
            out.fate[used] = _fate(total[label], hop[label], limits) if kept else KEPT
            used += 1
        if kept:
            _arrive(bundle, total, hop, limits)
            put(lots, target, method, bundle, at_label)
        for i in range(count):
            total[labels_in[i]] = 0
    return clipped(out, used)
