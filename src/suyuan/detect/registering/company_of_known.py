"""With whom: what an account or number shares with those that are known to have served fraud.

The device that a bought account is used on, the customer and the outlet of the card behind it, the
target that its codes go on to: a ring and its farm use few of each. Its own being known does not
count, a thing of too many is a town's, and how many chance would give is the case's own share.
"""

import ibis
import ibis.expr.types as ir

#: A thing with more members than this ties nobody; outlets serve a street.
CROWD, STREET = 200, 2_000
#: Added to the known and to those that chance gives: a single known other says something.
ADDED = 0.3


def lift(members: ir.Table, known: ir.Table, name: str, *, widest: int = CROWD) -> ir.Table:
    """For each ``member`` with company: `name`, the log of known others over those chance gives.

    `members` has pairs ``member``, ``thing``; `known` a column ``member``. The strongest of several
    things counts; null where no thing is shared.
    """
    flag = known.select("member").distinct().mutate(hit=ibis.literal(1))
    pairs = members.filter(members["thing"].notnull()).distinct()
    own = pairs.left_join(flag, "member").drop("member_right")
    own = own.mutate(hit=own["hit"].fill_null(0))
    whole = own.select("member", "hit").distinct().aggregate(share=lambda t: t["hit"].mean())
    window = ibis.window(group_by="thing")
    summed = own.mutate(n=own.count().over(window), hits=own["hit"].sum().over(window))
    several = summed.filter((summed["n"] > 1) & (summed["n"] <= widest)).cross_join(whole)
    others = (several["n"] - 1).cast("float64") * several["share"]
    joined = (several["hits"] - several["hit"]).cast("float64")
    value = ((joined + ADDED) / (others + ADDED)).ln()
    return (
        several.mutate(value=value)
        .group_by("member")
        .aggregate(**{name: lambda t: t["value"].max()})
    )
