"""Reports of another fraud that only money ties to a ring: customers of the same launderers.

Mule accounts are let to whoever pays. A victim of a sham investment who paid into an account that a
ring of callers used too is no victim of the ring. Where her statement tells of another fraud, it
takes a number, a chat account, a handset or a buyer of tools to count her report to it.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.chain.touch_kinds import TIES_OF_PEOPLE
from suyuan.detect.scheme import LEFT_OPEN
from suyuan.store.tables import Tables

#: What speaks of people, and not of their money alone; a busy number rings many strangers.
STRONG_NODES = ("phone:", "account:", "device:")


def outsiders(ring_series: ir.Table, links: ir.Table, tables: Tables) -> ir.Table:
    """``report_id``, ``beside`` (the ring) of reports that only money ties to one.

    `ring_series` has ``report_id``, ``ring_id``, ``in_scheme``; `links` are touches without hubs. A
    report that somebody merged by hand stays where it was put.
    """
    ring_reports = tables.engine.keep(ring_series.filter(ring_series["ring_id"].notnull()))
    foreign = (ring_reports["in_scheme"] < LEFT_OPEN).fill_null(ibis.literal(value=False))
    kinds = [links["node"].startswith(kind) for kind in STRONG_NODES]
    is_strong = links["how"].isin(TIES_OF_PEOPLE) & ibis.or_(*kinds)
    strong_ties = links.filter(is_strong | (links["how"] == "bought"))
    strong_ties = tables.engine.keep(strong_ties.select("report_id", "node").distinct())
    own = (
        ring_reports.filter(~foreign).inner_join(strong_ties, "report_id").select("ring_id", "node")
    )
    foreigners = ring_reports.filter(foreign).select("report_id", "ring_id")
    linked_reports = foreigners.inner_join(strong_ties, "report_id").semi_join(
        own, ["ring_id", "node"]
    )
    strangers = foreigners.anti_join(linked_reports, "report_id")
    if tables.has("pairings"):
        word = tables["pairings"].filter(tables["pairings"]["same"])
        merged_reports = ibis.union(word.select(report_id="left"), word.select(report_id="right"))
        strangers = strangers.anti_join(merged_reports, "report_id")
    return strangers.select("report_id", beside="ring_id")


def without_outsiders(ring_series: pa.Table, out: pa.Table, first: pa.Table) -> pa.Table:
    """`ring_series` with `out` in no ring; the rest of a ring is named after its earliest report.

    `first` has the reports in order of time. ``beside`` names the ring, where one is left.
    """
    places = pa.table(
        {"report_id": first["report_id"], "place": pa.array(range(len(first)), pa.int64())}
    )
    reports = ring_series.join(out, "report_id").join(places, "report_id")
    ring = pc.if_else(
        pc.is_valid(reports["beside"]), pa.scalar(None, pa.string()), reports["ring_id"]
    )
    reports = reports.drop_columns(["ring_id"]).append_column("ring_id", ring)
    sums = reports.filter(pc.is_valid(reports["ring_id"])).group_by("ring_id")
    sums = sums.aggregate([("place", "min"), ("report_id", "count")])
    sums = sums.filter(pc.greater(sums["report_id_count"], 1))
    names = pa.table({"old": sums["ring_id"], "named": first["report_id"].take(sums["place_min"])})
    reports = reports.join(names.rename_columns(["ring_id", "name"]), "ring_id")
    reports = reports.drop_columns(["ring_id"]).rename_columns({"name": "ring_id"})
    reports = reports.join(names.rename_columns(["beside", "ring"]), "beside").drop_columns(
        ["beside"]
    )
    return reports.rename_columns({"ring": "beside"})
