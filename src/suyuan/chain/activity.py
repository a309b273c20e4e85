"""Who of a ring is seen in which week: the rows that tie somebody to a ring, by week."""

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.results import RING_ACTIVITY
from suyuan.store.steps import StepOutput
from suyuan.store.tables import Tables

#: Who a row is about.
SUBJECT_KEYS = ("ring_id", "role", "subject")


def active(tables: Tables) -> StepOutput:
    """The step's work: table ``ring_activity``."""
    grounds = tables["grounds"]
    dated_grounds = grounds.filter(grounds["seen"].notnull())
    rows = tables.engine.fetch(dated_grounds.select(*SUBJECT_KEYS, "row_id", "seen").distinct())
    return {"ring_activity": by_week(rows, tables.zone)}


def by_week(rows: pa.Table, zone: str) -> pa.Table:
    """Rows ``ring_id, role, subject, row_id, seen`` (naive UTC) as :data:`RING_ACTIVITY`.

    A week is that of the case's zone and starts on Monday. Nobody vanishes in a ring's last week:
    what comes after is not known.
    """
    moments = pc.cast(pc.assume_timezone(rows["seen"], "UTC"), pa.timestamp("us", tz=zone))
    monday = pc.floor_temporal(pc.local_timestamp(moments), unit="week")
    week = pc.strftime(monday, format="%Y-%m-%d")
    rows_by_week = rows.append_column("week", week)
    weeks = rows_by_week.group_by([*SUBJECT_KEYS, "week"]).aggregate([("row_id", "count_distinct")])
    ends = weeks.group_by(list(SUBJECT_KEYS)).aggregate([("week", "min"), ("week", "max")])
    last = weeks.group_by("ring_id").aggregate([("week", "max")])
    weeks = weeks.join(ends, list(SUBJECT_KEYS)).join(
        last.rename_columns(["ring_id", "end"]), "ring_id"
    )
    vanishes = pc.and_(
        pc.equal(weeks["week"], weeks["week_max"]), pc.less(weeks["week"], weeks["end"])
    )
    weeks = weeks.append_column("events", weeks["row_id_count_distinct"])
    weeks = weeks.append_column("appears", pc.equal(weeks["week"], weeks["week_min"]))
    weeks = weeks.append_column("vanishes", vanishes)
    order = [(name, "ascending") for name in (*SUBJECT_KEYS, "week")]
    return weeks.select(list(RING_ACTIVITY.names)).sort_by(order)
