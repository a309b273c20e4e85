"""Who sells stolen order records (料商): people, or the account that stands for them.

A broker sells records by the hundred, at up to six yuan while they are fresh, to people who also
buy accounts and cards; the numbers sold are those that the scammers then call; the data found on
his disks are copies of orders that a named source let out. Somebody who sells address lists of
shops, marketing data or second-hand contacts has many buyers too, but his numbers are not called
by the rings, his buyers buy no tools, and nothing on his disk comes from one leak.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect import dealing
from suyuan.detect.contract import Detector, Measured
from suyuan.detect.evidence import rows
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.identity.aliases import with_entity
from suyuan.model.text import Text
from suyuan.store.tables import Tables

GOODS = "records"
#: A seized row matched with less is not taken for a copy.
SURE = 0.5


def measure(tables: Tables) -> Measured:
    """Sellers of records, and those on whose disks records were found."""
    keep = tables.engine.keep
    deals = keep(_deals(tables))
    items = keep(_items(tables, deals))
    held = keep(_held(tables))
    parts = (
        _selling(deals),
        dealing.clientele(deals, tables["trades"]),
        _reached(tables, items),
        _fresh(tables, items),
        _holding(held.anti_join(_only_buyers(tables), "subject")),
    )
    who = keep(ibis.union(deals.select("subject"), held.select("subject")).distinct())
    found = who
    for part in parts:
        found = found.left_join(keep(part), "subject").drop("subject_right")
    zero = ("records_sold", "deals", "buyers", "held_rows")
    found = found.mutate(**{name: found[name].fill_null(0) for name in zero})
    found = found.mutate(count=ibis.greatest(found["records_sold"], found["held_rows"]))
    return Measured(keep(found), _evidence(tables, deals, held))


def _deals(tables: Tables) -> ir.Table:
    """Dealings in records, with the seller as ``subject``."""
    trades = tables["trades"]
    sold = with_entity(tables, trades.filter(trades["goods"] == GOODS), "seller", into="subject")
    return sold.filter(sold["subject"].notnull())


def _selling(deals: ir.Table) -> ir.Table:
    facts = deals.group_by("subject").aggregate(
        records_sold=deals["quantity"].sum(),
        deals=deals.count(),
        buyers=deals["buyer"].nunique(),
        amount=deals["price"].sum(),
        first_seen=deals["at"].min(),
        last_seen=deals["at"].max(),
    )
    yuan = facts["amount"].cast("float64") / 100.0
    return facts.mutate(unit_price=yuan / ibis.greatest(facts["records_sold"], 1))


def _items(tables: Tables, deals: ir.Table) -> ir.Table:
    """Numbers sold, each with the dealing's time; a row for a number of an exhibit sold whole."""
    each = deals.select("subject", "at", item=deals["items"].unnest())
    each = each.filter(each["item"].notnull())
    phones = each.select("subject", "at", phone="item")
    leaked = tables["leaked"].select("exhibit_id", "phone")
    whole = each.inner_join(leaked, each["item"] == leaked["exhibit_id"])
    return ibis.union(phones, whole.select("subject", "at", "phone")).distinct()


def _reached(tables: Tables, items: ir.Table) -> ir.Table:
    """``items_reached``: share of the numbers sold that a scam caller called, or that reported."""
    reported = tables["reports"].select(phone="victim_phone")
    callers = tables["findings:scam_caller"].filter(lambda t: t["decided"])
    callers = callers.select(caller=callers["subject"].substr(6))
    called = tables["calls"].semi_join(callers, "caller").select(phone="callee")
    hit = ibis.union(reported, called).filter(lambda t: t["phone"].notnull()).distinct()
    marked = items.left_join(hit.mutate(hit=1.0), "phone")
    return marked.group_by("subject").aggregate(
        items_known=marked.count(), items_reached=marked["hit"].fill_null(0.0).mean()
    )


def _fresh(tables: Tables, items: ir.Table) -> ir.Table:
    """``fresh_days``: median age of the number's latest order when it was sold.

    ``items_traced``: share of the numbers whose owner had bought through a named source.
    """
    orders = tables["orders"]
    bought = items.inner_join(orders, items["phone"] == orders["buyer_phone"])
    bought = bought.filter(bought["ordered_at"] <= bought["at"])
    age = bought["at"].epoch_seconds() - bought["ordered_at"].epoch_seconds()
    latest = (
        bought.mutate(age=age)
        .group_by(["subject", "phone"])
        .aggregate(age=lambda t: t["age"].min())
    )
    fresh = latest.group_by("subject").aggregate(fresh_days=latest["age"].mean() / 86_400.0)
    traced = _through_sources(tables, bought).select("subject", "phone").distinct()
    marked = items.select("subject", "phone").left_join(
        traced.mutate(hit=1.0), ["subject", "phone"]
    )
    share = marked.group_by("subject").aggregate(items_traced=marked["hit"].fill_null(0.0).mean())
    return share.left_join(fresh, "subject").drop("subject_right")


def _through_sources(tables: Tables, bought: ir.Table) -> ir.Table:
    """Rows of `bought` (orders) that a decided source handled while it leaked."""
    found = tables["findings:leak_source"].filter(lambda t: t["decided"])
    found = found.select(source="subject", opened="first_seen", closed="last_seen")
    parts = []
    for name, kind in ATTRIBUTES.items():
        own = bought.mutate(source=ibis.literal(f"{kind}:") + bought[name])
        joined = own.inner_join(found, "source")
        parts.append(
            joined.filter(joined["ordered_at"].between(joined["opened"], joined["closed"]))
        )
    return ibis.union(*(part.select(*bought.columns) for part in parts)).distinct()


def _held(tables: Tables) -> ir.Table:
    """Seized rows with the holder as ``subject``; ``traced`` where one is a leaked order's copy.

    A shop's list of its own customers was not sold to it.
    """
    leaked = with_entity(tables, tables["leaked"], "holder_id", into="subject")
    leaked = leaked.filter(leaked["subject"].notnull() & ~_own_lists(tables, leaked))
    matched = tables["matches"].filter(lambda t: t["probability"] >= SURE)
    copies = matched.inner_join(tables["orders"], "order_id")
    traced = _through_sources(tables, copies).select(row_id="leaked_row").distinct()
    return leaked.left_join(traced.mutate(traced=1.0), "row_id").drop("row_id_right")


def _own_lists(tables: Tables, leaked: ir.Table) -> ir.BooleanValue:
    """Whether a row's holder is an organisation that handles orders itself."""
    columns = tables["orders"]
    names = ibis.union(*(columns.select(org=name) for name in ATTRIBUTES), distinct=True)
    return leaked["holder_id"].isin(names.filter(names["org"].notnull())["org"])


def _only_buyers(tables: Tables) -> ir.Table:
    """Whoever (``subject``) buys records and sells none: he holds what he bought."""
    sales = tables["trades"].filter(tables["trades"]["goods"] == GOODS)
    bought = with_entity(tables, sales, "buyer", into="subject").select("subject").distinct()
    sold = with_entity(tables, sales, "seller", into="subject").select("subject").distinct()
    return bought.filter(bought["subject"].notnull()).anti_join(sold.view(), "subject")


def _holding(held: ir.Table) -> ir.Table:
    return held.group_by("subject").aggregate(
        held_rows=held.count(), held_traced=held["traced"].fill_null(0.0).mean()
    )


def _evidence(tables: Tables, deals: ir.Table, held: ir.Table) -> ir.Table:
    """His dealings, what was found with him, and the payments for it."""
    payments = tables["payments"]
    paid = deals.filter(deals["payment_id"].notnull()).select("subject", "payment_id").distinct()
    money = payments.inner_join(paid, "payment_id")
    return ibis.union(
        rows(deals, table="trades", subject="subject", signal="records_sold"),
        rows(held, table="leaked", subject="subject", signal="held_rows", note="exhibit_id"),
        rows(money, table="payments", subject="subject", signal="deals", note="memo"),
    )


DETECTOR = Detector(
    role="data_broker",
    title=Text("Who sells stolen order records", "谁在出售被盗订单信息"),
    reads=(
        "trades",
        "leaked",
        "matches",
        "orders",
        "reports",
        "calls",
        "payments",
        "aliases",
    ),
    needs=("aliases",),
    measure=measure,
    roles=("scam_caller", "leak_source"),
    without={
        "trades": Text("Brokers are known from seized data only.", "只能从查获数据识别料商。"),
        "leaked": Text("Brokers are known from dealings only.", "只能从交易识别料商。"),
    },
)
