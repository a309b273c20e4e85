"""Which pairs are compared at all: those that share a key that few orders have."""

import ibis
import ibis.expr.types as ir

from suyuan.identity.matching.comparison import pattern
from suyuan.store.engine import Engine

#: Fields joined into a key, narrow keys first; a seized row that a narrow key has paired is not
#: tried with the wide ones.
NARROW = (("waybill",), ("phone_key", "amount"), ("phone_key", "day"))
WIDE = (("phone",), ("phone_key", "item"), ("initial", "amount", "day"), ("item", "amount", "day"))
#: A key shared by more orders than this says nothing about any of them.
WIDEST = 200


def pairs(engine: Engine, left: ir.Table, right: ir.Table) -> ir.Table:
    """``leaked_row``, ``order_row``, ``order_id``, ``pattern`` of every pair compared."""
    narrow = engine.derive(_narrow, left, right)
    rest = engine.derive(_rest, left, narrow)
    return engine.derive(_narrow_and_wide, narrow, rest, right)


def _narrow(left: ir.Table, right: ir.Table) -> ir.Table:
    return ibis.union(*(_by(left, right, key) for key in NARROW), distinct=True)


def _rest(left: ir.Table, narrow: ir.Table) -> ir.Table:
    return left.anti_join(narrow, "leaked_row")


def _narrow_and_wide(narrow: ir.Table, rest: ir.Table, right: ir.Table) -> ir.Table:
    wide = ibis.union(*(_by(rest, right, key) for key in WIDE), distinct=True)
    return ibis.union(narrow, wide)


def _by(left: ir.Table, right: ir.Table, key: tuple[str, ...]) -> ir.Table:
    right = right.filter(*(right["o_" + name].notnull() for name in key))
    block = right.group_by(["o_" + name for name in key])
    right = block.mutate(crowd=lambda t: t.count())
    right = right.filter(right["crowd"] <= WIDEST)
    left = left.filter(*(left["l_" + name].notnull() for name in key))
    match = [left["l_" + name] == right["o_" + name] for name in key]
    matches = left.inner_join(right, match)
    return matches.select("leaked_row", "order_row", "order_id", pattern=pattern(matches))
