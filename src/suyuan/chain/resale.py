"""Cards that a ring's own people handed to dealers, reported victims or not.

Tracing follows the money of those who reported. A ring launders for the silent ones too: every card
that passed from its members, or from a middleman who serves no other ring, to a decided card
merchant is its laundering.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_evidence import COLUMNS, decided, ground
from suyuan.identity.aliases import with_entity
from suyuan.store.tables import Tables


def resales(members: ir.Table, traced: ir.Table, tables: Tables) -> ir.Table:
    """Grounds for card merchants out of ``vouchers``, without the rows that `traced` holds."""
    own_side = tables.engine.keep(_our_side(members, traced, tables))
    dealers = decided(tables, "card_merchant")
    vouchers = with_entity(tables, tables["vouchers"], "from_party", into="from_").view()
    vouchers = with_entity(tables, vouchers, "to_party", into="to_").view()
    handed = vouchers.inner_join(own_side, vouchers["from_"] == own_side["giver"]).view()
    joined = handed.inner_join(dealers, handed["to_"] == dealers["entity"]).view()
    known = traced.select(in_="ring_id", by="subject", row="row_id").distinct().view()
    fresh = joined.anti_join(
        known,
        (joined["ring_id"] == known["in_"])
        & (joined["found"] == known["by"])
        & (joined["row_id"] == known["row"]),
    ).view()
    paid = fresh.mutate(
        paid=ibis.coalesce(fresh["price"], fresh["face_value"]), ring="ring:" + fresh["ring_id"]
    )
    return ground(
        paid, "vouchers", "card_merchant", "found", "ring", "laundered_for", "paid", "at"
    ).select(*COLUMNS)


def _our_side(members: ir.Table, traced: ir.Table, tables: Tables) -> ir.Table:
    """Who hands over cards for one ring alone: ``ring_id``, ``giver``."""
    middlemen = decided(tables, "middleman")
    serving = traced.filter(traced["role"] == "middleman").select("ring_id", "subject").distinct()
    serving = serving.view()
    between = serving.inner_join(middlemen, serving["subject"] == middlemen["found"])
    every = ibis.union(
        members.select("ring_id", giver="entity"),
        between.select("ring_id", giver="entity"),
        distinct=True,
    )
    counted = every.group_by("giver").aggregate(
        ring_id=every["ring_id"].min(), rings=every["ring_id"].nunique()
    )
    return counted.filter(counted["rings"] == 1).select("ring_id", "giver")
