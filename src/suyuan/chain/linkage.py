"""Case linkage 串并案: which reports are held to be the same hand.

Two reports are tied by each node that both touch. What a shared node is worth depends on how it was
touched (a call record outweighs a number taken down by hand) and on how many reports touch it: the
log-odds that two reports of one hand, rather than two at random, share it (Fellegi and Sunter
1969). Ties over a hub, or over somebody who supplies many rings, are not made.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.identity.labels import label_pairs
from suyuan.store.tables import Tables

#: Log-odds that a shared node adds, by how it was touched.
WORTH = {
    "called": 5.0,
    "named": 5.0,
    "told": 3.5,
    "used": 4.5,
    "holds": 4.5,
    "traced": 4.0,
    "bought": 4.0,
    "leaked": 0.7,
}
#: Log-odds, before any tie, that two reports are the same hand.
PRIOR = -3.0
#: A weak node is compared between all its reports only up to this many.
FEW = 60


def ties(touches: ir.Table, tables: Tables) -> ir.Table:
    """Pairs of reports (``left`` < ``right``) with the log-odds that they are one hand."""
    keep = tables.engine.keep
    worth = ibis.cases(*((touches["how"] == how, w) for how, w in WORTH.items()), else_=0.0)
    seen = touches.mutate(worth=worth.cast("float64"))
    seen = seen.group_by(["report_id", "node"]).aggregate(worth=seen["worth"].max())
    seen = keep(seen)
    strong = _neighbours(seen.filter(seen["worth"] >= -PRIOR))
    weak = _all_pairs(seen.filter(seen["worth"] < -PRIOR), keep)
    both = ibis.union(strong, weak)
    pairs = both.group_by(["left", "right", "node"]).aggregate(worth=both["worth"].max())
    return pairs.group_by(["left", "right"]).aggregate(log_odds=pairs["worth"].sum() + PRIOR)


def series(pairs: pa.Table, reports: pa.ChunkedArray, first: pa.Table) -> pa.Table:
    """``report_id`` and ``series_id`` for every report.

    A series is named after its earliest report (`first`: report_id in order of time), so that a new
    report joins without renaming what stands.
    """
    tied = pairs.filter(pa.compute.greater(pairs["log_odds"], 0.0))
    labels = label_pairs(
        pa.chunked_array([*tied["left"].chunks, *reports.chunks], pa.string()),
        pa.chunked_array([*tied["right"].chunks, *reports.chunks], pa.string()),
    )
    return name_after_first(labels, first)


def name_after_first(labels: pa.Table, first: pa.Table) -> pa.Table:
    """Columns ``node`` and ``name``: the earliest node of each component (order of `first`)."""
    order = pa.table({"node": first["report_id"], "rank": pa.array(range(len(first)))})
    ranked = labels.join(order, "node").sort_by("rank")
    names = ranked.group_by("label", use_threads=False).aggregate([("node", "first")])
    return (
        ranked.join(names, "label").select(["node", "node_first"]).rename_columns(["node", "name"])
    )


def _neighbours(seen: ir.Table) -> ir.Table:
    """Each report with the next of the same node: enough to tie them all, in linear size."""
    window = ibis.window(group_by="node", order_by="report_id")
    after = seen.mutate(
        right=seen["report_id"].lead(1).over(window), other=seen["worth"].lead(1).over(window)
    )
    after = after.filter(after["right"].notnull())
    return after.select(
        "node", left="report_id", right="right", worth=ibis.least(after["worth"], after["other"])
    )


def _all_pairs(seen: ir.Table, keep: Callable[[ir.Table], ir.Table]) -> ir.Table:
    counted = seen.mutate(n=seen.count().over(group_by="node"))
    few = keep(counted.filter((counted["n"] > 1) & (counted["n"] <= FEW)))
    left, right = few, few.view()
    met = left.inner_join(
        right, (left["node"] == right["node"]) & (left["report_id"] < right["report_id"])
    )
    return met.select(
        node=left["node"],
        left=left["report_id"],
        right=right["report_id"],
        worth=ibis.least(left["worth"], right["worth"]),
    )
