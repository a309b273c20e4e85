"""Where the stolen money left its owner: the payments and cards that a report is about.

A payment from a victim's account, settled between first contact and report, is an origin
1. where the report itself names the payee,
2. else where evidence ties the payee to a ring,
3. else where it bought cards that others then used,
4. else where it, or all such payments of that time together, are the loss, to the fen.

Where that finds nothing, payments of that time into the named payees are hers (5) if all by one
account come to the loss, to the fen; where none of her accounts is known, also if only one account
paid them, and no more. Where she names no payee either, the one payment of that time by a stranger
into accounts of the ring that is the loss, to the fen.

A payment into one of the victim's own accounts never is (nor, therefore, a loan paid out to her).
No payment belongs to two reports: the one that names its payee has it, then the one that had begun
last before it.
"""

from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.money.owners import named_payees
from suyuan.money.report_windows import windows
from suyuan.money.stranger_origins import into_named_payees, of_the_loss
from suyuan.money.trace_scope import TraceScope
from suyuan.store.tables import Tables

BY_PAYEE: Final = 1
BY_RING: Final = 2
BY_CARD: Final = 3
BY_AMOUNT: Final = 4
COLUMNS: Final = ("report_id", "row_id", "payment_id", "voucher_id", "account_no", "at", "amount")


def origins(on: TraceScope) -> ir.Table:
    """One row for each payment, or card, with which money left a victim.

    Columns: report_id, row_id and payment_id (null for a card whose payment is not on record),
    voucher_id (null for a payment), account_no (the victim's), at, amount, found_by (1 to 5 above).
    """
    tables = on.tables
    payments = tables.engine.keep(paid_in_time(on))
    by_payee = _mark_found_by(payments, named_payees(tables), ("report_id", "account_no"), BY_PAYEE)
    tied = _mark_found_by(payments, on.ring, ("account_no",), BY_RING)
    cards = payments.semi_join(_given_away(on, payments), ["report_id", "payment_id"]).mutate(
        found_by=ibis.literal(BY_CARD)
    )
    located_rows = tables.engine.keep(_once(ibis.union(by_payee, tied, cards)))
    exact = _once(
        ibis.union(
            located_rows,
            _the_loss(on, payments, located_rows),
            into_named_payees(on, located_rows),
            of_the_loss(on, located_rows),
        )
    )
    return ibis.union(
        exact.select(*COLUMNS, "found_by"), _cards_without_payment(on).select(*COLUMNS, "found_by")
    )


def paid_in_time(on: TraceScope) -> ir.Table:
    """Settled payments out of victims' accounts between contact and report.

    `account_no` is the victim's; `payee` whom she paid. Her own accounts are no payees.
    """
    own, payments = on.own, on.moved
    in_time = (
        own.inner_join(payments, own.account_no == payments.payer)
        .inner_join(windows(on.tables), "report_id")
        .filter(ibis._.at >= ibis._.since, ibis._.at <= ibis._.until)
    )
    own_too = own.rename(payee="account_no")
    return in_time.anti_join(own_too, ["report_id", "payee"]).select(
        "report_id",
        "row_id",
        "payment_id",
        "account_no",
        "payee",
        "at",
        "amount",
        "reported_at",
        "since",
        "loss",
        voucher_id=ibis.null("string"),
    )


def _mark_found_by(payments: ir.Table, payees: ir.Table, on: Sequence[str], how: int) -> ir.Table:
    payees = payees.rename(payee="account_no")
    keys = ["payee" if name == "account_no" else name for name in on]
    return payments.semi_join(payees, keys).mutate(found_by=ibis.literal(how))


def _once(origins_found: ir.Table) -> ir.Table:
    """Every payment for one report only: of two, for the one that had begun last."""
    best = ibis.row_number().over(
        group_by=origins_found.row_id,
        order_by=[
            origins_found.found_by,
            ibis.desc(origins_found.since),
            origins_found.reported_at,
            origins_found.report_id,
        ],
    )
    return origins_found.mutate(best=best).filter(ibis._.best == 0).drop("best")


def _given_away(on: TraceScope, payments: ir.Table) -> ir.Table:
    """Payments for cards that somebody else then had: (report_id, payment_id).

    A card with a later event of which the victim is neither side's end, or that was issued to
    somebody else at once.
    """
    vouchers, reports = on.vouchers, on.tables["reports"]
    issues_with_payment = vouchers.filter(vouchers.event == "issue", vouchers.payment_id.notnull())
    transfers = _handed_on(on.tables)
    own_names = ibis.union(
        on.own.select("report_id", name="account_no"),
        reports.filter(reports.victim_id.notnull()).select("report_id", name="victim_id"),
    )
    issues = issues_with_payment.select("voucher_id", "payment_id", "to_party")
    issue_payments = issues.inner_join(transfers, "voucher_id").select(
        "payment_id", party="went_to"
    )
    straight = issues.filter(issues.to_party.notnull()).select("payment_id", party="to_party")
    payments = payments.select("report_id", "payment_id")
    cards_of_reports = payments.inner_join(ibis.union(issue_payments, straight), "payment_id")
    return (
        cards_of_reports.anti_join(own_names.rename(party="name"), ["report_id", "party"])
        .select("report_id", "payment_id")
        .distinct()
    )


def _handed_on(tables: Tables) -> ir.Table:
    """Who had a card after its issue: (voucher_id, went_to)."""
    later = tables["vouchers"].filter(ibis._.event != "issue")
    giver = later.filter(later.from_party.notnull()).select("voucher_id", went_to="from_party")
    taker = later.filter(later.event == "transfer", later.to_party.notnull()).select(
        "voucher_id", went_to="to_party"
    )
    return ibis.union(giver, taker, distinct=True)


def _cards_without_payment(on: TraceScope) -> ir.Table:
    """Cards issued to a victim in that time, used by others, with no payment on record."""
    vouchers, reports = on.vouchers, on.tables["reports"]
    victims = reports.filter(reports.victim_id.notnull()).select("report_id", "victim_id")
    victims_in_time = victims.inner_join(windows(on.tables), "report_id")
    payment_ids = on.moved.select("payment_id")
    cards_issued = vouchers.filter(vouchers.event == "issue").anti_join(payment_ids, "payment_id")
    likely = victims_in_time.inner_join(
        cards_issued, victims_in_time.victim_id == cards_issued.to_party
    ).filter(ibis._.at >= ibis._.since, ibis._.at <= ibis._.until)
    transfers = _handed_on(on.tables)
    used = likely.inner_join(transfers, "voucher_id").filter(ibis._.went_to != ibis._.victim_id)
    first = ibis.row_number().over(
        group_by=used.voucher_id, order_by=[used.reported_at, used.report_id, used.at]
    )
    return (
        used.mutate(first=first)
        .filter(ibis._.first == 0)
        .select(
            "report_id",
            "voucher_id",
            "at",
            row_id=ibis.null("string"),
            payment_id=ibis.null("string"),
            account_no=ibis._.victim_id,
            amount=ibis._.price.fill_null(ibis._.face_value),
            found_by=ibis.literal(BY_CARD),
        )
    )


def _the_loss(on: TraceScope, payments_in_time: ir.Table, located_rows: ir.Table) -> ir.Table:
    """Payments of that time which nothing else ties, and which are what is missing of the loss.

    Either one payment alone is the missing amount, or all of them together are, or all to one
    payee. Payees that the victim paid before she was contacted are none.
    """
    payments, own = on.moved, on.own
    since = payments_in_time.group_by("report_id").agg(first_at=payments_in_time.at.min())
    before = own.inner_join(payments, own.account_no == payments.payer).inner_join(
        since, "report_id"
    )
    usual = before.filter(before.at < before.first_at).select("report_id", "payee").distinct()
    rest = payments_in_time.anti_join(located_rows.select("row_id"), "row_id").anti_join(
        usual, ["report_id", "payee"]
    )
    sums_located = located_rows.group_by("report_id").agg(found=located_rows.amount.sum())
    sums = rest.group_by("report_id").agg(together=rest.amount.sum())
    to_one = rest.group_by("report_id", "payee").agg(to_one=rest.amount.sum())
    alike_counts = rest.group_by("report_id", "amount").agg(alike=rest.count())
    rest = rest.left_join(sums_located, "report_id").drop("report_id_right")
    rest = rest.inner_join(sums, "report_id").inner_join(alike_counts, ["report_id", "amount"])
    rest = rest.inner_join(to_one, ["report_id", "payee"])
    gap = rest.loss - rest.found.fill_null(0)
    alone = (rest.amount == gap) & (rest.alike == 1)
    return (
        rest.filter(gap > 0, alone | (rest.together == gap) | (rest.to_one == gap))
        .drop("found", "together", "to_one", "alike")
        .mutate(found_by=ibis.literal(BY_AMOUNT))
    )
