"""Every payment seen from both its ends, and what kind of dealing the ends make of it."""

import ibis
import ibis.expr.types as ir

from suyuan.money.card_payments import with_payments
from suyuan.money.owners import victims_accounts
from suyuan.store.tables import Tables


def sides(tables: Tables, transfers: ir.Table) -> ir.Table:
    """Two rows for each settled payment, one for either account.

    Columns: account_no, other, came (1 for money in), amount, row_id, own (between accounts of
    one holder, or a loan paid out), ordered (for an order of goods), cards (to a seller of cards or
    points), cash. Each payment is kept once, and seen from both ends whenever the rows are read.
    """
    common = ("amount", "row_id", "own", "ordered", "cards", "cash")
    facts = tables.engine.keep(_facts(tables, transfers).select("payer", "payee", *common))
    both_sides = ibis.union(
        facts.select(*common, account_no="payee", other="payer", came=ibis.literal(1)),
        facts.select(*common, account_no="payer", other="payee", came=ibis.literal(0)),
    )
    return tables.engine.view(both_sides)


def _facts(tables: Tables, transfers: ir.Table) -> ir.Table:
    payments = tables["payments"].select("row_id", "channel", "merchant_order")
    accounts = tables["bank_accounts"].select("account_no", "kind", "holder_id")
    giver = accounts.select(payer="account_no", payer_kind="kind", payer_holder="holder_id")
    taker = accounts.select(payee="account_no", payee_kind="kind", payee_holder="holder_id")
    issues = with_payments(tables, tables["card_payments"]).filter(ibis._["event"] == "issue")
    purchases = issues.select("payment_id").distinct().mutate(pays_card=ibis.literal(1))
    facts = transfers.left_join(payments, "row_id").drop("row_id_right")
    facts = facts.left_join(giver, "payer").drop("payer_right")
    facts = facts.left_join(taker, "payee").drop("payee_right")
    facts = facts.left_join(purchases, "payment_id").drop("payment_id_right")
    channel = facts["channel"].fill_null("")
    same_holder = (facts["payer_holder"] == facts["payee_holder"]).fill_null(False)  # noqa: FBT003
    is_loan = (facts["payer_kind"].fill_null("") == "loan") | (channel == "loan")
    cards = (facts["payee_kind"].fill_null("") == "voucher_shop") | (channel == "voucher")
    return facts.mutate(
        own=(same_holder | is_loan).cast("int64"),
        ordered=facts["merchant_order"].notnull().cast("int64"),
        cards=(cards | facts["pays_card"].notnull()).cast("int64"),
        cash=facts["cash"].cast("int64"),
    )


def dealings(sight: ir.Table) -> ir.Table:
    """By account: ``own_in`` and ``ordered`` (shares of fen in), ``to_cards`` and ``to_cash`` (of
    fen out).
    """
    fen, is_incoming = sight["amount"].cast("float64"), sight["came"] == 1
    into = ibis.ifelse(is_incoming, fen, 0.0)
    out = ibis.ifelse(is_incoming, 0.0, fen)
    return sight.group_by("account_no").aggregate(
        own_in=(into * sight["own"]).sum() / into.sum().nullif(0.0),
        ordered=(into * sight["ordered"]).sum() / into.sum().nullif(0.0),
        to_cards=(out * sight["cards"]).sum() / out.sum().nullif(0.0),
        to_cash=(out * sight["cash"]).sum() / out.sum().nullif(0.0),
    )


def victims(tables: Tables) -> ir.Table:
    """Accounts of people who reported: (account_no)."""
    return victims_accounts(tables).select("account_no").distinct()
