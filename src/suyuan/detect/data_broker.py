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
from suyuan.detect.contract import Detector, Measurement
from suyuan.detect.dealing import RECORDS
from suyuan.detect.evidence import rows
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.identity.aliases import with_entity
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: A seized row matched with less is not taken for a copy.
SURE = 0.5


def measure(tables: Tables) -> Measurement:
    """Sellers of records, and those on whose disks records were found."""
    keep = tables.engine.keep
    deals = keep(_deals(tables))
    items = keep(_items(tables, deals))
    holdings = keep(_holdings(tables))
    parts = (
        _sales(deals),
        dealing.clientele(deals, tables["trades"]),
        _reach(tables, items),
        _fresh(tables, items),
        _holding_sums(holdings.anti_join(_only_buyers(tables), "subject")),
    )
    subjects = keep(ibis.union(deals.select("subject"), holdings.select("subject")).distinct())
    candidates = subjects
    for part in parts:
        candidates = candidates.left_join(keep(part), "subject").drop("subject_right")
    zero = ("records_sold", "deals", "buyers", "held_rows")
    candidates = candidates.mutate(**{name: candidates[name].fill_null(0) for name in zero})
    candidates = candidates.mutate(
        count=ibis.greatest(candidates["records_sold"], candidates["held_rows"])
    )
    return Measurement(keep(candidates), _evidence(tables, deals, holdings))


def _deals(tables: Tables) -> ir.Table:
    """Dealings in records, with the seller as ``subject``."""
    trades = tables["trades"]
    sales = with_entity(tables, trades.filter(trades["goods"] == RECORDS), "seller", into="subject")
    return sales.filter(sales["subject"].notnull())


def _sales(deals: ir.Table) -> ir.Table:
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
    items = deals.select("subject", "at", item=deals["items"].unnest())
    items = items.filter(items["item"].notnull())
    phones = items.select("subject", "at", phone="item")
    leak_rows = tables["leaked"].select("exhibit_id", "phone")
    whole = items.inner_join(leak_rows, items["item"] == leak_rows["exhibit_id"])
    return ibis.union(phones, whole.select("subject", "at", "phone")).distinct()


def _reach(tables: Tables, items: ir.Table) -> ir.Table:
    """``items_reached``: share of the numbers sold that a scam caller called, or that reported."""
    reporters = tables["reports"].select(phone="victim_phone")
    callers = tables["findings:scam_caller"].filter(lambda t: t["decided"])
    callers = callers.select(caller=callers["subject"].substr(6))
    callees = tables["calls"].semi_join(callers, "caller").select(phone="callee")
    hit = ibis.union(reporters, callees).filter(lambda t: t["phone"].notnull()).distinct()
    hits = items.left_join(hit.mutate(hit=1.0), "phone")
    return hits.group_by("subject").aggregate(
        items_known=hits.count(), items_reached=hits["hit"].fill_null(0.0).mean()
    )


def _fresh(tables: Tables, items: ir.Table) -> ir.Table:
    """``fresh_days``: median age of the number's latest order when it was sold.

    ``items_traced``: share of the numbers whose owner had bought through a named source.
    """
    orders = tables["orders"]
    orders_before = items.inner_join(orders, items["phone"] == orders["buyer_phone"])
    orders_before = orders_before.filter(orders_before["ordered_at"] <= orders_before["at"])
    age = orders_before["at"].epoch_seconds() - orders_before["ordered_at"].epoch_seconds()
    latest = (
        orders_before.mutate(age=age)
        .group_by(["subject", "phone"])
        .aggregate(age=lambda t: t["age"].min())
    )
    fresh = latest.group_by("subject").aggregate(fresh_days=latest["age"].mean() / 86_400.0)
    trail = _through_sources(tables, orders_before).select("subject", "phone").distinct()
    hits = items.select("subject", "phone").left_join(trail.mutate(hit=1.0), ["subject", "phone"])
    share = hits.group_by("subject").aggregate(items_traced=hits["hit"].fill_null(0.0).mean())
    return share.left_join(fresh, "subject").drop("subject_right")


def _through_sources(tables: Tables, orders_before: ir.Table) -> ir.Table:
    """Rows of `orders_before` (orders) that a decided source handled while it leaked."""
    sources = tables["findings:leak_source"].filter(lambda t: t["decided"])
    sources = sources.select(source="subject", opened="first_seen", closed="last_seen")
    parts = []
    for name, kind in ATTRIBUTES.items():
        own = orders_before.mutate(source=ibis.literal(f"{kind}:") + orders_before[name])
        orders_of_sources = own.inner_join(sources, "source")
        parts.append(
            orders_of_sources.filter(
                orders_of_sources["ordered_at"].between(
                    orders_of_sources["opened"], orders_of_sources["closed"]
                )
            )
        )
    return ibis.union(*(part.select(*orders_before.columns) for part in parts)).distinct()


def _holdings(tables: Tables) -> ir.Table:
    """Seized rows with the holder as ``subject``; ``traced`` where one is a leaked order's copy.

    A shop's list of its own customers was not sold to it.
    """
    leak_rows = with_entity(tables, tables["leaked"], "holder_id", into="subject")
    leak_rows = leak_rows.filter(leak_rows["subject"].notnull() & ~_own_lists(tables, leak_rows))
    sure_matches = tables["matches"].filter(lambda t: t["probability"] >= SURE)
    copies = sure_matches.inner_join(tables["orders"], "order_id")
    trail = _through_sources(tables, copies).select(row_id="leaked_row").distinct()
    return leak_rows.left_join(trail.mutate(traced=1.0), "row_id").drop("row_id_right")


def _own_lists(tables: Tables, leak_rows: ir.Table) -> ir.BooleanValue:
    """Whether a row's holder is an organisation that handles orders itself."""
    columns = tables["orders"]
    names = ibis.union(*(columns.select(org=name) for name in ATTRIBUTES), distinct=True)
    return leak_rows["holder_id"].isin(names.filter(names["org"].notnull())["org"])


def _only_buyers(tables: Tables) -> ir.Table:
    """Whoever (``subject``) buys records and sells none: he holds what he bought."""
    sales = tables["trades"].filter(tables["trades"]["goods"] == RECORDS)
    buyers = with_entity(tables, sales, "buyer", into="subject").select("subject").distinct()
    sellers = with_entity(tables, sales, "seller", into="subject").select("subject").distinct()
    return buyers.filter(buyers["subject"].notnull()).anti_join(sellers.view(), "subject")


def _holding_sums(holdings: ir.Table) -> ir.Table:
    return holdings.group_by("subject").aggregate(
        held_rows=holdings.count(), held_traced=holdings["traced"].fill_null(0.0).mean()
    )


def _evidence(tables: Tables, deals: ir.Table, holdings: ir.Table) -> ir.Table:
    """His dealings, what was found with him, and the payments for it."""
    payments = tables["payments"]
    payment_ids = (
        deals.filter(deals["payment_id"].notnull()).select("subject", "payment_id").distinct()
    )
    money = payments.inner_join(payment_ids, "payment_id")
    return ibis.union(
        rows(deals, table="trades", subject="subject", signal="records_sold"),
        rows(holdings, table="leaked", subject="subject", signal="held_rows", note="exhibit_id"),
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
