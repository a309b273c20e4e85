"""What is known of the numbers that a number works with speaks for it too.

A ring's number that is three days old has called few victims yet, or its victims never reported;
the number before it in the same handset, its neighbour in the same room, or the card opened with it
may have. A fellow's victims count against how many such a group would meet by chance.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.openings import opening

#: A room, batch or pool of more numbers than this is a town, a carrier or a placeholder.
CROWD = 400


def lift(members: ir.Table, victims: ir.Table, name: str) -> ir.Table:
    """For each ``caller``: `name`, the log of its fellows' victims over those chance gives.

    And ``NAME_own``: fellows' victims whose reports are of this fraud.

    `members` has pairs ``caller``, ``fellowship``; `victims` the columns of ``reported.victims``.
    A number's own victims do not count. Null where it has no fellows; the strongest of several
    fellowships counts.
    """
    known = members.join(victims.select("caller", "victims", "own_victims", "expected"), "caller")
    window = ibis.window(group_by="fellowship")
    summed = known.mutate(
        fellows=known.count().over(window),
        met=known["victims"].sum().over(window) - known["victims"],
        own=known["own_victims"].sum().over(window) - known["own_victims"],
        due=known["expected"].sum().over(window) - known["expected"],
    )
    several = summed.filter((summed["fellows"] > 1) & (summed["fellows"] <= CROWD))
    value = ((several["met"] + 0.5) / (several["due"] + 0.5)).ln()
    return (
        several.mutate(value=value)
        .group_by("caller")
        .aggregate(**{name: lambda t: t["value"].max(), f"{name}_own": lambda t: t["own"].max()})
    )


def same_pool(pooled: ir.Table) -> ir.Table:
    """Fellows by handsets: `pooled` is the outcome of ``ties.grouped``."""
    return pooled.select(caller="member", fellowship="group")


def same_opening(sims: ir.Table) -> ir.Table:
    """Fellows by the opening of their cards."""
    known = sims.filter(sims["customer_id"].notnull() | sims["agent"].notnull())
    return known.select(caller="msisdn", fellowship=opening(known)).distinct()


def same_room(calls: ir.Table) -> ir.Table:
    """Fellows by the cell that most of their calls come from."""
    known = calls.filter(calls["cell"].notnull())
    cells = known.group_by("caller", "cell").aggregate(n=known.count())
    order = [ibis.desc("n"), ibis.asc("cell")]
    rank = ibis.row_number().over(ibis.window(group_by="caller", order_by=order))
    top = cells.mutate(rank=rank)
    return top.filter(top["rank"] == 0).select("caller", fellowship="cell")
