"""Rows as evidence: which row speaks for which signal of which subject."""

import ibis
import ibis.expr.types as ir

from suyuan.model.derived import ROLE_EVIDENCE
from suyuan.model.records import RECORDS
from suyuan.model.scorecard import Scorecard

#: A subject with thousands of rows shows this many for each signal, and says how many there are.
SHOWN = 20


def rows(
    found: ir.Table, *, table: str, subject: str, signal: str, note: str | None = None
) -> ir.Table:
    """Evidence out of `found`, which carries the provenance columns of standard table `table`.

    `subject` names the column of `found` that holds the subject; `note` a column with a remark.
    The row's key is read from a column ``key`` if there is one, else from the table's own.
    """
    own = ("key", *RECORDS[table].key)
    key = next((column for column in own if column in found.columns), None)
    written = found[key].cast("string") if key else _none()
    return found.select(
        subject=found[subject],
        signal=ibis.literal(signal),
        table=ibis.literal(table),
        key=written,
        row_id=found["row_id"],
        file=found["file"],
        line=found["line"].cast("int64"),
        sha256=found["sha256"],
        note=found[note].cast("string") if note else _none(),
    )


def weighed(evidence: ir.Table, signals: ir.Table, card: Scorecard) -> ir.Table:
    """The rows behind findings of `card`'s role, with their share of the score (sums to 1).

    Each signal's share is what it adds to the log-odds beside those that add too; a signal that
    speaks against, or nothing, still shows its rows with a small share. The share is parted
    equally over the rows shown. `signals` has the shape of ``role_signals``.
    """
    ranked = evidence.mutate(
        rank=ibis.row_number().over(group_by=["subject", "signal"], order_by="row_id"),
        total=evidence.count().over(group_by=["subject", "signal"]),
    )
    shown = ranked.filter(ranked["rank"] < SHOWN)
    added = signals.select("subject", "signal", pull=ibis.greatest(signals["weight"], 0.0) + 0.01)
    shown = shown.left_join(added, ["subject", "signal"]).select(
        *[shown[c] for c in shown.columns], pull=ibis.coalesce(added["pull"], 0.01)
    )
    each = shown.mutate(part=shown["pull"] / ibis.least(shown["total"], SHOWN).cast("float64"))
    whole = each["part"].sum().over(group_by="subject")
    one_row = (
        each.mutate(weight=each["part"] / whole)
        .group_by(["subject", "table", "row_id", "file", "line", "sha256"])
        .aggregate(
            weight=lambda t: t["weight"].sum(),
            key=lambda t: t["key"].max(),
            note=_note,
        )
    )
    return one_row.mutate(role=ibis.literal(card.role)).select(*ROLE_EVIDENCE.names)


def _note(part: ir.Table) -> ir.Value:
    more = ibis.greatest(part["total"].max() - SHOWN, 0)
    remark = ibis.coalesce(part["note"].max(), part["signal"].max())
    return ibis.ifelse(more > 0, remark + " (+" + more.cast("string") + ")", remark)


def _none() -> ir.Scalar:
    return ibis.null("string")
