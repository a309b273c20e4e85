"""Pools of numbers that receive codes together: one relay, one bank, cards opened together."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.openings import opening
from suyuan.detect.ties import thing

#: A relay target that collects from more numbers than this is a carrier's or a phone maker's
#: gateway; a batch of more cards is a company's order.
GATEWAY = 2000


def ties(otps: ir.Table, batch_cards: ir.Table, used: ir.Table) -> ir.Table:
    """Pairs (``member``, ``thing``) for numbers that received codes."""
    receivers = otps.select(member="msisdn").distinct()
    relay_ties = otps.filter(otps["relayed_to"].notnull())
    relay_ties = relay_ties.select(
        member="msisdn", thing=thing("relay:", relay_ties["relayed_to"])
    ).distinct()
    slots = used.select(member="number", thing=thing("handset:", used["handset"])).distinct()
    cards = batch_cards.filter(batch_cards["batch"] > 1)
    cards = cards.select(member="msisdn", thing=thing("opening:", opening(cards))).distinct()
    return ibis.union(relay_ties, slots, cards.semi_join(receivers, "member"))


def habits(pool_members: ir.Table, code_counts: ir.Table) -> ir.Table:
    """For each pooled number: ``pool_numbers``, and how the *others* receive codes.

    ``pool_services`` is their mean number of services, ``pool_relayed`` their share passed on.
    """
    rows = pool_members.join(code_counts, pool_members["member"] == code_counts["number"])
    rows = rows.select("number", "group", "services", "relayed")
    window = ibis.window(group_by="group")
    n = rows.count().over(window)
    peers = ibis.greatest(n - 1, 1).cast("float64")
    return rows.select(
        "number",
        pool="group",
        pool_numbers=n,
        pool_services=(rows["services"].sum().over(window) - rows["services"]) / peers,
        pool_relayed=(rows["relayed"].sum().over(window) - rows["relayed"]) / peers,
    ).filter(lambda t: t["pool_numbers"] > 1)
