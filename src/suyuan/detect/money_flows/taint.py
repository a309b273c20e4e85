"""How near to reported money an account or a card is: named, traced, or among such."""

import ibis
import ibis.expr.types as ir

from suyuan.money.methods import DEFAULT
from suyuan.money.owners import ACCOUNT, named_payees, victims_accounts
from suyuan.store.tables import Tables


def traced_money(tables: Tables) -> ir.Table:
    """Steps of the default tracing method between accounts."""
    steps = tables["traces"]
    return steps.filter(steps["method"] == DEFAULT)


def near(tables: Tables, sight: ir.Table) -> ir.Table:
    """By account: ``named`` (reports that name it as paid into), ``traced_in`` and ``traced_on``
    (fen of reported money that came in, and that it passed on), ``reports`` (whose money),
    ``from_marked`` and ``to_marked`` (shares of fen in from victims and marked accounts, of fen out
    to marked ones), and ``among`` (mean mark of its other counterparties).

    An account's mark is 1 where a report names it, else the share of its fen in that was traced and
    passed on. `sight` is :func:`suyuan.detect.money_flows.sides.sides`.
    """
    keep = tables.engine.keep
    steps = keep(traced_money(tables))
    name_counts = named_payees(tables).group_by("account_no").aggregate(named=ibis._.count())
    inflow = _at(steps, "to").select("account_no", traced_in="fen", reports="of")
    outflow = _at(steps.filter(steps["hop"] > 0), "from").select("account_no", traced_on="fen")
    accounts = sight.group_by("account_no").aggregate(
        fen_in=(sight["amount"] * sight["came"]).sum().cast("float64")
    )
    for part in (keep(name_counts), inflow, outflow):
        accounts = accounts.left_join(part, "account_no").drop("account_no_right")
    zero = ("named", "traced_in", "traced_on", "reports")
    accounts = keep(accounts.mutate(**{name: accounts[name].fill_null(0) for name in zero}))
    company = _company(sight, keep(_marks(tables, accounts)))
    return keep(accounts.join(company, "account_no").drop("fen_in"))


def _marks(tables: Tables, accounts: ir.Table) -> ir.Table:
    """``mark`` of every account that has one, and ``victim`` for those of people who reported."""
    share = accounts["traced_on"].cast("float64") / accounts["fen_in"].nullif(0.0)
    mark = ibis.ifelse(accounts["named"] > 0, 1.0, ibis.least(share.fill_null(0.0), 1.0))
    marks = accounts.select("account_no", mark=mark, victim=ibis.literal(0.0))
    own = victims_accounts(tables).select("account_no").distinct()
    own = own.mutate(mark=ibis.literal(0.0), victim=ibis.literal(1.0))
    marks = marks.filter(marks["mark"] > 0).anti_join(own, "account_no")
    return ibis.union(marks, own).select(other="account_no", mark="mark", victim="victim")


def _company(sight: ir.Table, marks: ir.Table) -> ir.Table:
    pairs = sight.group_by("account_no", "other").aggregate(
        into=(sight["amount"] * sight["came"]).sum().cast("float64"),
        out=(sight["amount"] * (1 - sight["came"])).sum().cast("float64"),
    )
    pair_marks = pairs.left_join(marks, "other")
    mark, victim = pair_marks["mark"].fill_null(0.0), pair_marks["victim"].fill_null(0.0)
    return pair_marks.group_by("account_no").aggregate(
        from_marked=(pair_marks["into"] * (mark + victim)).sum()
        / pair_marks["into"].sum().nullif(0.0),
        to_marked=(pair_marks["out"] * mark).sum() / pair_marks["out"].sum().nullif(0.0),
        among=mark.mean(),
    )


def _at(steps: ir.Table, end: str) -> ir.Table:
    """By account at one `end` of the steps: ``fen`` of reported money, ``of`` how many reports."""
    share_ = steps.filter(steps[end].startswith(ACCOUNT), steps["from"] != steps["to"])
    return share_.group_by(account_no=share_[end].substr(len(ACCOUNT))).aggregate(
        fen=share_["amount"].sum(), of=share_["report_id"].nunique()
    )
