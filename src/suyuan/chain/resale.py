"""Cards that a ring's own people handed to dealers, reported victims or not.

Tracing follows the money of those who reported. A ring launders for the silent ones too: every card
that passed from its members, or from a middleman who serves no other ring, to a decided card
merchant is its laundering.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_evidence import COLUMNS, ground, subjects_of_role
from suyuan.identity.aliases import with_entity
from suyuan.store.tables import Tables


def resales(members: ir.Table, flows: ir.Table, tables: Tables) -> ir.Table:
    """Grounds for card merchants out of ``vouchers``, without the rows that `flows` holds."""
    own_side = tables.engine.keep(_our_side(members, flows, tables))
    dealers = subjects_of_role(tables, "card_merchant")
    vouchers = with_entity(tables, tables["vouchers"], "from_party", into="from_").view()
    vouchers = with_entity(tables, vouchers, "to_party", into="to_").view()
    transfers = vouchers.inner_join(own_side, vouchers["from_"] == own_side["giver"]).view()
    sales = transfers.inner_join(dealers, transfers["to_"] == dealers["entity"]).view()
    known_steps = flows.select(in_="ring_id", by="subject", row="row_id").distinct().view()
    fresh = sales.anti_join(
        known_steps,
        (sales["ring_id"] == known_steps["in_"])
        & (sales["found"] == known_steps["by"])
        & (sales["row_id"] == known_steps["row"]),
    ).view()
    priced_sales = fresh.mutate(
        paid=ibis.coalesce(fresh["price"], fresh["face_value"]), ring="ring:" + fresh["ring_id"]
    )
    return ground(
        priced_sales, "vouchers", "card_merchant", "found", "ring", "laundered_for", "paid", "at"
    ).select(*COLUMNS)


def _our_side(members: ir.Table, flows: ir.Table, tables: Tables) -> ir.Table:
    """Who hands over cards for one ring alone: ``ring_id``, ``giver``."""
    middlemen = subjects_of_role(tables, "middleman")
    services = flows.filter(flows["role"] == "middleman").select("ring_id", "subject").distinct()
    services = services.view()
    between = services.inner_join(middlemen, services["subject"] == middlemen["found"])
    every = ibis.union(
        members.select("ring_id", giver="entity"),
        between.select("ring_id", giver="entity"),
        distinct=True,
    )
    counts = every.group_by("giver").aggregate(
        ring_id=every["ring_id"].min(), rings=every["ring_id"].nunique()
    )
    return counts.filter(counts["rings"] == 1).select("ring_id", "giver")
