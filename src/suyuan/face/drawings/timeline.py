"""A ring's days: calls by its numbers, reports, and losses, one under the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.display import Display, number
from suyuan.face.source import ResultTables
from suyuan.model.text import Text

WIDTH, LEFT, ROW, GAP, TOP = 1200.0, 118.0, 64.0, 26.0, 14.0
#: More days than this are drawn week by week.
MOST_DAYS = 150


@dataclass(frozen=True, slots=True)
class DayBar:
    """A bar of one day or week."""

    x: float
    y: float
    width: float
    height: float
    title: Text


@dataclass(frozen=True, slots=True)
class Row:
    """One of the three bands, with its greatest value."""

    y: float
    title: Text
    most: str
    bars: tuple[DayBar, ...]


@dataclass(frozen=True, slots=True)
class TimelineDrawing:
    """The drawing: bands over one axis of days, or of weeks."""

    width: float
    height: float
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    weekly: bool


@dataclass(frozen=True, slots=True)
class Days:
    """What is counted by local day for all rings at once."""

    calls: Mapping[str, Mapping[date, int]]
    reports: pa.Table


def days(source: ResultTables, callers: Iterable[str]) -> Days:
    """Calls of `callers` by day, and the reports with their series."""
    calls: dict[str, dict[date, int]] = defaultdict(dict)
    for row in source.calls_by_day(callers).to_pylist():
        calls[row["caller"]][date.fromisoformat(row["day"])] = row["calls"]
    series = source.table("series").select(["report_id", "ring_id"])
    return Days(calls, source.reports().join(series, "report_id"))


def timeline(
    ring_id: str, callers: Iterable[str], history: Days, display: Display
) -> TimelineDrawing | None:
    """The drawing, or nothing where no day is known."""
    call_days: dict[date, float] = defaultdict(float)
    for caller in callers:
        for day, count in history.calls.get(caller, {}).items():
            call_days[day] += count
    report_days, losses = _report_days(ring_id, history.reports, display)
    rows = (
        (Text("calls by its numbers", "所用号码拨打次数"), call_days),
        (Text("reports", "报案数"), report_days),
        (Text("loss, yuan", "损失（元）"), losses),
    )
    spans = [*report_days, *_busy(call_days, report_days)]
    if not spans:
        return None
    return _draw(rows, min(spans), max(spans))


def _busy(call_days: Mapping[date, float], report_days: Mapping[date, float]) -> list[date]:
    """Days of calls, at most two months around the reports: old numbers had other lives."""
    if not report_days:
        return list(call_days)
    first, last = min(report_days) - timedelta(60), max(report_days) + timedelta(60)
    return [day for day in call_days if first <= day <= last]


def _report_days(
    ring_id: str, reports: pa.Table, display: Display
) -> tuple[dict[date, float], dict[date, float]]:
    own = reports.filter(pc.equal(reports["ring_id"], ring_id))
    counts: dict[date, float] = defaultdict(float)
    losses: dict[date, float] = defaultdict(float)
    for row in own.to_pylist():
        moment: datetime | None = row["reported_at"]
        if moment is not None:
            day = date.fromisoformat(display.day(moment))
            counts[day] += 1
            losses[day] += (row["loss"] or 0) / 100
    return counts, losses


def _draw(
    rows: Iterable[tuple[Text, Mapping[date, float]]], first: date, last: date
) -> TimelineDrawing:
    weekly = (last - first).days > MOST_DAYS
    unit = 7 if weekly else 1
    slots = (last - first).days // unit + 1
    wide = (WIDTH - LEFT - 20) / slots
    lines = []
    for index, (title, values) in enumerate(rows):
        y = TOP + index * (ROW + GAP)
        lines.append(_row(title, values, first, unit, slots, wide, y))
    step = max(1, slots // 9)
    ticks = tuple(
        (LEFT + slot * wide + wide / 2, (first + timedelta(slot * unit)).isoformat())
        for slot in range(0, slots, step)
    )
    return TimelineDrawing(WIDTH, TOP + 3 * (ROW + GAP) + 14, tuple(lines), ticks, weekly)


def _row(
    title: Text,
    values: Mapping[date, float],
    first: date,
    unit: int,
    slots: int,
    wide: float,
    y: float,
) -> Row:
    sums: dict[int, float] = defaultdict(float)
    for day, value in values.items():
        slot = (day - first).days // unit
        if 0 <= slot < slots:
            sums[slot] += value
    most = max(sums.values(), default=0.0)
    bars = []
    for slot, value in sorted(sums.items()):
        height = ROW * value / most if most else 0.0
        label = (first + timedelta(slot * unit)).isoformat()
        tip = Text(f"{label}: {number(value)}", f"{label}：{number(value)}")
        bars.append(DayBar(LEFT + slot * wide, y + ROW - height, max(wide - 1.5, 1), height, tip))
    return Row(y, title, number(most), tuple(bars))
