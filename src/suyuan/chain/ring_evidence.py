"""The grounds on which a supplier, mule or dealer is tied to a ring: one row for each record.

Every ground carries its role, both ends, the money in it and the stored row; edges of the chain,
services and the tally of rings are sums over grounds.
"""

import ibis
import ibis.expr.types as ir

from suyuan.identity.aliases import with_entity
from suyuan.model.records import RECORDS
from suyuan.model.roles import ROLES, linked_by
from suyuan.money.methods import DEFAULT
from suyuan.store.tables import Tables

#: What a seller of these goods is: role and link.
SOLD = {goods: (role.name, role.link) for role in ROLES.values() for goods in role.goods}
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


def decided(tables: Tables, role: str) -> ir.Table:
    """Subjects decided to play `role`, with the entity behind each: ``found``, ``entity``."""
    found = tables[f"findings:{role}"]
    found = found.filter(found["decided"]).select(found="subject", score="score").view()
    owners = tables["owners"].group_by("subject").aggregate(person=tables["owners"]["entity"].min())
    owners = owners.view()
    both = found.left_join(owners, found["found"] == owners["subject"])
    return both.select("found", "score", entity=ibis.coalesce(both["person"], both["found"])).view()


def sales(members: ir.Table, tables: Tables) -> ir.Table:
    """Dealings in which a decided seller sold to a member."""
    who = members.select("ring_id", member="entity").distinct().view()
    trades = with_entity(tables, tables["trades"], "seller", into="seller_").view()
    trades = with_entity(tables, trades, "buyer", into="buyer_").view()
    parts = []
    for goods, (role, link) in SOLD.items():
        sold = trades.filter(trades["goods"] == goods)
        sold = sold.inner_join(who, sold["buyer_"] == who["member"]).view()
        sellers = decided(tables, role)
        joined = sold.inner_join(sellers, sold["seller_"] == sellers["entity"])
        parts.append(ground(joined, "trades", role, "found", "buyer_", link, "price", "at"))
    return ibis.union(*parts)


def laundering(series: ir.Table, tables: Tables) -> ir.Table:
    """Steps of a ring's traced money that ended with a decided mule, middleman or dealer."""
    rings = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    rings = rings.view()
    traces = tables["traces"].filter(tables["traces"]["method"] == DEFAULT)
    steps = traces.inner_join(rings, traces["report_id"] == rings["of"]).view()
    parts = []
    for role in LAUNDERERS:
        who = decided(tables, role)
        to = ibis.union(
            who.select(reached="found", found="found"),
            who.select(reached="entity", found="found"),
            distinct=True,
        ).view()
        joined = steps.inner_join(to, steps["to"] == to["reached"]).view()
        joined = joined.mutate(ring="ring:" + joined["ring_id"])
        for table, id_ in (("payments", "payment_id"), ("vouchers", "voucher_id")):
            parts.append(_step_rows(joined, tables, role, table, id_))
    return ibis.union(*parts)


def _step_rows(joined: ir.Table, tables: Tables, role: str, table: str, id_: str) -> ir.Table:
    rows = tables[table].select("row_id", "file", "line", "sha256", recorded=id_, when="at").view()
    steps = joined.filter(joined[id_].notnull())
    if table == "vouchers":
        same = (steps[id_] == rows["recorded"]) & (steps["at"] == rows["when"])
    else:
        same = steps[id_] == rows["recorded"]
    found = steps.inner_join(rows, same)
    return ground(found, table, role, "found", "ring", "laundered_for", "amount", "when")


def openings(links: ir.Table, series: ir.Table, tables: Tables) -> ir.Table:
    """Cards behind a ring's numbers that a decided supplier opened."""
    rings = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    rings = rings.view()
    used = links.filter(
        links["node"].startswith("phone:") & links["how"].isin(("called", "named", "told"))
    )
    used = used.inner_join(rings, used["report_id"] == rings["of"]).view()
    used = used.select("ring_id", number=used["node"].substr(6)).distinct().view()
    sims = tables["sims"]
    cards = sims.inner_join(used, sims["msisdn"] == used["number"]).view()
    cards = cards.mutate(ring="ring:" + cards["ring_id"], none=ibis.null("int64"))
    who = decided(tables, "sim_supplier")
    ends = ("sims", "sim_supplier", "found", "ring", "opened_sim_for", "none", "opened_at")
    parts = []
    for column, kind in (("agent", "agent:"), ("operator", "operator:"), ("customer_id", "party:")):
        named_ = cards.mutate(opener=kind + cards[column])
        joined = named_.inner_join(who, named_["opener"] == who["found"])
        parts.append(ground(joined, *ends))
    return ibis.union(*parts)


def nearest(sold: ir.Table, opened: ir.Table, tables: Tables) -> ir.Table:
    """Grounds of those who supplied a ring's cards: of each card the level nearest to the ring.

    One card leaves rows with its seller, the outlet, the operator and the customer in whose name it
    stands. A card that somebody sold in a ledger (`sold`) is the seller's; of any other (`opened`)
    the first level at which anybody was found stands.
    """
    dealt = sold.filter(sold["role"] == "sim_supplier").select(dealt="row_id").distinct().view()
    trades = tables["trades"]
    handed = trades.semi_join(dealt, trades["row_id"] == dealt["dealt"])
    handed = handed.select(item=handed["items"].unnest()).distinct()
    sims = tables["sims"]
    known = sims.semi_join(handed, (sims["msisdn"] == handed["item"])).select(card="row_id")
    rest = opened.anti_join(known, opened["row_id"] == known["card"])
    levels = (rest["subject"].startswith("agent:"), rest["subject"].startswith("operator:"))
    level = ibis.cases(*((here, at) for at, here in enumerate(levels)), else_=len(levels))
    placed = rest.mutate(level=level.cast("int64"))
    best = placed.mutate(best=placed["level"].min().over(group_by=["ring_id", "row_id"]))
    kept = best.filter(best["level"] == best["best"]).select(*COLUMNS)
    return ibis.union(sold.select(*COLUMNS), kept)


def ground(
    joined: ir.Table,
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
    return joined.select(
        ring_id=joined["ring_id"],
        role=ibis.literal(role),
        subject=joined[subject],
        target=joined[target],
        link=ibis.literal(link),
        amount=joined[amount].cast("int64"),
        seen=joined[moment],
        table=ibis.literal(table),
        key=joined[key] if key in joined.columns else ibis.null("string"),
        row_id=joined["row_id"],
        file=joined["file"],
        line=joined["line"].cast("int64"),
        sha256=joined["sha256"],
    )
