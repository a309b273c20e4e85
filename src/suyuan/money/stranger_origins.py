"""Origins of reports of which nothing else was found: payments by accounts that nobody knows."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.money.owners import named_payees
from suyuan.money.report_windows import windows
from suyuan.money.trace_scope import TraceScope

BY_LOSS: Final = 5


def into_named_payees(on: TraceScope, located_rows: ir.Table) -> ir.Table:
    """For reports of which nothing else was found: payments into the payees that they name.

    All that one account paid them in that time, where that is the loss to the fen and true of no
    other account (she paid out of an account that is not known to be hers); or, where none of her
    accounts is known, where no other account paid them and it is less. Accounts of known victims
    and of the ring are none.
    """
    payments = on.moved
    lone = windows(on.tables).anti_join(located_rows, "report_id")
    into = named_payees(on.tables).inner_join(lone, "report_id")
    into_named = payments.inner_join(into, payments.payee == into.account_no)
    into_named = into_named.filter(
        into_named["at"] >= into_named.since, into_named["at"] <= into_named.until
    ).drop("account_no")
    into_named = _of_nobody_known(on, into_named)
    whole = into_named.group_by("report_id", "payer", "loss").agg(together=into_named.amount.sum())
    payers = whole.group_by("report_id").agg(payers=whole.count())
    whole = whole.inner_join(payers, "report_id")
    reports_with_accounts = on.own.select("report_id").distinct().mutate(known=1)
    whole = whole.left_join(reports_with_accounts, "report_id").drop("report_id_right")
    only = (whole.payers == 1) & (whole.together < whole.loss) & whole.known.isnull()
    whole = whole.filter((whole.together == whole.loss) | only)
    alone = whole.group_by("report_id").agg(payer=whole.payer.min(), alike=whole.count())
    likely = into_named.semi_join(alone.filter(alone.alike == 1), ["report_id", "payer"])
    return _origin_rows(likely)


def of_the_loss(on: TraceScope, located_rows: ir.Table) -> ir.Table:
    """For reports that name no payee and whose accounts nobody knows: the payment of their loss.

    The only one of that time, to the fen, from a stranger into an account of the ring, or one that
    another report names and that sells no cards, if no other such report could mean it.
    """
    mute = windows(on.tables).anti_join(located_rows, "report_id").anti_join(on.own, "report_id")
    mute = mute.anti_join(named_payees(on.tables), "report_id")
    payments = _of_nobody_known(on, on.moved.anti_join(located_rows.select("row_id"), "row_id"))
    accounts = on.tables["bank_accounts"]
    sellers = accounts.filter(accounts.kind == "voucher_shop")
    into = ibis.union(named_payees(on.tables).select("account_no"), on.ring, distinct=True)
    into = into.anti_join(sellers, "account_no")
    payments = payments.semi_join(into, payments.payee == into.account_no)
    likely = payments.inner_join(mute, payments.amount == mute.loss)
    likely = likely.filter(likely["at"] >= likely.since, likely["at"] <= likely.until)
    choices = likely.group_by("report_id").agg(choices=likely.count())
    counts = likely.group_by("row_id").agg(meant=likely.count())
    likely = likely.inner_join(choices, "report_id").inner_join(counts, "row_id")
    return _origin_rows(likely.filter(likely.choices == 1, likely.meant == 1))


def _of_nobody_known(on: TraceScope, payments: ir.Table) -> ir.Table:
    """Payments by accounts of no known victim and not of the ring."""
    known_accounts = ibis.union(
        on.own.select("account_no"), on.ring.select("account_no"), distinct=True
    )
    return payments.anti_join(known_accounts, payments.payer == known_accounts.account_no)


def _origin_rows(likely: ir.Table) -> ir.Table:
    return likely.select(
        "report_id",
        "row_id",
        "payment_id",
        "payee",
        "at",
        "amount",
        "reported_at",
        "since",
        "loss",
        account_no="payer",
        voucher_id=ibis.null("string"),
        found_by=ibis.literal(BY_LOSS),
    )
