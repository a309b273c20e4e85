"""The payments that really moved money, as one relation."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables

#: A reversal booked as a payment back is looked for this long after the payment it undoes.
COUNTER_ENTRY = ibis.interval(days=3)
#: What the name of a place begins with where cash was drawn and nobody says where.
NOWHERE: Final = "cash drawn from "
_UNDONE: Final = ("reversed", "failed")
_FEE_WORDS: Final = ("手续费", "工本费", "handling fee")
#: What a bank takes for a transfer; scammers, too, call what they ask for a fee.
FEE_AT_MOST: Final = 100_00


def settled(tables: Tables) -> ir.Table:
    """Payments that moved money, one row each.

    Failed and reversed payments moved none; where a reversed payment was also booked back (the same
    amount from payee to payer within :data:`COUNTER_ENTRY`), that entry moved none either. Amounts
    in another currency than the case's most common one are left out, for they cannot be added up.

    Columns: row_id, payment_id, at, payer, payee, amount, balance_after, cash, fee.
    """
    return _settled(tables, tables["payments"])


def settled_and_drawn(tables: Tables) -> ir.Table:
    """The same with withdrawals that name no machine or counter, for following money.

    Each goes to a place of its payer's own, whose name begins with :data:`NOWHERE`. It is nobody's
    account, and so not among those that :func:`settled` knows.
    """
    payments = tables["payments"]
    unnamed = payments.payee.isnull() & (payments.channel == "cash")
    place = ibis.literal(NOWHERE) + payments.payer
    named = payments.mutate(payee=ibis.ifelse(unnamed, place, payments.payee))
    return _settled(tables, named)


def _settled(tables: Tables, payments: ir.Table) -> ir.Table:
    payments = payments.filter(
        payments.amount > 0, payments.payer != payments.payee, _in_main_currency(tables)
    )
    status = payments.status.fill_null("settled")
    moved = payments.filter(~status.isin(_UNDONE))
    moved = moved.anti_join(
        _counter_entries(payments.filter(status == "reversed"), moved), "row_id"
    )
    memo = moved.memo.fill_null("").lower()
    return moved.select(
        "row_id",
        "payment_id",
        "at",
        "payer",
        "payee",
        "amount",
        "balance_after",
        cash=moved.channel.fill_null("") == "cash",
        fee=ibis.or_(*(memo.contains(word) for word in _FEE_WORDS)) & (moved.amount <= FEE_AT_MOST),
    )


def _in_main_currency(tables: Tables) -> ir.BooleanValue:
    payments = tables["payments"]
    first = tables.engine.gather(_main_currency, payments)
    if first.num_rows == 0:
        return ibis.literal(True)  # noqa: FBT003
    main = first["currency"][0].as_py()
    return payments.currency.isnull() | (payments.currency == main)


def _main_currency(payments: ir.Table) -> ir.Table:
    known = payments.filter(payments.currency.notnull())
    counted = known.group_by("currency").agg(rows=known.count())
    return counted.order_by(counted.rows.desc(), counted.currency).limit(1)


def _counter_entries(undone: ir.Table, moved: ir.Table) -> ir.Table:
    """Of each reversed payment, the first settled one that books it back."""
    undone = undone.select(
        undone_id="row_id", from_="payee", to_="payer", fen="amount", undone_at="at"
    )
    pairs = moved.inner_join(
        undone,
        [
            moved.payer == undone.from_,
            moved.payee == undone.to_,
            moved.amount == undone.fen,
            moved.at >= undone.undone_at,
            moved.at <= undone.undone_at + COUNTER_ENTRY,
        ],
    )
    rank = ibis.row_number().over(group_by=pairs.undone_id, order_by=[pairs.at, pairs.row_id])
    return pairs.mutate(rank=rank).filter(ibis._.rank == 0).select("row_id").distinct()
