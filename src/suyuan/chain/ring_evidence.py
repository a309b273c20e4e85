"""The grounds on which a supplier, mule or dealer is tied to a ring: one row for each record.

Every ground carries its role, both ends, the money in it and the stored row; edges of the chain,
services and the tally of rings are sums over grounds.
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_reports import with_ring
from suyuan.chain.touch_kinds import CONTACTS
from suyuan.identity.aliases import with_entity
from suyuan.model.records import RECORDS
from suyuan.model.roles import ROLES, linked_by
from suyuan.money.methods import DEFAULT
from suyuan.store.tables import Tables

#: What a seller of these goods is: role and link.
SALE_LINKS = {goods: (role.name, role.link) for role in ROLES.values() for goods in role.goods}
#: Who can have opened a card: column of ``sims``, kind of subject; nearest to the ring first.
OPENERS = {"agent": "agent:", "operator": "operator:", "customer_id": "party:"}
LAUNDERERS = linked_by("laundered_for")
COLUMNS = (
    "ring_id",
    "role",
    "subject",
    "target",
    "link",
    "amount",
    "seen",
    "table",
    "key",
    "row_id",
    "file",
    "line",
    "sha256",
)


def subjects_of_role(tables: Tables, role: str) -> ir.Table:
    """Subjects decided to play `role`, with the entity behind each: ``found``, ``entity``."""
    leads = tables[f"findings:{role}"]
    leads = leads.filter(leads["decided"]).select(found="subject", score="score").view()
    owners = tables["owners"].group_by("subject").aggregate(person=tables["owners"]["entity"].min())
    owners = owners.view()
    persons = leads.left_join(owners, leads["found"] == owners["subject"])
    return persons.select(
        "found", "score", entity=ibis.coalesce(persons["person"], persons["found"])
    ).view()


def sales(members: ir.Table, tables: Tables) -> ir.Table:
    """Dealings in which a decided seller sold to a member."""
    people = members.select("ring_id", member="entity").distinct().view()
    trades = with_entity(tables, tables["trades"], "seller", into="seller_").view()
    trades = with_entity(tables, trades, "buyer", into="buyer_").view()
    parts = []
    for goods, (role, link) in SALE_LINKS.items():
        deals = trades.filter(trades["goods"] == goods)
        deals = deals.inner_join(people, deals["buyer_"] == people["member"]).view()
        sellers = subjects_of_role(tables, role)
        rows = deals.inner_join(sellers, deals["seller_"] == sellers["entity"])
        parts.append(ground(rows, "trades", role, "found", "buyer_", link, "price", "at"))
    return ibis.union(*parts)


def laundering(series: ir.Table, tables: Tables) -> ir.Table:
    """Steps of a ring's traced money that ended with a decided mule, middleman or dealer."""
    traces = tables["traces"].filter(tables["traces"]["method"] == DEFAULT)
    steps = with_ring(traces, series)
    parts = []
    for role in LAUNDERERS:
        launderers = subjects_of_role(tables, role)
        to = ibis.union(
            launderers.select(reached="found", found="found"),
            launderers.select(reached="entity", found="found"),
            distinct=True,
        ).view()
        flows = steps.inner_join(to, steps["to"] == to["reached"]).view()
        flows = flows.mutate(ring="ring:" + flows["ring_id"])
        for table, id_ in (("payments", "payment_id"), ("vouchers", "voucher_id")):
            parts.append(_step_rows(flows, tables, role, table, id_))
    return ibis.union(*parts)


def _step_rows(flows: ir.Table, tables: Tables, role: str, table: str, id_: str) -> ir.Table:
    rows = tables[table].select("row_id", "file", "line", "sha256", recorded=id_, when="at").view()
    steps = flows.filter(flows[id_].notnull())
    if table == "vouchers":
        same_record = (steps[id_] == rows["recorded"]) & (steps["at"] == rows["when"])
    else:
        same_record = steps[id_] == rows["recorded"]
    step_rows = steps.inner_join(rows, same_record)
    return ground(step_rows, table, role, "found", "ring", "laundered_for", "amount", "when")


def openings(links: ir.Table, series: ir.Table, tables: Tables) -> ir.Table:
    """Cards behind a ring's numbers that a decided supplier opened."""
    used = links.filter(links["node"].startswith("phone:") & links["how"].isin(CONTACTS))
    used = with_ring(used, series)
    used = used.select("ring_id", number=used["node"].substr(6)).distinct().view()
    sims = tables["sims"]
    cards = sims.inner_join(used, sims["msisdn"] == used["number"]).view()
    cards = cards.mutate(ring="ring:" + cards["ring_id"], none=ibis.null("int64"))
    suppliers = subjects_of_role(tables, "sim_supplier")
    ends = ("sims", "sim_supplier", "found", "ring", "opened_sim_for", "none", "opened_at")
    parts = []
    for column, kind in OPENERS.items():
        opener_cards = cards.mutate(opener=kind + cards[column])
        rows = opener_cards.inner_join(suppliers, opener_cards["opener"] == suppliers["found"])
        parts.append(ground(rows, *ends))
    return ibis.union(*parts)


def nearest(sales_rows: ir.Table, opening_rows: ir.Table, tables: Tables) -> ir.Table:
    """Grounds of those who supplied a ring's cards: of each card the level nearest to the ring.

    One card leaves rows with its seller, the outlet, the operator and the customer in whose name it
    stands. A card that somebody sold in a ledger (`sales_rows`) is the seller's; of any other
    (`opening_rows`) the first level at which anybody was found stands.
    """
    sale_rows = (
        sales_rows.filter(sales_rows["role"] == "sim_supplier")
        .select(dealt="row_id")
        .distinct()
        .view()
    )
    trades = tables["trades"]
    cards_of_sales = trades.semi_join(sale_rows, trades["row_id"] == sale_rows["dealt"])
    cards_of_sales = cards_of_sales.select(item=cards_of_sales["items"].unnest()).distinct()
    sims = tables["sims"]
    known_cards = sims.semi_join(cards_of_sales, (sims["msisdn"] == cards_of_sales["item"])).select(
        card="row_id"
    )
    rest = opening_rows.anti_join(known_cards, opening_rows["row_id"] == known_cards["card"])
    levels = [rest["subject"].startswith(kind) for kind in OPENERS.values()]
    level = ibis.cases(*((here, at) for at, here in enumerate(levels)), else_=len(levels))
    rows_with_level = rest.mutate(level=level.cast("int64"))
    best = rows_with_level.mutate(
        best=rows_with_level["level"].min().over(group_by=["ring_id", "row_id"])
    )
    nearest_rows = best.filter(best["level"] == best["best"]).select(*COLUMNS)
    return ibis.union(sales_rows.select(*COLUMNS), nearest_rows)


def ground(
    rows: ir.Table,
    table: str,
    role: str,
    subject: str,
    target: str,
    link: str,
    amount: str,
    moment: str,
) -> ir.Table:
    """Rows of standard table `table` as grounds; the other names are columns of `met`."""
    key = next(iter(RECORDS[table].key), "")
    return rows.select(
        ring_id=rows["ring_id"],
        role=ibis.literal(role),
        subject=rows[subject],
        target=rows[target],
        link=ibis.literal(link),
        amount=rows[amount].cast("int64"),
        seen=rows[moment],
        table=ibis.literal(table),
        key=rows[key] if key in rows.columns else ibis.null("string"),
        row_id=rows["row_id"],
        file=rows["file"],
        line=rows["line"].cast("int64"),
        sha256=rows["sha256"],
    )
