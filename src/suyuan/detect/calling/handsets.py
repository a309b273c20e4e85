"""What a number calls from: handsets that change cards, one place that never moves, abroad.

A SIM bank holds 8 to 64 cards, and one handset of a ring uses up a card every few days. A device
id on more numbers than :data:`PLACEHOLDER` is a placeholder or a cloned id and ties nobody.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.ties import thing

PLACEHOLDER = 600


def used(calls: ir.Table) -> ir.Table:
    """One row for each (number, handset) with the span of its use; placeholders left out."""
    sight = calls.filter(calls["imei"].notnull())
    pairs = sight.group_by(number=sight["caller"], handset=sight["imei"]).aggregate(
        calls=sight.count(),
        first_use=sight["started_at"].min(),
        last_use=sight["started_at"].max(),
    )
    wide = pairs.group_by("handset").aggregate(numbers=pairs.count())
    return pairs.anti_join(wide.filter(wide["numbers"] > PLACEHOLDER), "handset")


def ties(used_: ir.Table) -> ir.Table:
    """Pairs (``member``, ``thing``): numbers and the handsets they were used in."""
    return used_.select(member="number", thing=thing("handset:", used_["handset"]))


def pool_sharing(used_: ir.Table, pool_members: ir.Table) -> ir.Table:
    """For each number: ``handset_numbers`` in its busiest handset, ``pool_numbers`` in its pool.

    ``handsets`` is how many handsets it was used in.
    """
    per_handset = used_.group_by("handset").aggregate(on_it=used_["number"].nunique())
    with_count = used_.join(per_handset, "handset")
    own = with_count.group_by("number").aggregate(
        handset_numbers=with_count["on_it"].max(), handsets=with_count.count()
    )
    sizes = pool_members.group_by("group").aggregate(pool_numbers=pool_members.count())
    pool_sizes = pool_members.join(sizes, "group").rename(number="member", pool="group")
    rows = own.left_join(pool_sizes, "number")
    return rows.select(
        "number",
        "handset_numbers",
        "handsets",
        "pool",
        pool_numbers=rows["pool_numbers"].fill_null(1),
    )


def places(calls: ir.Table, home: str | None) -> ir.Table:
    """For each caller: ``still`` (share of calls from its first cell), ``abroad`` (share).

    `home` is the case's country (ISO 3166); ``abroad`` is null where it is not known.
    """
    per_cell = calls.filter(calls["cell"].notnull()).group_by("caller", "cell")
    cells = per_cell.aggregate(n=lambda t: t.count())
    still = cells.group_by("caller").aggregate(still=cells["n"].max() / cells["n"].sum())
    calls_with_country = calls.filter(calls["country"].notnull())
    away = (calls_with_country["country"] != home).cast("float64") if home else ibis.null("float64")
    abroad = (
        calls_with_country.mutate(away=away)
        .group_by("caller")
        .aggregate(abroad=lambda t: t["away"].mean())
    )
    return still.outer_join(abroad, "caller").select(
        "still", "abroad", caller=ibis.coalesce(still["caller"], abroad["caller"])
    )
