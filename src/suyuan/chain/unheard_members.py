"""Members whom no victim heard: who bought the records that were called, who handed on the cards.

A ring's agents change numbers and chat accounts with every victim, but they sign their own dealings
and hold its cards. Of a list that somebody bought, the ring's numbers called people afterwards;
a card that stolen money of others paid for was his before it went to a middleman or a dealer.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_evidence import subjects_of_role
from suyuan.chain.touch_kinds import CONTACTS
from suyuan.detect.dealing import RECORDS
from suyuan.identity.aliases import with_entity
from suyuan.identity.contact_windows import contact_moment
from suyuan.money.card_payments import with_payments
from suyuan.money.methods import DEFAULT
from suyuan.store.tables import Tables

#: Of so many of his dealings in lists, and so many of their people, the ring met somebody: one list
#: may have been bought by anybody.
DEALINGS, PEOPLE = 2, 2
#: Of so many reports the cards went through his hands.
REPORTS = 3
#: As many times oftener than other buyers were the people of his lists called.
LIFT = 2.0


def unheard(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Rows of touches with ``ring_id``: ``bought`` records, ``handed`` cards.

    `in_ring` has touches of reports of rings, with their ``ring_id``.
    """
    return ibis.union(record_buyers(in_ring, tables), card_hands(in_ring, tables))


def record_buyers(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Buyers of lists whose people the ring's numbers called, or who reported, after the sale."""
    keep = tables.engine.keep
    deals = keep(_lists(tables))
    people_met = keep(_people_met(in_ring, tables))
    hit = deals.inner_join(people_met, (deals["phone"] == people_met["met"])).view()
    hit = keep(hit.filter(hit["at"] <= hit["moment"]))
    often = _often(deals, hit, people_met, tables)
    own = hit.semi_join(often, "node").view()
    counts = own.group_by(["ring_id", "node"]).aggregate(
        people=own["phone"].nunique(), dealings=own["row_id"].nunique()
    )
    enough = counts.filter((counts["people"] >= PEOPLE) & (counts["dealings"] >= DEALINGS))
    enough = enough.select("ring_id", "node").view()
    return _as_touches(own.semi_join(enough, ["ring_id", "node"]), "bought", "trades", "trade_id")


def _lists(tables: Tables) -> ir.Table:
    """Dealings in records: the buyer as ``node``, a row for each ``phone`` that was listed."""
    trades = with_entity(tables, tables["trades"], "buyer", into="node")
    deals = trades.filter((trades["goods"] == RECORDS) & trades["node"].notnull())
    items = deals.mutate(phone=deals["items"].unnest())
    items = items.filter(items["phone"].notnull()).view()
    seized_rows = tables["leaked"].select(exhibit="exhibit_id", listed="phone").view()
    whole = (
        items.inner_join(seized_rows, items["phone"] == seized_rows["exhibit"])
        .drop("exhibit")
        .view()
    )
    whole = whole.mutate(phone="listed").select(*items.columns)
    return ibis.union(items, whole)


def _people_met(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Whom a ring met (``met``) and when: called by a number of its reports, or reporting."""
    scammers = subjects_of_role(tables, "scam_caller")
    contacts = in_ring.filter(in_ring["how"].isin(CONTACTS))
    numbers = contacts.semi_join(scammers, contacts["node"] == scammers["found"])
    numbers = numbers.select("report_id", "ring_id", caller=numbers["node"].substr(6)).distinct()
    calls = tables["calls"].select(by="caller", met="callee", moment="started_at").view()
    calls_made = numbers.inner_join(calls, numbers["caller"] == calls["by"])
    reports = tables["reports"]
    reports = reports.select(
        of="report_id",
        met="victim_phone",
        moment=contact_moment(reports),
    ).view()
    ring_of_report = in_ring.select("report_id", "ring_id").distinct().view()
    victims = ring_of_report.inner_join(reports, ring_of_report["report_id"] == reports["of"])
    names = ("report_id", "ring_id", "met", "moment")
    people = ibis.union(calls_made.select(*names), victims.select(*names), distinct=True)
    return people.filter(people["met"].notnull())


def _often(deals: ir.Table, hit: ir.Table, people_met: ir.Table, tables: Tables) -> ir.Table:
    """Buyers (``node``) of whose lists more people were met than of all who ordered."""
    phones = tables["orders"].select(phone="buyer_phone").distinct()
    phones = phones.filter(phones["phone"].notnull())
    callees = people_met.select(phone="met").distinct().mutate(hit=1.0)
    base = (
        phones.left_join(callees, "phone")
        .drop("phone_right")
        .aggregate(base=lambda t: t["hit"].fill_null(0.0).mean())
    )
    list_sizes = deals.group_by("node").aggregate(listed=deals["phone"].nunique())
    own = hit.group_by("node").aggregate(met=hit["phone"].nunique())
    shares = list_sizes.inner_join(own, "node").cross_join(base)
    share = shares["met"].cast("float64") / shares["listed"].cast("float64")
    return shares.filter(share >= LIFT * ibis.coalesce(shares["base"], 0.0)).select("node")


def card_hands(in_ring: ir.Table, tables: Tables) -> ir.Table:
    """Who held cards of the ring's stolen money unpaid and gave them to middlemen and dealers.

    Whoever's own account took part in the money's way is its mule, not a member by this.
    """
    keep = tables.engine.keep
    traces = tables["traces"].filter(tables["traces"]["method"] == DEFAULT)
    ring_of_report = in_ring.select(of="report_id", ring_id="ring_id").distinct().view()
    steps = keep(traces.inner_join(ring_of_report, traces["report_id"] == ring_of_report["of"]))
    transfers = keep(_transfers(steps, tables))
    cards = _receipts(tables)
    rows = transfers.inner_join(cards, ["voucher_id", "node"]).view()
    counts = rows.group_by(["ring_id", "node"]).aggregate(reports=rows["report_id"].nunique())
    enough = counts.filter(counts["reports"] >= REPORTS).select("ring_id", "node").view()
    return _as_touches(
        rows.semi_join(enough, ["ring_id", "node"]), "handed", "vouchers", "voucher_id"
    )


def _transfers(steps: ir.Table, tables: Tables) -> ir.Table:
    """Cards of reports that somebody (``node``) gave to a decided middleman or dealer."""
    parts = [subjects_of_role(tables, role) for role in ("middleman", "card_merchant")]
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


def _receipts(tables: Tables) -> ir.Table:
    """Rows of ``vouchers`` by which somebody (``node``) got a card that another paid for."""
    vouchers = with_payments(tables, tables["card_payments"])
    vouchers = with_entity(tables, vouchers, "to_party", into="node")
    vouchers = vouchers.filter(vouchers["node"].notnull()).view()
    free = vouchers["price"].fill_null(0) == 0
    transfers = vouchers.filter((vouchers["event"] == "transfer") & free)
    owners = tables["owners"].filter(lambda t: t["subject"].startswith("bank_account:"))
    owners = owners.select(account=owners["subject"].substr(13), owner="entity").view()
    payments = tables["payments"].select(paid="payment_id", account_="payer").view()
    shop_payments = payments.inner_join(owners, payments["account_"] == owners["account"])
    shop_payments = shop_payments.select("paid", "owner").view()
    issues = vouchers.filter(vouchers["event"] == "issue")
    issues = issues.inner_join(shop_payments, issues["payment_id"] == shop_payments["paid"])
    third_party = issues.filter(issues["owner"] != issues["node"]).select(*vouchers.columns)
    return ibis.union(transfers, third_party)


def _as_touches(rows: ir.Table, how: str, table: str, key: str) -> ir.Table:
    return rows.select(
        "report_id",
        "ring_id",
        "node",
        how=ibis.literal(how),
        table=ibis.literal(table),
        key=rows[key],
        row_id=rows["row_id"],
        file=rows["file"],
        line=rows["line"].cast("int64"),
        sha256=rows["sha256"],
    ).distinct()
