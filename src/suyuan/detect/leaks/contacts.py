"""Whom the scammers reached, and the orders through which they may have known of them."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.lags import EDGES
from suyuan.store.tables import Tables

#: Attributes of an order that may be where it leaked, and the kind of subject that each is.
ATTRIBUTES = {
    "merchant_id": "merchant",
    "platform": "platform",
    "courier": "courier",
    "software": "software",
    "warehouse": "warehouse",
}
#: A call from a decided scam caller to somebody who did not report, against a report.
CALL_WEIGHT = 0.6
PROVENANCE = ("row_id", "file", "line", "sha256")


def contacts(tables: Tables) -> ir.Table:
    """One row a person reached.

    ``contact`` (text id), ``person``, ``phone``, ``called_at``, ``exact`` (false: only the report
    is dated), ``weight``, ``quoted_order_id``, ``source`` (reports or calls) and provenance.
    """
    reported = reported_people(tables["reports"])
    if not tables.has("findings:scam_caller") or not tables.has("calls"):
        return reported
    return ibis.union(reported, _called(tables, reported))


def reported_people(reports: ir.Table) -> ir.Table:
    """The contacts that reports tell of, each call once."""
    called_at = ibis.coalesce(reports["contacted_at"], reports["reported_at"])
    dated = reports.mutate(
        called_at=called_at,
        day=called_at.date(),
        who=ibis.coalesce(reports["victim_id"], reports["victim_phone"], reports["report_id"]),
    )
    # One person may report twice: the same call counts once.
    first = ibis.row_number().over(
        group_by=["who", "day", "quoted_order_id"], order_by=["reported_at", "row_id"]
    )
    ranked = dated.mutate(rank=first)
    kept = ranked.filter(ranked["rank"] == 0)
    return kept.select(
        contact=kept["report_id"],
        person=kept["victim_id"],
        phone=kept["victim_phone"],
        called_at=kept["called_at"],
        exact=kept["contacted_at"].notnull(),
        weight=ibis.literal(1.0),
        quoted_order_id=kept["quoted_order_id"],
        source=ibis.literal("reports"),
        **{name: kept[name] for name in PROVENANCE},
    )


def calls_of_callers(tables: Tables, reported: ir.Table) -> ir.Table:
    """Calls of decided scam callers to numbers that did not report; ``sure`` of the caller."""
    found = tables["findings:scam_caller"].filter(lambda t: t["decided"])
    callers = found.filter(found["subject"].startswith("phone:")).select(
        caller=found["subject"].substr(6), sure=found["score"]
    )
    calls = tables["calls"].inner_join(callers, "caller")
    return calls.anti_join(reported, calls["callee"] == reported["phone"])


def _called(tables: Tables, reported: ir.Table) -> ir.Table:
    """First call of a decided scam caller to each number that did not report."""
    calls = calls_of_callers(tables, reported)
    ranked = calls.mutate(
        rank=ibis.row_number().over(group_by="callee", order_by=["started_at", "row_id"])
    )
    first = ranked.filter(ranked["rank"] == 0)
    return as_contacts(first, CALL_WEIGHT * first["sure"])


def as_contacts(calls: ir.Table, weight: ir.Value) -> ir.Table:
    """Rows of calls in the columns of :func:`contacts`."""
    return calls.select(
        contact=calls["row_id"],
        person=ibis.null("string"),
        phone=calls["callee"],
        called_at=calls["started_at"],
        exact=ibis.literal(True),  # noqa: FBT003
        weight=weight,
        quoted_order_id=ibis.null("string"),
        source=ibis.literal("calls"),
        **{name: calls[name] for name in PROVENANCE},
    )


def candidate_orders(reached: ir.Table, orders: ir.Table) -> ir.Table:
    """Pairs of a person reached and an order of theirs before the call, or the one quoted.

    Columns: ``contact``, ``order_id``, ``ordered_at``, ``hours`` (order to call), ``quoted``, the
    attributes, and ``order_row`` (the order's row_id).
    """
    by_person = _paired(reached, orders, reached["person"] == orders["buyer_id"])
    by_phone = _paired(reached, orders, reached["phone"] == orders["buyer_phone"])
    by_quote = _paired(reached, orders, reached["quoted_order_id"] == orders["order_id"])
    pairs = ibis.union(by_person, by_phone, by_quote, distinct=True)
    # A quoted order stays, whatever the clocks say.
    return pairs.filter(
        pairs["quoted"] | ((pairs["hours"] >= EDGES[0]) & (pairs["hours"] < EDGES[-1]))
    )


def _paired(reached: ir.Table, orders: ir.Table, match: ir.BooleanValue) -> ir.Table:
    pairs = reached.inner_join(orders, match)
    gap = reached["called_at"].epoch_seconds() - orders["ordered_at"].epoch_seconds()
    return pairs.select(
        contact=reached["contact"],
        order_id=orders["order_id"],
        ordered_at=orders["ordered_at"],
        hours=gap.cast("float64") / 3600.0,
        quoted=ibis.coalesce(reached["quoted_order_id"] == orders["order_id"], ibis.literal(False)),  # noqa: FBT003
        order_row=orders["row_id"],
        **{name: orders[name] for name in ATTRIBUTES},
    )
