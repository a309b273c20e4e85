"""The tally of each ring: reports, losses, members and suppliers; the cards that it sold on."""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_reports import with_ring
from suyuan.identity.contact_windows import contact_moment
from suyuan.model.results import RING_LAUNDERING, RINGS
from suyuan.model.roles import HELPERS, ROLES
from suyuan.store.tables import Tables

#: Column of ``rings`` that counts the people of a role.
COUNT_COLUMNS = {name: role.count_column for name, role in ROLES.items() if role.count_column}


def ring_tally(series: ir.Table, services: ir.Table, members: ir.Table, tables: Tables) -> ir.Table:
    """One row for each ring: its reports, losses, members and suppliers."""
    reports = tables["reports"]
    ring_reports = with_ring(reports, series)
    base = (
        ring_reports.group_by("ring_id")
        .aggregate(
            reports=ring_reports["report_id"].nunique(),
            victims=ibis.coalesce(ring_reports["victim_id"], ring_reports["report_id"]).nunique(),
            loss=ibis.coalesce(ring_reports["loss"].sum(), 0),
            active_from=contact_moment(ring_reports).min(),
            active_to=ring_reports["reported_at"].max(),
        )
        .view()
    )
    calling_members = members.filter(~members["how"].isin(("bought", "handed")))
    callers = (
        calling_members.group_by("ring_id")
        .aggregate(callers=calling_members["entity"].nunique())
        .view()
    )
    people = (
        services.group_by("ring_id")
        .aggregate(
            **{
                column: services["entity"].nunique(where=services["role"] == role)
                for role, column in COUNT_COLUMNS.items()
            }
        )
        .view()
    )
    out = base.left_join(callers, "ring_id").drop("ring_id_right").view()
    out = out.left_join(people, "ring_id").drop("ring_id_right").view()
    counts = {name: ibis.coalesce(out[name], 0) for name in ("callers", *COUNT_COLUMNS.values())}
    out = out.mutate(**counts)
    helpers = sum(
        (out[COUNT_COLUMNS[role]] for role in HELPERS), start=ibis.literal(0).cast("int64")
    )
    return out.mutate(helpers=helpers).select(*RINGS.names)


def ring_laundering(grounds: ir.Table, tables: Tables) -> ir.Table:
    """Face value, price and discount of the cards that passed to each ring's dealers, by kind."""
    dealers = grounds.filter(
        (grounds["role"] == "card_merchant") & (grounds["table"] == "vouchers")
    )
    dealers = dealers.select("ring_id", "subject", bought="row_id").distinct().view()
    vouchers = tables["vouchers"]
    resold = vouchers.inner_join(dealers, vouchers["row_id"] == dealers["bought"]).view()
    kinds = resold.group_by(["ring_id", "kind"]).aggregate(
        face_value=resold["face_value"].sum(),
        price=ibis.coalesce(resold["price"].sum(), 0),
        dealers=resold["subject"].nunique(),
    )
    ratio = kinds["price"].cast("float64") / kinds["face_value"].nullif(0).cast("float64")
    return kinds.mutate(discount=ratio).select(*RING_LAUNDERING.names)
