"""What share of stolen cards any buyer of cards gets, where honest and stolen ones are mixed."""

import ibis
import ibis.expr.types as ir

#: Cards bought of their first holders from which on a buyer counts as one of the trade.
TRADE = 5
#: Buyers without a stolen card that are added: a handful of dealers makes no custom of the place.
UNSEEN = 4
#: No trade of which more is stolen is taken for usual.
MOST = 0.5


def usual_share(paid: ir.Table, shares: ir.Table) -> ir.Table:
    """One row, ``usual``: the lower quartile of ``dirty_share`` of all who buy of first holders.

    `paid` has a row for each card that somebody (``taker``) gave value for, `shares` the
    ``dirty_share`` of each ``subject``. A quartile, so that it is an honest buyer's where three in
    four are guilty; read off the order, which both engines make alike.
    """
    first = paid.filter(paid["paid_before"] == 0)
    trade = first.group_by(subject="taker").aggregate(n=first.count())
    known = shares.semi_join(trade.filter(trade["n"] >= TRADE), "subject")
    known = known.filter(known["dirty_share"].notnull())
    ranked = known.mutate(
        place=ibis.row_number().over(order_by=[known["dirty_share"], known["subject"]]),
        buyers=known.count().over(ibis.window()),
    )
    quarter = ((ranked["buyers"] + UNSEEN) / 4.0).floor().cast("int64") - UNSEEN
    own = ranked.filter(ranked["place"] == quarter)
    # Without a row the greatest is null: nothing is usual.
    share = own.aggregate(share=own["dirty_share"].max())["share"]
    return share.as_table().select(usual=ibis.least(share.fill_null(0.0), MOST))
