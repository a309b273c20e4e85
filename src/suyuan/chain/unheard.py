"""Members whom no victim heard: who bought the records that were called, who handed on the cards.

A ring's agents change numbers and chat accounts with every victim, but they sign their own dealings
and hold its cards. Of a list that somebody bought, the ring's numbers called people afterwards;
a card that stolen money of others paid for was his before it went to a middleman or a dealer.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_evidence import decided
from suyuan.identity.aliases import with_entity
from suyuan.money.methods import DEFAULT
from suyuan.store.tables import Tables

#: Of so many of his dealings in lists, and so many of their people, the ring met somebody: one list
#: may have been bought by anybody.
DEALINGS, PEOPLE = 2, 2
#: Of so many reports the cards went through his hands.
REPORTS = 3
#: As many times oftener than other buyers were the people of his lists called.
LIFT = 2.0
RECORDS = "records"


def unheard(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Rows of touches with ``ring_id``: ``bought`` records, ``handed`` cards.

    `in_ring` has touches of reports of rings, with their ``ring_id``.
    """
    return ibis.union(record_buyers(in_ring, tables), card_hands(in_ring, tables))


def record_buyers(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Buyers of lists whose people the ring's numbers called, or who reported, after the sale."""
    keep = tables.engine.keep
    deals = keep(_lists(tables))
    called = keep(_called(in_ring, tables))
    hit = deals.inner_join(called, (deals["phone"] == called["met"])).view()
    hit = keep(hit.filter(hit["at"] <= hit["moment"]))
    often = _often(deals, hit, called, tables)
    own = hit.semi_join(often, "node").view()
    counted = own.group_by(["ring_id", "node"]).aggregate(
        people=own["phone"].nunique(), dealings=own["row_id"].nunique()
    )
    enough = counted.filter((counted["people"] >= PEOPLE) & (counted["dealings"] >= DEALINGS))
    enough = enough.select("ring_id", "node").view()
    return _touched(own.semi_join(enough, ["ring_id", "node"]), "bought", "trades", "trade_id")


def _lists(tables: Tables) -> ir.Table:
    """Dealings in records: the buyer as ``node``, a row for each ``phone`` that was listed."""
    trades = with_entity(tables, tables["trades"], "buyer", into="node")
    deals = trades.filter((trades["goods"] == RECORDS) & trades["node"].notnull())
    each = deals.mutate(phone=deals["items"].unnest())
    each = each.filter(each["phone"].notnull()).view()
    leaked = tables["leaked"].select(exhibit="exhibit_id", listed="phone").view()
    whole = each.inner_join(leaked, each["phone"] == leaked["exhibit"]).drop("exhibit").view()
    whole = whole.mutate(phone="listed").select(*each.columns)
    return ibis.union(each, whole)


def _called(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Whom a ring met (``met``) and when: called by a number of its reports, or reporting."""
    scammers = decided(tables, "scam_caller")
    spoken = in_ring.filter(in_ring["how"].isin(("called", "named", "told")))
    numbers = spoken.semi_join(scammers, spoken["node"] == scammers["found"])
    numbers = numbers.select("report_id", "ring_id", caller=numbers["node"].substr(6)).distinct()
    calls = tables["calls"].select(by="caller", met="callee", moment="started_at").view()
    called = numbers.inner_join(calls, numbers["caller"] == calls["by"])
    reports = tables["reports"]
    reports = reports.select(
        of="report_id",
        met="victim_phone",
        moment=ibis.coalesce(reports["contacted_at"], reports["reported_at"]),
    ).view()
    placed = in_ring.select("report_id", "ring_id").distinct().view()
    reported = placed.inner_join(reports, placed["report_id"] == reports["of"])
    names = ("report_id", "ring_id", "met", "moment")
    both = ibis.union(called.select(*names), reported.select(*names), distinct=True)
    return both.filter(both["met"].notnull())


def _often(deals: ir.Table, hit: ir.Table, called: ir.Table, tables: Tables) -> ir.Table:
    """Buyers (``node``) of whose lists more people were met than of all who ordered."""
    phones = tables["orders"].select(phone="buyer_phone").distinct()
    phones = phones.filter(phones["phone"].notnull())
    callees = called.select(phone="met").distinct().mutate(hit=1.0)
    base = (
        phones.left_join(callees, "phone")
        .drop("phone_right")
        .aggregate(base=lambda t: t["hit"].fill_null(0.0).mean())
    )
    listed = deals.group_by("node").aggregate(listed=deals["phone"].nunique())
    own = hit.group_by("node").aggregate(met=hit["phone"].nunique())
    both = listed.inner_join(own, "node").cross_join(base)
    share = both["met"].cast("float64") / both["listed"].cast("float64")
    return both.filter(share >= LIFT * ibis.coalesce(both["base"], 0.0)).select("node")


def card_hands(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Who held cards of the ring's stolen money unpaid and gave them to middlemen and dealers.

    Whoever's own account took part in the money's way is its mule, not a member by this.
    """
    keep = tables.engine.keep
    traces = tables["traces"].filter(tables["traces"]["method"] == DEFAULT)
    placed = in_ring.select(of="report_id", ring_id="ring_id").distinct().view()
    steps = keep(traces.inner_join(placed, traces["report_id"] == placed["of"]))
    handed = keep(_handed(steps, tables))
    cards = _received(tables)
    joined = handed.inner_join(cards, ["voucher_id", "node"]).view()
    counted = joined.group_by(["ring_id", "node"]).aggregate(reports=joined["report_id"].nunique())
    enough = counted.filter(counted["reports"] >= REPORTS).select("ring_id", "node").view()
    return _touched(
        joined.semi_join(enough, ["ring_id", "node"]), "handed", "vouchers", "voucher_id"
    )


def _handed(steps: ir.Table, tables: Tables) -> ir.Table:
    """Cards of reports that somebody (``node``) gave to a decided middleman or dealer."""
    parts = [decided(tables, role) for role in ("middleman", "card_merchant")]
    ends = [part.select(end=name) for part in parts for name in ("found", "entity")]
    buyers = tables.engine.keep(ibis.union(*ends, distinct=True)).view()
    cards = steps.filter(steps["voucher_id"].notnull())
    cards = cards.filter(cards["from"].startswith("party:") | cards["from"].startswith("account:"))
    cards_out = cards.semi_join(buyers, cards["to"] == buyers["end"])
    owners = tables["owners"].select(owned="subject", node="entity").view()
    payers = steps.filter(steps["payment_id"].notnull()).select(payer="from").distinct()
    payers = payers.inner_join(owners, payers["payer"] == owners["owned"]).select("node").distinct()
    cards_out = cards_out.select("report_id", "ring_id", "voucher_id", node="from").distinct()
    return cards_out.anti_join(payers, "node")


def _received(tables: Tables) -> ir.Table:
    """Rows of ``vouchers`` by which somebody (``node``) got a card that another paid for."""
    vouchers = with_entity(tables, tables["vouchers"], "to_party", into="node")
    vouchers = vouchers.filter(vouchers["node"].notnull()).view()
    free = vouchers["price"].fill_null(0) == 0
    passed = vouchers.filter((vouchers["event"] == "transfer") & free)
    owners = tables["owners"].filter(lambda t: t["subject"].startswith("bank_account:"))
    owners = owners.select(account=owners["subject"].substr(13), owner="entity").view()
    payments = tables["payments"].select(paid="payment_id", account_="payer").view()
    known = payments.inner_join(owners, payments["account_"] == owners["account"])
    known = known.select("paid", "owner").view()
    issued = vouchers.filter(vouchers["event"] == "issue")
    issued = issued.inner_join(known, issued["payment_id"] == known["paid"])
    others = issued.filter(issued["owner"] != issued["node"]).select(*vouchers.columns)
    return ibis.union(passed, others)


def _touched(found: ir.Table, how: str, table: str, key: str) -> ir.Table:
    return found.select(
        "report_id",
        "ring_id",
        "node",
        how=ibis.literal(how),
        table=ibis.literal(table),
        key=found[key],
        row_id=found["row_id"],
        file=found["file"],
        line=found["line"].cast("int64"),
        sha256=found["sha256"],
    ).distinct()
