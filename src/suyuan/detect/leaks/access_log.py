"""From the organisation to the hand: which login or terminal had seen what leaked, and little else.

If all victims' orders got out through one hand, each of them had been seen by that hand before
its buyer was called; among hands of which that is true, the one that saw fewest other orders
explains them best. A bulk action that took ``row_count`` of the orders of its range has seen each
of them with the odds of that share.
"""

import ibis
import ibis.expr.types as ir

#: Shares of what a hand saw that its log does not show; each is weighed alike.
GAPS = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
#: A hand saw at least so much of an organisation's orders, and at most all but so much.
NARROW = 0.002
BULK = ("export", "api")
NIGHT = (22, 7)


def sights(accesses: ir.Table, org_orders: ir.Table, hand: str) -> ir.Table:
    """How surely each `hand` (actor_id or terminal) of an organisation saw each order.

    `org_orders` has ``org`` and the ``order_id`` and ``ordered_at`` of the orders that passed it.
    Gives ``org``, ``hand``, ``order_id``, ``sure`` (0..1), ``at`` (first time), ``bulk``.
    """
    log = accesses.mutate(hand=accesses[hand]).filter(lambda t: t["hand"].notnull())
    single = log.filter(log["order_id"].notnull()).select("org", "hand", "order_id", "at")
    single_sights = single.semi_join(org_orders, ["org", "order_id"]).mutate(
        sure=ibis.literal(1.0), bulk=ibis.literal(0)
    )
    all_sights = ibis.union(
        single_sights.select("org", "hand", "order_id", "at", "sure", "bulk"),
        _bulk_sights(log, org_orders),
    )
    return all_sights.group_by(["org", "hand", "order_id"]).aggregate(
        sure=all_sights["sure"].max(), at=all_sights["at"].min(), bulk=all_sights["bulk"].min()
    )


def _bulk_sights(log: ir.Table, org_orders: ir.Table) -> ir.Table:
    """Orders inside the range of a bulk action, each with the share of the range that it took."""
    wide = log.filter(log["order_id"].isnull(), log["range_from"].notnull())
    wide = wide.select("access_id", "org", "hand", "at", "row_count", "range_from", "range_to")
    inside = wide.inner_join(
        org_orders,
        [
            wide["org"] == org_orders["org"],
            org_orders["ordered_at"] >= wide["range_from"],
            org_orders["ordered_at"] < ibis.coalesce(wide["range_to"], wide["at"]),
        ],
    )
    range_orders = inside.mutate(crowd=inside["order_id"].count().over(group_by="access_id"))
    took = (
        ibis.coalesce(range_orders["row_count"], range_orders["crowd"]).cast("float64")
        / range_orders["crowd"]
    )
    return range_orders.select(
        "org", "hand", "order_id", "at", sure=ibis.least(took, 1.0), bulk=ibis.literal(1)
    )


def likelihood(sight: ir.Table, victims: ir.Table, org_orders: ir.Table) -> ir.Table:
    """Log likelihood of each hand, against "no one hand", and what it saw.

    What a hand let out it had seen, and its log shows that but for gaps; an order that it did not
    let out it had seen as often as any. So a hand that saw little of what leaked is ruled out.

    `victims` has ``org``, ``order_id``, ``called_at``, ``held`` (probability that this order was
    the leaked one). Gives ``org``, ``hand``, ``saw`` (orders), ``caught`` (victims), ``victims``,
    ``bulk`` (share of them taken in bulk), ``factor``.
    """
    size = org_orders.group_by("org").aggregate(orders=lambda t: t.count())
    reach = sight.group_by(["org", "hand"]).aggregate(saw=lambda t: t["sure"].sum())
    reach = reach.inner_join(size, "org")
    usual = ibis.greatest(ibis.least(reach["saw"] / reach["orders"], 1.0 - NARROW), NARROW)
    reach = reach.mutate(usual=usual).drop("orders")
    whole = victims.group_by("org").aggregate(victims=lambda t: t["held"].sum())
    before = victims.inner_join(sight, ["org", "order_id"])
    before = before.filter(before["at"] <= before["called_at"])
    sight_rows = before.inner_join(reach, ["org", "hand"])
    gains = {
        f"gain{i}": sight_rows["held"]
        * (
            sight_rows["sure"]
            * (1.0 - gap)
            / sight_rows["usual"]
            / _miss_chance(sight_rows["usual"], gap)
            + 1.0
            - sight_rows["sure"]
        ).log()
        for i, gap in enumerate(GAPS)
    }
    facts = sight_rows.mutate(seen=sight_rows["held"] * sight_rows["sure"], **gains)
    facts = facts.mutate(by_bulk=facts["seen"] * facts["bulk"])
    handlers = facts.group_by(["org", "hand"]).aggregate(
        caught=facts["seen"].sum(),
        bulk=facts["by_bulk"].sum() / facts["seen"].sum(),
        saw=facts["saw"].max(),
        usual=facts["usual"].max(),
        **{name: facts[name].sum() for name in gains},
    )
    handlers = handlers.inner_join(whole, "org")
    logs = [
        handlers[f"gain{i}"] + handlers["victims"] * _miss_chance(handlers["usual"], gap).log()
        for i, gap in enumerate(GAPS)
    ]
    best = ibis.greatest(*logs)
    total = sum((log - best).exp() for log in logs)
    return handlers.mutate(factor=best + (total / len(GAPS)).log())


def covered_victims(victims: ir.Table, org_orders: ir.Table, log: ir.Table) -> ir.Table:
    """Those of `victims` that the log of their organisation can show: known to be out after it
    begins, placed before it ends.
    """
    span = log.group_by("org").aggregate(begins=log["at"].min(), ends=log["at"].max())
    order_times = org_orders.select("org", "order_id", "ordered_at").distinct()
    log_victims = victims.inner_join(span, "org").left_join(order_times, ["org", "order_id"])
    early = log_victims["ordered_at"].isnull() | (log_victims["ordered_at"] <= log_victims["ends"])
    log_victims = log_victims.filter((log_victims["called_at"] >= log_victims["begins"]) & early)
    return log_victims.select(*victims.columns)


def _miss_chance(usual: ir.FloatingValue, gap: float) -> ir.FloatingValue:
    """How much likelier to leak is an order that the log does not show the hand: never more so."""
    share: ir.FloatingValue = ibis.literal(gap) / (1.0 - usual)
    return ibis.least(share, 1.0)


def conduct(accesses: ir.Table, hand: str, hours_from_utc: int) -> ir.Table:
    """How each hand behaves.

    ``night`` (share of its accesses between 22 and 7 by the local clock), ``searches`` (share),
    ``logins`` (under which a terminal was used), ``addresses``.
    """
    log = accesses.mutate(hand=accesses[hand]).filter(lambda t: t["hand"].notnull())
    hour = (log["at"].epoch_seconds() / 3600).floor().cast("int64") + hours_from_utc
    log = log.mutate(hour=hour % 24)
    dark = (log["hour"] >= NIGHT[0]) | (log["hour"] < NIGHT[1])
    return log.group_by(["org", "hand"]).aggregate(
        accesses=log.count(),
        night=dark.cast("float64").mean(),
        searches=(log["action"] == "search").cast("float64").mean(),
        logins=log["actor_id"].nunique(),
        addresses=log["ip"].nunique(),
    )
