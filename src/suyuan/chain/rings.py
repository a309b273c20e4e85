"""Rings 团伙: series that share hands behind the hands, and who belongs to each.

What joins two series into one ring is what a ring does not share with another: its buyer of
records and accounts, the handsets its numbers turn up in, its own people. Those who sell to rings
(data brokers, account merchants, SIM suppliers, card merchants, middlemen) join nobody.
"""

import ibis
import ibis.expr.types as ir

from suyuan.identity.aliases import named
from suyuan.store.tables import Tables

#: Roles of those who may serve several rings at once.
SUPPLIERS = ("data_broker", "account_merchant", "sim_supplier", "middleman", "card_merchant")
#: Goods that a ring buys for its own use.
TOOLS = ("chat_account", "token_account", "sim", "otp", "bank_account", "records")


def suppliers(tables: Tables) -> ir.Table:
    """Subjects and entities decided to be suppliers: column ``supplier``, each once."""
    each = []
    for role in SUPPLIERS:
        found = tables[f"findings:{role}"]
        decided = found.filter(found["decided"]).select(supplier="subject")
        each.append(decided)
    owners = tables["owners"]
    subjects = ibis.union(*each, distinct=True).view()
    owned = owners.inner_join(subjects, owners["subject"] == subjects["supplier"])
    return ibis.union(subjects, owned.select(supplier="entity"), distinct=True)


def bought(touches: ir.Table, tables: Tables) -> ir.Table:
    """Reports tied to whoever bought the number, chat account or money account that was used.

    One who sells the same goods too bought them for others, and ties nobody.

    Columns of ``touches``, with the buyer as node and the dealing as the row.
    """
    trades = tables["trades"]
    sellers = trades.select(goods_="goods", seller_="seller").distinct().view()
    tools = trades.filter(trades["goods"].isin(TOOLS) & trades["buyer"].notnull())
    resold = (tools["goods"] == sellers["goods_"]) & (tools["buyer"] == sellers["seller_"])
    tools = tools.anti_join(sellers, resold).view()
    each = tools.mutate(item=tools["items"].unnest())
    each = named(tables, each.filter(each["item"].notnull()), "buyer", into="node").view()
    used = touches.filter(touches["how"].isin(("called", "named", "told")))
    used = used.mutate(item=used["node"].substr(used["node"].find(":") + 1))
    used = used.select("report_id", "item").distinct().view()
    met = each.inner_join(used, each["item"] == used["item"])
    return met.select(
        "report_id",
        "node",
        how=ibis.literal("bought"),
        table=ibis.literal("trades"),
        key=met["trade_id"],
        row_id=met["row_id"],
        file=met["file"],
        line=met["line"].cast("int64"),
        sha256=met["sha256"],
    )


def members(touches: ir.Table, series: ir.Table, tables: Tables) -> ir.Table:
    """Who works for a ring: rows of touches, with ``ring_id`` and the member as ``entity``.

    A member is the person behind a number that made the ring's scam calls or behind the accounts
    it chatted from, or the buyer of its tools; where no person is known, the number itself.
    Victims, suppliers and holders of mules' accounts are none.
    """
    decided = tables["findings:scam_caller"]
    callers = decided.filter(decided["decided"]).select(scammer="subject").view()
    owners = tables["owners"].select(owned="subject", person="entity").view()
    in_ring = _with_ring(touches, series)
    hands = in_ring.filter(in_ring["how"].isin(("called", "named", "told")))
    phones = hands.filter(hands["node"].startswith("phone:"))
    phones = phones.semi_join(callers, phones["node"] == callers["scammer"])
    chats = hands.filter(hands["node"].startswith("account:"))
    used = ibis.union(phones, chats).view()
    owned = used.left_join(owners, used["node"] == owners["owned"])
    told = owned.mutate(entity=ibis.coalesce(owned["person"], owned["node"]))
    told = told.filter(~told["entity"].startswith("account:")).drop("owned", "person")
    buyers = in_ring.filter(in_ring["how"] == "bought")
    all_ = ibis.union(told, buyers.mutate(entity=buyers["node"]).select(*told.columns)).view()
    others = _not_members(tables).view()
    return all_.anti_join(others, all_["entity"] == others["other"])


def _with_ring(touches: ir.Table, series: ir.Table) -> ir.Table:
    rings = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    rings = rings.view()
    return touches.inner_join(rings, touches["report_id"] == rings["of"]).drop("of").view()


def _not_members(tables: Tables) -> ir.Table:
    victims = tables["reports"].select(other="party:" + tables["reports"]["victim_id"])
    return ibis.union(
        victims.filter(victims["other"].notnull()),
        suppliers(tables).select(other="supplier"),
        distinct=True,
    )
