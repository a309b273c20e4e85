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
from suyuan.detect.leaks.exhibits import ExhibitAttribution
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


def unused_sources(
    tables: Tables, inquiry: Inquiry, exhibits: Mapping[str, tuple[LeakAnswer, ExhibitAttribution]]
) -> frozenset[str]:
    """Sources for which lists speak that nobody held and that were likelier not used."""
    called_orders = inquiry.victims.pairs["order_id"].combine_chunks()
    every = tables.engine.gather(_ordered_ids, tables["orders"])["n"][0].as_py()
    if not len(called_orders) or not every or not exhibits:
        return frozenset()
    owned_rows = _owned_rows(tables, exhibits)
    base = len(pc.unique(called_orders)) / every
    source_rows = [_rows(inquiry, subject, data) for subject, (_, data) in exhibits.items()]
    in_hands = pa.concat_tables([rows.filter(_is_held(rows, owned_rows)) for rows in source_rows])
    used = _usual(in_hands, called_orders, base)
    return frozenset(
        subject
        for subject, rows in zip(exhibits, source_rows, strict=True)
        if 2 * (pc.sum(_is_held(rows, owned_rows)).as_py() or 0) < len(rows)
        and evidence_of_use(*_calls(rows, called_orders), base, used) < LIKELIER
    )


def evidence_of_use(orders: int, call_count: int, base: float, used: float) -> float:
    """The logarithm of how much likelier `call_count` of so many orders are in a used list."""
    return call_count * float(np.log(used / base)) - orders * (used - base)


def _usual(in_hands: pa.Table, called_orders: pa.Array, base: float) -> float:
    """The share of orders of used lists whose buyers are called."""
    orders, hit = _calls(in_hands, called_orders)
    rate = hit / orders if orders >= ENOUGH else TIMES * base
    return max(rate, LEAST * base)


def _calls(rows: pa.Table, called_orders: pa.Array) -> tuple[int, int]:
    """How many orders stand in `rows`, and of how many the buyer was called."""
    orders = pc.unique(rows["order_id"].combine_chunks())
    return len(orders), pc.sum(pc.is_in(orders, value_set=called_orders)).as_py() or 0


def _rows(inquiry: Inquiry, subject: str, data: ExhibitAttribution) -> pa.Table:
    """``order_id`` and ``leaked_row`` of what speaks for `subject`."""
    candidate = inquiry.exposure.subjects.index(subject)
    picks = evidence_pairs(data.attribution, data.pairings, candidate)
    return data.copy_rows.select(["order_id", "leaked_row"]).take(picks)


def _owned_rows(
    tables: Tables, exhibits: Mapping[str, tuple[LeakAnswer, ExhibitAttribution]]
) -> pa.Array:
    """Rows of exhibits that somebody is known to have held."""
    parts = [data.copy_rows["leaked_row"].combine_chunks() for _, data in exhibits.values()]
    row_table = pa.table({"asked": pc.unique(pa.concat_arrays(parts))})
    own_rows = derive_table(tables, _in_hands, tables.engine.arrow(row_table), tables)
    return tables.engine.fetch(own_rows)["asked"].combine_chunks()


def _is_held(rows: pa.Table, owned_rows: pa.Array) -> pa.Array:
    return pc.is_in(rows["leaked_row"].combine_chunks(), value_set=owned_rows)


def _in_hands(row_table: ir.Table, tables: Tables) -> ir.Table:
    leaked_rows = tables["leaked"]
    owned_exhibits = (
        leaked_rows.filter(leaked_rows["holder_id"].notnull())
        .select("exhibit_id")
        .distinct()
        .view()
    )
    rows = leaked_rows.semi_join(owned_exhibits, "exhibit_id").select(row="row_id").view()
    return row_table.semi_join(rows, row_table["asked"] == rows["row"])


def _ordered_ids(orders: ir.Table) -> ir.Table:
    return orders.aggregate(n=orders.count())
