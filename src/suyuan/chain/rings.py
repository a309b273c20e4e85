"""Rings 团伙: series that share hands behind the hands, and who belongs to each.

What joins two series into one ring is what a ring does not share with another: its buyer of
records and accounts, the handsets its numbers turn up in, its own people. Those who sell to rings
(data brokers, account merchants, SIM suppliers, card merchants, middlemen) join nobody.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from suyuan.chain.handsets import behind_handsets
from suyuan.chain.ring_reports import with_ring
from suyuan.chain.touch_kinds import CONTACTS
from suyuan.detect.dealing import RECORDS, TOOLS, kind_of_tool
from suyuan.identity.aliases import with_entity
from suyuan.identity.contact_windows import contact_moment
from suyuan.model.roles import ROLES
from suyuan.store.tables import Tables

#: Roles of those who may serve several rings at once.
SUPPLIERS = tuple(name for name, role in ROLES.items() if role.is_shared)
#: Rows of members out of touches of rings (:mod:`suyuan.chain.unheard_members`).
Unheard = Callable[[ir.Table, Tables], ir.Table]

#: Rows that it takes to call the holder of chat accounts a member.
ROWS = 2


def suppliers(tables: Tables) -> ir.Table:
    """Subjects and entities decided to be suppliers: column ``supplier``, each once."""
    leads_by_role = []
    for role in SUPPLIERS:
        leads = tables[f"findings:{role}"]
        subjects_found = leads.filter(leads["decided"]).select(supplier="subject")
        leads_by_role.append(subjects_found)
    owners = tables["owners"]
    subjects = ibis.union(*leads_by_role, distinct=True).view()
    owners_of_suppliers = owners.inner_join(subjects, owners["subject"] == subjects["supplier"])
    return ibis.union(subjects, owners_of_suppliers.select(supplier="entity"), distinct=True)


def purchases(links: ir.Table, tables: Tables) -> ir.Table:
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
    items = tools.mutate(item=tools["items"].unnest())
    items = with_entity(tables, items, "buyer", into="node").view()
    items = tables.engine.keep(items.semi_join(_tool_holders(items), "node"))
    items = items.filter(items["item"].notnull()).view()
    used = links.filter(links["how"].isin(CONTACTS))
    used = used.mutate(item=used["node"].substr(used["node"].find(":") + 1))
    used = used.select("report_id", "item").distinct().view()
    rows = _last_bought(items.inner_join(used, items["item"] == used["item"]), tables["reports"])
    return rows.select(
        "report_id",
        "node",
        how=ibis.literal("bought"),
        table=ibis.literal("trades"),
        key=rows["trade_id"],
        row_id=rows["row_id"],
        file=rows["file"],
        line=rows["line"].cast("int64"),
        sha256=rows["sha256"],
    )


def _last_bought(items: ir.Table, reports: ir.Table) -> ir.Table:
    """Of each report and item the last dealing before first contact; all, where none is earlier."""
    moment = contact_moment(reports)
    report_dates = reports.group_by(of="report_id").aggregate(moment=moment.max()).view()
    rows = items.inner_join(report_dates, items["report_id"] == report_dates["of"]).view()
    before = rows.mutate(before=ibis.ifelse(rows["at"] <= rows["moment"], rows["at"], None))
    last = before["before"].max().over(group_by=["report_id", "item"])
    last_before = before.mutate(last=last)
    return last_before.filter(
        last_before["last"].isnull() | (last_before["before"] == last_before["last"])
    ).view()


def _tool_holders(tools: ir.Table) -> ir.Table:
    """Buyers (``node``) of records, or of tools of several kinds."""
    kinds = tools.group_by("node").aggregate(
        kinds=kind_of_tool(tools["goods"]).nunique(), records=(tools["goods"] == RECORDS).sum()
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
    in_ring = keep(with_ring(links, series))
    contacts = in_ring.filter(in_ring["how"].isin(CONTACTS))
    phones = keep(contacts.semi_join(scammers, contacts["node"] == scammers["scammer"]))
    chats = contacts.filter(contacts["node"].startswith("account:"))
    outsiders = keep(_not_members(tables))
    behind = ibis.union(
        behind_handsets(phones, outsiders, tables), _behind_accounts(chats, tables), distinct=True
    ).view()
    used = ibis.union(phones, chats).view()
    people = used.inner_join(behind, used["node"] == behind["of"]).drop("of").view()
    buyers = in_ring.filter(in_ring["how"] == "bought")
    if unheard is not None:
        buyers = ibis.union(buyers, keep(unheard(in_ring, tables)).select(*buyers.columns)).view()
    every = ibis.union(people, buyers.mutate(entity=buyers["node"]).select(*people.columns)).view()
    every = keep(every.anti_join(outsiders, every["entity"] == outsiders["other"]))
    return every.semi_join(_main_rings(every), ["ring_id", "entity"])


def _main_rings(every: ir.Table) -> ir.Table:
    """Members, each in his own ring; a person known only by accounts takes more than one row.

    An account may have changed hands unseen. A ring shares its suppliers with others, not its
    people: whoever turns up in two rings belongs where most rows are.
    """
    counts = every.group_by(["ring_id", "entity"]).aggregate(
        rows=every["row_id"].nunique(), bought=(every["how"] == "bought").sum()
    )
    best = counts.mutate(most=counts["rows"].max().over(group_by="entity"))
    sure = best["entity"].startswith("phone:") | (best["bought"] > 0) | (best["rows"] >= ROWS)
    return best.filter(sure & (best["rows"] * 2 > best["most"])).view()


def _behind_accounts(chats: ir.Table, tables: Tables) -> ir.Table:
    """The holders of chat accounts that were not farmed: a farm registers in borrowed names."""
    owners = tables["owners"].select(owned="subject", entity="entity").view()
    farm_accounts = tables["findings:farmed_account"]
    farm_accounts = farm_accounts.filter(farm_accounts["decided"]).select(farmed="subject").view()
    own = chats.anti_join(farm_accounts, chats["node"] == farm_accounts["farmed"]).view()
    owner_links = own.inner_join(owners, own["node"] == owners["owned"])
    return owner_links.select(of="node", entity="entity")


def _not_members(tables: Tables) -> ir.Table:
    victims = tables["reports"].select(other="party:" + tables["reports"]["victim_id"])
    return ibis.union(
        victims.filter(victims["other"].notnull()),
        suppliers(tables).select(other="supplier"),
        distinct=True,
    )
