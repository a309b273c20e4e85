"""When a report's victim can have been contacted first, by the clocks that are known."""

from typing import Final

import ibis
import ibis.expr.types as ir

#: Clocks of carriers, victims and police differ, and "around three" is not 15:00:00.
SKEW: Final = ibis.interval(hours=2)
#: A call so near to the first contact is held to be it, in seconds.
PROMPT: Final = 900
#: Where the first contact is not known, it lies within so long before the report.
MEMORY: Final = ibis.interval(days=4)


def contact_moment(reports: ir.Table) -> ir.TimestampColumn:
    """When the victim was first contacted, or reported it where the report does not say."""
    return ibis.coalesce(reports["contacted_at"], reports["reported_at"])


def contact_windows(reports: ir.Table) -> ir.Table:
    """Reports whose victim's phone is known, with ``begins`` and ``ends`` of that time.

    Columns: report_id, victim_phone, loss, contacted_at, reported_at, begins, ends.
    """
    phone_reports = reports.filter(reports["victim_phone"].notnull())
    return phone_reports.select(
        "report_id",
        "victim_phone",
        "loss",
        "contacted_at",
        "reported_at",
        begins=ibis.coalesce(
            phone_reports["contacted_at"] - SKEW, phone_reports["reported_at"] - MEMORY
        ),
        ends=ibis.coalesce(phone_reports["contacted_at"] + SKEW, phone_reports["reported_at"]),
    )
