"""Whom a number calls: people who bought something just before, whose record leaked, who reported.

Shares are among the people of whom the orders (or the seized data) know anything at all, since half
of those called stand in no table; and they are set against the share that any call of the case
reaches, so that a case with many orders or large exhibits does not make everyone a suspect: 0 is
what chance gives, 1 is everybody.
"""

import ibis
import ibis.expr.types as ir

#: Order to call: same day 55 %, next day 35 %, later 10 % (the calibrated scenario).
LAG = ibis.interval(hours=60)
#: Clocks of carriers, victims and police differ, and "around three" is not 15:00:00.
SKEW = ibis.interval(hours=2)
#: Where the first contact is not known, it lies within so long before the report.
MEMORY = ibis.interval(days=4)

#: Orders among a number's callees from which on one seller's share says something.
ENOUGH = 5
#: Whose hands an order passes through.
PARTIES = ("merchant_id", "courier", "software", "warehouse")


def excess(share: ir.FloatingValue, base: ir.FloatingValue) -> ir.FloatingValue:
    """How far `share` lies between chance (0) and everybody (1); below chance is negative."""
    return (share - base) / ibis.greatest(1.0 - base, 0.05)


def bought(met: ir.Table, orders: ir.Table) -> ir.Table:
    """Pairs of `met` whose callee ever bought, with ``bought``: within :data:`LAG` before the call.

    ``merchant_id`` … ``warehouse`` are those of one such order, null where there is none.
    """
    placed = orders.filter(orders["buyer_phone"].notnull())
    placed = placed.select("ordered_at", *PARTIES, callee="buyer_phone")
    known = met.semi_join(placed, "callee").select("caller", "callee", "first_call")
    hits = known.join(placed, "callee")
    hits = hits.filter(
        (hits["ordered_at"] <= hits["first_call"])
        & (hits["ordered_at"] >= hits["first_call"] - LAG)
    )
    once = hits.group_by("caller", "callee").aggregate(
        **{party: hits[party].min() for party in PARTIES}, orders=hits.count()
    )
    return known.left_join(once, ["caller", "callee"]).select(
        "caller", "callee", *PARTIES, bought=once["orders"].notnull()
    )


def buyers(marked: ir.Table, candidates: ir.Table) -> ir.Table:
    """From :func:`bought`: ``bought`` (excess), and how far one hand explains what they bought.

    ``one_merchant_id`` … ``one_warehouse``: the largest share of any one, beyond its share of all
    that anyone called had bought. A shop's own desk calls its own buyers, a courier's its own
    parcels; a list stolen from a program or a warehouse is of many shops that share it.
    """
    share = _beyond_chance(marked, "bought", candidates)
    for party in PARTIES:
        one = _one(marked, candidates, party, f"one_{party}")
        share = share.left_join(one, "caller").drop("caller_right")
    return share


def _one(marked: ir.Table, candidates: ir.Table, column: str, name: str) -> ir.Table:
    """For each caller with enough orders to tell: the greatest excess share of one `column`."""
    known = marked.filter(marked[column].notnull()).select("caller", of=marked[column])
    usual = known.group_by("of").aggregate(n=known.count())
    usual = usual.select("of", base=usual["n"] / usual["n"].sum().over(ibis.window()))
    mine = known.semi_join(candidates, "caller")
    mine = mine.group_by("caller", "of").aggregate(n=mine.count())
    mine = mine.mutate(total=mine["n"].sum().over(ibis.window(group_by="caller")))
    mine = mine.filter(mine["total"] >= ENOUGH).join(usual, "of")
    value = excess(mine["n"] / mine["total"], mine["base"])
    return (
        mine.mutate(value=value).group_by("caller").aggregate(**{name: lambda t: t["value"].max()})
    )


def _beyond_chance(marked: ir.Table, column: str, candidates: ir.Table) -> ir.Table:
    """For each caller of enough such people: the share marked, as :func:`excess` of all pairs'."""
    base = marked.aggregate(base=marked[column].mean())
    mine = marked.semi_join(candidates, "caller")
    share = mine.group_by("caller").aggregate(share=mine[column].mean(), n=mine.count())
    share = share.filter(share["n"] >= ENOUGH).cross_join(base)
    return share.select("caller", **{column: excess(share["share"], share["base"])})


def exposed(met: ir.Table, leaked: ir.Table, candidates: ir.Table) -> ir.Table:
    """``exposed``: excess share of people called soon after the order of their leaked record.

    Among people who stand in seized data, by number or by a masked one (``138****1234``), with the
    time of the order.
    """
    dated = leaked.filter(leaked["phone"].notnull() & leaked["ordered_at"].notnull())
    written = dated.select("ordered_at", written="phone").distinct()
    number = met["callee"]
    masked = number.substr(0, 3) + "****" + number.substr(7, 4)
    pairs = met.select("caller", "callee", "first_call", masked=masked)
    # Two joins on equality: an "or" would be a loop over both tables.
    plain = pairs.join(written.rename(callee="written"), "callee")
    hidden = pairs.join(written.rename(masked="written"), "masked")
    columns = ("caller", "callee", "first_call", "ordered_at")
    found = ibis.union(plain.select(*columns), hidden.select(*columns))
    soon = (found["ordered_at"] <= found["first_call"]) & (
        found["ordered_at"] >= found["first_call"] - LAG
    )
    found = found.mutate(soon=soon.cast("int64"))
    once = found.group_by("caller", "callee").aggregate(exposed=found["soon"].max())
    return _beyond_chance(once, "exposed", candidates)


def contacts(met: ir.Table, reports: ir.Table) -> ir.Table:
    """Strangers who first called a victim about the time of the first contact.

    One row for each (``caller``, ``callee``, ``report_id``), with ``loss`` and ``first_call``. A
    friend who happens to call at that hour has called before, and is left out.
    """
    told = reports.filter(reports["victim_phone"].notnull())
    told = told.select(
        "report_id",
        "loss",
        victim="victim_phone",
        begins=ibis.coalesce(told["contacted_at"] - SKEW, told["reported_at"] - MEMORY),
        ends=ibis.coalesce(told["contacted_at"] + SKEW, told["reported_at"]),
    )
    return met.join(
        told,
        (met["callee"] == told["victim"])
        & (met["first_call"] >= told["begins"])
        & (met["first_call"] <= told["ends"]),
    ).select("caller", "callee", "report_id", "loss", "first_call")


def victims(contacts_: ir.Table, met: ir.Table, habits: ir.Table) -> ir.Table:
    """For each caller of `habits`: ``victims`` it contacted, ``expected``, ``loss``, ``victim_lift``.

    The lift is the log of how many it contacted against how many a number of its reach contacts by
    chance (half a victim is added to both, so that a small number says little).
    """
    found = contacts_.group_by("caller").aggregate(
        victims=contacts_["report_id"].nunique(), loss=contacts_["loss"].sum()
    )
    rate = contacts_.aggregate(hits=contacts_.count()).cross_join(met.aggregate(pairs=met.count()))
    both = habits.left_join(found, "caller").drop("caller_right").cross_join(rate)
    expected = both["people"] * both["hits"] / ibis.greatest(both["pairs"], 1).cast("float64")
    count = both["victims"].fill_null(0)
    return both.select(
        "caller",
        victims=count,
        expected=expected,
        loss=both["loss"],
        victim_lift=((count + 0.5) / (expected + 0.5)).ln(),
    )


def named(reports: ir.Table) -> ir.Table:
    """One row for each (report, number it names), with the report's row."""
    each = reports.select(
        "report_id",
        "victim_phone",
        "loss",
        "reported_at",
        "row_id",
        "file",
        "line",
        "sha256",
        number=reports["caller_numbers"].unnest(),
    )
    return each.filter(each["number"].notnull() & (each["number"] != each["victim_phone"]))
