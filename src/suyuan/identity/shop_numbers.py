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
    firm_phones = parties.select("party_id", number=parties["phones"].unnest())
    firm_phones = firms.inner_join(firm_phones, firms["firm"] == firm_phones["party_id"])
    numbers = ibis.union(
        cards.select("report_id", number="msisdn"), firm_phones.select("report_id", "number")
    )
    return numbers.filter(numbers["number"].notnull()).distinct()


def _firms(tables: Tables) -> ir.Table:
    """``report_id``, ``at`` (when it was made), ``firm``: the shops, and who was paid for them."""
    earlier_orders = tables.engine.keep(_earlier_orders(tables))
    payees = earlier_orders.inner_join(_payees(earlier_orders, tables), "merchant_id")
    firms = ibis.union(
        earlier_orders.select("report_id", "at", firm="merchant_id"),
        payees.select("report_id", "at", "firm"),
    )
    return firms.filter(firms["firm"].notnull()).distinct()


def _earlier_orders(tables: Tables) -> ir.Table:
    """Where each report's victim had ordered before it."""
    orders = tables["orders"]
    reports = tables["reports"].select("report_id", "victim_phone", at="reported_at")
    pairs = orders.inner_join(reports, orders["buyer_phone"] == reports["victim_phone"])
    pairs = pairs.filter((pairs["ordered_at"] <= pairs["at"]) & pairs["merchant_id"].notnull())
    return pairs.select("report_id", "at", "merchant_id").distinct()


def _payees(earlier_orders: ir.Table, tables: Tables) -> ir.Table:
    """``merchant_id``, ``firm``: who holds the accounts that orders of a merchant were paid to."""
    sales = (
        tables["orders"].semi_join(earlier_orders, "merchant_id").select("order_id", "merchant_id")
    )
    payments, accounts = tables["payments"], tables["bank_accounts"]
    payees = sales.inner_join(payments, sales["order_id"] == payments["merchant_order"])
    payees = payees.select("merchant_id", "payee").distinct()
    holders = payees.inner_join(accounts, payees["payee"] == accounts["account_no"])
    return holders.select("merchant_id", firm="holder_id").distinct()
