"""What share of stolen cards any buyer of cards gets, where honest and stolen ones are mixed."""

import ibis
import ibis.expr.types as ir

#: Cards bought of their first holders from which on a buyer counts as one of the trade.
TRADE = 5
#: Buyers without a stolen card that are added: a handful of dealers makes no custom of the place.
HONEST_BUYERS = 4
#: No trade of which more is stolen is taken for usual.
MOST = 0.5


def usual_share(purchases: ir.Table, shares: ir.Table) -> ir.Table:
    """One row, ``usual``: the lower quartile of ``dirty_share`` of all who buy of first holders.

    `purchases` has a row for each card that somebody (``taker``) gave value for, `shares` the
    ``dirty_share`` of each ``subject``. A quartile, so that it is an honest buyer's where three in
    four are guilty; read off the order, which both engines make alike.
    """
    first = purchases.filter(purchases["paid_before"] == 0)
    trade = first.group_by(subject="taker").aggregate(n=first.count())
    buyer_shares = shares.semi_join(trade.filter(trade["n"] >= TRADE), "subject")
    buyer_shares = buyer_shares.filter(buyer_shares["dirty_share"].notnull())
    ranking = buyer_shares.mutate(
        place=ibis.row_number().over(
            order_by=[buyer_shares["dirty_share"], buyer_shares["subject"]]
        ),
        buyers=buyer_shares.count().over(ibis.window()),
    )
    quarter = ((ranking["buyers"] + HONEST_BUYERS) / 4.0).floor().cast("int64") - HONEST_BUYERS
    own = ranking.filter(ranking["place"] == quarter)
    # Without a row the greatest is null: nothing is usual.
    share = own.aggregate(share=own["dirty_share"].max())["share"]
    return share.as_table().select(usual=ibis.least(share.fill_null(0.0), MOST))
