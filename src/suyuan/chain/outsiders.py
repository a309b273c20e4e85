"""Reports of another fraud that only money ties to a ring: customers of the same launderers.

Mule accounts are let to whoever pays. A victim of a sham investment who paid into an account that a
ring of callers used too is no victim of the ring. Where her statement tells of another fraud, it
takes a number, a chat account, a handset or a buyer of tools to count her report to it.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.scheme import LEFT_OPEN
from suyuan.store.tables import Tables

#: What speaks of people, and not of their money alone; a busy number rings many strangers.
SPOKEN = ("phone:", "account:", "device:")
HEARD = ("called", "named", "told", "used")


def outsiders(placed: ir.Table, links: ir.Table, tables: Tables) -> ir.Table:
    """``report_id``, ``beside`` (the ring) of reports that only money ties to one.

    `placed` has ``report_id``, ``ring_id``, ``in_scheme``; `links` are touches without hubs. A
    report that somebody merged by hand stays where it was put.
    """
    ringed = tables.engine.keep(placed.filter(placed["ring_id"].notnull()))
    foreign = (ringed["in_scheme"] < LEFT_OPEN).fill_null(ibis.literal(value=False))
    kinds = [links["node"].startswith(kind) for kind in SPOKEN]
    heard = links["how"].isin(HEARD) & ibis.or_(*kinds)
    spoken = links.filter(heard | (links["how"] == "bought"))
    spoken = tables.engine.keep(spoken.select("report_id", "node").distinct())
    own = ringed.filter(~foreign).inner_join(spoken, "report_id").select("ring_id", "node")
    others = ringed.filter(foreign).select("report_id", "ring_id")
    tied = others.inner_join(spoken, "report_id").semi_join(own, ["ring_id", "node"])
    left = others.anti_join(tied, "report_id")
    if tables.has("pairings"):
        word = tables["pairings"].filter(tables["pairings"]["same"])
        merged = ibis.union(word.select(report_id="left"), word.select(report_id="right"))
        left = left.anti_join(merged, "report_id")
    return left.select("report_id", beside="ring_id")


def apart(placed: pa.Table, out: pa.Table, first: pa.Table) -> pa.Table:
    """`placed` with `out` in no ring; what is left of a ring is named after its earliest report.

    `first` has the reports in order of time. ``beside`` names the ring, where one is left.
    """
    places = pa.table({"report_id": first["report_id"], "place": pa.array(range(len(first)))})
    both = placed.join(out, "report_id").join(places, "report_id")
    ring = pc.if_else(pc.is_valid(both["beside"]), pa.scalar(None, pa.string()), both["ring_id"])
    both = both.drop_columns(["ring_id"]).append_column("ring_id", ring)
    sums = both.filter(pc.is_valid(both["ring_id"])).group_by("ring_id")
    sums = sums.aggregate([("place", "min"), ("report_id", "count")])
    sums = sums.filter(pc.greater(sums["report_id_count"], 1))
    names = pa.table({"old": sums["ring_id"], "named": first["report_id"].take(sums["place_min"])})
    both = both.join(names.rename_columns(["ring_id", "name"]), "ring_id")
    both = both.drop_columns(["ring_id"]).rename_columns({"name": "ring_id"})
    both = both.join(names.rename_columns(["beside", "ring"]), "beside").drop_columns(["beside"])
    return both.rename_columns({"ring": "beside"})
