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
    calls = tables["calls"]
    wanted = _arrow(tables, callers)
    own = calls.semi_join(wanted, calls["caller"] == wanted["number"])
    offset = ibis.literal(_offset(tables.zone, moment) // 60).cast("int32").as_interval("m")
    own = own.mutate(day=(own["started_at"] + offset).date().cast("string"))
    return tables.engine.fetch(own.group_by(["caller", "day"]).aggregate(calls=own.count()))


def callers_by_ring(tables: Tables, callers: Iterable[str], series: pa.Table) -> pa.Table:
    """``ring_id, caller``: which of these numbers called a victim of which ring of `series`."""
    wanted = _arrow(tables, callers)
    rings = tables.engine.arrow(series.select(["report_id", "ring_id"]))
    reports = tables["reports"].select("report_id", "victim_phone").distinct()
    victims = reports.inner_join(rings, "report_id").select("victim_phone", "ring_id").distinct()
    victims = victims.filter(victims["ring_id"].notnull()).view()
    calls = tables["calls"].select("caller", "callee").distinct()
    calls = calls.semi_join(wanted, calls["caller"] == wanted["number"]).view()
    joined = calls.inner_join(victims, calls["callee"] == victims["victim_phone"])
    return tables.engine.fetch(joined.select("ring_id", "caller").distinct())


def _arrow(tables: Tables, numbers: Iterable[str]) -> ir.Table:
    return tables.engine.arrow(pa.table({"number": pa.array(sorted(set(numbers)), pa.string())}))


def _offset(zone: str, moment: datetime | None) -> int:
    """Seconds that `zone` is ahead of UTC at `moment`."""
    ahead = ZoneInfo(zone).utcoffset(moment or datetime(2020, 1, 1))  # naive UTC throughout
    return int(ahead.total_seconds()) if ahead else 0
