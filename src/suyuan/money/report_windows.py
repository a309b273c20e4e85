"""When the payments of a report can have been made."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables

#: Clocks of banks and police differ, and a first call may be remembered late.
SLACK: Final = ibis.interval(minutes=15)
#: Where a report does not say when it began.
LOOK_BACK: Final = ibis.interval(days=30)


def windows(tables: Tables) -> ir.Table:
    """Between which times each report's money left: (report_id, reported_at, loss, since, until).

    From the first contact to the report.
    """
    since = ibis._.contacted_at.fill_null(ibis._.reported_at - LOOK_BACK) - SLACK
    return tables["reports"].select(
        "report_id", "reported_at", "loss", since=since, until=ibis._.reported_at + SLACK
    )
