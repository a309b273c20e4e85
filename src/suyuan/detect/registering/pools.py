"""Pools of numbers that receive codes together: one relay, one bank, cards opened together."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.openings import opening
from suyuan.detect.ties import thing

#: A relay target that collects from more numbers than this is a carrier's or a phone maker's
#: gateway; a batch of more cards is a company's order.
GATEWAY = 2000


def ties(otps: ir.Table, batched: ir.Table, used: ir.Table) -> ir.Table:
    """Pairs (``member``, ``thing``) for numbers that received codes."""
    receivers = otps.select(member="msisdn").distinct()
    sent = otps.filter(otps["relayed_to"].notnull())
    sent = sent.select(member="msisdn", thing=thing("relay:", sent["relayed_to"])).distinct()
    slots = used.select(member="number", thing=thing("handset:", used["handset"])).distinct()
    cards = batched.filter(batched["batch"] > 1)
    cards = cards.select(member="msisdn", thing=thing("opening:", opening(cards))).distinct()
    return ibis.union(sent, slots, cards.semi_join(receivers, "member"))


def habits(pooled: ir.Table, received: ir.Table) -> ir.Table:
    """For each pooled number: ``pool_numbers``, and how the *others* receive codes.

    ``pool_services`` is their mean number of services, ``pool_relayed`` their share passed on.
    """
    both = pooled.join(received, pooled["member"] == received["number"])
    both = both.select("number", "group", "services", "relayed")
    window = ibis.window(group_by="group")
    n = both.count().over(window)
    others = ibis.greatest(n - 1, 1).cast("float64")
    return both.select(
        "number",
        pool="group",
        pool_numbers=n,
        pool_services=(both["services"].sum().over(window) - both["services"]) / others,
        pool_relayed=(both["relayed"].sum().over(window) - both["relayed"]) / others,
    ).filter(lambda t: t["pool_numbers"] > 1)
