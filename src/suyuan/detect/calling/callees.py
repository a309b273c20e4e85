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


def bought(joined: ir.Table, orders: ir.Table) -> ir.Table:
    """Pairs of `joined` whose callee ever bought, with ``hit``: within :data:`LAG` before the call.

    ``chance`` is how likely that was at any moment; ``merchant_id`` … ``warehouse`` are those of
    one such order, null where there is none.
    """
    placed = orders.filter(orders["buyer_phone"].notnull())
    placed = placed.select("ordered_at", *PARTIES, callee="buyer_phone")
    known = joined.join(_chances(placed, "ordered_at"), "callee")
    known = known.select("caller", "callee", "first_call", "chance")
    hits = _soon(known.join(placed, "callee"))
    once = hits.group_by("caller", "callee").aggregate(
        **{party: hits[party].min() for party in PARTIES}, orders=hits.count()
    )
    return known.left_join(once, ["caller", "callee"]).select(
        "caller", "callee", "chance", *PARTIES, hit=once["orders"].notnull().cast("float64")
    )


def _soon(pairs: ir.Table) -> ir.Table:
    """Rows whose order lies within :data:`LAG` before the first call."""
    earliest = pairs["first_call"] - LAG
    return pairs.filter(
        (pairs["ordered_at"] <= pairs["first_call"]) & (pairs["ordered_at"] >= earliest)
    )


def _chances(dated: ir.Table, column: str) -> ir.Table:
    """For each ``callee``: the chance that a moment falls within :data:`LAG` after its orders."""
    ends = dated.aggregate(first=dated[column].min(), last=dated[column].max())
    span = (ends["last"].epoch_seconds() - ends["first"].epoch_seconds()).cast("float64")
    many = dated.group_by("callee").aggregate(orders=dated.count())
    both = many.cross_join(ends.select(span=span))
    rate = LAG_SECONDS / ibis.greatest(both["span"], LAG_SECONDS)
    return both.select("callee", chance=1.0 - (-(both["orders"] * rate)).exp())


def _beyond_chance(marked: ir.Table, name: str) -> ir.Table:
    """For each caller of enough such people: the share hit, as :func:`excess` over chance."""
    share = marked.group_by("caller").aggregate(
        share=marked["hit"].mean(), base=marked["chance"].mean(), n=marked.count()
    )
    share = share.filter(share["n"] >= ENOUGH)
    return share.select("caller", **{name: excess(share["share"], share["base"])})


def lifted(marked: ir.Table) -> ir.Table:
    """For each caller: ``bought_lift``, the log of recent buyers called over those chance gives.

    One is added to both: a number that called three buyers says something, one that called thirty
    more; the share (``bought``) says nothing of so few.
    """
    found = marked.group_by("caller").aggregate(met=marked["hit"].sum(), due=marked["chance"].sum())
    return found.select("caller", bought_lift=((found["met"] + 1.0) / (found["due"] + 1.0)).ln())


def buyers(marked: ir.Table, orders: ir.Table) -> ir.Table:
    """From :func:`bought`: ``bought`` (excess), and how far one hand explains what they bought.

    ``one_merchant_id`` … ``one_warehouse``: the largest share of any one, beyond its share of all
    orders. A shop's own desk calls its own buyers, a courier's its own parcels; a list stolen from
    a program or a warehouse is of many shops that share it.
    """
    share = _beyond_chance(marked, "bought")
    for party in PARTIES:
        one = _one(marked, orders, party)
        share = share.left_join(one, "caller").drop("caller_right")
    return share


def _one(marked: ir.Table, orders: ir.Table, party: str) -> ir.Table:
    """For each caller with enough orders to tell: the greatest excess share of one `party`."""
    named = orders.filter(orders[party].notnull())
    usual = named.group_by(of=named[party]).aggregate(n=named.count())
    usual = usual.select("of", base=usual["n"] / usual["n"].sum().over(ibis.window()))
    known = marked.filter(marked[party].notnull()).select("caller", of=marked[party])
    own = known.group_by("caller", "of").aggregate(n=known.count())
    own = own.mutate(total=own["n"].sum().over(ibis.window(group_by="caller")))
    own = own.filter(own["total"] >= ENOUGH).join(usual, "of")
    value = excess(own["n"] / own["total"], own["base"])
    return own.group_by("caller").aggregate(**{f"one_{party}": value.max()})


def exposed(joined: ir.Table, leaked: ir.Table) -> ir.Table:
    """``exposed``: excess share of people called soon after the order of their leaked record.

    Among people who stand in seized data, by number or by a masked one (``138****1234``), with the
    time of the order.
    """
    dated = leaked.filter(leaked["phone"].notnull() & leaked["ordered_at"].notnull())
    written = dated.select("ordered_at", written="phone").distinct()
    number = joined["callee"]
    masked = number.substr(0, 3) + "****" + number.substr(7, 4)
    pairs = joined.select("caller", "callee", "first_call", masked=masked)
    # Two joins on equality: an "or" would be a loop over both tables.
    plain = pairs.join(written.rename(callee="written"), "callee")
    hidden = pairs.join(written.rename(masked="written"), "masked")
    columns = ("caller", "callee", "first_call", "ordered_at")
    found = ibis.union(plain.select(*columns), hidden.select(*columns))
    soon = _soon(found).select("caller", "callee").distinct().mutate(hit=ibis.literal(1.0))
    known = found.select("caller", "callee", "ordered_at").distinct()
    chances = _chances(known.select("callee", "ordered_at").distinct(), "ordered_at")
    once = known.select("caller", "callee").distinct().join(chances, "callee")
    once = once.left_join(soon, ["caller", "callee"])
    once = once.select("caller", "callee", "chance", hit=once["hit"].fill_null(0.0))
    return _beyond_chance(once, "exposed")
