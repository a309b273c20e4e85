"""The payments that really moved money, as one relation."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables

#: A reversal booked as a payment back is looked for this long after the payment it undoes.
COUNTER_ENTRY = ibis.interval(days=3)
#: What the name of a place begins with where cash was drawn and nobody says where.
NOWHERE: Final = "cash drawn from "
_VOID_STATES: Final = ("reversed", "failed")
_FEE_WORDS: Final = ("手续费", "工本费", "handling fee")
#: What a bank takes for a transfer; scammers, too, call what they ask for a fee.
FEE_AT_MOST: Final = 100_00


def settled_payments(tables: Tables) -> ir.Table:
    """Payments that moved money, one row each.

    Failed and reversed payments moved none; where a reversed payment was also booked back (the same
    amount from payee to payer within :data:`COUNTER_ENTRY`), that entry moved none either. Amounts
    in another currency than the case's most common one are left out, for they cannot be added up.

    Columns: row_id, payment_id, at, payer, payee, amount, balance_after, cash, fee.
    """
    return _settle(tables, tables["payments"])


def settled_and_drawn(tables: Tables) -> ir.Table:
    """The same with withdrawals that name no machine or counter, for following money.

    Each goes to a place of its payer's own, whose name begins with :data:`NOWHERE`. It is nobody's
    account, and so not among those that :func:`settled_payments` knows.
    """
    payments = tables["payments"]
    no_payee = payments.payee.isnull() & (payments.channel == "cash")
    place = ibis.literal(NOWHERE) + payments.payer
    with_payee = payments.mutate(payee=ibis.ifelse(no_payee, place, payments.payee))
    return _settle(tables, with_payee)


def _settle(tables: Tables, payments: ir.Table) -> ir.Table:
    payments = payments.filter(
        payments.amount > 0, payments.payer != payments.payee, _in_main_currency(tables)
    )
    status = payments.status.fill_null("settled")
    valid_payments = payments.filter(~status.isin(_VOID_STATES))
    valid_payments = valid_payments.anti_join(
        _counter_entries(payments.filter(status == "reversed"), valid_payments), "row_id"
    )
    memo = valid_payments.memo.fill_null("").lower()
    return valid_payments.select(
        "row_id",
        "payment_id",
        "at",
        "payer",
        "payee",
        "amount",
        "balance_after",
        cash=valid_payments.channel.fill_null("") == "cash",
        fee=ibis.or_(*(memo.contains(word) for word in _FEE_WORDS))
        & (valid_payments.amount <= FEE_AT_MOST),
    )


def _in_main_currency(tables: Tables) -> ir.BooleanValue:
    payments = tables["payments"]
    first = tables.engine.gather(_main_currency, payments)
    if first.num_rows == 0:
        return ibis.literal(True)  # noqa: FBT003
    main = first["currency"][0].as_py()
    return payments.currency.isnull() | (payments.currency == main)


def _main_currency(payments: ir.Table) -> ir.Table:
    with_currency = payments.filter(payments.currency.notnull())
    counts = with_currency.group_by("currency").agg(rows=with_currency.count())
    return counts.order_by(counts.rows.desc(), counts.currency).limit(1)


def _counter_entries(reversals: ir.Table, payments: ir.Table) -> ir.Table:
    """Of each reversed payment, the first settled one that books it back."""
    reversals = reversals.select(
        undone_id="row_id", from_="payee", to_="payer", fen="amount", undone_at="at"
    )
    pairs = payments.inner_join(
        reversals,
        [
            payments.payer == reversals.from_,
            payments.payee == reversals.to_,
            payments.amount == reversals.fen,
            payments.at >= reversals.undone_at,
            payments.at <= reversals.undone_at + COUNTER_ENTRY,
        ],
    )
    rank = ibis.row_number().over(group_by=pairs.undone_id, order_by=[pairs.at, pairs.row_id])
    return pairs.mutate(rank=rank).filter(ibis._.rank == 0).select("row_id").distinct()
