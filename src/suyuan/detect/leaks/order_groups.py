"""What the rates of sources are learnt from, counted in the database.

Groups of exposed orders with their ages, contacts, and the pairs of both.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.lags import EDGES

#: What parts a source's orders: each part has a rate.
GROUP = ["source", "copied", "seen", "late"]
#: The same of organisations that nobody named.
UNNAMED = ["source", "nested"]


def order_groups(aged: ir.Table, now: int) -> ir.Table:
    found = aged.group_by(GROUP).aggregate(exposed=aged.count(), **_course(aged, now))
    return found.order_by(GROUP)


def firm_groups(handled: ir.Table) -> ir.Table:
    found = handled.group_by(UNNAMED).aggregate(
        exposed=handled["leaked"].sum().round().cast("int64")
    )
    return found.order_by(UNNAMED)


def contact_rows(reached: ir.Table, orders: ir.Table) -> ir.Table:
    """Contacts, the ``second`` of each since 1970, and how many ``orders`` its phone placed."""
    bought = orders.group_by("buyer_phone").aggregate(orders=orders.count())
    found = reached.left_join(bought, reached["phone"] == bought["buyer_phone"])
    return found.select(
        "contact",
        "caller",
        "sure",
        reported=found["reported"].cast("int64"),
        second=found["called_at"].epoch_seconds().cast("float64"),
        orders=ibis.coalesce(found["orders"], 0),
    ).order_by("contact")


def sizes(orders: ir.Table) -> ir.Table:
    return orders.aggregate(buyers=orders["buyer_phone"].nunique(), placed=orders.count())


def group_ages(aged: ir.Table, handled: ir.Table, known: ir.Table) -> ir.Table:
    """Orders by ``group`` and whole ``hour`` of age."""
    named = aged.inner_join(known.filter(known["unnamed"] == 0), GROUP)
    named = named.select("group", "age", part=ibis.literal(1.0))
    unnamed = known.filter(known["unnamed"] == 1).select(*UNNAMED, "group")
    more = handled.inner_join(unnamed, UNNAMED)
    both = ibis.union(named, more.select("group", "age", part=more["leaked"]))
    both = both.select("group", "part", hour=both["age"].floor().cast("int64"))
    return both.group_by(["group", "hour"]).aggregate(orders=both["part"].sum())


def group_meetings(
    aged: ir.Table, handled: ir.Table, reached: ir.Table, known: ir.Table
) -> ir.Table:
    """Exposed orders of each person reached, by ``contact``, from which the call can have come.

    Where the caller quoted an order, none but that.
    """
    named = known.filter(known["unnamed"] == 0)
    unnamed = known.filter(known["unnamed"] == 1).select(*UNNAMED, "group")
    columns = ("group", "order_id", "order_row", "ordered_at", "buyer_id", "buyer_phone", "leaked")
    exposed = ibis.union(
        aged.inner_join(named, GROUP).mutate(order_row=ibis._["row_id"]).select(*columns),
        handled.inner_join(unnamed, UNNAMED).mutate(order_row=ibis._["row_id"]).select(*columns),
    )
    by_phone = exposed.inner_join(reached, exposed["buyer_phone"] == reached["phone"])
    by_person = exposed.inner_join(reached, exposed["buyer_id"] == reached["person"])
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
    quoted = pairs["quoted_order_id"]
    return pairs.filter(
        (pairs["hours"] >= EDGES[0]) & (pairs["hours"] < EDGES[-1]),
        quoted.isnull() | (quoted == pairs["order_id"]),
    )


def _course(aged: ir.Table, now: int) -> dict[str, ir.FloatingValue]:
    """How long the source is known to have leaked, and how long ago that was, in seconds."""
    first, last = aged["leaked_from"].min(), aged["leaked_to"].max()
    lasted = last.epoch_seconds() - first.epoch_seconds()
    since = ibis.literal(now) - last.epoch_seconds()
    return {
        "lasted": lasted.cast("float64").fill_null(0.0),
        "since": since.cast("float64").fill_null(0.0),
    }
