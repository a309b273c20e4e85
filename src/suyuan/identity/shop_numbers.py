"""Numbers of the shops that a victim had bought from: whose call about an order is no stranger's.

The shop of an order is the firm it was placed with, and whoever was paid for it. Its numbers are
those of the cards opened for it and those that its own record lists. A refund desk that a customer
took for a fraud is told from one in this way, and in no other: it knows the order.
"""

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables


def shop_numbers(tables: Tables) -> ir.Table:
    """``report_id``, ``number`` of the shops of the orders that its victim had placed by then.

    A card opened after the report was somebody else's at the time.
    """
    firms = tables.engine.keep(_firms(tables))
    sims, parties = tables["sims"], tables["parties"]
    cards = firms.inner_join(sims, firms["firm"] == sims["customer_id"])
    cards = cards.filter(cards["opened_at"].isnull() | (cards["opened_at"] <= cards["at"]))
    listed = parties.select("party_id", number=parties["phones"].unnest())
    listed = firms.inner_join(listed, firms["firm"] == listed["party_id"])
    both = ibis.union(
        cards.select("report_id", number="msisdn"), listed.select("report_id", "number")
    )
    return both.filter(both["number"].notnull()).distinct()


def _firms(tables: Tables) -> ir.Table:
    """``report_id``, ``at`` (when it was made), ``firm``: the shops, and who was paid for them."""
    placed = tables.engine.keep(_placed(tables))
    paid = placed.inner_join(_paid(placed, tables), "merchant_id")
    both = ibis.union(
        placed.select("report_id", "at", firm="merchant_id"), paid.select("report_id", "at", "firm")
    )
    return both.filter(both["firm"].notnull()).distinct()


def _placed(tables: Tables) -> ir.Table:
    """Where each report's victim had ordered before it."""
    orders = tables["orders"]
    reports = tables["reports"].select("report_id", "victim_phone", at="reported_at")
    both = orders.inner_join(reports, orders["buyer_phone"] == reports["victim_phone"])
    both = both.filter((both["ordered_at"] <= both["at"]) & both["merchant_id"].notnull())
    return both.select("report_id", "at", "merchant_id").distinct()


def _paid(placed: ir.Table, tables: Tables) -> ir.Table:
    """``merchant_id``, ``firm``: who holds the accounts that orders of a merchant were paid to."""
    sold = tables["orders"].semi_join(placed, "merchant_id").select("order_id", "merchant_id")
    payments, accounts = tables["payments"], tables["bank_accounts"]
    paid = sold.inner_join(payments, sold["order_id"] == payments["merchant_order"])
    paid = paid.select("merchant_id", "payee").distinct()
    held = paid.inner_join(accounts, paid["payee"] == accounts["account_no"])
    return held.select("merchant_id", firm="holder_id").distinct()
