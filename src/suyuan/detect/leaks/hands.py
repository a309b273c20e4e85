"""From the organisation to the hand: which login or terminal had seen what leaked, and little else.

If all victims' orders got out through one hand, each of them had been seen by that hand before
its buyer was called; among hands of which that is true, the one that saw fewest other orders
explains them best. A bulk action that took ``row_count`` of the orders of its range has seen each
of them with the odds of that share.
"""

import ibis
import ibis.expr.types as ir

#: Shares of an organisation's leaked orders that may have come about in another way; each is
#: weighed, and the best counts less the cost of choosing it.
OTHERWISE = (0.1, 0.25, 0.45, 0.7)
BULK = ("export", "api")
NIGHT = (22, 7)


def seen(accesses: ir.Table, handled: ir.Table, hand: str) -> ir.Table:
    """How surely each `hand` (actor_id or terminal) of an organisation saw each order.

    `handled` has ``org`` and the ``order_id`` and ``ordered_at`` of the orders that passed it.
    Gives ``org``, ``hand``, ``order_id``, ``sure`` (0..1), ``at`` (first time), ``bulk``.
    """
    log = accesses.mutate(hand=accesses[hand]).filter(lambda t: t["hand"].notnull())
    single = log.filter(log["order_id"].notnull()).select("org", "hand", "order_id", "at")
    one = single.semi_join(handled, ["org", "order_id"]).mutate(
        sure=ibis.literal(1.0), bulk=ibis.literal(0)
    )
    each = ibis.union(
        one.select("org", "hand", "order_id", "at", "sure", "bulk"), _swept(log, handled)
    )
    return each.group_by(["org", "hand", "order_id"]).aggregate(
        sure=each["sure"].max(), at=each["at"].min(), bulk=each["bulk"].min()
    )


def _swept(log: ir.Table, handled: ir.Table) -> ir.Table:
    """Orders inside the range of a bulk action, each with the share of the range that it took."""
    wide = log.filter(log["order_id"].isnull(), log["range_from"].notnull())
    wide = wide.select("access_id", "org", "hand", "at", "row_count", "range_from", "range_to")
    inside = wide.inner_join(
        handled,
        [
            wide["org"] == handled["org"],
            handled["ordered_at"] >= wide["range_from"],
            handled["ordered_at"] < ibis.coalesce(wide["range_to"], wide["at"]),
        ],
    )
    held = inside.mutate(crowd=inside["order_id"].count().over(group_by="access_id"))
    took = ibis.coalesce(held["row_count"], held["crowd"]).cast("float64") / held["crowd"]
    return held.select(
        "org", "hand", "order_id", "at", sure=ibis.least(took, 1.0), bulk=ibis.literal(1)
    )


def likelihood(sight: ir.Table, victims: ir.Table, handled: ir.Table) -> ir.Table:
    """Log likelihood of each hand, against "no one hand", and what it saw.

    `victims` has ``org``, ``order_id``, ``called_at``, ``held`` (probability that this order was
    the leaked one). Gives ``org``, ``hand``, ``saw`` (orders), ``caught`` (victims), ``victims``,
    ``bulk`` (share of them taken in bulk), ``factor``.
    """
    size = handled.group_by("org").aggregate(orders=lambda t: t.count())
    reach = sight.group_by(["org", "hand"]).aggregate(saw=lambda t: t["sure"].sum())
    whole = victims.group_by("org").aggregate(victims=lambda t: t["held"].sum())
    before = victims.inner_join(sight, ["org", "order_id"])
    before = before.filter(before["at"] <= before["called_at"])
    each = before.inner_join(reach, ["org", "hand"]).inner_join(size, "org")
    odds = each["sure"] * each["orders"] / ibis.greatest(each["saw"], 1.0)
    gains = {
        f"gain{i}": each["held"] * ((1.0 - o) / o * odds + 1.0).log()
        for i, o in enumerate(OTHERWISE)
    }
    told = each.mutate(seen=each["held"] * each["sure"], **gains)
    told = told.mutate(by_bulk=told["seen"] * told["bulk"])
    hands = told.group_by(["org", "hand"]).aggregate(
        caught=told["seen"].sum(),
        bulk=told["by_bulk"].sum() / told["seen"].sum(),
        saw=told["saw"].max(),
        **{name: told[name].sum() for name in gains},
    )
    hands = hands.inner_join(whole, "org")
    logs = [
        hands[f"gain{i}"] + hands["victims"] * ibis.literal(o).log()
        for i, o in enumerate(OTHERWISE)
    ]
    return hands.mutate(factor=ibis.greatest(*logs) - ibis.literal(len(OTHERWISE)).log())


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
