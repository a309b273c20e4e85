"""The orders that a source let out, as far as is known, and all that it handled at the time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.answers import LeakAnswer, responsibility
from suyuan.detect.leaks.call_evidence import CalledSource
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.exhibits import ExhibitAttribution
from suyuan.detect.leaks.inquiry import Inquiry
from suyuan.store.tables import Tables

NEVER = datetime(2200, 1, 1)
#: Orders that the source let out with less probability say nothing of its hands.
LEAST_HELD = 0.05


def leaked_orders(inquiry: Inquiry, subjects: tuple[str, ...]) -> pa.Table:
    """``org``, ``order_id``, ``called_at``, ``held``: the orders that each source let out."""
    pairing = inquiry.victims
    parts = []
    for subject in subjects:
        candidate = inquiry.exposure.subjects.index(subject)
        through = responsibility(inquiry.attribution, pairing.pairings, candidate)
        keep = np.flatnonzero(through > LEAST_HELD)
        victim_index = pairing.pairings.victim[keep]
        parts.append(
            pa.table(
                {
                    "org": pa.array([subject.partition(":")[2]] * len(keep), pa.string()),
                    "order_id": pairing.pairs["order_id"].take(keep).combine_chunks(),
                    "called_at": pairing.contacts["called_at"].take(victim_index).combine_chunks(),
                    "held": through[keep] * pairing.pairings.weight[victim_index],
                }
            )
        )
    return pa.concat_tables(parts)


def with_copies(
    leaked_rows: pa.Table,
    exhibits: Mapping[str, tuple[LeakAnswer, ExhibitAttribution]],
    inquiry: Inquiry,
    subjects: tuple[str, ...],
) -> pa.Table:
    """The same with orders found in seized data, which got out before somebody had a copy.

    A copy that is said to be older than its order says nothing about when.
    """
    parts = [leaked_rows]
    for subject in subjects:
        if subject not in exhibits:
            continue
        candidate, (_, data) = inquiry.exposure.subjects.index(subject), exhibits[subject]
        responsibilities = responsibility(data.attribution, data.pairings, candidate)
        keep = np.flatnonzero(responsibilities > LEAST_HELD)
        orders = data.copy_rows.take(keep)
        new = pc.invert(pc.is_in(orders["order_id"], value_set=leaked_rows["order_id"]))
        parts.append(
            pa.table(
                {
                    "org": pa.array([subject.partition(":")[2]] * len(keep), pa.string()),
                    "order_id": orders["order_id"].combine_chunks(),
                    "called_at": _known_out(orders),
                    "held": responsibilities[keep],
                }
            ).filter(new)
        )
    return pa.concat_tables([part.combine_chunks() for part in parts])


def with_calls(leaked_rows: pa.Table, sources: Iterable[CalledSource]) -> pa.Table:
    """The same with the orders behind the calls that name a source by themselves."""
    parts = [leaked_rows]
    for source in sources:
        new = pc.invert(pc.is_in(source.behind["order_id"], value_set=leaked_rows["order_id"]))
        own = source.behind.filter(new)
        org = pa.array([source.subject.partition(":")[2]] * len(own), pa.string())
        parts.append(
            own.append_column("org", org).select(leaked_rows.column_names).cast(leaked_rows.schema)
        )
    return pa.concat_tables([part.combine_chunks() for part in parts])


def _known_out(orders: pa.Table) -> pa.Array:
    """By when each of the copied `orders` was out; :data:`NEVER` where nothing says so."""
    never = pa.scalar(NEVER, pa.timestamp("us"))
    out_times = pc.fill_null(orders["out_by"].cast(pa.timestamp("us")), never)
    sound = pc.greater_equal(out_times, orders["ordered_at"].cast(pa.timestamp("us")))
    return pc.if_else(sound, out_times, never).combine_chunks()


def handled_orders(tables: Tables, subjects: Iterable[str]) -> ir.Table:
    """Orders of each source, over its window and a while around it: its hands' daily work.

    Whose they are comes from a table: what stands in an expression is kept with compiled plans.
    """
    orders, columns = tables["orders"], {kind: name for name, kind in ATTRIBUTES.items()}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        kind, _, org = subject.partition(":")
        by_kind[kind].append(org)
    parts = []
    for kind, orgs in by_kind.items():
        org_table = tables.engine.arrow(pa.table({"wanted": pa.array(orgs, pa.string())}))
        own = orders.semi_join(org_table, orders[columns[kind]] == org_table["wanted"])
        parts.append(own.select("order_id", "ordered_at", org=own[columns[kind]]))
    return ibis.union(*parts)
