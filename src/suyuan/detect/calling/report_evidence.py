"""What reports say of a number, by its name and through the call records.

A number that a report names may be spoofed, mistyped, or an honest desk's. What counts is the
stranger who first called a victim about the hour of the first contact, against how many victims a
number of that reach meets by chance.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.scheme import mark_scheme
from suyuan.identity.contact_windows import PROMPT, contact_windows
from suyuan.identity.named_numbers import INNOCENT, SHOP


def contacts(
    pairs: ir.Table, reports: ir.Table, scheme_reports: ir.Table, judgements: ir.Table
) -> ir.Table:
    """Strangers' first calls to victims, and whether they came about the first contact.

    `scheme_reports` has the ``report_id`` of the reports of this fraud, `judgements` is
    ``named_numbers``: the shop that a victim had bought from is no stranger to her. One row for
    each (``caller``, ``callee``, ``report_id``) with ``loss``, ``first_call``, ``hit`` (the call
    fell into the report's window), ``off`` (seconds from the first contact, null where that is not
    known), ``chance`` (the window's share of the case's span) and ``ours`` (1 where the report is
    of this fraud). A friend who happens to call at that hour has called before, and is no hit.
    """
    facts = contact_windows(reports).drop("reported_at").rename(callee="victim_phone")
    ends = pairs.aggregate(first=pairs["first_call"].min(), last=pairs["first_call"].max())
    shops = judgements.filter(judgements["how"] == SHOP).select("report_id", caller="number")
    rows = pairs.join(facts, "callee").anti_join(shops, ["report_id", "caller"])
    rows = mark_scheme(rows, scheme_reports).cross_join(ends)
    span = _seconds(rows["first"], rows["last"])
    window = _seconds(rows["begins"], rows["ends"])
    hit = (rows["first_call"] >= rows["begins"]) & (rows["first_call"] <= rows["ends"])
    return rows.select(
        "caller",
        "callee",
        "report_id",
        "loss",
        "first_call",
        hit=hit.cast("int64"),
        off=_seconds(rows["contacted_at"], rows["first_call"]).abs(),
        chance=ibis.least(window / ibis.greatest(span, 86400.0), 1.0),
        ours="ours",
    )


def attribution(contacts_: ir.Table, names_: ir.Table) -> ir.Table:
    """For each caller: ``known_cases``, reports of this fraud whose first contact was its call.

    Of the strangers who called a victim about the hour of contact one is taken: the one that the
    report names, else the nearest if it is no further off than :data:`PROMPT`.
    """
    word = names_.select("report_id", caller="number").distinct().mutate(said=ibis.literal(1))
    near = contacts_.filter(
        (contacts_["hit"] == 1) & contacts_["off"].notnull() & (contacts_["ours"] == 1)
    )
    near = near.left_join(word, ["report_id", "caller"]).drop("report_id_right", "caller_right")
    near = near.mutate(said=near["said"].fill_null(0))
    order = [ibis.desc("said"), ibis.asc("off"), ibis.asc("caller")]
    first = near.mutate(rank=ibis.row_number().over(group_by="report_id", order_by=order))
    first = first.filter((first["rank"] == 0) & ((first["said"] == 1) | (first["off"] <= PROMPT)))
    return first.group_by("caller").aggregate(known_cases=first["report_id"].nunique())


def _seconds(earlier: ir.TimestampValue, later: ir.TimestampValue) -> ir.FloatingValue:
    return (later.epoch_seconds() - earlier.epoch_seconds()).cast("float64")


def victims(contacts_: ir.Table, habits: ir.Table) -> ir.Table:
    """For each caller: ``victims`` contacted, how many ``expected``, ``loss``, ``victim_lift``.

    ``own_victims`` are those of them whose report is of this fraud.

    The lift is the log of how many of its first calls to victims fell about their first contact,
    over how many would by chance (half a victim is added to both: a small number says little).
    """
    sums = contacts_.group_by("caller").aggregate(
        victims=contacts_["hit"].sum(),
        own_victims=(contacts_["hit"] * contacts_["ours"]).sum(),
        loss=contacts_["loss"].sum(where=contacts_["hit"] == 1),
        expected=contacts_["chance"].sum(),
    )
    rows = habits.select("caller").left_join(sums, "caller")
    count, expectation = rows["victims"].fill_null(0), rows["expected"].fill_null(0.0)
    return rows.select(
        "caller",
        victims=count,
        own_victims=rows["own_victims"].fill_null(0),
        expected=expectation,
        loss=rows["loss"],
        victim_lift=((count + 0.5) / (expectation + 0.5)).ln(),
    )


def numbers_named(reports: ir.Table, judgements: ir.Table) -> ir.Table:
    """One row for each (report, number it names), with the report's row.

    `judgements` is the table ``named_numbers``: a misread number is the one that called; a
    service's and that of the victim's own shop are left out; ``believed`` is 1 where one naming
    alone speaks for the number.
    """
    names = reports.select(
        "report_id",
        "victim_phone",
        "loss",
        "reported_at",
        "row_id",
        "file",
        "line",
        "sha256",
        number=reports["caller_numbers"].unnest(),
    )
    word = judgements.select("report_id", "number", "meant", "how", "believed")
    names = names.inner_join(word, ["report_id", "number"]).filter(~word["how"].isin(INNOCENT))
    return names.mutate(
        number=ibis.coalesce(names["meant"], names["number"]),
        believed=(names["believed"] | names["meant"].notnull()).cast("int64"),
    ).drop("meant", "how")
