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

    `members` has pairs ``caller``, ``fellowship``; `victims` the columns of
    ``report_evidence.victims``. A number's own victims do not count. Null where it has no fellows;
    the strongest of several fellowships counts.
    """
    member_victims = members.join(
        victims.select("caller", "victims", "own_victims", "expected"), "caller"
    )
    window = ibis.window(group_by="fellowship")
    sums = member_victims.mutate(
        fellows=member_victims.count().over(window),
        met=member_victims["victims"].sum().over(window) - member_victims["victims"],
        own=member_victims["own_victims"].sum().over(window) - member_victims["own_victims"],
        due=member_victims["expected"].sum().over(window) - member_victims["expected"],
    )
    several = sums.filter((sums["fellows"] > 1) & (sums["fellows"] <= CROWD))
    value = ((several["met"] + 0.5) / (several["due"] + 0.5)).ln()
    return (
        several.mutate(value=value)
        .group_by("caller")
        .aggregate(**{name: lambda t: t["value"].max(), f"{name}_own": lambda t: t["own"].max()})
    )


def same_pool(pool_members: ir.Table) -> ir.Table:
    """Fellows by handsets: `pool_members` is the outcome of ``ties.group_members``."""
    return pool_members.select(caller="member", fellowship="group")


def same_opening(sims: ir.Table) -> ir.Table:
    """Fellows by the opening of their cards."""
    openings_known = sims.filter(sims["customer_id"].notnull() | sims["agent"].notnull())
    return openings_known.select(caller="msisdn", fellowship=opening(openings_known)).distinct()


def same_room(calls: ir.Table) -> ir.Table:
    """Fellows by the cell that most of their calls come from."""
    calls_with_cell = calls.filter(calls["cell"].notnull())
    cells = calls_with_cell.group_by("caller", "cell").aggregate(n=calls_with_cell.count())
    order = [ibis.desc("n"), ibis.asc("cell")]
    rank = ibis.row_number().over(ibis.window(group_by="caller", order_by=order))
    top = cells.mutate(rank=rank)
    return top.filter(top["rank"] == 0).select("caller", fellowship="cell")
