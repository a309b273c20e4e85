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
    narrow = engine.derive(_by_keys, left, right, by=(NARROW,))
    rest = engine.derive(_rest, left, narrow)
    return engine.derive(_narrow_and_wide, narrow, rest, right)


def _rest(left: ir.Table, narrow: ir.Table) -> ir.Table:
    return left.anti_join(narrow, "leaked_row")


def _narrow_and_wide(narrow: ir.Table, rest: ir.Table, right: ir.Table) -> ir.Table:
    return ibis.union(narrow, _by_keys(rest, right, WIDE))


def _by_keys(left: ir.Table, right: ir.Table, keys: Sequence[Key]) -> ir.Table:
    """Every pair that shares one of `keys`, once: by the first of them that it shares.

    A pair is compared where it is found, so one found by four keys would be compared four times,
    and to tell afterwards that it is one takes a table of all pairs.
    """
    order_rows = right
    for key in keys:
        order_rows = _mark_crowds(order_rows, key)
    return ibis.union(*(_by(left, order_rows, key, keys[:place]) for place, key in enumerate(keys)))


def _mark_crowds(orders: ir.Table, key: Key) -> ir.Table:
    """`orders` with a column that is true where few of them have their `key`."""
    columns = ["o_" + name for name in key]
    crowds = orders.group_by(columns).aggregate(crowd=orders.count())
    crowds = crowds.filter(crowds["crowd"] > WIDEST)
    order_rows = orders.left_join(crowds, columns, rname="{name}_crowd")
    return order_rows.select(*orders.columns, **{_few(key): order_rows["crowd"].isnull()})


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
