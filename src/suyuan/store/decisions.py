"""What people decided, as later steps obey it: the last word on each matter, unless taken back.

A step of its own sorts the words by whom they concern, so that one word on a caller leaves the
tables of every other role as they were, and the steps that read those need not run again.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.roles import ROLES
from suyuan.model.text import Text
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables

#: A decision is taken back by a later one that rejects ``decision:ID``.
TAKEN_BACK = "decision:"
#: Reports that one decision may merge or split: each is paired with each, half a million pairs.
MOST_REPORTS = 1_000
#: Subjects whose confirmation the tracing of money listens to.
ACCOUNT = "bank_account:"


def decisions_in_force(tables: Tables) -> ir.Table:
    """The decisions that nobody took back."""
    decisions = tables["decisions"]
    back = decisions.filter(
        (decisions["kind"] == "reject") & decisions["subject"].startswith(TAKEN_BACK)
    )
    back = back.select(undone=back["subject"].substr(len(TAKEN_BACK))).view()
    rows = decisions.anti_join(back, decisions["decision_id"] == back["undone"])
    return rows.filter(~ibis.coalesce(rows["subject"], "").startswith(TAKEN_BACK))


def _latest_first(rulings: ir.Table) -> list[ir.Value]:
    """By time; of two in one second the one further down in its file, where each is appended."""
    return [rulings["at"].desc(), rulings["line"].desc(), rulings["decision_id"].desc()]


def _rulings(tables: Tables) -> ir.Table:
    decisions = decisions_in_force(tables)
    return decisions.filter(
        decisions["kind"].isin(("confirm", "reject")) & decisions["subject"].notnull()
    )


def verdicts(tables: Tables) -> ir.Table:
    """For each subject and role the last word: ``of``, ``of_role`` (null: any), ``confirmed``."""
    rulings = _rulings(tables)
    last = ibis.row_number().over(
        group_by=[rulings["subject"], rulings["role"]],
        order_by=_latest_first(rulings),
    )
    ranking = rulings.mutate(rank=last)
    return ranking.filter(ranking["rank"] == 0).select(
        of="subject", of_role="role", confirmed=ranking["kind"] == "confirm"
    )


def verdicts_on(role: str, tables: Tables) -> ir.Table:
    """The last word on each ``subject`` as `role`, or as whatever it is: ``confirmed`` or not."""
    rulings = _rulings(tables)
    rulings = rulings.filter(rulings["role"].isnull() | (rulings["role"] == role))
    last = ibis.row_number().over(group_by="subject", order_by=_latest_first(rulings))
    ranking = rulings.mutate(rank=last)
    return ranking.filter(ranking["rank"] == 0).select(
        "subject", confirmed=ranking["kind"] == "confirm"
    )


def confirmed_accounts(tables: Tables) -> ir.Table:
    """Bank accounts that somebody confirmed in any role: ``account_no``."""
    last = verdicts(tables)
    last = last.filter(last["confirmed"] & last["of"].startswith(ACCOUNT))
    return last.select(account_no=last["of"].substr(len(ACCOUNT))).distinct()


def pairings(tables: Tables) -> ir.Table:
    """Pairs of reports (``left`` < ``right``) that people put together (``same``) or took apart.

    Decisions about more than ``MOST_REPORTS`` are left out; :func:`find_oversized` names them.
    """
    decisions = decisions_in_force(tables)
    rulings = decisions.filter(decisions["kind"].isin(("merge", "split")))
    rulings = rulings.filter(rulings["report_ids"].length() <= MOST_REPORTS)
    report_rows = rulings.select(
        "decision_id", "at", "line", "kind", report=rulings["report_ids"].unnest()
    )
    first, second = tables.engine.keep(report_rows), tables.engine.keep(report_rows)
    combinations = first.inner_join(
        second,
        (first["decision_id"] == second["decision_id"]) & (first["report"] < second["report"]),
    )
    pairs = combinations.select(
        "at", "line", "decision_id", "kind", left=first["report"], right=second["report"]
    ).view()
    last = ibis.row_number().over(
        group_by=["left", "right"],
        order_by=_latest_first(pairs),
    )
    ranking = pairs.mutate(rank=last)
    return ranking.filter(ranking["rank"] == 0).select(
        "left", "right", same=ranking["kind"] == "merge"
    )


def find_oversized(decisions: pa.Table) -> list[str]:
    """Ids of the decisions that are about too many reports to be obeyed."""
    sizes = pc.list_value_length(decisions["report_ids"])
    return sorted(decisions.filter(pc.greater(sizes, MOST_REPORTS))["decision_id"].to_pylist())


def _outputs(tables: Tables) -> StepOutput:
    if not tables.has("decisions"):
        return {}
    keep = tables.engine.keep
    return {
        "pairings": keep(pairings(tables)),
        "confirmed_accounts": keep(confirmed_accounts(tables)),
        **{f"verdicts:{role}": keep(verdicts_on(role, tables)) for role in ROLES},
    }


DECISIONS_STEP = Step(
    name="decisions",
    title=Text("Reading what people decided", "读取人工决定"),
    reads=("decisions",),
    writes=("pairings", "confirmed_accounts", *(f"verdicts:{role}" for role in ROLES)),
    run=_outputs,
)
