"""Whom a number calls: people who bought something just before, people whose record leaked.

Shares are among the people of whom the orders (or the seized data) know anything at all, since half
of those called stand in no table. What chance would give is worked out for each person from how
often she bought and how long the table reaches, not from what other numbers of the case reach: a
case may hold the records of suspects only, and then they would be each other's measure.
"""

import ibis
import ibis.expr.types as ir

#: Order to call: same day 55 %, next day 35 %, later 10 % (the calibrated scenario).
LAG_SECONDS = 60 * 3600.0
LAG = ibis.interval(hours=60)
#: Orders among a number's callees from which on one seller's share says something.
ENOUGH = 5
#: Whose hands an order passes through.
PARTIES = ("merchant_id", "courier", "software", "warehouse")


def excess(share: ir.FloatingValue, base: ir.FloatingValue) -> ir.FloatingValue:
    """How far `share` lies between chance (0) and everybody (1); below chance is negative."""
    return (share - base) / ibis.greatest(1.0 - base, 0.05)


def purchases(call_pairs: ir.Table, orders: ir.Table) -> ir.Table:
    """Pairs whose callee ever bought, with ``hit``: within :data:`LAG` before the call.

    ``chance`` is how likely that was at any moment; ``merchant_id`` … ``warehouse`` are those of
    one such order, null where there is none.
    """
    order_times = orders.filter(orders["buyer_phone"].notnull())
    order_times = order_times.select("ordered_at", *PARTIES, callee="buyer_phone")
    buyers_called = call_pairs.join(_chances(order_times, "ordered_at"), "callee")
    buyers_called = buyers_called.select("caller", "callee", "first_call", "chance")
    hits = _soon(buyers_called.join(order_times, "callee"))
    once = hits.group_by("caller", "callee").aggregate(
        **{party: hits[party].min() for party in PARTIES}, orders=hits.count()
    )
    return buyers_called.left_join(once, ["caller", "callee"]).select(
        "caller", "callee", "chance", *PARTIES, hit=once["orders"].notnull().cast("float64")
    )


def _soon(pairs: ir.Table) -> ir.Table:
    """Rows whose order lies within :data:`LAG` before the first call."""
    earliest = pairs["first_call"] - LAG
    return pairs.filter(
        (pairs["ordered_at"] <= pairs["first_call"]) & (pairs["ordered_at"] >= earliest)
    )


def _chances(events: ir.Table, column: str) -> ir.Table:
    """For each ``callee``: the chance that a moment falls within :data:`LAG` after its orders."""
    ends = events.aggregate(first=events[column].min(), last=events[column].max())
    span = (ends["last"].epoch_seconds() - ends["first"].epoch_seconds()).cast("float64")
    many = events.group_by("callee").aggregate(orders=events.count())
    spans = many.cross_join(ends.select(span=span))
    rate = LAG_SECONDS / ibis.greatest(spans["span"], LAG_SECONDS)
    return spans.select("callee", chance=1.0 - (-(spans["orders"] * rate)).exp())


def _beyond_chance(callee_hits: ir.Table, name: str) -> ir.Table:
    """For each caller of enough such people: the share hit, as :func:`excess` over chance."""
    share = callee_hits.group_by("caller").aggregate(
        share=callee_hits["hit"].mean(), base=callee_hits["chance"].mean(), n=callee_hits.count()
    )
    share = share.filter(share["n"] >= ENOUGH)
    return share.select("caller", **{name: excess(share["share"], share["base"])})


def purchase_lift(callee_hits: ir.Table) -> ir.Table:
    """For each caller: ``bought_lift``, the log of recent buyers called over those chance gives.

    One is added to both: a number that called three buyers says something, one that called thirty
    more; the share (``bought``) says nothing of so few.
    """
    sums = callee_hits.group_by("caller").aggregate(
        met=callee_hits["hit"].sum(), due=callee_hits["chance"].sum()
    )
    return sums.select("caller", bought_lift=((sums["met"] + 1.0) / (sums["due"] + 1.0)).ln())


def buyers(callee_hits: ir.Table, orders: ir.Table) -> ir.Table:
    """From :func:`purchases`: ``bought`` (excess), and how far one hand explains what they bought.

    ``one_merchant_id`` … ``one_warehouse``: the largest share of any one, beyond its share of all
    orders. A shop's own desk calls its own buyers, a courier's its own parcels; a list stolen from
    a program or a warehouse is of many shops that share it.
    """
    share = _beyond_chance(callee_hits, "bought")
    for party in PARTIES:
        party_share = _party_share(callee_hits, orders, party)
        share = share.left_join(party_share, "caller").drop("caller_right")
    return share


def _party_share(callee_hits: ir.Table, orders: ir.Table, party: str) -> ir.Table:
    """For each caller with enough orders to tell: the greatest excess share of one `party`."""
    party_orders = orders.filter(orders[party].notnull())
    usual = party_orders.group_by(of=party_orders[party]).aggregate(n=party_orders.count())
    usual = usual.select("of", base=usual["n"] / usual["n"].sum().over(ibis.window()))
    callees = callee_hits.filter(callee_hits[party].notnull()).select(
        "caller", of=callee_hits[party]
    )
    own = callees.group_by("caller", "of").aggregate(n=callees.count())
    own = own.mutate(total=own["n"].sum().over(ibis.window(group_by="caller")))
    own = own.filter(own["total"] >= ENOUGH).join(usual, "of")
    value = excess(own["n"] / own["total"], own["base"])
    return own.group_by("caller").aggregate(**{f"one_{party}": value.max()})


def leak_exposure(call_pairs: ir.Table, leak_table: ir.Table) -> ir.Table:
    """``exposed``: excess share of people called soon after the order of their leaked record.

    Among people who stand in seized data, by number or by a masked one (``138****1234``), with the
    time of the order.
    """
    leak_rows = leak_table.filter(
        leak_table["phone"].notnull() & leak_table["ordered_at"].notnull()
    )
    numbers = leak_rows.select("ordered_at", written="phone").distinct()
    number = call_pairs["callee"]
    masked_number = number.substr(0, 3) + "****" + number.substr(7, 4)
    pairs = call_pairs.select("caller", "callee", "first_call", masked=masked_number)
    # Two joins on equality: an "or" would be a loop over both tables.
    plain = pairs.join(numbers.rename(callee="written"), "callee")
    by_mask = pairs.join(numbers.rename(masked="written"), "masked")
    columns = ("caller", "callee", "first_call", "ordered_at")
    leak_pairs = ibis.union(plain.select(*columns), by_mask.select(*columns))
    soon = _soon(leak_pairs).select("caller", "callee").distinct().mutate(hit=ibis.literal(1.0))
    distinct_pairs = leak_pairs.select("caller", "callee", "ordered_at").distinct()
    chances = _chances(distinct_pairs.select("callee", "ordered_at").distinct(), "ordered_at")
    once = distinct_pairs.select("caller", "callee").distinct().join(chances, "callee")
    once = once.left_join(soon, ["caller", "callee"])
    once = once.select("caller", "callee", "chance", hit=once["hit"].fill_null(0.0))
    return _beyond_chance(once, "exposed")
