"""Who of a ring is seen in which week: the rows that tie somebody to a ring, by week."""

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.results import RING_ACTIVITY
from suyuan.store.steps import Written
from suyuan.store.tables import Tables

#: Who a row is about.
WHO = ("ring_id", "role", "subject")


def active(tables: Tables) -> Written:
    """The step's work: table ``ring_activity``."""
    grounds = tables["grounds"]
    known = grounds.filter(grounds["seen"].notnull())
    rows = tables.engine.fetch(known.select(*WHO, "row_id", "seen").distinct())
    return {"ring_activity": by_week(rows, tables.zone)}


def by_week(rows: pa.Table, zone: str) -> pa.Table:
    """Rows ``ring_id, role, subject, row_id, seen`` (naive UTC) as :data:`RING_ACTIVITY`.

    A week is that of the case's zone and starts on Monday. Nobody vanishes in a ring's last week:
    what comes after is not known.
    """
    moments = pc.cast(pc.assume_timezone(rows["seen"], "UTC"), pa.timestamp("us", tz=zone))
    monday = pc.floor_temporal(pc.local_timestamp(moments), unit="week")
    week = pc.strftime(monday, format="%Y-%m-%d")
    dated = rows.append_column("week", week)
    each = dated.group_by([*WHO, "week"]).aggregate([("row_id", "count_distinct")])
    ends = each.group_by(list(WHO)).aggregate([("week", "min"), ("week", "max")])
    last = each.group_by("ring_id").aggregate([("week", "max")])
    each = each.join(ends, list(WHO)).join(last.rename_columns(["ring_id", "end"]), "ring_id")
    gone = pc.and_(pc.equal(each["week"], each["week_max"]), pc.less(each["week"], each["end"]))
    each = each.append_column("events", each["row_id_count_distinct"])
    each = each.append_column("appears", pc.equal(each["week"], each["week_min"]))
    each = each.append_column("vanishes", gone)
    order = [(name, "ascending") for name in (*WHO, "week")]
    return each.select(list(RING_ACTIVITY.names)).sort_by(order)
