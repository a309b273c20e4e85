"""Who deals with whom in black-market goods: what a seller's buyers buy elsewhere."""

import ibis
import ibis.expr.types as ir

#: Goods that a ring needs to work; those who buy several kinds of them are likely to be one.
TOOLS = ("records", "chat_account", "token_account", "sim", "otp", "bank_account")


def appetites(trades: ir.Table) -> ir.Table:
    """For each ``buyer``: ``kinds`` of a ring's tools it buys, and from how many ``sources``."""
    deals = trades.filter(trades["goods"].isin(TOOLS) & trades["buyer"].notnull())
    # Accounts with and without a token are one kind of need.
    kind = ibis.ifelse(deals["goods"] == "token_account", "chat_account", deals["goods"])
    deals = deals.mutate(kind=kind)
    return deals.group_by("buyer").aggregate(
        kinds=deals["kind"].nunique(), sources=deals["seller"].nunique()
    )


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
