"""Whose hand is behind a scam number: its person, else the first number of its handset."""

import ibis
import ibis.expr.types as ir

from suyuan.chain.tenures import calls_in_tenure, last_contacts, tenures
from suyuan.store.tables import Tables


def behind_handsets(phones: ir.Table, outsiders: ir.Table, tables: Tables) -> ir.Table:
    """For each scam number (``of``) the person behind it, else one number for its handset.

    The person is the one to whom the number or the handset belongs, or another number that was
    used in the same handset: a caller's own SIM beside those that he changes. A card that stands
    in somebody's name beside another of his says nothing: so does every card of a straw man. Nor
    does anything of the number's customers before and after the card that the ring had.
    """
    keep = tables.engine.keep
    numbers_heard = keep(last_contacts(phones, tables))
    handset_use = keep(
        _handset_use(calls_in_tenure(tables["calls"], keep(tenures(numbers_heard, tables))))
    )
    scam = phones.select(of="node").distinct().view()
    in_use = scam.left_join(handset_use, scam["of"] == handset_use["number"])
    in_use = keep(in_use.select("of", "handset", "since"))
    beside = keep(_beside(in_use, handset_use))
    uses = ibis.union(numbers_heard, beside.filter(beside["of"] != beside["number"]))
    holders = _owner(_reach(in_use, beside), outsiders, keep(tenures(uses, tables)), tables).view()
    first_phones = _first_in_handset(in_use, tables).view()
    persons = first_phones.left_join(holders, "of").drop("of_right").view()
    return persons.select(
        "of", entity=ibis.coalesce(persons["person"], persons["first"], persons["of"])
    )


def _handset_use(calls: ir.Table) -> ir.Table:
    """Numbers and the handsets that they were used in, since when."""
    first_use = calls.filter(calls["imei"].notnull()).group_by(["caller", "imei"])
    first_use = first_use.aggregate(since=calls["started_at"].min(), at=calls["started_at"].max())
    return first_use.select(
        "since", "at", number="phone:" + first_use["caller"], handset="device:" + first_use["imei"]
    )


def _beside(in_use: ir.Table, handset_use: ir.Table) -> ir.Table:
    """``of``, ``number``, ``at``: the numbers in the handsets of each, and when they were last."""
    used = handset_use.select("number", "at", same="handset").view()
    pairs = in_use.inner_join(used, in_use["handset"] == used["same"])
    return pairs.group_by("of", "number").aggregate(at=pairs["at"].max())


def _reach(in_use: ir.Table, beside: ir.Table) -> ir.Table:
    """What may tell whose a number is: itself, its handsets, the other numbers in those."""
    return ibis.union(
        in_use.select("of", subject="of"),
        in_use.select("of", subject="handset"),
        beside.select("of", subject="number"),
        distinct=True,
    ).view()


def _owner(reach: ir.Table, outsiders: ir.Table, tenants: ir.Table, tables: Tables) -> ir.Table:
    """The one person whom all that is known of a number speaks of."""
    owners = tables["owners"].select(owned="subject", person="entity")
    owners = tables.engine.keep(owners.anti_join(outsiders, owners["person"] == outsiders["other"]))
    candidates = reach.inner_join(owners, reach["subject"] == owners["owned"])
    other_customers = tenants.select("of", "person", subject="number").distinct()
    candidates = candidates.anti_join(other_customers, ["of", "subject", "person"]).view()
    several = _of_several(owners)
    candidates = candidates.left_join(several, candidates["person"] == several["busy"])
    candidates = candidates.filter(
        (candidates["subject"] != candidates["of"]) | candidates["busy"].isnull()
    )
    people = candidates.group_by("of").aggregate(
        person=candidates["person"].min(), people=candidates["person"].nunique()
    )
    return people.filter(people["people"] == 1).select("of", "person")


def _of_several(owners: ir.Table) -> ir.Table:
    """People (``busy``) in whose name more than one number stands."""
    phones = owners.filter(owners["owned"].startswith("phone:")).group_by(busy="person")
    counts = phones.aggregate(phones=owners["owned"].nunique())
    return counts.filter(counts["phones"] > 1).select("busy").view()


def _first_in_handset(in_use: ir.Table, tables: Tables) -> ir.Table:
    """The number that a handset was first used with stands for all that came after."""
    first = _earliest(in_use, "handset").select("handset", "since", first="of").view()
    phones = in_use.drop("since").left_join(first, "handset").drop("handset", "handset_right")
    return _earliest(tables.engine.keep(phones), "of").select("of", "first")


def _earliest(rows: ir.Table, by: str) -> ir.Table:
    """Of each group the row of the earliest ``since``, so that no id's spelling decides."""
    rest = [name for name in rows.columns if name not in (by, "since")]
    starts = rows.mutate(earliest=rows["since"].min().over(group_by=by))
    starts = starts.filter((starts["since"] == starts["earliest"]) | starts["earliest"].isnull())
    return starts.group_by([by, "since"]).aggregate(**{name: starts[name].min() for name in rest})
