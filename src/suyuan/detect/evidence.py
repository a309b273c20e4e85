"""Rows as evidence: which row speaks for which signal of which subject."""

import ibis
import ibis.expr.types as ir

from suyuan.model.derived import ROLE_EVIDENCE
from suyuan.model.evidence_words import REMARKS, signal_code
from suyuan.model.privacy import Privacy
from suyuan.model.records import RECORDS
from suyuan.model.scorecard import Scorecard

#: A subject with thousands of rows shows this many for each signal, and says how many there are.
ROWS_SHOWN = 20
#: Parts of one log-odd that shares are counted in.
PARTS = 1e12
#: More than any part has.
_DIGITS = 18


def rows(
    source_rows: ir.Table, *, table: str, subject: str, signal: str, note: str | None = None
) -> ir.Table:
    """Evidence out of `source_rows`, which have the provenance columns of standard table `table`.

    `subject` names their column that holds the subject, `note` a column with a remark.
    The row's key is read from a column ``key`` if there is one, else from the table's own.
    """
    own = ("key", *RECORDS[table].key)
    key = next((column for column in own if column in source_rows.columns), None)
    key_text = source_rows[key].cast("string") if key else _no_value()
    return source_rows.select(
        subject=source_rows[subject],
        signal=ibis.literal(signal),
        table=ibis.literal(table),
        key=key_text,
        row_id=source_rows["row_id"],
        file=source_rows["file"],
        line=source_rows["line"].cast("int64"),
        sha256=source_rows["sha256"],
        note=source_rows[note].cast("string") if note else _no_value(),
        note_class=_class(table, note),
    )


def weigh(evidence: ir.Table, signals: ir.Table, card: Scorecard) -> ir.Table:
    """The rows behind findings of `card`'s role, with their share of the score (sums to 1).

    Each signal's share is what it adds to the log-odds beside those that add too; a signal that
    speaks against, or nothing, still shows its rows with a small share. The share is parted
    equally over the rows shown. `signals` has the shape of ``role_signals``.
    """
    ranks = evidence.mutate(
        rank=ibis.row_number().over(group_by=["subject", "signal"], order_by=["row_id", "note"]),
        total=evidence.count().over(group_by=["subject", "signal"]),
    )
    top_rows = ranks.filter(ranks["rank"] < ROWS_SHOWN)
    pulls = signals.select("subject", "signal", pull=ibis.greatest(signals["weight"], 0.0) + 0.01)
    top_rows = top_rows.left_join(pulls, ["subject", "signal"]).select(
        *[top_rows[c] for c in top_rows.columns], pull=ibis.coalesce(pulls["pull"], 0.01)
    )
    part = top_rows["pull"] / ibis.least(top_rows["total"], ROWS_SHOWN).cast("float64")
    # Whole numbers, since a sum of floats depends on the order in which an engine adds them.
    parts = top_rows.mutate(part=(part * PARTS).round().cast("int64"))
    parts = parts.mutate(code=_rank_and_code(parts, card.role))
    whole = parts["part"].sum().over(group_by="subject").cast("float64")
    one_row = (
        parts.mutate(whole=whole)
        .group_by(["subject", "table", "row_id", "file", "line", "sha256"])
        .aggregate(
            weight=lambda t: t["part"].sum().cast("float64") / t["whole"].max(),
            key=lambda t: t["key"].max(),
            note=_note,
            note_class=_note_class,
            unlisted=_omissions,
            shows=lambda t: t["code"].max().substr(_DIGITS),
        )
    )
    return one_row.mutate(role=ibis.literal(card.role)).select(*ROLE_EVIDENCE.names)


def _class(table: str, note: str | None) -> ir.StringValue:
    """What a remark tells about people: as its column of `table`; words of ours tell nothing."""
    classes = {column.name: column.privacy_class for column in RECORDS[table]}
    class_ = classes.get(note, Privacy.PUBLIC) if note else None
    return ibis.literal(class_.value) if class_ else _no_value()


def _note_class(part: ir.Table) -> ir.Value:
    """Of two the narrower; where the name of a signal stands for a remark, that tells nothing."""
    return ibis.ifelse(part["note"].max().isnull(), Privacy.PUBLIC.value, part["note_class"].min())


def _note(part: ir.Table) -> ir.Value:
    return ibis.coalesce(part["note"].max(), part["signal"].max())


def _rank_and_code(parts: ir.Table, role: str) -> ir.StringValue:
    """What a row shows, after its part in digits: of several signals the heaviest is the largest.

    Words of ours that a detector put beside the row say more than the signal does.
    """
    is_remark = (parts["note_class"] == Privacy.PUBLIC.value) & parts["note"].isin(list(REMARKS))
    code = ibis.ifelse(
        ibis.coalesce(is_remark, False), parts["note"], signal_code(role, "") + parts["signal"]
    )
    return parts["part"].cast("string").lpad(_DIGITS, "0") + code


def _omissions(part: ir.Table) -> ir.Value:
    return ibis.greatest(part["total"].max() - ROWS_SHOWN, 0).cast("int64")


def _no_value() -> ir.Scalar:
    return ibis.null("string")
