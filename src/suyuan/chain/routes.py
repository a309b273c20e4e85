"""The known ways from a ring to each of its victims, stage by stage, and the links on each.

A fraud of this kind needs every stage: an order record (``information``), a number to call from
(``calling``), an account to chat with (``chatting``), somebody who calls (``people``); what moves
the money is in :mod:`suyuan.chain.launderer_share`. Within a stage any one way is enough.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain import rings
from suyuan.chain.ring_evidence import decided
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.identity.aliases import with_entity
from suyuan.model.links import LINKS, OWN_PEOPLE
from suyuan.store.tables import Tables

SPOKEN = ("called", "named", "told")
#: A way, and one mark on it: the id of an edge of the chain, ``cause:NAME``, or none.
COLUMNS = ("ring_id", "report_id", "stage", "route", "mark")


def routes(tables: Tables) -> ir.Table:
    """Every known way of every report in a ring; a way without known links has an empty mark."""
    keep = tables.engine.keep
    placed = tables["ring_series"]
    placed = placed.filter(placed["ring_id"].notnull()).select("ring_id", of="report_id").view()
    touched = tables["touches"]
    touched = keep(touched.inner_join(placed, touched["report_id"] == placed["of"]))
    edges = tables["chain"]
    edges = keep(edges.select("source", "target", "link", "ring_id", mark="evidence_id"))
    against = keep(_against_the_rules(tables))
    return ibis.union(
        _calling(touched, edges, against, tables),
        _chatting(touched, edges, against, tables),
        _information(placed, edges, tables),
        _people(edges, tables),
        distinct=True,
    )


def linked(edges: ir.Table, *links: str) -> ir.Table:
    """Edges of these links, their columns renamed so that they join with anything."""
    own = edges.filter(edges["link"].isin(links))
    own = own.mutate(cause=cause(own["link"]))
    return own.select(
        at_ring="ring_id", origin="source", goal="target", edge="mark", cause="cause"
    ).view()


def cause(link: ir.StringColumn) -> ir.StringValue:
    """The cause that each link belongs to."""
    known = ((link == one.name, one.cause) for one in LINKS.values())
    return ibis.cases(*known, else_=OWN_PEOPLE)


def _against_the_rules(tables: Tables) -> ir.Table:
    """Numbers (``number``) of cards that were opened against a rule."""
    broken = tables["compliance"].filter(tables["compliance"]["answer"] == "broken")
    broken = broken.select(card="subject").distinct().view()
    sims = tables["sims"].mutate(card_="sim:" + tables["sims"]["iccid"])
    joined = sims.inner_join(broken, sims["card_"] == broken["card"])
    return joined.select(number="phone:" + joined["msisdn"]).distinct()


def _calling(touched: ir.Table, edges: ir.Table, against: ir.Table, tables: Tables) -> ir.Table:
    """One way for each number that called; its links are those who opened the card."""
    paths = touched.filter(touched["node"].startswith("phone:") & touched["how"].isin(SPOKEN))
    paths = tables.engine.keep(_paths(paths, "calling", paths["node"]))
    sims = tables["sims"].mutate(number="phone:" + tables["sims"]["msisdn"])
    openers = ibis.union(
        *(
            sims.select("number", opener=kind + sims[column])
            for column, kind in (
                ("agent", "agent:"),
                ("operator", "operator:"),
                ("customer_id", "party:"),
            )
        ),
        distinct=True,
    ).view()
    opened = linked(edges, "opened_sim_for")
    by = paths.inner_join(openers, paths["route"] == openers["number"]).view()
    joined = by.inner_join(
        opened, (by["opener"] == opened["origin"]) & (by["ring_id"] == opened["at_ring"])
    ).view()
    against = against.view()
    broken = paths.semi_join(against, paths["route"] == against["number"])
    return ibis.union(_bare(paths), _marked(joined), _caused(broken, "sims"))


def _chatting(touched: ir.Table, edges: ir.Table, against: ir.Table, tables: Tables) -> ir.Table:
    """One way for each account that chatted; its links are the sales through which it came.

    An account that was farmed is one that its platform should not have let be; one bound to a card
    opened against the rules hangs on that card; one that a code-receiving number confirmed, on it.
    """
    paths = touched.filter(touched["node"].startswith("account:") & touched["how"].isin(SPOKEN))
    paths = tables.engine.keep(_paths(paths, "chatting", paths["node"]))
    trades = tables["trades"]
    trades = trades.filter(trades["goods"].isin(("chat_account", "token_account")))
    each = with_entity(tables, trades.mutate(item=trades["items"].unnest()), "buyer", into="buyer_")
    each = each.view()
    each = with_entity(tables, each, "seller", into="seller_").view()
    sellers = decided(tables, "account_merchant")
    sold = each.inner_join(sellers, each["seller_"] == sellers["entity"])
    sold = sold.select(item="item", seller_="found", buyer_="buyer_").distinct().view()
    sales = linked(edges, "sold_accounts_to")
    by = paths.inner_join(sold, paths["route"] == "account:" + sold["item"]).view()
    joined = by.inner_join(
        sales,
        (by["seller_"] == sales["origin"])
        & (by["buyer_"] == sales["goal"])
        & (by["ring_id"] == sales["at_ring"]),
    ).view()
    farmed, codes = (decided(tables, role) for role in ("farmed_account", "sms_activation"))
    against = against.view()
    held = tables["accounts"]
    bound = held.select(held="account:" + held["account_id"], number="phone:" + held["phone"])
    bound = bound.distinct().view()
    numbered = paths.inner_join(bound, paths["route"] == bound["held"]).view()
    return ibis.union(
        _bare(paths),
        _marked(joined),
        _caused(paths.semi_join(farmed, paths["route"] == farmed["found"]), "platforms"),
        _caused(numbered.semi_join(against, numbered["number"] == against["number"]), "sims"),
        _caused(numbered.semi_join(codes, numbered["number"] == codes["found"]), "services"),
    )


def _information(placed: ir.Table, edges: ir.Table, tables: Tables) -> ir.Table:
    """One way for each source, broker and buyer through whom the quoted order can have come."""
    reports, orders = tables["reports"], tables["orders"]
    quoted = reports.select("report_id", quoted="quoted_order_id").distinct().view()
    sourced = placed.inner_join(quoted, placed["of"] == quoted["report_id"]).view()
    passed = ibis.union(
        *(
            orders.select("order_id", through=kind + ":" + orders[column])
            for column, kind in ATTRIBUTES.items()
        ),
        distinct=True,
    ).view()
    joined = sourced.inner_join(passed, sourced["quoted"] == passed["order_id"]).view()
    leaks, onward = linked(edges, "leaked_to"), linked(edges, "sold_records_to")
    out = joined.inner_join(
        leaks, (joined["through"] == leaks["origin"]) & (joined["ring_id"] == leaks["at_ring"])
    )
    out = out.select("ring_id", "report_id", "origin", "goal", first="edge").view()
    sold = out.left_join(
        onward, (out["goal"] == onward["origin"]) & (out["ring_id"] == onward["at_ring"])
    )
    sold = sold.select(
        "ring_id",
        "report_id",
        "first",
        second=onward["edge"],
        way=out["origin"] + ">" + out["goal"] + ">" + ibis.coalesce(onward["goal"], ""),
    )
    sold = tables.engine.keep(sold)
    paths = _paths(sold, "information", sold["way"])
    links = ibis.union(
        _at(sold, sold["first"]), _at(sold.filter(sold["second"].notnull()), sold["second"])
    )
    return ibis.union(links, _caused(paths, "leaks"))


def _at(sold: ir.Table, mark: ir.StringValue) -> ir.Table:
    return sold.select(
        "ring_id", "report_id", stage=ibis.literal("information"), route="way", mark=mark
    )


def _people(edges: ir.Table, tables: Tables) -> ir.Table:
    """One way for each member whose number or account reached the victim."""
    members = rings.members(tables["touches"], tables["ring_series"], tables)
    members = members.filter(members["how"].isin(SPOKEN))
    paths = _paths(members, "people", members["entity"]).view()
    own = linked(edges, "belongs_to")
    joined = paths.inner_join(
        own, (paths["route"] == own["origin"]) & (paths["ring_id"] == own["at_ring"])
    )
    own_ = joined.select("ring_id", "report_id", "stage", "route", mark="edge")
    return ibis.union(own_, _caused(paths, OWN_PEOPLE))


def _paths(found: ir.Table, stage: str, route: ir.StringValue) -> ir.Table:
    return found.select("ring_id", "report_id", stage=ibis.literal(stage), route=route).distinct()


def _bare(paths: ir.Table) -> ir.Table:
    return paths.mutate(mark=ibis.null("string")).select(*COLUMNS)


def _marked(joined: ir.Table) -> ir.Table:
    """The edge on each way, and the cause that the edge belongs to."""
    own = joined.select("ring_id", "report_id", "stage", "route", mark="edge")
    caused = joined.select(
        "ring_id", "report_id", "stage", "route", mark="cause:" + joined["cause"]
    )
    return ibis.union(own, caused)


def _caused(paths: ir.Table, cause: str) -> ir.Table:
    marked = paths.mutate(mark=ibis.literal(f"cause:{cause}"))
    return marked.select(*COLUMNS)
