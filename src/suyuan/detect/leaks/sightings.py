"""Which exposed orders a named hand had before its eyes: those are the ones that got out.

A courier's insider sees the orders of a depot, not all that the courier carries. Where a login or
terminal of the source is named, its accesses part the source's orders in two.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.access_log import sights
from suyuan.store.tables import Tables

#: Hands below this probability part nothing; an order counts as seen from this probability on.
NAMED, SURE_SIGHT = 0.5, 0.5
HAND_KINDS = {"actor_id": "actor", "terminal": "terminal"}


def looked_at(tables: Tables, exposed: ir.Table) -> ir.Table:
    """``org``, ``order_id`` of the orders in `exposed` (with ``org``) that a named hand saw."""
    engine, parts = tables.engine, []
    found = tables["findings:leak_source"].filter(lambda t: t["score"] >= NAMED)
    handled = engine.keep(exposed.select("org", "order_id", "ordered_at").distinct())
    log = tables["accesses"].semi_join(handled, "org")
    for column, kind in HAND_KINDS.items():
        part = found.filter(found["subject"].startswith(kind + ":"))
        whole = part["subject"].substr(len(kind) + 1)
        cut = whole.find("/")
        handlers = part.select(org=whole.substr(0, cut), hand=whole.substr(cut + 1)).distinct()
        own = log.mutate(hand=log[column]).semi_join(handlers, ["org", "hand"]).drop("hand")
        sight = sights(engine.keep(own), handled, column)
        parts.append(sight.filter(sight["sure"] >= SURE_SIGHT).select("org", "order_id"))
    return ibis.union(*parts).distinct()


def with_sight(tables: Tables, exposed: ir.Table) -> ir.Table:
    """`exposed` with ``seen``: 1 where a named hand of the source saw the order, else 0."""
    keep = tables.engine.keep
    org = exposed["source"].substr(exposed["source"].find(":") + 1)
    facts = keep(exposed.mutate(org=org))
    if not tables.has("accesses"):
        return facts.mutate(seen=0).drop("org")
    seen_by = keep(looked_at(tables, facts).mutate(sight=1))
    joined = facts.left_join(seen_by, ["org", "order_id"])
    columns = [name for name in facts.columns if name != "org"]
    return joined.select(*columns, seen=ibis.coalesce(joined["sight"], 0))
