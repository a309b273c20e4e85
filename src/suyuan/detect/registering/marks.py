"""What the accounts that came with an account bear: one account may show little, its batch shows.

A mark is a plain yes or no that a farm's accounts bear more often than others. For each account the
share of marks is taken over the *others* of its sitting at one device, of its sitting at one
address, of its number, of the cards opened with its own, and of its group.
"""

import ibis
import ibis.expr.types as ir

#: A card younger than this at registration was bought for it.
YOUNG = 30
#: Days asleep before somebody else wakes it.
ASLEEP = 5
#: Cards opened together from which on they count as a batch.
BATCH = 3


def marks(candidates: ir.Table) -> ir.FloatingValue:
    """Share of the four marks that an account bears; what could not be measured is no mark."""
    signs = (
        candidates["relayed"] > 0,
        (candidates["sold"].fill_null(0) + candidates["used"].fill_null(0)) > 0,
        (candidates["card_age"] < YOUNG)
        & ((candidates["batch"] >= BATCH) | (candidates["thing_card"] > 0)),
        (candidates["moved"] >= 0.5) & (candidates["dormant_days"] >= ASLEEP),
    )
    borne = [sign.fill_null(ibis.literal(value=False)).cast("float64") for sign in signs]
    total = borne[0]
    for sign in borne[1:]:
        total = total + sign
    return total / float(len(signs))


def among(bearers: ir.Table, members: ir.Table, name: str, *, widest: int) -> ir.Table:
    """For each account with company: `name`, the mean of ``mark`` over the others.

    `bearers` has ``account_id``, ``mark``; `members` pairs ``account_id``, ``company``. Companies
    of more than `widest` accounts are hubs and say nothing.
    """
    bearers_known = members.join(bearers, "account_id").select("account_id", "company", "mark")
    window = ibis.window(group_by="company")
    sums = bearers_known.mutate(
        n=bearers_known.count().over(window), total=bearers_known["mark"].sum().over(window)
    )
    several = sums.filter((sums["n"] > 1) & (sums["n"] <= widest))
    share = (several["total"] - several["mark"]) / (several["n"] - 1).cast("float64")
    return several.group_by("account_id").aggregate(**{name: share.max()})
