"""Which accounts pass stolen money on (跑分账户).

A rented account is a pipe: new, in use for days, fed by people who never pay it again, and emptied
within hours in sums like those that came in, into other such accounts, cards and cash. Reported
money that is traced through it, or a report that names it, says most; where no report reaches, the
payments alone are weighed: how much is passed on and how soon, sums that come back out less a fee
more often than chance gives, one sum cut into equal payments to one payee, and how many strangers
pay in. Against that stand shops (orders), wages and families (the same people again and again),
borrowers who draw a loan (their own accounts), and rent or group-buying collectors, who pass on
late and to few.

Sources: FATF, Professional Money Laundering (2018) and its typologies of layering and structuring;
Fisher's combined probability (1932) for coincidences of sums.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.contract import Detector, Measurement, any_ground
from suyuan.detect.evidence import rows
from suyuan.detect.money_flows import sides, taint
from suyuan.model.text import Text
from suyuan.money.owners import ACCOUNT
from suyuan.money.settlement import settled_payments
from suyuan.store.programs import derive_tables
from suyuan.store.tables import Tables

#: Kinds of account that cannot be rented: lenders and card shops.
NEVER = ("loan", "voucher_shop")
#: Share of what came in from marked accounts that speaks against an account by itself.
MOSTLY = 0.5
#: Payments shown for an account at each end.
LARGEST = 8


def measure(tables: Tables) -> Measurement:
    """Every account that takes money in and is nobody's who reported."""
    transfers = tables.engine.keep(settled_payments(tables))
    return Measurement(**derive_tables(tables, _of_accounts, transfers, tables))


def _of_accounts(transfers: ir.Table, tables: Tables) -> dict[str, ir.Table]:
    """The fields of what is measured, from payments and what each account does with them."""
    keep, candidates = tables.engine.keep, tables["account_conduct"]
    sight = sides.sides(tables, transfers)
    for part in (sides.dealings(sight), taint.near(tables, sight), _registrations(tables)):
        candidates = candidates.left_join(keep(part), "account_no").drop("account_no_right")
    candidates = candidates.filter(
        candidates["n_in"] > 0, ~candidates["kind"].fill_null("").isin(NEVER)
    )
    candidates = keep(_derive(candidates.anti_join(sides.victims(tables), "account_no")))
    return {"candidates": candidates, "evidence": _evidence(tables, sight, candidates)}


def _registrations(tables: Tables) -> ir.Table:
    accounts = tables["bank_accounts"]
    return accounts.group_by("account_no").aggregate(
        kind=accounts["kind"].min(), opened_at=accounts["opened_at"].min()
    )


def _derive(candidates: ir.Table) -> ir.Table:
    """The scorecard's signals and the facts of the finding."""
    inflow = candidates["incoming"].cast("float64")
    age = (
        candidates["first_seen"].epoch_seconds() - candidates["opened_at"].epoch_seconds()
    ) / 86400.0
    all_accounts = ibis.window(order_by="payers")
    return candidates.mutate(
        subject=ACCOUNT + candidates["account_no"],
        traced_share=candidates["traced_in"].cast("float64") / inflow.nullif(0.0),
        handed_share=candidates["traced_on"].cast("float64") / inflow.nullif(0.0),
        many_payers=ibis.percent_rank().over(all_accounts),
        age_days=age,
        shop=(candidates["kind"].fill_null("") == "merchant").cast("int64"),
        amount=ibis.coalesce(candidates["traced_in"].nullif(0), candidates["incoming"]),
        count=candidates["n_in"],
        corroborated=_corroboration(candidates),
    )


def _corroboration(candidates: ir.Table) -> ir.BooleanValue:
    """Whether a report names the account, reported money was traced into it, or most came so.

    How it moves money, and that it deals with marked accounts among others, says too little:
    whoever collects welfare cards deals with several (0255).
    """
    grounds = (
        candidates["named"] > 0,
        candidates["traced_in"] > 0,
        candidates["from_marked"] >= MOSTLY,
    )
    return any_ground(*grounds)


def _evidence(tables: Tables, sight: ir.Table, candidates: ir.Table) -> ir.Table:
    """The reports that name it, the traced payments, and the largest ones in and out."""
    own = sight.semi_join(candidates, "account_no")
    rank = ibis.row_number().over(
        group_by=["account_no", "came"], order_by=[ibis.desc("amount"), ibis.asc("row_id")]
    )
    most = own.mutate(rank=rank)
    most = most.filter(most["rank"] < LARGEST).select("account_no", "row_id")
    payments = tables["payments"]
    top_payments = payments.join(most, "row_id").mutate(subject=ACCOUNT + most["account_no"])
    steps = taint.traced_money(tables).filter(ibis._["payment_id"].notnull())
    ends = ibis.union(
        steps.select("payment_id", subject="to"), steps.select("payment_id", subject="from")
    ).distinct()
    through = payments.join(ends.semi_join(candidates, "subject"), "payment_id")
    reports = tables["reports"]
    report_names = reports.mutate(account_no=reports["payee_accounts"].unnest())
    report_names = report_names.mutate(subject=ACCOUNT + report_names["account_no"]).semi_join(
        candidates, "subject"
    )
    return ibis.union(
        rows(top_payments, table="payments", subject="subject", signal="passed_day"),
        rows(through, table="payments", subject="subject", signal="traced_share"),
        rows(report_names, table="reports", subject="subject", signal="named"),
    )


DETECTOR = Detector(
    role="mule_account",
    title=Text("Which accounts pass stolen money on", "哪些账户在转移赃款"),
    reads=(
        "payments", "account_conduct", "bank_accounts", "vouchers", "card_payments", "reports",
        "traces", "owners",
    ),
    needs=("payments",),
    measure=measure,
    without={
        "reports": Text(
            "Without reports, accounts are ranked only by how payments move.",
            "没有报案时只按资金流动方式对账户排序。",
        ),
        "bank_accounts": Text(
            "Age and kind of accounts are not weighed.", "无法衡量开户时长与账户类型。"
        ),
        "vouchers": Text(
            "Purchases of cards are seen by channel only.", "只能按渠道识别购卡付款。"
        ),
    },
)  # fmt: skip
