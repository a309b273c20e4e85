"""What people decided, as later steps obey it: the last word on each matter, unless taken back."""

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables

#: A decision is taken back by a later one that rejects ``decision:ID``.
TAKEN_BACK = "decision:"


def standing(tables: Tables) -> ir.Table:
    """The decisions that nobody took back."""
    decisions = tables["decisions"]
    back = decisions.filter(
        (decisions["kind"] == "reject") & decisions["subject"].startswith(TAKEN_BACK)
    )
    back = back.select(undone=back["subject"].substr(len(TAKEN_BACK))).view()
    held = decisions.anti_join(back, decisions["decision_id"] == back["undone"])
    return held.filter(~ibis.coalesce(held["subject"], "").startswith(TAKEN_BACK))


def verdicts(tables: Tables) -> ir.Table:
    """For each subject and role the last word: ``of``, ``of_role`` (null: any), ``confirmed``."""
    held = standing(tables)
    said = held.filter(held["kind"].isin(("confirm", "reject")) & held["subject"].notnull())
    last = ibis.row_number().over(
        group_by=[said["subject"], said["role"]],
        order_by=[said["at"].desc(), said["decision_id"].desc()],
    )
    ranked = said.mutate(rank=last)
    return ranked.filter(ranked["rank"] == 0).select(
        of="subject", of_role="role", confirmed=ranked["kind"] == "confirm"
    )


def pairings(tables: Tables) -> ir.Table:
    """Pairs of reports (``left`` < ``right``) that people put together (``same``) or took apart."""
    held = standing(tables)
    said = held.filter(held["kind"].isin(("merge", "split")))
    each = said.select("decision_id", "at", "kind", report=said["report_ids"].unnest())
    one, other = tables.engine.keep(each), tables.engine.keep(each)
    met = one.inner_join(
        other, (one["decision_id"] == other["decision_id"]) & (one["report"] < other["report"])
    )
    pairs = met.select(
        "at", "decision_id", "kind", left=one["report"], right=other["report"]
    ).view()
    last = ibis.row_number().over(
        group_by=["left", "right"],
        order_by=[pairs["at"].desc(), pairs["decision_id"].desc()],
    )
    ranked = pairs.mutate(rank=last)
    return ranked.filter(ranked["rank"] == 0).select(
        "left", "right", same=ranked["kind"] == "merge"
    )
