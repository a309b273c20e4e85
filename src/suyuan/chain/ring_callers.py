"""Which numbers called the victims of a ring, and how often on which day."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.store.tables import Tables


def calls_by_day(tables: Tables, callers: Iterable[str], moment: datetime | None) -> pa.Table:
    """``caller, day, calls``: how often these numbers called, by local day (ISO 8601).

    The zone's offset is that of `moment` (naive UTC), all year: these days are for drawing.
    """
    ahead = _offset(tables.zone, moment) // 60
    numbers = _arrow(tables, callers)
    return tables.engine.gather(_count_by_day, tables["calls"], numbers, by=(ahead,))


def _count_by_day(calls: ir.Table, numbers: ir.Table, ahead: int) -> ir.Table:
    own = calls.semi_join(numbers, calls["caller"] == numbers["number"])
    offset = ibis.literal(ahead).cast("int32").as_interval("m")
    own = own.mutate(day=(own["started_at"] + offset).date().cast("string"))
    return own.group_by(["caller", "day"]).aggregate(calls=own.count())


def callers_by_ring(tables: Tables, callers: Iterable[str], series: pa.Table) -> pa.Table:
    """``ring_id, caller``: which of these numbers called a victim of which ring of `series`."""
    numbers = _arrow(tables, callers)
    rings = tables.engine.arrow(series.select(["report_id", "ring_id"]))
    return tables.engine.gather(_of_victims, tables["reports"], tables["calls"], numbers, rings)


def _of_victims(
    all_reports: ir.Table, all_calls: ir.Table, numbers: ir.Table, rings: ir.Table
) -> ir.Table:
    reports = all_reports.select("report_id", "victim_phone").distinct()
    victims = reports.inner_join(rings, "report_id").select("victim_phone", "ring_id").distinct()
    victims = victims.filter(victims["ring_id"].notnull()).view()
    calls = all_calls.select("caller", "callee").distinct()
    calls = calls.semi_join(numbers, calls["caller"] == numbers["number"]).view()
    contacts = calls.inner_join(victims, calls["callee"] == victims["victim_phone"])
    return contacts.select("ring_id", "caller").distinct()


def _arrow(tables: Tables, numbers: Iterable[str]) -> ir.Table:
    return tables.engine.arrow(pa.table({"number": pa.array(sorted(set(numbers)), pa.string())}))


def _offset(zone: str, moment: datetime | None) -> int:
    """Seconds that `zone` is ahead of UTC at `moment`."""
    ahead = ZoneInfo(zone).utcoffset(moment or datetime(2020, 1, 1))  # naive UTC throughout
    return int(ahead.total_seconds()) if ahead else 0
