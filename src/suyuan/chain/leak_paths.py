"""Where a ring's orders leaked, and to whom: from the source to the broker who handed them on."""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_evidence import COLUMNS, ground, subjects_of_role
from suyuan.chain.ring_reports import with_ring
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.identity.aliases import with_entity
from suyuan.store.tables import Tables

#: A seized row is a copy of an order from here on.
COPY = 0.5


def leaks(series: ir.Table, sales: ir.Table, tables: Tables) -> ir.Table:
    """Grounds ``leaked_to`` for decided sources: orders of the ring's victims that they handled.

    The target is the broker who sold to the ring (`sales`: grounds of sales) and on whose disks
    rows of this source were found; where none was, the ring's only broker; else the ring itself.
    """
    keep = tables.engine.keep
    hits = keep(_hits(series, tables))
    brokers = sales.filter(sales["role"] == "data_broker").select("ring_id", broker="subject")
    brokers = keep(brokers.distinct())
    sources = hits.left_join(_seen_with(hits, brokers, tables), ["ring_id", "found"])
    sources = sources.drop("ring_id_right", "found_right").view()
    only = brokers.group_by("ring_id").aggregate(
        only=brokers["broker"].min(), n=brokers["broker"].nunique()
    )
    only = only.filter(only["n"] == 1).view()
    edges = sources.left_join(only, "ring_id").drop("ring_id_right").view()
    target = ibis.coalesce(edges["holder"], edges["only"], "ring:" + edges["ring_id"])
    edges = edges.mutate(target=target, none=ibis.null("int64"))
    evidence = ground(
        edges, "orders", "leak_source", "found", "target", "leaked_to", "none", "ordered_at"
    )
    return evidence.select(*COLUMNS)


def _hits(series: ir.Table, tables: Tables) -> ir.Table:
    """Orders quoted to a ring's victims, once for each decided source they passed through."""
    reports = tables["reports"].select("report_id", quoted="quoted_order_id")
    quotes = with_ring(reports, series)
    orders = tables["orders"]
    hit = orders.inner_join(quotes, orders["order_id"] == quotes["quoted"]).view()
    return _through(hit, tables)


def _through(orders: ir.Table, tables: Tables) -> ir.Table:
    """`orders`, once for each decided source (``found``) that they passed through."""
    sources = subjects_of_role(tables, "leak_source")
    parts = []
    for column, kind in ATTRIBUTES.items():
        carriers = orders.mutate(passed=kind + ":" + orders[column])
        parts.append(carriers.inner_join(sources, carriers["passed"] == sources["found"]))
    return ibis.union(*(part.drop("passed", "score", "entity") for part in parts))


def _seen_with(hits: ir.Table, brokers: ir.Table, tables: Tables) -> ir.Table:
    """Brokers (``holder``) of a ring on whose disks rows of a source (``found``) were."""
    seized_rows = tables["leaked"].select("holder_id", seized="row_id")
    holders = with_entity(
        tables, seized_rows.filter(seized_rows["holder_id"].notnull()), "holder_id", into="holder"
    )
    holders = holders.view()
    copies = tables["matches"].filter(tables["matches"]["probability"] >= COPY)
    copies = copies.select("leaked_row", "order_row").view()
    copies_of_holder = copies.inner_join(holders, copies["leaked_row"] == holders["seized"]).view()
    orders = tables["orders"]
    orders = orders.inner_join(
        copies_of_holder, orders["row_id"] == copies_of_holder["order_row"]
    ).view()
    sources_of_holder = _through(orders, tables).select("found", "holder").distinct().view()
    broker_sources = brokers.inner_join(
        sources_of_holder, brokers["broker"] == sources_of_holder["holder"]
    ).view()
    rings = hits.select("ring_id", "found").distinct().view()
    return (
        rings.inner_join(broker_sources, ["ring_id", "found"])
        .select("ring_id", "found", "holder")
        .view()
    )
