"""Which exposed orders a named hand had before its eyes: those are the ones that got out.

A courier's insider sees the orders of a depot, not all that the courier carries. Where a login or
terminal of the source is named, its accesses part the source's orders in two.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.access_log import sights
from suyuan.store.tables import Tables

#: Hands below this probability part nothing; an order counts as seen from this probability on.
LEAST_SCORE, SURE_SIGHT = 0.5, 0.5
HAND_KINDS = {"actor_id": "actor", "terminal": "terminal"}


def looked_at(tables: Tables, exposed_rows: ir.Table) -> ir.Table:
    """``org``, ``order_id`` of the orders in `exposed_rows` (with ``org``) that a hand saw."""
    engine, parts = tables.engine, []
    sources = tables["findings:leak_source"].filter(lambda t: t["score"] >= LEAST_SCORE)
    org_orders = engine.keep(exposed_rows.select("org", "order_id", "ordered_at").distinct())
    log = tables["accesses"].semi_join(org_orders, "org")
    for column, kind in HAND_KINDS.items():
        part = sources.filter(sources["subject"].startswith(kind + ":"))
        whole = part["subject"].substr(len(kind) + 1)
        cut = whole.find("/")
        handlers = part.select(org=whole.substr(0, cut), hand=whole.substr(cut + 1)).distinct()
        own = log.mutate(hand=log[column]).semi_join(handlers, ["org", "hand"]).drop("hand")
        sight = sights(engine.keep(own), org_orders, column)
        parts.append(sight.filter(sight["sure"] >= SURE_SIGHT).select("org", "order_id"))
    return ibis.union(*parts).distinct()


def with_sight(tables: Tables, exposed_rows: ir.Table) -> ir.Table:
    """`exposed_rows` with ``seen``: 1 where a named hand of the source saw the order, else 0."""
    keep = tables.engine.keep
    org = exposed_rows["source"].substr(exposed_rows["source"].find(":") + 1)
    facts = keep(exposed_rows.mutate(org=org))
    if not tables.has("accesses"):
        return facts.mutate(seen=0).drop("org")
    seen_by = keep(looked_at(tables, facts).mutate(sight=1))
    rows = facts.left_join(seen_by, ["org", "order_id"])
    columns = [name for name in facts.columns if name != "org"]
    return rows.select(*columns, seen=ibis.coalesce(rows["sight"], 0))
