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
PRIOR_HITS = 0.3


def lift(members: ir.Table, members_known: ir.Table, name: str, *, widest: int = CROWD) -> ir.Table:
    """For each ``member`` with company: `name`, the log of known others over those chance gives.

    `members` has pairs ``member``, ``thing``; `members_known` a column ``member``. The strongest
    of several things counts; null where no thing is shared.
    """
    flag = members_known.select("member").distinct().mutate(hit=ibis.literal(1))
    pairs = members.filter(members["thing"].notnull()).distinct()
    own = pairs.left_join(flag, "member").drop("member_right")
    own = own.mutate(hit=own["hit"].fill_null(0))
    whole = own.select("member", "hit").distinct().aggregate(share=lambda t: t["hit"].mean())
    window = ibis.window(group_by="thing")
    sums = own.mutate(n=own.count().over(window), hits=own["hit"].sum().over(window))
    several = sums.filter((sums["n"] > 1) & (sums["n"] <= widest)).cross_join(whole)
    expectation = (several["n"] - 1).cast("float64") * several["share"]
    peers_known = (several["hits"] - several["hit"]).cast("float64")
    value = ((peers_known + PRIOR_HITS) / (expectation + PRIOR_HITS)).ln()
    return (
        several.mutate(value=value)
        .group_by("member")
        .aggregate(**{name: lambda t: t["value"].max()})
    )
