"""One pass over the ledger in time order, for all reports at once and for each method.

Every account holds *lots*: an amount, a label (whose it is; ``CLEAN`` for nobody's) and how many
steps it has come. A payment takes lots out of its payer by the rule of the method and puts them
into its payee under the same labels. As one fen is always in exactly one lot, nothing is claimed
twice and each label's money is conserved to the fen. A cycle ends because time does.

Rules (`docs/money.md` works them through): FIFO (Devaynes v Noble, Clayton's case, 1816), LIFO,
``FIRST`` (stolen money leaves first, the election of Re Oatway, 1903), haircut (pro rata: Moeser,
Boehme and Breuker, 2014), LIBR (own money leaves first and what was once spent does not come back:
Re Hallett's Estate, 1880; James Roscoe v Winder, 1915).
"""

from typing import Final, NamedTuple

import numpy as np
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
from suyuan.money.exact import muldiv, spread

FIFO: Final = 0
LIFO: Final = 1
FIRST: Final = 2
HAIRCUT: Final = 3
LIBR: Final = 4

_NIL = -1


class Lots(NamedTuple):
    """A pool of lots, chained both ways into one list for each node.

    `clean` holds nobody's money of a node where its place in the list does not matter.
    `free` is [first free lot of the chain through `after`, first lot never used].
    """

    label: Ints32
    hop: Ints32
    amount: Ints
    before: Ints32
    after: Ints32
    head: Ints32
    tail: Ints32
    clean: Ints
    free: Ints


class Bundle(NamedTuple):
    """The lots on their way in one payment; `used` counts them in its first cell."""

    label: Ints32
    hop: Ints32
    amount: Ints
    used: Ints


@njit(cache=True)
def _ints(size: int, value: int) -> Ints:
    return np.full(size, value, np.int64)


@njit(cache=True)
def _ints32(size: int, value: int) -> Ints32:
    return np.full(size, value, np.int32)


@njit(cache=True)
def _empty_lots(nodes: int, lots: int) -> Lots:
    return Lots(
        _ints32(lots, CLEAN),
        _ints32(lots, 0),
        _ints(lots, 0),
        _ints32(lots, _NIL),
        _ints32(lots, _NIL),
        _ints32(nodes, _NIL),
        _ints32(nodes, _NIL),
        _ints(nodes, 0),
        np.array([_NIL, 0]),
    )


@njit(cache=True)
def _append(lots: Lots, node: int, label: int, hop: int, amount: int) -> None:
    """Put a lot at the end of the node's list, into the last lot where that is the same money."""
    last = lots.tail[node]
    if last != _NIL and lots.label[last] == label and lots.hop[last] == hop:
        lots.amount[last] += amount
        return
    lot = lots.free[0]
    if lot == _NIL:
        lot = lots.free[1]
        lots.free[1] += 1
    else:
        lots.free[0] = lots.after[lot]
    lots.label[lot], lots.hop[lot], lots.amount[lot] = label, hop, amount
    lots.before[lot], lots.after[lot] = last, _NIL
    if last == _NIL:
        lots.head[node] = lot
    else:
        lots.after[last] = lot
    lots.tail[node] = lot


@njit(cache=True)
def _remove(lots: Lots, node: int, lot: int) -> None:
    before, after = lots.before[lot], lots.after[lot]
    if before == _NIL:
        lots.head[node] = after
    else:
        lots.after[before] = after
    if after == _NIL:
        lots.tail[node] = before
    else:
        lots.before[after] = before
    lots.after[lot] = lots.free[0]
    lots.free[0] = lot


@njit(cache=True)
def _load(bundle: Bundle, label: int, hop: int, amount: int) -> None:
    if amount > 0:
        i = bundle.used[0]
        bundle.label[i], bundle.amount[i] = label, amount
        bundle.hop[i] = 0 if label == CLEAN else hop
        bundle.used[0] = i + 1


@njit(cache=True)
def _held(lots: Lots, node: int) -> int:
    """Money in the node's list, the `clean` drawer apart."""
    total, lot = 0, lots.head[node]
    while lot != _NIL:
        total += lots.amount[lot]
        lot = lots.after[lot]
    return total


@njit(cache=True)
def _take_in_turn(lots: Lots, node: int, need: int, bundle: Bundle, newest: bool) -> int:
    """Take lots from one end of the list; returns what is still needed."""
    while need > 0:
        lot = lots.tail[node] if newest else lots.head[node]
        if lot == _NIL:
            break
        part = min(need, lots.amount[lot])
        _load(bundle, lots.label[lot], lots.hop[lot] + 1, part)
        lots.amount[lot] -= part
        need -= part
        if lots.amount[lot] == 0:
            _remove(lots, node, lot)
    return need


@njit(cache=True)
def _take_pro_rata(lots: Lots, node: int, need: int, held: int, bundle: Bundle) -> None:
    """Take `need` of the `held` money of the list, from every lot in proportion."""
    count, lot = 0, lots.head[node]
    while lot != _NIL:
        count, lot = count + 1, lots.after[lot]
    parts, shares = np.empty(count, np.int64), np.empty(count, np.int64)
    lot = lots.head[node]
    for i in range(count):
        parts[i], lot = lots.amount[lot], lots.after[lot]
    spread(need, parts, held, shares)
    lot = lots.head[node]
    for i in range(count):
        following = lots.after[lot]
        _load(bundle, lots.label[lot], lots.hop[lot] + 1, shares[i])
        lots.amount[lot] -= shares[i]
        if lots.amount[lot] == 0:
            _remove(lots, node, lot)
        lot = following


@njit(cache=True)
def _claimed_part(method: int, need: int, held: int, clean: int) -> int:
    """How much of a payment of `need` is claimed money, under haircut and LIBR."""
    if need >= held + clean:
        return held
    if method == LIBR:
        return max(0, need - clean)
    share, rest = muldiv(held, need, held + clean)
    # to the nearest fen, a half stays behind
    return share + (1 if rest > held + clean - rest else 0)


@njit(cache=True)
def _take(lots: Lots, node: int, amount: int, method: int, bundle: Bundle) -> None:
    """Move `amount` out of the node into the bundle; what the node lacks comes as clean."""
    need = amount
    if method >= HAIRCUT:
        held = _held(lots, node)
        if held > 0:
            claimed = _claimed_part(method, need, held, lots.clean[node])
            if claimed > 0:
                _take_pro_rata(lots, node, claimed, held, bundle)
            need -= claimed
    else:
        need = _take_in_turn(lots, node, need, bundle, method == LIFO)
    lots.clean[node] -= min(need, lots.clean[node])
    _load(bundle, CLEAN, 0, need)


@njit(cache=True)
def _put(lots: Lots, node: int, method: int, bundle: Bundle, at_label: Ints32) -> None:
    """Put the bundle's lots into the node; pro-rata methods keep one lot for each label."""
    if method >= HAIRCUT:
        lot = lots.head[node]
        while lot != _NIL:
            at_label[lots.label[lot]] = lot
            lot = lots.after[lot]
    for i in range(bundle.used[0]):
        label, hop, amount = bundle.label[i], bundle.hop[i], bundle.amount[i]
        if label == CLEAN and method >= FIRST:
            lots.clean[node] += amount
        elif method >= HAIRCUT and at_label[label] != _NIL:
            lot = at_label[label]
            lots.amount[lot] += amount
            lots.hop[lot] = min(lots.hop[lot], hop)
        else:
            _append(lots, node, label, hop, amount)
            if method >= HAIRCUT:
                at_label[label] = lots.tail[node]
    if method >= HAIRCUT:
        lot = lots.head[node]
        while lot != _NIL:
            at_label[lots.label[lot]] = _NIL
            lot = lots.after[lot]


@njit(cache=True)
def _totals(bundle: Bundle, total: Ints, hop: Ints32, seen: Ints32) -> int:
    """Sum the bundle by label into `total` (with the least `hop`); returns how many in `seen`."""
    count = 0
    for i in range(bundle.used[0]):
        label = bundle.label[i]
        if label == CLEAN:
            continue
        if total[label] == 0:
            seen[count] = label
            hop[label] = bundle.hop[i]
            count += 1
        total[label] += bundle.amount[i]
        hop[label] = min(hop[label], bundle.hop[i])
    return count


@njit(cache=True)
def _fate(amount: int, hop: int, kept: bool, limits: Limits) -> int:
    if not kept:
        return KEPT
    if amount < limits.dust:
        return DUST
    return TOO_FAR if hop >= limits.hops else KEPT


@njit(cache=True)
def _open(flow: Flow, lots: Lots, method: int) -> None:
    for node in range(flow.opening.size):
        if flow.opening[node] > 0 and flow.follow[node]:
            label = flow.opening_label[node]
            if label == CLEAN and method >= FIRST:
                lots.clean[node] = flow.opening[node]
            else:
                _append(lots, node, label, 0, flow.opening[node])


@njit(cache=True)
def _depart(flow: Flow, event: int, lots: Lots, method: int, bundle: Bundle) -> int:
    """Fill the bundle with what event moves; an origin claims what nobody has claimed.

    Returns how much was claimed here for the first time.
    """
    source, label, amount = flow.source[event], flow.label[event], flow.amount[event]
    bundle.used[0] = 0
    if flow.follow[source]:
        if amount == ALL:
            amount = _held(lots, source) + lots.clean[source]
        _take(lots, source, amount, method, bundle)
    else:
        _load(bundle, CLEAN, 0, max(amount, 0))
    fresh = 0
    if label != CLEAN:
        for i in range(bundle.used[0]):
            if bundle.label[i] == CLEAN:
                bundle.label[i], bundle.hop[i] = label, 0
                fresh += bundle.amount[i]
    return fresh


@njit(cache=True)
def _disown(bundle: Bundle, total: Ints, hop: Ints32, kept: bool, limits: Limits) -> None:
    """Give up the claim on dust and on what has gone too far: it arrives as nobody's."""
    for i in range(bundle.used[0]):
        label = bundle.label[i]
        if label != CLEAN and _fate(total[label], hop[label], kept, limits) != KEPT:
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
    lots = _empty_lots(nodes, 2 * events + nodes + labels + 1)
    room = 2 * events + nodes + labels + 1
    bundle = Bundle(_ints32(room, 0), _ints32(room, 0), _ints(room, 0), _ints(1, 0))
    total, hop, seen = _ints(labels, 0), _ints32(labels, 0), _ints32(labels, 0)
    at_label = _ints32(labels, _NIL)
    _open(flow, lots, method)
    out = no_steps()
    used = 0
    for event in range(events):
        if flow.amount[event] == 0:
            continue
        fresh = _depart(flow, event, lots, method, bundle)
        target = flow.target[event]
        kept = flow.follow[target]
        count = _totals(bundle, total, hop, seen)
        out = with_room(out, used, count)
        for i in range(count):
            label = seen[i]
            out.event[used], out.label[used], out.hop[used] = event, label, hop[label]
            out.amount[used] = total[label]
            out.fresh[used] = fresh if label == flow.label[event] else 0
            out.fate[used] = _fate(total[label], hop[label], kept, limits)
            used += 1
        if kept:
            _disown(bundle, total, hop, kept, limits)
            _put(lots, target, method, bundle, at_label)
        for i in range(count):
            total[seen[i]] = 0
    return clipped(out, used)
