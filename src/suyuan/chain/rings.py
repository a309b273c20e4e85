"""Rings 团伙: series that share hands behind the hands, and who belongs to each.

What joins two series into one ring is what a ring does not share with another: its buyer of
records and accounts, the handsets its numbers turn up in, its own people. Those who sell to rings
(data brokers, account merchants, SIM suppliers, card merchants, middlemen) join nobody.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from suyuan.chain.handsets import behind_handsets
from suyuan.identity.aliases import named
from suyuan.model.roles import ROLES
from suyuan.store.tables import Tables

#: Roles of those who may serve several rings at once.
SUPPLIERS = tuple(name for name, role in ROLES.items() if role.is_shared)
#: Rows of members out of touches of rings (:mod:`suyuan.chain.unheard`).
Unheard = Callable[[ir.Table, Tables], ir.Table]
#: Goods that a ring buys for its own use.
TOOLS = ("chat_account", "token_account", "sim", "otp", "bank_account", "records")

#: Rows that it takes to call the holder of chat accounts a member.
ROWS = 2


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


def bought(links: ir.Table, tables: Tables) -> ir.Table:
    """Reports tied to whoever bought the number, chat account or money account that was used.

    Whoever sells the same goods too bought them for others; and cards or accounts of one kind are
    bought for much else. Who buys records of orders, or several kinds of tools, needs them here.

    What was sold twice was used by whoever bought it last before the report's first contact: lists
    of a dealer's stock name the same account to several buyers.

    Columns of ``touches``, with the buyer as node and the dealing as the row.
    """
    trades = tables["trades"]
    sellers = trades.select(goods_="goods", seller_="seller").distinct().view()
    tools = trades.filter(trades["goods"].isin(TOOLS) & trades["buyer"].notnull())
    resold = (tools["goods"] == sellers["goods_"]) & (tools["buyer"] == sellers["seller_"])
    tools = tools.anti_join(sellers, resold).view()
    each = tools.mutate(item=tools["items"].unnest())
    each = named(tables, each, "buyer", into="node").view()
    each = tables.engine.keep(each.semi_join(_equipped(each), "node"))
    each = each.filter(each["item"].notnull()).view()
    used = links.filter(links["how"].isin(("called", "named", "told")))
    used = used.mutate(item=used["node"].substr(used["node"].find(":") + 1))
    used = used.select("report_id", "item").distinct().view()
    joined = _last_bought(each.inner_join(used, each["item"] == used["item"]), tables["reports"])
    return joined.select(
        "report_id",
        "node",
        how=ibis.literal("bought"),
        table=ibis.literal("trades"),
        key=joined["trade_id"],
        row_id=joined["row_id"],
        file=joined["file"],
        line=joined["line"].cast("int64"),
        sha256=joined["sha256"],
    )


def _last_bought(joined: ir.Table, reports: ir.Table) -> ir.Table:
    """Of each report and item the last dealing before first contact; all, where none is earlier."""
    moment = ibis.coalesce(reports["contacted_at"], reports["reported_at"])
    dated = reports.group_by(of="report_id").aggregate(moment=moment.max()).view()
    both = joined.inner_join(dated, joined["report_id"] == dated["of"]).view()
    before = both.mutate(before=ibis.ifelse(both["at"] <= both["moment"], both["at"], None))
    last = before["before"].max().over(group_by=["report_id", "item"])
    ranked = before.mutate(last=last)
    return ranked.filter(ranked["last"].isnull() | (ranked["before"] == ranked["last"])).view()


def _equipped(tools: ir.Table) -> ir.Table:
    """Buyers (``node``) of records, or of tools of several kinds."""
    kind = ibis.ifelse(tools["goods"] == "token_account", "chat_account", tools["goods"])
    kinds = tools.group_by("node").aggregate(
        kinds=kind.nunique(), records=(tools["goods"] == "records").sum()
    )
    return kinds.filter((kinds["records"] > 0) | (kinds["kinds"] > 1)).select("node").view()


def members(
    links: ir.Table, series: ir.Table, tables: Tables, unheard: Unheard | None = None
) -> ir.Table:
    """Who works for a ring: rows of touches, with ``ring_id`` and the member as ``entity``.

    A member is the person behind a number that made the ring's scam calls or behind the accounts
    it chatted from, or the buyer of its tools; where no person is known, one number for each
    handset; with `unheard` those whom no victim heard too. Victims, suppliers and holders of mules'
    accounts are none.
    """
    keep = tables.engine.keep
    scammers = tables["findings:scam_caller"]
    scammers = scammers.filter(scammers["decided"]).select(scammer="subject").view()
    in_ring = keep(_with_ring(links, series))
    spoken = in_ring.filter(in_ring["how"].isin(("called", "named", "told")))
    phones = keep(spoken.semi_join(scammers, spoken["node"] == scammers["scammer"]))
    chats = spoken.filter(spoken["node"].startswith("account:"))
    others = keep(_not_members(tables))
    behind = ibis.union(
        behind_handsets(phones, others, tables), _behind_accounts(chats, tables), distinct=True
    ).view()
    used = ibis.union(phones, chats).view()
    people = used.inner_join(behind, used["node"] == behind["of"]).drop("of").view()
    buyers = in_ring.filter(in_ring["how"] == "bought")
    if unheard is not None:
        buyers = ibis.union(buyers, keep(unheard(in_ring, tables)).select(*buyers.columns)).view()
    every = ibis.union(people, buyers.mutate(entity=buyers["node"]).select(*people.columns)).view()
    every = keep(every.anti_join(others, every["entity"] == others["other"]))
    return every.semi_join(_established(every), ["ring_id", "entity"])


def _established(every: ir.Table) -> ir.Table:
    """Members, each in his own ring; a person known only by accounts takes more than one row.

    An account may have changed hands unseen. A ring shares its suppliers with others, not its
    people: whoever turns up in two rings belongs where most rows are.
    """
    counted = every.group_by(["ring_id", "entity"]).aggregate(
        rows=every["row_id"].nunique(), bought=(every["how"] == "bought").sum()
    )
    best = counted.mutate(most=counted["rows"].max().over(group_by="entity"))
    sure = best["entity"].startswith("phone:") | (best["bought"] > 0) | (best["rows"] >= ROWS)
    return best.filter(sure & (best["rows"] * 2 > best["most"])).view()


def _behind_accounts(chats: ir.Table, tables: Tables) -> ir.Table:
    """The holders of chat accounts that were not farmed: a farm registers in borrowed names."""
    owners = tables["owners"].select(owned="subject", entity="entity").view()
    farmed = tables["findings:farmed_account"]
    farmed = farmed.filter(farmed["decided"]).select(farmed="subject").view()
    own = chats.anti_join(farmed, chats["node"] == farmed["farmed"]).view()
    owned = own.inner_join(owners, own["node"] == owners["owned"])
    return owned.select(of="node", entity="entity")


def _with_ring(links: ir.Table, series: ir.Table) -> ir.Table:
    rings = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    rings = rings.view()
    return links.inner_join(rings, links["report_id"] == rings["of"]).drop("of").view()


def _not_members(tables: Tables) -> ir.Table:
    victims = tables["reports"].select(other="party:" + tables["reports"]["victim_id"])
    return ibis.union(
        victims.filter(victims["other"].notnull()),
        suppliers(tables).select(other="supplier"),
        distinct=True,
    )
