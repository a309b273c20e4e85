"""Lists that nobody is known to hold: were they used, or do they only lie somewhere?

A parcel station's computer or a shop's own customer list, seized without a word on whose it was,
points at the courier or the shop as a stolen copy would. What tells them apart is use: the people
of a list that was sold are called, those of a list that only lies there are called as often as
anybody who ordered then. Both are asked as Poisson rates; the rate of used lists is that of the
lists in somebody's hands in this case, where enough of them are known.
"""

from collections.abc import Mapping
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.answers import LeakAnswer, evidence_pairs
from suyuan.detect.leaks.exhibits import Seized
from suyuan.detect.leaks.inquiry import Inquiry
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables

#: So many orders in lists that somebody held tell how often the people of used lists are called.
ENOUGH: Final = 50
#: Else so many times as often as anybody; and never taken for less than twice.
TIMES: Final = 3.0
LEAST: Final = 2.0
#: So much likelier unused than used (as a logarithm): a list then names nobody by itself.
LIKELIER: Final = -float(np.log(3.0))


def unused(
    tables: Tables, asked: Inquiry, seized: Mapping[str, tuple[LeakAnswer, Seized]]
) -> frozenset[str]:
    """Sources for which lists speak that nobody held and that were likelier not used."""
    called = asked.victims.pairs["order_id"].combine_chunks()
    every = tables.engine.gather(_ordered, tables["orders"])["n"][0].as_py()
    if not len(called) or not every or not seized:
        return frozenset()
    owned = _owned(tables, seized)
    base = len(pc.unique(called)) / every
    known = [_rows(asked, subject, data) for subject, (_, data) in seized.items()]
    in_hands = pa.concat_tables([rows.filter(_held(rows, owned)) for rows in known])
    used = _usual(in_hands, called, base)
    return frozenset(
        subject
        for subject, rows in zip(seized, known, strict=True)
        if 2 * (pc.sum(_held(rows, owned)).as_py() or 0) < len(rows)
        and evidence_of_use(*_calls(rows, called), base, used) < LIKELIER
    )


def evidence_of_use(orders: int, called: int, base: float, used: float) -> float:
    """The logarithm of how much likelier `called` of so many orders are in a used list."""
    return called * float(np.log(used / base)) - orders * (used - base)


def _usual(in_hands: pa.Table, called: pa.Array, base: float) -> float:
    """The share of orders of used lists whose buyers are called."""
    orders, hit = _calls(in_hands, called)
    rate = hit / orders if orders >= ENOUGH else TIMES * base
    return max(rate, LEAST * base)


def _calls(rows: pa.Table, called: pa.Array) -> tuple[int, int]:
    """How many orders stand in `rows`, and of how many the buyer was called."""
    orders = pc.unique(rows["order_id"].combine_chunks())
    return len(orders), pc.sum(pc.is_in(orders, value_set=called)).as_py() or 0


def _rows(asked: Inquiry, subject: str, data: Seized) -> pa.Table:
    """``order_id`` and ``leaked_row`` of what speaks for `subject`."""
    candidate = asked.exposure.subjects.index(subject)
    chosen = evidence_pairs(data.attribution, data.pairings, candidate)
    return data.weighed.select(["order_id", "leaked_row"]).take(chosen)


def _owned(tables: Tables, seized: Mapping[str, tuple[LeakAnswer, Seized]]) -> pa.Array:
    """Rows of exhibits that somebody is known to have held."""
    parts = [data.weighed["leaked_row"].combine_chunks() for _, data in seized.values()]
    asked = pa.table({"asked": pc.unique(pa.concat_arrays(parts))})
    found = derive_table(tables, _in_hands, tables.engine.arrow(asked), tables)
    return tables.engine.fetch(found)["asked"].combine_chunks()


def _held(rows: pa.Table, owned: pa.Array) -> pa.Array:
    return pc.is_in(rows["leaked_row"].combine_chunks(), value_set=owned)


def _in_hands(asked: ir.Table, tables: Tables) -> ir.Table:
    leaked = tables["leaked"]
    owned = leaked.filter(leaked["holder_id"].notnull()).select("exhibit_id").distinct().view()
    rows = leaked.semi_join(owned, "exhibit_id").select(row="row_id").view()
    return asked.semi_join(rows, asked["asked"] == rows["row"])


def _ordered(orders: ir.Table) -> ir.Table:
    return orders.aggregate(n=orders.count())
