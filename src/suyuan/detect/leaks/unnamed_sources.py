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
    each = ibis.union(
        *(
            young.filter(young[name].notnull()).select(
                *_ORDER, "apart", source=ibis.literal(f"{kind}:") + young[name]
            )
            for name, kind in ATTRIBUTES.items()
        )
    )
    each = tables.engine.keep(each.anti_join(aged.select("source").distinct(), "source"))
    parts = (each.mutate(nested=_flag(0), leaked=each["apart"]), _nested(each))
    both = ibis.union(*(part.drop("apart") for part in parts))
    return both.filter(both["leaked"] > 0.0)


def _flag(value: int) -> ir.IntegerValue:
    return ibis.literal(value, "int64")


def _nested(each: ir.Table) -> ir.Table:
    return each.mutate(nested=_flag(1), leaked=1.0 - each["apart"])


def _with_apart(young: ir.Table, aged: ir.Table) -> ir.Table:
    """`young` with ``apart``: the probability that the order went through no named source."""
    named = aged.filter(aged["source"] != ELSEWHERE)
    each = named.select("order_id", "leaked", kind=named["source"].split(":")[0])
    surely = each.group_by("order_id").aggregate(through=each["leaked"].max()).view()
    marked = young.left_join(surely, young["order_id"] == surely["order_id"])
    marked = marked.select(*young.columns, apart=1.0 - ibis.coalesce(marked["through"], 0.0))
    for name, kind in ATTRIBUTES.items():
        if name != "merchant_id":
            marked = _unsaid(marked, each.filter(each["kind"] == kind), name)
    return marked


def _unsaid(young: ir.Table, through: ir.Table, name: str) -> ir.Table:
    """`young` where the attribute `name` of an order is unknown: as of its shop's other orders."""
    known = young.filter(young[name].notnull()).select("order_id", "merchant_id")
    hit = through.group_by("order_id").aggregate(hit=through["leaked"].max()).view()
    shops = known.left_join(hit, known["order_id"] == hit["order_id"])
    shops = shops.select("merchant_id", hit=ibis.coalesce(shops["hit"], 0.0))
    usual = shops.group_by("merchant_id").aggregate(usual=shops["hit"].mean()).view()
    joined = young.left_join(usual, young["merchant_id"] == usual["merchant_id"])
    less = ibis.ifelse(joined[name].isnull(), 1.0 - ibis.coalesce(joined["usual"], 0.0), 1.0)
    columns = [column for column in young.columns if column != "apart"]
    return joined.select(*columns, apart=joined["apart"] * less)
