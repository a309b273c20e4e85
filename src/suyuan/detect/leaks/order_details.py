"""What a victim told about the order: its price, what it was, its number.

A caller reads the order out to the victim, and the victim tells the police: «内衣, 124.10元». Where
no officer wrote down which order it was, this tells it from the others that the victim had placed.
Weights are log likelihood ratios set by hand: the price of an order is told by chance of about one
other order in fifty, what was bought of one in eight.
"""

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables

PRICE, GOODS, NUMBER = 4.0, 2.0, 7.0
#: Roles of a sum that is not the price of an order.
OTHER_SUMS = ("transfer", "loan", "compensation", "fee", "own")


def with_details(tables: Tables, pairs: ir.Table) -> ir.Table:
    """`pairs` (``contact``, ``order_id`` …) with ``told``: what the narrative says for the order.

    It is 0 where it says nothing. Contacts that are reports bear the report's id.
    """
    if not tables.has("statements"):
        return pairs.mutate(told=ibis.literal(0.0).cast("float64"))
    facts = tables["statements"]
    own = (facts["kind"] != "amount") | ~facts["role"].isin(OTHER_SUMS).fill_null(False)  # noqa: FBT003
    facts = facts.filter(own).select("kind", "normalised", said="amount", report="report_id").view()
    orders = tables["orders"].select("order_id", "amount", "item", "waybill_id").view()
    pair_orders = pairs.select("contact", "order_id").inner_join(orders, "order_id").view()
    detail_pairs = pair_orders.inner_join(facts, pair_orders["contact"] == facts["report"])
    weight = ibis.cases(
        (
            (detail_pairs["kind"] == "amount") & (detail_pairs["said"] == detail_pairs["amount"]),
            PRICE,
        ),
        (
            (detail_pairs["kind"] == "goods")
            & detail_pairs["item"].contains(detail_pairs["normalised"]),
            GOODS,
        ),
        (
            (detail_pairs["kind"] == "waybill")
            & (detail_pairs["normalised"] == detail_pairs["waybill_id"]),
            NUMBER,
        ),
        (
            (detail_pairs["kind"] == "order")
            & (detail_pairs["normalised"] == detail_pairs["order_id"]),
            NUMBER,
        ),
        else_=0.0,
    )
    detail_pairs = detail_pairs.mutate(weight=weight.cast("float64"))
    once = detail_pairs.group_by(["contact", "order_id", "kind"]).aggregate(
        weight=detail_pairs["weight"].max()
    )
    total = once.group_by(["contact", "order_id"]).aggregate(told=once["weight"].sum()).view()
    rows = pairs.left_join(total, ["contact", "order_id"])
    return rows.select(
        *pairs.columns, told=ibis.coalesce(rows["told"], ibis.literal(0.0).cast("float64"))
    )
