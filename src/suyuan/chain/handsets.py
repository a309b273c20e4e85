"""Whose hand is behind a scam number: its person, else the first number of its handset."""

import ibis
import ibis.expr.types as ir

from suyuan.chain.tenures import contacted, during, tenures
from suyuan.store.tables import Tables


def behind_handsets(phones: ir.Table, others: ir.Table, tables: Tables) -> ir.Table:
    """For each scam number (``of``) the person behind it, else one number for its handset.

    The person is the one to whom the number or the handset belongs, or another number that was
    used in the same handset: a caller's own SIM beside those that he changes. A card that stands
    in somebody's name beside another of his says nothing: so does every card of a straw man. Nor
    does anything of the number's customers before and after the card that the ring had.
    """
    keep = tables.engine.keep
    heard = keep(contacted(phones, tables))
    spoken = keep(_spoken(during(tables["calls"], keep(tenures(heard, tables)))))
    scam = phones.select(of="node").distinct().view()
    in_use = scam.left_join(spoken, scam["of"] == spoken["number"])
    in_use = keep(in_use.select("of", "handset", "since"))
    beside = keep(_beside(in_use, spoken))
    uses = ibis.union(heard, beside.filter(beside["of"] != beside["number"]))
    known = _owner(_reach(in_use, beside), others, keep(tenures(uses, tables)), tables).view()
    stood = _first_in_handset(in_use, tables).view()
    both = stood.left_join(known, "of").drop("of_right").view()
    return both.select("of", entity=ibis.coalesce(both["person"], both["first"], both["of"]))


def _spoken(calls: ir.Table) -> ir.Table:
    """Numbers and the handsets that they were used in, since when."""
    spoken = calls.filter(calls["imei"].notnull()).group_by(["caller", "imei"])
    spoken = spoken.aggregate(since=calls["started_at"].min(), at=calls["started_at"].max())
    return spoken.select(
        "since", "at", number="phone:" + spoken["caller"], handset="device:" + spoken["imei"]
    )


def _beside(in_use: ir.Table, spoken: ir.Table) -> ir.Table:
    """``of``, ``number``, ``at``: the numbers in the handsets of each, and when they were last."""
    used = spoken.select("number", "at", same="handset").view()
    both = in_use.inner_join(used, in_use["handset"] == used["same"])
    return both.group_by("of", "number").aggregate(at=both["at"].max())


def _reach(in_use: ir.Table, beside: ir.Table) -> ir.Table:
    """What may tell whose a number is: itself, its handsets, the other numbers in those."""
    return ibis.union(
        in_use.select("of", subject="of"),
        in_use.select("of", subject="handset"),
        beside.select("of", subject="number"),
        distinct=True,
    ).view()


def _owner(reach: ir.Table, others: ir.Table, tenants: ir.Table, tables: Tables) -> ir.Table:
    """The one person whom all that is known of a number speaks of."""
    owners = tables["owners"].select(owned="subject", person="entity")
    owners = tables.engine.keep(owners.anti_join(others, owners["person"] == others["other"]))
    known = reach.inner_join(owners, reach["subject"] == owners["owned"])
    gone = tenants.select("of", "person", subject="number").distinct()
    known = known.anti_join(gone, ["of", "subject", "person"]).view()
    several = _of_several(owners)
    known = known.left_join(several, known["person"] == several["busy"])
    known = known.filter((known["subject"] != known["of"]) | known["busy"].isnull())
    each = known.group_by("of").aggregate(
        person=known["person"].min(), people=known["person"].nunique()
    )
    return each.filter(each["people"] == 1).select("of", "person")


def _of_several(owners: ir.Table) -> ir.Table:
    """People (``busy``) in whose name more than one number stands."""
    phones = owners.filter(owners["owned"].startswith("phone:")).group_by(busy="person")
    counted = phones.aggregate(phones=owners["owned"].nunique())
    return counted.filter(counted["phones"] > 1).select("busy").view()


def _first_in_handset(in_use: ir.Table, tables: Tables) -> ir.Table:
    """The number that a handset was first used with stands for all that came after."""
    first = _earliest(in_use, "handset").select("handset", "since", first="of").view()
    stood = in_use.drop("since").left_join(first, "handset").drop("handset", "handset_right")
    return _earliest(tables.engine.keep(stood), "of").select("of", "first")


def _earliest(rows: ir.Table, by: str) -> ir.Table:
    """Of each group the row of the earliest ``since``, so that no id's spelling decides."""
    rest = [name for name in rows.columns if name not in (by, "since")]
    dated = rows.mutate(earliest=rows["since"].min().over(group_by=by))
    dated = dated.filter((dated["since"] == dated["earliest"]) | dated["earliest"].isnull())
    return dated.group_by([by, "since"]).aggregate(**{name: dated[name].min() for name in rest})
