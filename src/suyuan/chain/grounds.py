"""The grounds on which a supplier, mule or dealer is tied to a ring: one row for each record.

Every ground carries its role, both ends, the money in it and the stored row; edges of the chain,
services and the tally of rings are sums over grounds.
"""

import ibis
import ibis.expr.types as ir

from suyuan.identity.aliases import named
from suyuan.model.records import RECORDS
from suyuan.money.methods import DEFAULT
from suyuan.store.tables import Tables

#: What a seller of these goods is.
SOLD = {
    "records": ("data_broker", "sold_records_to"),
    "chat_account": ("account_merchant", "sold_accounts_to"),
    "token_account": ("account_merchant", "sold_accounts_to"),
    "sim": ("sim_supplier", "opened_sim_for"),
}
LAUNDERERS = ("mule_account", "middleman", "card_merchant")
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
    trades = named(tables, tables["trades"], "seller", into="seller_").view()
    trades = named(tables, trades, "buyer", into="buyer_").view()
    parts = []
    for goods, (role, link) in SOLD.items():
        sold = trades.filter(trades["goods"] == goods)
        sold = sold.inner_join(who, sold["buyer_"] == who["member"]).view()
        sellers = decided(tables, role)
        met = sold.inner_join(sellers, sold["seller_"] == sellers["entity"])
        parts.append(ground(met, "trades", role, "found", "buyer_", link, "price", "at"))
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
        met = steps.inner_join(to, steps["to"] == to["reached"]).view()
        met = met.mutate(ring="ring:" + met["ring_id"])
        for table, id_ in (("payments", "payment_id"), ("vouchers", "voucher_id")):
            parts.append(_step_rows(met, tables, role, table, id_))
    return ibis.union(*parts)


def _step_rows(met: ir.Table, tables: Tables, role: str, table: str, id_: str) -> ir.Table:
    rows = tables[table].select("row_id", "file", "line", "sha256", recorded=id_, when="at").view()
    steps = met.filter(met[id_].notnull())
    if table == "vouchers":
        same = (steps[id_] == rows["recorded"]) & (steps["at"] == rows["when"])
    else:
        same = steps[id_] == rows["recorded"]
    found = steps.inner_join(rows, same)
    return ground(found, table, role, "found", "ring", "laundered_for", "amount", "when")


def openings(touches: ir.Table, series: ir.Table, tables: Tables) -> ir.Table:
    """Cards behind a ring's numbers that a decided supplier opened."""
    rings = series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")
    rings = rings.view()
    used = touches.filter(
        touches["node"].startswith("phone:") & touches["how"].isin(("called", "named", "told"))
    )
    used = used.inner_join(rings, used["report_id"] == rings["of"]).view()
    used = used.select("ring_id", number=used["node"].substr(6)).distinct().view()
    sims = tables["sims"]
    cards = sims.inner_join(used, sims["msisdn"] == used["number"]).view()
    cards = cards.mutate(ring="ring:" + cards["ring_id"], none=ibis.null("int64"))
    who = decided(tables, "sim_supplier")
    parts = []
    for column, kind in (("agent", "agent:"), ("operator", "operator:"), ("customer_id", "party:")):
        named_ = cards.mutate(opener=kind + cards[column])
        met = named_.inner_join(who, named_["opener"] == who["found"])
        parts.append(
            ground(
                met, "sims", "sim_supplier", "found", "ring", "opened_sim_for", "none", "opened_at"
            )
        )
    return ibis.union(*parts)


def nearest(every: ir.Table) -> ir.Table:
    """Grounds of those who supplied a ring's cards, from the level nearest to it.

    One delivery leaves rows with its seller, the outlet, the operator and the customer in whose
    name the cards stand; for each ring the first level at which anybody was found stands.
    """
    subject = every["subject"]
    levels = (subject.startswith("agent:"), subject.startswith("operator:"))
    level = ibis.cases(
        (every["role"] != "sim_supplier", 0),
        (every["table"] == "trades", 1),
        *((named_, at) for at, named_ in enumerate(levels, start=2)),
        else_=4,
    )
    placed = every.mutate(level=level.cast("int64"))
    best = placed.mutate(best=placed["level"].min().over(group_by=["ring_id", "role"]))
    return best.filter(best["level"] == best["best"]).select(*COLUMNS)


def ground(
    met: ir.Table,
    table: str,
    role: str,
    subject: str,
    target: str,
    link: str,
    amount: str,
    seen: str,
) -> ir.Table:
    """Rows of standard table `table` as grounds; the other names are columns of `met`."""
    key = RECORDS[table].key[0]
    return met.select(
        ring_id=met["ring_id"],
        role=ibis.literal(role),
        subject=met[subject],
        target=met[target],
        link=ibis.literal(link),
        amount=met[amount].cast("int64"),
        seen=met[seen],
        table=ibis.literal(table),
        key=met[key] if key in met.columns else ibis.null("string"),
        row_id=met["row_id"],
        file=met["file"],
        line=met["line"].cast("int64"),
        sha256=met["sha256"],
    )
