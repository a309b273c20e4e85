"""Lots of money with an owner, and the rules by which a payment takes them out of an account.

Rules (`docs/money.md` works them through): FIFO (Devaynes v Noble, Clayton's case, 1816), LIFO,
``FIRST`` (stolen money leaves first, the election of Re Oatway, 1903), haircut (pro rata: Moeser,
Boehme and Breuker, 2014), LIBR (own money leaves first and what was once spent does not come back:
Re Hallett's Estate, 1880; James Roscoe v Winder, 1915).
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from suyuan.money.arrays import CLEAN, Ints, Ints32, Whole
from suyuan.money.methods import FIRST, HAIRCUT, LIBR, LIFO
from suyuan.money.shares import muldiv, spread

_NIL: Final = -1


class LotStacks(NamedTuple):
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


def empty_lots(nodes: int, lots: int) -> LotStacks:
    """A pool of `lots` lots, none in use. Before a lot is used its cells mean nothing."""
    return LotStacks(
        label=np.zeros(lots, np.int32),
        hop=np.zeros(lots, np.int32),
        amount=np.zeros(lots, np.int64),
        before=np.zeros(lots, np.int32),
        after=np.zeros(lots, np.int32),
        head=np.full(nodes, _NIL, np.int32),
        tail=np.full(nodes, _NIL, np.int32),
        clean=np.zeros(nodes, np.int64),
        free=np.array([_NIL, 0]),
    )


def empty_bundle(lots: int) -> Bundle:
    """Room for `lots` lots."""
    return Bundle(
        label=np.zeros(lots, np.int32),
        hop=np.zeros(lots, np.int32),
        amount=np.zeros(lots, np.int64),
        used=np.zeros(1, np.int64),
    )


@njit(cache=True)
def append(lots: LotStacks, node: Whole, label: Whole, hop: Whole, amount: Whole) -> None:
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
def _remove(lots: LotStacks, node: int, lot: int) -> None:
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
def load(bundle: Bundle, label: Whole, hop: Whole, amount: Whole) -> None:
    if amount > 0:
        i = bundle.used[0]
        bundle.label[i], bundle.amount[i] = label, amount
        bundle.hop[i] = 0 if label == CLEAN else hop
        bundle.used[0] = i + 1


@njit(cache=True)
def held_by(lots: LotStacks, node: int) -> int:
    """Money in the node's list, the `clean` drawer apart."""
    total, lot = 0, lots.head[node]
    while lot != _NIL:
        total += lots.amount[lot]
        lot = lots.after[lot]
    return total


@njit(cache=True)
def _take_in_turn(lots: LotStacks, node: int, need: int, bundle: Bundle, method: int) -> int:
    """Take the newest lots (LIFO) or the oldest; returns what is still needed."""
    while need > 0:
        lot = lots.tail[node] if method == LIFO else lots.head[node]
        if lot == _NIL:
            break
        part = min(need, lots.amount[lot])
        load(bundle, lots.label[lot], lots.hop[lot] + 1, part)
        lots.amount[lot] -= part
        need -= part
        if lots.amount[lot] == 0:
            _remove(lots, node, lot)
    return need


@njit(cache=True)
def _take_pro_rata(lots: LotStacks, node: int, need: int, balance: int, bundle: Bundle) -> None:
    """Take `need` of the `balance` money of the list, from every lot in proportion."""
    count, lot = 0, lots.head[node]
    while lot != _NIL:
        count, lot = count + 1, lots.after[lot]
    parts, shares = np.empty(count, np.int64), np.empty(count, np.int64)
    lot = lots.head[node]
    for i in range(count):
        parts[i], lot = lots.amount[lot], lots.after[lot]
    spread(need, parts, balance, shares)
    lot = lots.head[node]
    for i in range(count):
        next_lot = lots.after[lot]
        load(bundle, lots.label[lot], lots.hop[lot] + 1, shares[i])
        lots.amount[lot] -= shares[i]
        if lots.amount[lot] == 0:
            _remove(lots, node, lot)
        lot = next_lot


@njit(cache=True)
def _claimed_part(method: int, need: int, claims: int, clean: int) -> int:
    """How much of a payment of `need` is claimed money, under haircut and LIBR."""
    if need >= claims + clean:
        return claims
    if method == LIBR:
        return max(0, need - clean)
    share, rest = muldiv(claims, need, claims + clean)
    # to the nearest fen, a half stays behind
    return share + (1 if rest > claims + clean - rest else 0)


@njit(cache=True)
def take(lots: LotStacks, node: int, amount: int, method: int, bundle: Bundle) -> None:
    """Move `amount` out of the node into the bundle; what the node lacks comes as clean."""
    need = amount
    if method >= HAIRCUT:
        balance = held_by(lots, node)
        if balance > 0:
            part = _claimed_part(method, need, balance, lots.clean[node])
            if part > 0:
                _take_pro_rata(lots, node, part, balance, bundle)
            need -= part
    else:
        need = _take_in_turn(lots, node, need, bundle, method)
    lots.clean[node] -= min(need, lots.clean[node])
    load(bundle, np.int32(CLEAN), np.int64(0), need)


@njit(cache=True)
def put(lots: LotStacks, node: int, method: int, bundle: Bundle, at_label: Ints32) -> None:
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
            append(lots, node, label, hop, amount)
            if method >= HAIRCUT:
                at_label[label] = lots.tail[node]
    if method >= HAIRCUT:
        lot = lots.head[node]
        while lot != _NIL:
            at_label[lots.label[lot]] = _NIL
            lot = lots.after[lot]
