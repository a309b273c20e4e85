"""Whom a number calls: people who bought something just before, whose record leaked, who reported.

Shares are set against the share that any call of the case reaches, so that a case with many orders
or large exhibits does not make everyone a suspect: 0 is what chance gives, 1 is everybody.
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


def excess(share: ir.FloatingValue, base: ir.FloatingValue) -> ir.FloatingValue:
    """How far `share` lies between chance (0) and everybody (1); below chance is negative."""
    return (share - base) / ibis.greatest(1.0 - base, 0.05)


def bought(met: ir.Table, orders: ir.Table) -> ir.Table:
    """`met` with ``bought``: an order within :data:`LAG` before the first call; and its sellers.

    ``merchant_id`` and ``courier`` are those of one such order, null where there is none.
    """
    placed = orders.filter(orders["buyer_phone"].notnull())
    placed = placed.select("ordered_at", "merchant_id", "courier", buyer="buyer_phone")
    hits = met.join(
        placed,
        (met["callee"] == placed["buyer"])
        & (placed["ordered_at"] <= met["first_call"])
        & (placed["ordered_at"] >= met["first_call"] - LAG),
    )
    once = hits.group_by("caller", "callee").aggregate(
        merchant_id=hits["merchant_id"].min(), courier=hits["courier"].min(), orders=hits.count()
    )
    return met.left_join(once, ["caller", "callee"]).select(
        "caller", "callee", "merchant_id", "courier", bought=once["orders"].notnull()
    )


def buyers(marked: ir.Table, candidates: ir.Table) -> ir.Table:
    """From :func:`bought`: ``bought`` (excess), and how far one seller explains what they bought.

    ``one_seller`` and ``one_courier``: the largest share of any one, beyond its share of all that
    anyone called had bought. A shop's own desk calls its own buyers, a courier's its own parcels.
    """
    base = marked.aggregate(base=marked["bought"].mean())
    share = marked.semi_join(candidates, "caller")
    share = share.group_by("caller").aggregate(share=share["bought"].mean())
    share = share.cross_join(base).select(
        "caller", bought_share="share", bought=lambda t: excess(t["share"], t["base"])
    )
    seller = _one(marked, candidates, "merchant_id", "one_seller")
    courier = _one(marked, candidates, "courier", "one_courier")
    both = share.left_join(seller, "caller").drop("caller_right")
    return both.left_join(courier, "caller").drop("caller_right")


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


def exposed(met: ir.Table, leaked: ir.Table, candidates: ir.Table) -> ir.Table:
    """``exposed``: excess share of people whose number stands in seized data, masked or not."""
    written = leaked.filter(leaked["phone"].notnull()).select(phone="phone").distinct()
    number = met["callee"]
    masked = number.substr(0, 3) + "****" + number.substr(7, 4)
    pairs = met.select("caller", "callee", masked=masked)
    found = (
        pairs.left_join(written, pairs["callee"] == written["phone"])
        .mutate(plain=lambda t: t["phone"].notnull())
        .drop("phone")
    )
    again = written.view()
    found = found.left_join(again, found["masked"] == again["phone"])
    found = found.mutate(hit=(found["plain"] | found["phone"].notnull()).cast("float64"))
    base = found.aggregate(base=found["hit"].mean())
    mine = found.semi_join(candidates, "caller")
    share = mine.group_by("caller").aggregate(share=mine["hit"].mean()).cross_join(base)
    return share.select("caller", exposed=excess(share["share"], share["base"]))


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
