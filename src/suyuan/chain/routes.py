"""The known ways from a ring to each of its victims, stage by stage, and the links on each.

A fraud of this kind needs every stage: an order record (``information``), a number to call from
(``calling``), an account to chat with (``chatting``), somebody who calls (``people``); what moves
the money is in :mod:`suyuan.chain.launderer_share`. Within a stage any one way is enough.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain import rings
from suyuan.chain.ring_evidence import OPENERS, subjects_of_role
from suyuan.chain.ring_reports import ring_of_report
from suyuan.chain.touch_kinds import CONTACTS
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.identity.aliases import with_entity
from suyuan.model.links import LINKS, OWN_PEOPLE
from suyuan.store.tables import Tables

#: A way, and one mark on it: the id of an edge of the chain, ``cause:NAME``, or none.
COLUMNS = ("ring_id", "report_id", "stage", "route", "mark")


def routes(tables: Tables) -> ir.Table:
    """Every known way of every report in a ring; a way without known links has an empty mark."""
    keep = tables.engine.keep
    rings = ring_of_report(tables["ring_series"]).view()
    contacts = tables["touches"]
    contacts = keep(contacts.inner_join(rings, contacts["report_id"] == rings["of"]))
    edges = tables["chain"]
    edges = keep(edges.select("source", "target", "link", "ring_id", mark="evidence_id"))
    against = keep(_against_the_rules(tables))
    return ibis.union(
        _call_routes(contacts, edges, against, tables),
        _chat_routes(contacts, edges, against, tables),
        _information(rings, edges, tables),
        _people(edges, tables),
        distinct=True,
    )


def edges_of(edges: ir.Table, *links: str) -> ir.Table:
    """Edges of these links, their columns renamed so that they join with anything."""
    own = edges.filter(edges["link"].isin(links))
    own = own.mutate(cause=cause(own["link"]))
    return own.select(
        at_ring="ring_id", origin="source", goal="target", edge="mark", cause="cause"
    ).view()


def cause(link: ir.StringColumn) -> ir.StringValue:
    """The cause that each link belongs to."""
    causes = ((link == link_kind.name, link_kind.cause) for link_kind in LINKS.values())
    return ibis.cases(*causes, else_=OWN_PEOPLE)


def _against_the_rules(tables: Tables) -> ir.Table:
    """Numbers (``number``) of cards that were opened against a rule."""
    broken_cards = tables["compliance"].filter(tables["compliance"]["answer"] == "broken")
    broken_cards = broken_cards.select(card="subject").distinct().view()
    sims = tables["sims"].mutate(card_="sim:" + tables["sims"]["iccid"])
    rows = sims.inner_join(broken_cards, sims["card_"] == broken_cards["card"])
    return rows.select(number="phone:" + rows["msisdn"]).distinct()


def _call_routes(
    contacts: ir.Table, edges: ir.Table, against: ir.Table, tables: Tables
) -> ir.Table:
    """One way for each number that called; its links are those who opened the card."""
    paths = contacts.filter(contacts["node"].startswith("phone:") & contacts["how"].isin(CONTACTS))
    paths = tables.engine.keep(_paths(paths, "calling", paths["node"]))
    sims = tables["sims"].mutate(number="phone:" + tables["sims"]["msisdn"])
    openers = ibis.union(
        *(sims.select("number", opener=kind + sims[column]) for column, kind in OPENERS.items()),
        distinct=True,
    ).view()
    opening_edges = edges_of(edges, "opened_sim_for")
    by = paths.inner_join(openers, paths["route"] == openers["number"]).view()
    rows = by.inner_join(
        opening_edges,
        (by["opener"] == opening_edges["origin"]) & (by["ring_id"] == opening_edges["at_ring"]),
    ).view()
    against = against.view()
    broken_paths = paths.semi_join(against, paths["route"] == against["number"])
    return ibis.union(_bare(paths), _with_marks(rows), _with_cause(broken_paths, "sims"))


def _chat_routes(
    contacts: ir.Table, edges: ir.Table, against: ir.Table, tables: Tables
) -> ir.Table:
    """One way for each account that chatted; its links are the sales through which it came.

    An account that was farmed is one that its platform should not have let be; one bound to a card
    opened against the rules hangs on that card; one that a code-receiving number confirmed, on it.
    """
    is_account = contacts["node"].startswith("account:")
    paths = contacts.filter(is_account & contacts["how"].isin(CONTACTS))
    paths = tables.engine.keep(_paths(paths, "chatting", paths["node"]))
    return ibis.union(
        _bare(paths),
        _sale_marks(paths, edges, tables),
        _farm_marks(paths, tables),
        *_number_marks(paths, against, tables),
    )


def _sale_marks(paths: ir.Table, edges: ir.Table, tables: Tables) -> ir.Table:
    """Ways through accounts that a decided merchant sold to the ring."""
    item_sales, sales = _account_sales(tables), edges_of(edges, "sold_accounts_to")
    by = paths.inner_join(item_sales, paths["route"] == "account:" + item_sales["item"]).view()
    rows = by.inner_join(
        sales,
        (by["seller_"] == sales["origin"])
        & (by["buyer_"] == sales["goal"])
        & (by["ring_id"] == sales["at_ring"]),
    )
    return _with_marks(rows.view())


def _account_sales(tables: Tables) -> ir.Table:
    """Accounts (``item``) that decided merchants (``seller_``) sold, and to whom (``buyer_``)."""
    trades = tables["trades"]
    trades = trades.filter(trades["goods"].isin(("chat_account", "token_account")))
    items = with_entity(
        tables, trades.mutate(item=trades["items"].unnest()), "buyer", into="buyer_"
    )
    items = items.view()
    items = with_entity(tables, items, "seller", into="seller_").view()
    sellers = subjects_of_role(tables, "account_merchant")
    item_sales = items.inner_join(sellers, items["seller_"] == sellers["entity"])
    return item_sales.select(item="item", seller_="found", buyer_="buyer_").distinct().view()


def _farm_marks(paths: ir.Table, tables: Tables) -> ir.Table:
    """Ways through farmed accounts."""
    farm_accounts = subjects_of_role(tables, "farmed_account")
    return _with_cause(
        paths.semi_join(farm_accounts, paths["route"] == farm_accounts["found"]), "platforms"
    )


def _number_marks(paths: ir.Table, against: ir.Table, tables: Tables) -> tuple[ir.Table, ir.Table]:
    """Ways through accounts whose number was opened against a rule, or receives others' codes."""
    codes, against = subjects_of_role(tables, "sms_activation"), against.view()
    accounts = tables["accounts"]
    phones = accounts.select(
        held="account:" + accounts["account_id"], number="phone:" + accounts["phone"]
    )
    phones = phones.distinct().view()
    pairs = paths.inner_join(phones, paths["route"] == phones["held"]).view()
    return (
        _with_cause(
            pairs.semi_join(against, pairs["number"] == against["number"]),
            "sims",
        ),
        _with_cause(
            pairs.semi_join(codes, pairs["number"] == codes["found"]),
            "services",
        ),
    )


def _information(ring_of_report: ir.Table, edges: ir.Table, tables: Tables) -> ir.Table:
    """One way for each source, broker and buyer through whom the quoted order can have come."""
    reports, orders = tables["reports"], tables["orders"]
    quotes = reports.select("report_id", quoted="quoted_order_id").distinct().view()
    quotes_in_rings = ring_of_report.inner_join(
        quotes, ring_of_report["of"] == quotes["report_id"]
    ).view()
    carriers = ibis.union(
        *(
            orders.select("order_id", through=kind + ":" + orders[column])
            for column, kind in ATTRIBUTES.items()
        ),
        distinct=True,
    ).view()
    rows = quotes_in_rings.inner_join(
        carriers, quotes_in_rings["quoted"] == carriers["order_id"]
    ).view()
    leaks, onward = edges_of(edges, "leaked_to"), edges_of(edges, "sold_records_to")
    out = rows.inner_join(
        leaks, (rows["through"] == leaks["origin"]) & (rows["ring_id"] == leaks["at_ring"])
    )
    out = out.select("ring_id", "report_id", "origin", "goal", first="edge").view()
    leak_routes = out.left_join(
        onward, (out["goal"] == onward["origin"]) & (out["ring_id"] == onward["at_ring"])
    )
    leak_routes = leak_routes.select(
        "ring_id",
        "report_id",
        "first",
        second=onward["edge"],
        way=out["origin"] + ">" + out["goal"] + ">" + ibis.coalesce(onward["goal"], ""),
    )
    leak_routes = tables.engine.keep(leak_routes)
    paths = _paths(leak_routes, "information", leak_routes["way"])
    links = ibis.union(
        _at(leak_routes, leak_routes["first"]),
        _at(leak_routes.filter(leak_routes["second"].notnull()), leak_routes["second"]),
    )
    return ibis.union(links, _with_cause(paths, "leaks"))


def _at(leak_routes: ir.Table, mark: ir.StringValue) -> ir.Table:
    return leak_routes.select(
        "ring_id", "report_id", stage=ibis.literal("information"), route="way", mark=mark
    )


def _people(edges: ir.Table, tables: Tables) -> ir.Table:
    """One way for each member whose number or account reached the victim."""
    members = rings.members(tables["touches"], tables["ring_series"], tables)
    members = members.filter(members["how"].isin(CONTACTS))
    paths = _paths(members, "people", members["entity"]).view()
    own = edges_of(edges, "belongs_to")
    rows = paths.inner_join(
        own, (paths["route"] == own["origin"]) & (paths["ring_id"] == own["at_ring"])
    )
    own_ = rows.select("ring_id", "report_id", "stage", "route", mark="edge")
    return ibis.union(own_, _with_cause(paths, OWN_PEOPLE))


def _paths(rows: ir.Table, stage: str, route: ir.StringValue) -> ir.Table:
    return rows.select("ring_id", "report_id", stage=ibis.literal(stage), route=route).distinct()


def _bare(paths: ir.Table) -> ir.Table:
    return paths.mutate(mark=ibis.null("string")).select(*COLUMNS)


def _with_marks(rows: ir.Table) -> ir.Table:
    """The edge on each way, and the cause that the edge belongs to."""
    own = rows.select("ring_id", "report_id", "stage", "route", mark="edge")
    causes = rows.select("ring_id", "report_id", "stage", "route", mark="cause:" + rows["cause"])
    return ibis.union(own, causes)


def _with_cause(paths: ir.Table, cause: str) -> ir.Table:
    marks = paths.mutate(mark=ibis.literal(f"cause:{cause}"))
    return marks.select(*COLUMNS)
