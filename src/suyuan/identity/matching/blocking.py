"""Which pairs are compared at all: those that share a key that few orders have."""

from collections.abc import Sequence
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from suyuan.identity.matching.comparison import pattern
from suyuan.store.engine import Engine

Key: TypeAlias = tuple[str, ...]
#: Fields joined into a key, narrow keys first; a seized row that a narrow key has paired is not
#: tried with the wide ones.
NARROW: tuple[Key, ...] = (("waybill",), ("phone_key", "amount"), ("phone_key", "day"))
WIDE: tuple[Key, ...] = (
    ("phone",), ("phone_key", "item"), ("initial", "amount", "day"), ("item", "amount", "day"),
)  # fmt: skip
#: A key shared by more orders than this says nothing about any of them.
WIDEST = 200


def pairs(engine: Engine, left: ir.Table, right: ir.Table) -> ir.Table:
    """``leaked_row``, ``order_row``, ``order_id``, ``pattern`` of every pair compared."""
    orders = engine.derive(_mark_crowds, right)
    narrow = engine.derive(_by_keys, left, orders, by=(NARROW,))
    rest = engine.derive(_rest, left, narrow)
    return engine.derive(_narrow_and_wide, narrow, rest, orders)


def _mark_crowds(orders: ir.Table) -> ir.Table:
    """`orders` with a column for each key that is true where few of them share it."""
    marks = orders
    for key in (*NARROW, *WIDE):
        columns = ["o_" + name for name in key]
        crowds = orders.group_by(columns).aggregate(crowd=orders.count())
        crowds = crowds.filter(crowds["crowd"] > WIDEST)
        pairs_of_key = marks.left_join(crowds, columns, rname="{name}_crowd")
        is_rare = pairs_of_key["crowd"].isnull()
        marks = pairs_of_key.select(*marks.columns, **{_few(key): is_rare})
    return marks


def _rest(left: ir.Table, narrow: ir.Table) -> ir.Table:
    return left.anti_join(narrow, "leaked_row")


def _narrow_and_wide(narrow: ir.Table, rest: ir.Table, orders: ir.Table) -> ir.Table:
    return ibis.union(narrow, _by_keys(rest, orders, WIDE))


def _by_keys(left: ir.Table, orders: ir.Table, keys: Sequence[Key]) -> ir.Table:
    """Every pair that shares one of `keys`, once: by the first of them that it shares.

    A pair is compared where it is found, so one found by four keys would be compared four times,
    and to tell afterwards that it is one takes a table of all pairs.
    """
    return ibis.union(*(_by(left, orders, key, keys[:place]) for place, key in enumerate(keys)))


def _by(left: ir.Table, orders: ir.Table, key: Key, before: Sequence[Key]) -> ir.Table:
    """The pairs that share `key`, and none of the keys `before` it."""
    orders = orders.filter(orders[_few(key)])
    matches = left.inner_join(orders, [left["l_" + name] == orders["o_" + name] for name in key])
    for earlier in before:
        matches = matches.filter(~_shares(matches, earlier))
    return matches.select("leaked_row", "order_row", "order_id", pattern=pattern(matches))


def _shares(pair: ir.Table, key: Key) -> ir.BooleanValue:
    shares = pair[_few(key)]
    for name in key:
        shares = shares & (pair["l_" + name] == pair["o_" + name])
    return shares.fill_null(ibis.literal(value=False))


def _few(key: Key) -> str:
    return f"few_{'_'.join(key)}"
