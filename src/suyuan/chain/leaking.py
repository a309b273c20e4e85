"""Where a ring's orders leaked, and to whom: from the source to the broker who handed them on."""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_evidence import COLUMNS, decided, ground
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.identity.aliases import with_entity
from suyuan.store.tables import Tables

#: A seized row is a copy of an order from here on.
COPY = 0.5


def leaks(series: ir.Table, sold: ir.Table, tables: Tables) -> ir.Table:
    """Grounds ``leaked_to`` for decided sources: orders of the ring's victims that they handled.

    The target is the broker who sold to the ring (`sold`: grounds of sales) and on whose disks rows
    of this source were found; where none was, the ring's only broker; else the ring itself.
    """
    keep = tables.engine.keep
    hits = keep(_hits(series, tables))
    brokers = sold.filter(sold["role"] == "data_broker").select("ring_id", broker="subject")
    brokers = keep(brokers.distinct())
    sourced = hits.left_join(_seen_with(hits, brokers, tables), ["ring_id", "found"])
    sourced = sourced.drop("ring_id_right", "found_right").view()
    only = brokers.group_by("ring_id").aggregate(
        only=brokers["broker"].min(), n=brokers["broker"].nunique()
    )
    only = only.filter(only["n"] == 1).view()
    placed = sourced.left_join(only, "ring_id").drop("ring_id_right").view()
    target = ibis.coalesce(placed["holder"], placed["only"], "ring:" + placed["ring_id"])
    placed = placed.mutate(target=target, none=ibis.null("int64"))
    evidence = ground(
        placed, "orders", "leak_source", "found", "target", "leaked_to", "none", "ordered_at"
    )
    return evidence.select(*COLUMNS)


def _hits(series: ir.Table, tables: Tables) -> ir.Table:
    """Orders quoted to a ring's victims, once for each decided source they passed through."""
    rings = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    rings = rings.view()
    reports = tables["reports"].select("report_id", quoted="quoted_order_id")
    quoted = reports.inner_join(rings, reports["report_id"] == rings["of"]).view()
    orders = tables["orders"]
    hit = orders.inner_join(quoted, orders["order_id"] == quoted["quoted"]).view()
    return _through(hit, tables)


def _through(orders: ir.Table, tables: Tables) -> ir.Table:
    """`orders`, once for each decided source (``found``) that they passed through."""
    sources = decided(tables, "leak_source")
    parts = []
    for column, kind in ATTRIBUTES.items():
        passed = orders.mutate(passed=kind + ":" + orders[column])
        parts.append(passed.inner_join(sources, passed["passed"] == sources["found"]))
    return ibis.union(*(part.drop("passed", "score", "entity") for part in parts))


def _seen_with(hits: ir.Table, brokers: ir.Table, tables: Tables) -> ir.Table:
    """Brokers (``holder``) of a ring on whose disks rows of a source (``found``) were."""
    leaked = tables["leaked"].select("holder_id", seized="row_id")
    owned = with_entity(
        tables, leaked.filter(leaked["holder_id"].notnull()), "holder_id", into="holder"
    )
    owned = owned.view()
    copies = tables["matches"].filter(tables["matches"]["probability"] >= COPY)
    copies = copies.select("leaked_row", "order_row").view()
    held = copies.inner_join(owned, copies["leaked_row"] == owned["seized"]).view()
    orders = tables["orders"]
    orders = orders.inner_join(held, orders["row_id"] == held["order_row"]).view()
    passed = _through(orders, tables).select("found", "holder").distinct().view()
    serving = brokers.inner_join(passed, brokers["broker"] == passed["holder"]).view()
    rings = hits.select("ring_id", "found").distinct().view()
    return (
        rings.inner_join(serving, ["ring_id", "found"]).select("ring_id", "found", "holder").view()
    )
