"""Who deals with whom in black-market goods: what a seller's buyers buy elsewhere."""

import ibis
import ibis.expr.types as ir

#: Stolen records of orders.
RECORDS = "records"
#: Goods that a ring needs to work; those who buy several kinds of them are likely to be one.
TOOLS = (RECORDS, "chat_account", "token_account", "sim", "otp", "bank_account")


def appetites(trades: ir.Table) -> ir.Table:
    """For each ``buyer``: ``kinds`` of a ring's tools it buys, and from how many ``sources``."""
    deals = trades.filter(trades["goods"].isin(TOOLS) & trades["buyer"].notnull())
    deals = deals.mutate(kind=kind_of_tool(deals["goods"]))
    return deals.group_by("buyer").aggregate(
        kinds=deals["kind"].nunique(), sources=deals["seller"].nunique()
    )


def kind_of_tool(goods: ir.StringColumn) -> ir.StringValue:
    """The need that goods serve: accounts with and without a token serve one."""
    return ibis.ifelse(goods == "token_account", "chat_account", goods)


def clientele(deals: ir.Table, trades: ir.Table) -> ir.Table:
    """For each ``subject`` of `deals` (``subject``, ``buyer``): how its buyers buy elsewhere.

    ``equipped``: share of its dealings with buyers of two kinds of tools or more;
    ``shared_buyers``: mean number of sellers those buyers have.
    """
    pairs = deals.filter(deals["buyer"].notnull()).select("subject", "buyer")
    appetites_of = pairs.join(appetites(trades), "buyer")
    return appetites_of.group_by("subject").aggregate(
        equipped=(appetites_of["kinds"] >= 2).cast("float64").mean(),
        shared_buyers=appetites_of["sources"].mean(),
    )


def purchases(trades: ir.Table) -> ir.Table:
    """For each ``buyer``: dealings in which it bought cards or codes itself (``cards_bought``)."""
    deals = trades.filter(trades["goods"].isin(["sim", "otp"]) & trades["buyer"].notnull())
    return deals.group_by("buyer").aggregate(cards_bought=deals.count())
