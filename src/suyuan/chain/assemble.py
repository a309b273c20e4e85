"""The chain as edges, the tally of rings, and each ring's suppliers: sums over grounds."""

import ibis
import ibis.expr.types as ir

from suyuan.model.derived import SERVES
from suyuan.model.results import CHAIN, EVIDENCE, RING_LAUNDERING, RINGS
from suyuan.store.tables import Tables

#: An edge with thousands of rows shows this many as evidence.
SHOWN = 20
#: Column of ``rings`` that counts the people of a role.
COUNTED = {
    "data_broker": "data_brokers",
    "account_merchant": "account_merchants",
    "sim_supplier": "sim_suppliers",
    "mule_account": "mules",
    "middleman": "middlemen",
    "card_merchant": "card_merchants",
}
HELPERS = ("data_broker", "account_merchant", "middleman", "card_merchant")


def serves(grounds: ir.Table, tables: Tables) -> ir.Table:
    """Who serves which ring in which role: grounds summed for each end and link."""
    owners = tables["owners"]
    sole = owners.group_by("subject").aggregate(person=owners["entity"].min()).view()
    summed = (
        grounds.group_by(["ring_id", "role", "subject", "target", "link"])
        .aggregate(
            amount=grounds["amount"].sum(),
            count=grounds["row_id"].nunique(),
            first_seen=grounds["seen"].min(),
            last_seen=grounds["seen"].max(),
        )
        .view()
    )
    known = summed.left_join(sole, summed["subject"] == sole["subject"]).view()
    return known.mutate(
        entity=ibis.coalesce(known["person"], known["subject"]),
        # One row may be a slip; each further one halves the doubt that is left.
        strength=1.0 - ibis.literal(0.5).cast("float64") ** (known["count"].cast("float64") + 1.0),
    ).select(*SERVES.names)


def edges(served: ir.Table) -> ir.Table:
    """The upper chain: one edge for each pair of ends and link."""
    return served.select(
        source="subject",
        target="target",
        link="link",
        ring_id="ring_id",
        amount="amount",
        count="count",
        first_seen="first_seen",
        last_seen="last_seen",
        strength="strength",
        evidence_id=edge_id(served["subject"], served["target"], served["link"], served["ring_id"]),
    ).select(*CHAIN.names)


def edge_id(
    source: ir.StringValue, target: ir.StringValue, link: ir.StringValue, ring: ir.StringValue
) -> ir.StringValue:
    """Id of an edge: the same when more evidence arrives."""
    return (source + "|" + target + "|" + link + "|" + ibis.coalesce(ring, "")).hexdigest("md5")


def edge_proofs(grounds: ir.Table) -> ir.Table:
    """The rows behind each edge, equally weighed, the first by time."""
    made = grounds.mutate(
        evidence_id=edge_id(
            grounds["subject"], grounds["target"], grounds["link"], grounds["ring_id"]
        ),
        note=grounds["link"],
    ).view()
    return proofs(made, "seen")


def proofs(made: ir.Table, order: str) -> ir.Table:
    """Rows with an ``evidence_id`` and a ``note`` as evidence: the first few, equally weighed."""
    columns = ["evidence_id", "table", "row_id"]
    each = made.group_by(columns).aggregate(
        key=made["key"].max(),
        file=made["file"].max(),
        line=made["line"].max(),
        sha256=made["sha256"].max(),
        note=made["note"].max(),
        when=made[order].min(),
    )
    ranked = each.mutate(
        rank=ibis.row_number().over(group_by="evidence_id", order_by=["when", "row_id"]),
        total=each.count().over(group_by="evidence_id"),
    )
    shown = ranked.filter(ranked["rank"] < SHOWN)
    more = shown["total"] - SHOWN
    note = ibis.ifelse(more > 0, shown["note"] + " (+" + more.cast("string") + ")", shown["note"])
    part = 1.0 / ibis.least(shown["total"], SHOWN).cast("float64")
    return shown.mutate(weight=part, note=note).select(*EVIDENCE.names)


def rings(series: ir.Table, served: ir.Table, members: ir.Table, tables: Tables) -> ir.Table:
    """One row for each ring: its reports, losses, members and suppliers."""
    reports = tables["reports"]
    told = _in_rings(reports, series)
    base = (
        told.group_by("ring_id")
        .aggregate(
            reports=told["report_id"].nunique(),
            victims=ibis.coalesce(told["victim_id"], told["report_id"]).nunique(),
            loss=ibis.coalesce(told["loss"].sum(), 0),
            active_from=ibis.coalesce(told["contacted_at"], told["reported_at"]).min(),
            active_to=told["reported_at"].max(),
        )
        .view()
    )
    calling = members.filter(members["how"] != "bought")
    callers = calling.group_by("ring_id").aggregate(callers=calling["entity"].nunique()).view()
    people = (
        served.group_by("ring_id")
        .aggregate(
            **{
                column: served["entity"].nunique(where=served["role"] == role)
                for role, column in COUNTED.items()
            }
        )
        .view()
    )
    out = base.left_join(callers, "ring_id").drop("ring_id_right").view()
    out = out.left_join(people, "ring_id").drop("ring_id_right").view()
    counts = {name: ibis.coalesce(out[name], 0) for name in ("callers", *COUNTED.values())}
    out = out.mutate(**counts)
    helpers = sum((out[COUNTED[role]] for role in HELPERS), start=ibis.literal(0).cast("int64"))
    return out.mutate(helpers=helpers).select(*RINGS.names)


def ring_laundering(grounds: ir.Table, tables: Tables) -> ir.Table:
    """Face value, price and discount of the cards that passed to each ring's dealers, by kind."""
    dealers = grounds.filter(
        (grounds["role"] == "card_merchant") & (grounds["table"] == "vouchers")
    )
    dealers = dealers.select("ring_id", "subject", bought="row_id").distinct().view()
    vouchers = tables["vouchers"]
    met = vouchers.inner_join(dealers, vouchers["row_id"] == dealers["bought"]).view()
    each = met.group_by(["ring_id", "kind"]).aggregate(
        face_value=met["face_value"].sum(),
        price=ibis.coalesce(met["price"].sum(), 0),
        dealers=met["subject"].nunique(),
    )
    ratio = each["price"].cast("float64") / each["face_value"].nullif(0).cast("float64")
    return each.mutate(discount=ratio).select(*RING_LAUNDERING.names)


def _in_rings(reports: ir.Table, series: ir.Table) -> ir.Table:
    placed = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    placed = placed.view()
    return reports.inner_join(placed, reports["report_id"] == placed["of"]).view()
