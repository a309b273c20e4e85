"""What the rates of sources are learnt from, counted in the database.

Groups of exposed orders with their ages, contacts, and the pairs of both.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.lags import EDGES

#: What parts a source's orders: each part has a rate.
GROUP = ["source", "copied", "seen", "late"]
#: The same of organisations that nobody named.
FIRM_GROUP = ["source", "nested"]


def order_groups(aged: ir.Table, now: int) -> ir.Table:
    groups = aged.group_by(GROUP).aggregate(exposed=aged.count(), **_course(aged, now))
    return groups.order_by(GROUP)


def firm_groups(firm_orders: ir.Table) -> ir.Table:
    groups = firm_orders.group_by(FIRM_GROUP).aggregate(
        exposed=firm_orders["leaked"].sum().round().cast("int64")
    )
    return groups.order_by(FIRM_GROUP)


def contact_rows(contacted_people: ir.Table, orders: ir.Table) -> ir.Table:
    """Contacts, the ``second`` of each since 1970, and how many ``orders`` its phone placed."""
    buyer_orders = orders.group_by("buyer_phone").aggregate(orders=orders.count())
    rows = contacted_people.left_join(
        buyer_orders, contacted_people["phone"] == buyer_orders["buyer_phone"]
    )
    return rows.select(
        "contact",
        "caller",
        "sure",
        reported=rows["reported"].cast("int64"),
        second=rows["called_at"].epoch_seconds().cast("float64"),
        orders=ibis.coalesce(rows["orders"], 0),
    ).order_by("contact")


def sizes(orders: ir.Table) -> ir.Table:
    return orders.aggregate(buyers=orders["buyer_phone"].nunique(), placed=orders.count())


def group_ages(aged: ir.Table, firm_orders: ir.Table, group_keys: ir.Table) -> ir.Table:
    """Orders by ``group`` and whole ``hour`` of age."""
    named_groups = aged.inner_join(group_keys.filter(group_keys["unnamed"] == 0), GROUP)
    named_groups = named_groups.select("group", "age", part=ibis.literal(1.0))
    unnamed_groups = group_keys.filter(group_keys["unnamed"] == 1).select(*FIRM_GROUP, "group")
    more = firm_orders.inner_join(unnamed_groups, FIRM_GROUP)
    ages = ibis.union(named_groups, more.select("group", "age", part=more["leaked"]))
    ages = ages.select("group", "part", hour=ages["age"].floor().cast("int64"))
    return ages.group_by(["group", "hour"]).aggregate(orders=ages["part"].sum())


def group_meetings(
    aged: ir.Table, firm_orders: ir.Table, contacted_people: ir.Table, group_keys: ir.Table
) -> ir.Table:
    """Exposed orders of each person reached, by ``contact``, from which the call can have come.

    Where the caller quoted an order, none but that.
    """
    named_groups = group_keys.filter(group_keys["unnamed"] == 0)
    unnamed_groups = group_keys.filter(group_keys["unnamed"] == 1).select(*FIRM_GROUP, "group")
    columns = ("group", "order_id", "order_row", "ordered_at", "buyer_id", "buyer_phone", "leaked")
    exposed_rows = ibis.union(
        aged.inner_join(named_groups, GROUP).mutate(order_row=ibis._["row_id"]).select(*columns),
        firm_orders.inner_join(unnamed_groups, FIRM_GROUP)
        .mutate(order_row=ibis._["row_id"])
        .select(*columns),
    )
    by_phone = exposed_rows.inner_join(
        contacted_people, exposed_rows["buyer_phone"] == contacted_people["phone"]
    )
    by_person = exposed_rows.inner_join(
        contacted_people, exposed_rows["buyer_id"] == contacted_people["person"]
    )
    pairs = ibis.union(
        *(
            p.select(
                "group", "order_id", "order_row", "ordered_at", "called_at", "contact",
                "quoted_order_id",
                sure=p["leaked"] * p["sure"],
            )
            for p in (by_phone, by_person)
        ),
        distinct=True,
    )  # fmt: skip
    gap = pairs["called_at"].epoch_seconds() - pairs["ordered_at"].epoch_seconds()
    pairs = pairs.mutate(hours=gap.cast("float64") / 3600.0)
    quote = pairs["quoted_order_id"]
    return pairs.filter(
        (pairs["hours"] >= EDGES[0]) & (pairs["hours"] < EDGES[-1]),
        quote.isnull() | (quote == pairs["order_id"]),
    )


def _course(aged: ir.Table, now: int) -> dict[str, ir.FloatingValue]:
    """How long the source is known to have leaked, and how long ago that was, in seconds."""
    first, last = aged["leaked_from"].min(), aged["leaked_to"].max()
    duration = last.epoch_seconds() - first.epoch_seconds()
    since = ibis.literal(now) - last.epoch_seconds()
    return {
        "lasted": duration.cast("float64").fill_null(0.0),
        "since": since.cast("float64").fill_null(0.0),
    }
