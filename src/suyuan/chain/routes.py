"""The known ways from a ring to each of its victims, stage by stage, and the links on each.

A fraud of this kind needs every stage: an order record (``information``), a number to call from
(``calling``), an account to chat with (``chatting``), somebody who calls (``people``); what moves
the money is in :mod:`suyuan.chain.bypass`. Within a stage any one way is enough.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain import rings
from suyuan.chain.grounds import decided
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.identity.aliases import named
from suyuan.store.tables import Tables

#: The newspaper page's four causes, by the links that belong to each.
CAUSES = {
    "opened_sim_for": "sims",
    "sold_accounts_to": "platforms",
    "leaked_to": "leaks",
    "sold_records_to": "leaks",
    "laundered_for": "services",
}
PEOPLE = "people"
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
    own = own.mutate(
        cause=ibis.cases(*((own["link"] == k, v) for k, v in CAUSES.items()), else_=PEOPLE)
    )
    return own.select(
        at_ring="ring_id", origin="source", goal="target", edge="mark", cause="cause"
    ).view()


def _against_the_rules(tables: Tables) -> ir.Table:
    """Numbers (``number``) of cards that were opened against a rule."""
    broken = tables["compliance"].filter(tables["compliance"]["answer"] == "broken")
    broken = broken.select(card="subject").distinct().view()
    sims = tables["sims"].mutate(card_="sim:" + tables["sims"]["iccid"])
    met = sims.inner_join(broken, sims["card_"] == broken["card"])
    return met.select(number="phone:" + met["msisdn"]).distinct()


def _calling(touched: ir.Table, edges: ir.Table, against: ir.Table, tables: Tables) -> ir.Table:
    """One way for each number that called; its links are those who opened the card."""
    ways = touched.filter(touched["node"].startswith("phone:") & touched["how"].isin(SPOKEN))
    ways = tables.engine.keep(_ways(ways, "calling", ways["node"]))
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
    by = ways.inner_join(openers, ways["route"] == openers["number"]).view()
    met = by.inner_join(
        opened, (by["opener"] == opened["origin"]) & (by["ring_id"] == opened["at_ring"])
    ).view()
    against = against.view()
    broken = ways.semi_join(against, ways["route"] == against["number"])
    return ibis.union(_bare(ways), _marked(met), _caused(broken, "sims"))


def _chatting(touched: ir.Table, edges: ir.Table, against: ir.Table, tables: Tables) -> ir.Table:
    """One way for each account that chatted; its links are the sales through which it came.

    An account that was farmed is one that its platform should not have let be; one bound to a card
    opened against the rules hangs on that card; one that a code-receiving number confirmed, on it.
    """
    ways = touched.filter(touched["node"].startswith("account:") & touched["how"].isin(SPOKEN))
    ways = tables.engine.keep(_ways(ways, "chatting", ways["node"]))
    trades = tables["trades"]
    trades = trades.filter(trades["goods"].isin(("chat_account", "token_account")))
    each = named(tables, trades.mutate(item=trades["items"].unnest()), "buyer", into="buyer_")
    each = each.view()
    each = named(tables, each, "seller", into="seller_").view()
    sellers = decided(tables, "account_merchant")
    sold = each.inner_join(sellers, each["seller_"] == sellers["entity"])
    sold = sold.select(item="item", seller_="found", buyer_="buyer_").distinct().view()
    sales = linked(edges, "sold_accounts_to")
    by = ways.inner_join(sold, ways["route"] == "account:" + sold["item"]).view()
    met = by.inner_join(
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
    numbered = ways.inner_join(bound, ways["route"] == bound["held"]).view()
    return ibis.union(
        _bare(ways),
        _marked(met),
        _caused(ways.semi_join(farmed, ways["route"] == farmed["found"]), "platforms"),
        _caused(numbered.semi_join(against, numbered["number"] == against["number"]), "sims"),
        _caused(numbered.semi_join(codes, numbered["number"] == codes["found"]), "services"),
    )


def _information(placed: ir.Table, edges: ir.Table, tables: Tables) -> ir.Table:
    """One way for each source, broker and buyer through whom the quoted order can have come."""
    reports, orders = tables["reports"], tables["orders"]
    quoted = reports.select("report_id", quoted="quoted_order_id").distinct().view()
    told = placed.inner_join(quoted, placed["of"] == quoted["report_id"]).view()
    passed = ibis.union(
        *(
            orders.select("order_id", through=kind + ":" + orders[column])
            for column, kind in ATTRIBUTES.items()
        ),
        distinct=True,
    ).view()
    met = told.inner_join(passed, told["quoted"] == passed["order_id"]).view()
    leaks, onward = linked(edges, "leaked_to"), linked(edges, "sold_records_to")
    out = met.inner_join(
        leaks, (met["through"] == leaks["origin"]) & (met["ring_id"] == leaks["at_ring"])
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
    ways = _ways(sold, "information", sold["way"])
    links = ibis.union(
        _at(sold, sold["first"]), _at(sold.filter(sold["second"].notnull()), sold["second"])
    )
    return ibis.union(links, _caused(ways, "leaks"))


def _at(sold: ir.Table, mark: ir.StringValue) -> ir.Table:
    return sold.select(
        "ring_id", "report_id", stage=ibis.literal("information"), route="way", mark=mark
    )


def _people(edges: ir.Table, tables: Tables) -> ir.Table:
    """One way for each member whose number or account reached the victim."""
    members = rings.members(tables["touches"], tables["ring_series"], tables)
    members = members.filter(members["how"].isin(SPOKEN))
    ways = _ways(members, "people", members["entity"]).view()
    own = linked(edges, "belongs_to")
    met = ways.inner_join(
        own, (ways["route"] == own["origin"]) & (ways["ring_id"] == own["at_ring"])
    )
    own_ = met.select("ring_id", "report_id", "stage", "route", mark="edge")
    return ibis.union(own_, _caused(ways, PEOPLE))


def _ways(found: ir.Table, stage: str, route: ir.StringValue) -> ir.Table:
    return found.select("ring_id", "report_id", stage=ibis.literal(stage), route=route).distinct()


def _bare(ways: ir.Table) -> ir.Table:
    return ways.mutate(mark=ibis.null("string")).select(*COLUMNS)


def _marked(met: ir.Table) -> ir.Table:
    """The edge on each way, and the cause that the edge belongs to."""
    own = met.select("ring_id", "report_id", "stage", "route", mark="edge")
    caused = met.select("ring_id", "report_id", "stage", "route", mark="cause:" + met["cause"])
    return ibis.union(own, caused)


def _caused(ways: ir.Table, cause: str) -> ir.Table:
    marked = ways.mutate(mark=ibis.literal(f"cause:{cause}"))
    return marked.select(*COLUMNS)
