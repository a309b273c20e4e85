"""Whose a number was when a ring used it: cards end, and numbers are given to somebody else.

A number belongs to the card that it was on. Another customer's card of the same number, opened
after the ring's last victim was contacted or ended by the card of the ring's own time, says nothing
of who called: neither in whose name it stands, nor by the handsets that it was used in.
"""

import ibis
import ibis.expr.types as ir

from suyuan.identity.contact_windows import contact_moment
from suyuan.store.tables import Tables

#: A carrier's opening time and a victim's clock need not agree.
GRACE = ibis.interval(days=1)


def tenures(uses: ir.Table, tables: Tables) -> ir.Table:
    """Other customers' cards of numbers: `uses` with ``person``, ``since``, ``until``.

    `uses` says of a number (``number``, as ``phone:…``) until when somebody used it (``at``). The
    card that it was on is the newest opened by then; whoever had another is ``person``, before
    ``since`` or from ``until`` on.
    """
    cards = tables.engine.keep(_cards(uses, tables))
    own = cards.filter(cards["opened_at"] <= cards["at"] + GRACE)
    own = own.mutate(newest=own["opened_at"].max().over(group_by=["of", "number"]))
    own = own.filter(own["opened_at"] == own["newest"]).group_by("of", "number")
    own = own.aggregate(current=lambda t: t["customer_id"].min(), began=lambda t: t["newest"].max())
    customers = cards.left_join(own, ["of", "number"]).drop("of_right", "number_right").view()
    customers = customers.filter(
        customers["current"].isnull() | (customers["customer_id"] != customers["current"])
    )
    later = customers["began"].isnull() | (customers["opened_at"] > customers["began"])
    return customers.select(
        "of",
        "number",
        person="party:" + customers["customer_id"],
        since=ibis.ifelse(later, ibis.null("timestamp(6)"), customers["began"]),
        until=ibis.ifelse(later, customers["opened_at"], ibis.null("timestamp(6)")),
    )


def calls_in_tenure(calls: ir.Table, tenants: ir.Table) -> ir.Table:
    """`calls` without those that a number made on another customer's card (`tenants`: tenures)."""
    spans = tenants.group_by("number")
    spans = spans.aggregate(since=tenants["since"].max(), until=tenants["until"].min())
    spans = spans.mutate(spoken=spans["number"].substr(len("phone:"))).drop("number").view()
    call_spans = calls.inner_join(spans, calls["caller"] == spans["spoken"])
    at = call_spans["started_at"]
    away = (at >= call_spans["until"]) | (at < call_spans["since"] - GRACE)
    return calls.anti_join(call_spans.filter(away).select("row_id"), "row_id")


def last_contacts(phones: ir.Table, tables: Tables) -> ir.Table:
    """``of``, ``number``, ``at``: when the last victim that a report tells of heard the number.

    `phones` are touches, the numbers their nodes.
    """
    reports = tables["reports"]
    moment = contact_moment(reports)
    report_times = reports.group_by(told="report_id").aggregate(moment=moment.max()).view()
    contacts = phones.inner_join(report_times, phones["report_id"] == report_times["told"]).view()
    return contacts.group_by(of="node", number="node").aggregate(at=contacts["moment"].max())


def _cards(uses: ir.Table, tables: Tables) -> ir.Table:
    """Cards of the numbers whose customer and opening are known."""
    sims = tables["sims"].mutate(number="phone:" + tables["sims"]["msisdn"])
    cards = sims.filter(sims["customer_id"].notnull() & sims["opened_at"].notnull())
    cards = cards.select("number", "customer_id", "opened_at").distinct()
    return cards.inner_join(uses, "number").view()
