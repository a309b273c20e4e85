"""Rows as evidence: which row speaks for which signal of which subject."""

import ibis
import ibis.expr.types as ir

from suyuan.model.derived import ROLE_EVIDENCE
from suyuan.model.privacy import Privacy
from suyuan.model.records import RECORDS
from suyuan.model.scorecard import Scorecard

#: A subject with thousands of rows shows this many for each signal, and says how many there are.
SHOWN = 20
#: Parts of one log-odd that shares are counted in.
PARTS = 1e12


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
        note_class=_class(table, note),
    )


def weighed(evidence: ir.Table, signals: ir.Table, card: Scorecard) -> ir.Table:
    """The rows behind findings of `card`'s role, with their share of the score (sums to 1).

    Each signal's share is what it adds to the log-odds beside those that add too; a signal that
    speaks against, or nothing, still shows its rows with a small share. The share is parted
    equally over the rows shown. `signals` has the shape of ``role_signals``.
    """
    ranked = evidence.mutate(
        rank=ibis.row_number().over(group_by=["subject", "signal"], order_by=["row_id", "note"]),
        total=evidence.count().over(group_by=["subject", "signal"]),
    )
    shown = ranked.filter(ranked["rank"] < SHOWN)
    added = signals.select("subject", "signal", pull=ibis.greatest(signals["weight"], 0.0) + 0.01)
    shown = shown.left_join(added, ["subject", "signal"]).select(
        *[shown[c] for c in shown.columns], pull=ibis.coalesce(added["pull"], 0.01)
    )
    part = shown["pull"] / ibis.least(shown["total"], SHOWN).cast("float64")
    # Whole numbers, since a sum of floats depends on the order in which an engine adds them.
    each = shown.mutate(part=(part * PARTS).round().cast("int64"))
    whole = each["part"].sum().over(group_by="subject").cast("float64")
    one_row = (
        each.mutate(whole=whole)
        .group_by(["subject", "table", "row_id", "file", "line", "sha256"])
        .aggregate(
            weight=lambda t: t["part"].sum().cast("float64") / t["whole"].max(),
            key=lambda t: t["key"].max(),
            note=_note,
            note_class=_note_class,
            unlisted=_unlisted,
        )
    )
    return one_row.mutate(role=ibis.literal(card.role)).select(*ROLE_EVIDENCE.names)


def _class(table: str, note: str | None) -> ir.StringValue:
    """What a remark tells about people: as its column of `table`; words of ours tell nothing."""
    declared = {column.name: column.privacy_class for column in RECORDS[table]}
    class_ = declared.get(note, Privacy.PUBLIC) if note else None
    return ibis.literal(class_.value) if class_ else _none()


def _note_class(part: ir.Table) -> ir.Value:
    """Of two the narrower; where the name of a signal stands for a remark, that tells nothing."""
    return ibis.ifelse(part["note"].max().isnull(), Privacy.PUBLIC.value, part["note_class"].min())


def _note(part: ir.Table) -> ir.Value:
    return ibis.coalesce(part["note"].max(), part["signal"].max())


def _unlisted(part: ir.Table) -> ir.Value:
    return ibis.greatest(part["total"].max() - SHOWN, 0).cast("int64")


def _none() -> ir.Scalar:
    return ibis.null("string")
