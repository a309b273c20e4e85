"""Whom the scammers reached, and the orders through which they may have known of them."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.lags import EDGES
from suyuan.identity.contact_windows import contact_moment
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
    reported_contacts = reported_people(tables["reports"])
    if not tables.has("findings:scam_caller") or not tables.has("calls"):
        return reported_contacts
    return ibis.union(reported_contacts, _caller_contacts(tables, reported_contacts))


def reported_people(reports: ir.Table) -> ir.Table:
    """The contacts that reports tell of, each call once."""
    called_at = contact_moment(reports)
    dated_reports = reports.mutate(
        called_at=called_at,
        day=called_at.date(),
        who=ibis.coalesce(reports["victim_id"], reports["victim_phone"], reports["report_id"]),
    )
    # One person may report twice: the same call counts once.
    first = ibis.row_number().over(
        group_by=["who", "day", "quoted_order_id"], order_by=["reported_at", "row_id"]
    )
    ranking = dated_reports.mutate(rank=first)
    first_reports = ranking.filter(ranking["rank"] == 0)
    return first_reports.select(
        contact=first_reports["report_id"],
        person=first_reports["victim_id"],
        phone=first_reports["victim_phone"],
        called_at=first_reports["called_at"],
        exact=first_reports["contacted_at"].notnull(),
        weight=ibis.literal(1.0),
        quoted_order_id=first_reports["quoted_order_id"],
        source=ibis.literal("reports"),
        **{name: first_reports[name] for name in PROVENANCE},
    )


def calls_of_callers(tables: Tables, reported_contacts: ir.Table) -> ir.Table:
    """Calls of decided scam callers to numbers that did not report; ``sure`` of the caller."""
    findings = tables["findings:scam_caller"].filter(lambda t: t["decided"])
    callers = findings.filter(findings["subject"].startswith("phone:")).select(
        caller=findings["subject"].substr(6), sure=findings["score"]
    )
    calls = tables["calls"].inner_join(callers, "caller")
    return calls.anti_join(reported_contacts, calls["callee"] == reported_contacts["phone"])


def _caller_contacts(tables: Tables, reported_contacts: ir.Table) -> ir.Table:
    """First call of a decided scam caller to each number that did not report."""
    calls = calls_of_callers(tables, reported_contacts)
    ranking = calls.mutate(
        rank=ibis.row_number().over(group_by="callee", order_by=["started_at", "row_id"])
    )
    first = ranking.filter(ranking["rank"] == 0)
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


def candidate_orders(contacted_people: ir.Table, orders: ir.Table) -> ir.Table:
    """Pairs of a person reached and an order of theirs before the call, or the one quoted.

    Columns: ``contact``, ``order_id``, ``ordered_at``, ``hours`` (order to call), ``quoted``, the
    attributes, and ``order_row`` (the order's row_id).
    """
    by_person = _pair_orders(
        contacted_people, orders, contacted_people["person"] == orders["buyer_id"]
    )
    by_phone = _pair_orders(
        contacted_people, orders, contacted_people["phone"] == orders["buyer_phone"]
    )
    by_quote = _pair_orders(
        contacted_people, orders, contacted_people["quoted_order_id"] == orders["order_id"]
    )
    pairs = ibis.union(by_person, by_phone, by_quote, distinct=True)
    # A quoted order stays, whatever the clocks say.
    return pairs.filter(
        pairs["quoted"] | ((pairs["hours"] >= EDGES[0]) & (pairs["hours"] < EDGES[-1]))
    )


def _pair_orders(contacted_people: ir.Table, orders: ir.Table, match: ir.BooleanValue) -> ir.Table:
    pairs = contacted_people.inner_join(orders, match)
    gap = contacted_people["called_at"].epoch_seconds() - orders["ordered_at"].epoch_seconds()
    return pairs.select(
        contact=contacted_people["contact"],
        order_id=orders["order_id"],
        ordered_at=orders["ordered_at"],
        hours=gap.cast("float64") / 3600.0,
        quoted=ibis.coalesce(
            contacted_people["quoted_order_id"] == orders["order_id"], ibis.literal(value=False)
        ),
        order_row=orders["row_id"],
        **{name: orders[name] for name in ATTRIBUTES},
    )
