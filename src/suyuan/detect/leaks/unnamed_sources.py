"""Orders of organisations that no finding names, counted and met as if each of them leaked.

Somebody is called whose leak nobody knows yet. Where it was shows in the calls long before it can
be named, and until then its orders are worth a warning.

Where a courier leaks, the shops that send by it seem to leak themselves. So an organisation's
orders are parted: those that went through a named source as well are *nested* and say nothing of
it. Where an order does not say its courier, program or warehouse, it is nested as far as its shop's
other orders are (0163).
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.lags import EDGES
from suyuan.store.tables import Tables

#: What stands for the source of orders through no named one.
ELSEWHERE = ""
_ORDER = ("order_id", "ordered_at", "buyer_id", "buyer_phone", "age", "row_id", "file", "line",
          "sha256")  # fmt: skip


def unnamed_orders(tables: Tables, aged: ir.Table, now: int) -> ir.Table:
    """Each order young enough to be called about, once for each organisation of it that no row of
    `aged` has for source, and once more where it may be ``nested`` (0 or 1).

    ``leaked`` is the probability that it is nested, or that it is not.
    """
    orders = tables["orders"]
    begin = now - int(EDGES[-1] * 3600)
    young = orders.filter(orders["ordered_at"].epoch_seconds() >= begin)
    seconds = ibis.literal(now) - young["ordered_at"].epoch_seconds()
    young = young.mutate(age=seconds.cast("float64") / 3600.0)
    young = tables.engine.keep(_with_apart(young, aged))
    firm_rows = ibis.union(
        *(
            young.filter(young[name].notnull()).select(
                *_ORDER, "apart", source=ibis.literal(f"{kind}:") + young[name]
            )
            for name, kind in ATTRIBUTES.items()
        )
    )
    firm_rows = tables.engine.keep(firm_rows.anti_join(aged.select("source").distinct(), "source"))
    parts = (firm_rows.mutate(nested=_flag(0), leaked=firm_rows["apart"]), _nest(firm_rows))
    all_orders = ibis.union(*(part.drop("apart") for part in parts))
    return all_orders.filter(all_orders["leaked"] > 0.0)


def _flag(value: int) -> ir.IntegerValue:
    return ibis.literal(value, "int64")


def _nest(orders: ir.Table) -> ir.Table:
    return orders.mutate(nested=_flag(1), leaked=1.0 - orders["apart"])


def _with_apart(young: ir.Table, aged: ir.Table) -> ir.Table:
    """`young` with ``apart``: the probability that the order went through no named source."""
    source_orders = aged.filter(aged["source"] != ELSEWHERE)
    leak_chances = source_orders.select(
        "order_id", "leaked", kind=source_orders["source"].split(":")[0]
    )
    surely = (
        leak_chances.group_by("order_id").aggregate(through=leak_chances["leaked"].max()).view()
    )
    orders = young.left_join(surely, young["order_id"] == surely["order_id"])
    orders = orders.select(*young.columns, apart=1.0 - ibis.coalesce(orders["through"], 0.0))
    for name, kind in ATTRIBUTES.items():
        if name != "merchant_id":
            orders = _fill_unsaid(orders, leak_chances.filter(leak_chances["kind"] == kind), name)
    return orders


def _fill_unsaid(young: ir.Table, through: ir.Table, name: str) -> ir.Table:
    """`young` where the attribute `name` of an order is unknown: as of its shop's other orders."""
    attributes = young.filter(young[name].notnull()).select("order_id", "merchant_id")
    hit = through.group_by("order_id").aggregate(hit=through["leaked"].max()).view()
    shops = attributes.left_join(hit, attributes["order_id"] == hit["order_id"])
    shops = shops.select("merchant_id", hit=ibis.coalesce(shops["hit"], 0.0))
    usual = shops.group_by("merchant_id").aggregate(usual=shops["hit"].mean()).view()
    rows = young.left_join(usual, young["merchant_id"] == usual["merchant_id"])
    less = ibis.ifelse(rows[name].isnull(), 1.0 - ibis.coalesce(rows["usual"], 0.0), 1.0)
    columns = [column for column in young.columns if column != "apart"]
    return rows.select(*columns, apart=rows["apart"] * less)
