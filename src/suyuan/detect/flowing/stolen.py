"""How near to reported money an account or a card is: named, traced, or among such."""

import ibis
import ibis.expr.types as ir

from suyuan.money.methods import DEFAULT
from suyuan.money.owners import ACCOUNT, named_payees
from suyuan.store.tables import Tables


def traced(tables: Tables) -> ir.Table:
    """Steps of the default tracing method between accounts."""
    steps = tables["traces"]
    return steps.filter(steps["method"] == DEFAULT)


def near(tables: Tables, seen: ir.Table) -> ir.Table:
    """By account: ``named`` (reports that name it as paid into), ``traced_in`` and ``traced_on``
    (fen of reported money that came in, and that it passed on), ``reports`` (whose money), and
    ``among`` (share of its other counterparties that are named, or passed such money on).

    `seen` is :func:`suyuan.detect.flowing.sides.sides`.
    """
    keep = tables.engine.keep
    steps = keep(traced(tables))
    named = keep(named_payees(tables).group_by("account_no").aggregate(named=ibis._.count()))
    came = _into(steps, "to").select("account_no", traced_in="fen", reports="of")
    went = _into(steps.filter(steps["hop"] > 0), "from").select("account_no", traced_on="fen")
    marked = keep(ibis.union(named.select("account_no"), went.select("account_no"), distinct=True))
    others = seen.select("account_no", "other").distinct()
    flag = marked.select(other="account_no", mark=ibis.literal(1))
    joined = others.left_join(flag, "other")
    among = joined.group_by("account_no").aggregate(
        among=joined["mark"].fill_null(0).mean(), marked_others=joined["mark"].fill_null(0).sum()
    )
    found = among.left_join(named, "account_no").drop("account_no_right")
    found = found.left_join(came, "account_no").drop("account_no_right")
    found = found.left_join(went, "account_no").drop("account_no_right")
    zero = ("named", "traced_in", "traced_on", "reports")
    return keep(found.mutate(**{name: found[name].fill_null(0) for name in zero}))


def _into(steps: ir.Table, end: str) -> ir.Table:
    """By account at one `end` of the steps: ``fen`` of reported money, ``of`` how many reports."""
    mine = steps.filter(steps[end].startswith(ACCOUNT), steps["from"] != steps["to"])
    return mine.group_by(account_no=mine[end].substr(len(ACCOUNT))).aggregate(
        fen=mine["amount"].sum(), of=mine["report_id"].nunique()
    )
