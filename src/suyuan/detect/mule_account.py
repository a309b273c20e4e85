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

from suyuan.detect.contract import Detector, Measured, corroborated
from suyuan.detect.evidence import rows
from suyuan.detect.money_flows import sides, stolen
from suyuan.model.text import Text
from suyuan.money.owners import ACCOUNT
from suyuan.money.settlement import settled
from suyuan.store.programs import derive_tables
from suyuan.store.tables import Tables

#: Kinds of account that cannot be rented: lenders and card shops.
NEVER = ("loan", "voucher_shop")
#: Share of what came in from marked accounts that speaks against an account by itself.
MOSTLY = 0.5
#: Payments shown for an account at each end.
LARGEST = 8


def measure(tables: Tables) -> Measured:
    """Every account that takes money in and is nobody's who reported."""
    moved = tables.engine.keep(settled(tables))
    return Measured(**derive_tables(tables, _of_accounts, moved, tables))


def _of_accounts(moved: ir.Table, tables: Tables) -> dict[str, ir.Table]:
    """The fields of what is measured, from payments and what each account does with them."""
    keep, found = tables.engine.keep, tables["account_conduct"]
    sight = sides.sides(tables, moved)
    for part in (sides.dealings(sight), stolen.near(tables, sight), _registered(tables)):
        found = found.left_join(keep(part), "account_no").drop("account_no_right")
    found = found.filter(found["n_in"] > 0, ~found["kind"].fill_null("").isin(NEVER))
    found = keep(_derived(found.anti_join(sides.victims(tables), "account_no")))
    return {"candidates": found, "evidence": _evidence(tables, sight, found)}


def _registered(tables: Tables) -> ir.Table:
    held = tables["bank_accounts"]
    return held.group_by("account_no").aggregate(
        kind=held["kind"].min(), opened_at=held["opened_at"].min()
    )


def _derived(found: ir.Table) -> ir.Table:
    """The scorecard's signals and the facts of the finding."""
    incoming = found["incoming"].cast("float64")
    age = (found["first_seen"].epoch_seconds() - found["opened_at"].epoch_seconds()) / 86400.0
    everybody = ibis.window(order_by="payers")
    return found.mutate(
        subject=ACCOUNT + found["account_no"],
        traced_share=found["traced_in"].cast("float64") / incoming.nullif(0.0),
        handed_share=found["traced_on"].cast("float64") / incoming.nullif(0.0),
        many_payers=ibis.percent_rank().over(everybody),
        age_days=age,
        shop=(found["kind"].fill_null("") == "merchant").cast("int64"),
        amount=ibis.coalesce(found["traced_in"].nullif(0), found["incoming"]),
        count=found["n_in"],
        corroborated=_corroborated(found),
    )


def _corroborated(found: ir.Table) -> ir.BooleanValue:
    """Whether a report names the account, reported money was traced into it, or most came so.

    How it moves money, and that it deals with marked accounts among others, says too little:
    whoever collects welfare cards deals with several (0255).
    """
    grounds = (found["named"] > 0, found["traced_in"] > 0, found["from_marked"] >= MOSTLY)
    return corroborated(*grounds)


def _evidence(tables: Tables, sight: ir.Table, found: ir.Table) -> ir.Table:
    """The reports that name it, the traced payments, and the largest ones in and out."""
    own = sight.semi_join(found, "account_no")
    rank = ibis.row_number().over(
        group_by=["account_no", "came"], order_by=[ibis.desc("amount"), ibis.asc("row_id")]
    )
    most = own.mutate(rank=rank)
    most = most.filter(most["rank"] < LARGEST).select("account_no", "row_id")
    written = tables["payments"]
    shown = written.join(most, "row_id").mutate(subject=ACCOUNT + most["account_no"])
    steps = stolen.traced(tables).filter(ibis._["payment_id"].notnull())
    ends = ibis.union(
        steps.select("payment_id", subject="to"), steps.select("payment_id", subject="from")
    ).distinct()
    through = written.join(ends.semi_join(found, "subject"), "payment_id")
    reports = tables["reports"]
    naming = reports.mutate(account_no=reports["payee_accounts"].unnest())
    naming = naming.mutate(subject=ACCOUNT + naming["account_no"]).semi_join(found, "subject")
    return ibis.union(
        rows(shown, table="payments", subject="subject", signal="passed_day"),
        rows(through, table="payments", subject="subject", signal="traced_share"),
        rows(naming, table="reports", subject="subject", signal="named"),
    )


DETECTOR = Detector(
    role="mule_account",
    title=Text("Which accounts pass stolen money on", "哪些账户在转移赃款"),
    reads=(
        "payments", "account_conduct", "bank_accounts", "vouchers", "reports", "traces", "owners",
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
