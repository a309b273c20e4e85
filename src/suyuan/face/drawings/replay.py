"""The replay as a picture: what the list would have caught, and since when sources were named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.parquet as pq

from suyuan.face.display import Display, number
from suyuan.face.source import ResultTables
from suyuan.model.results import REPLAY
from suyuan.model.text import Text

WIDTH, LEFT, RIGHT, TOP = 1200.0, 210.0, 20.0, 16.0
CURVE, BARS, GAP, LINE = 120.0, 56.0, 30.0, 18.0
SOURCES_DRAWN = 12


@dataclass(frozen=True, slots=True)
class HitCurve:
    """One line over the moments: an SVG path, and a dot with a title for each."""

    kind: str
    path: str
    dots: tuple[tuple[float, float, Text], ...]


@dataclass(frozen=True, slots=True)
class MomentBar:
    """A bar of one moment."""

    x: float
    y: float
    width: float
    height: float
    title: Text


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Since when a source was named: a bar for each moment at which it was."""

    y: float
    title: Text
    bars: tuple[MomentBar, ...]


@dataclass(frozen=True, slots=True)
class ReplayChart:
    """The drawing, and the figures under it."""

    width: float
    height: float
    curves: tuple[HitCurve, ...]
    bars: tuple[MomentBar, ...]
    most: int
    sources: tuple[SourceRow, ...]
    more: int
    ticks: tuple[tuple[float, str], ...]
    rows: list[dict[str, Any]]
    base: float
    floor: float


def replay_chart(source: ResultTables, display: Display) -> ReplayChart | None:
    """The picture of the replay that stands beside the results, if one does."""
    path = source.results.layout.result(REPLAY.name)
    rows = pq.read_table(path).sort_by("moment").to_pylist() if path.exists() else []
    if not rows:
        return None
    slot = (WIDTH - LEFT - RIGHT) / len(rows)
    floor = TOP + CURVE + GAP + BARS
    sources, more = _sources(rows, slot, floor + GAP, display)
    bars, most = _bars(rows, slot, floor, display)
    return ReplayChart(
        WIDTH,
        floor + GAP + LINE * len(sources) + 26,
        (_curve("hit", rows, slot, display), _curve("newest", rows, slot, display)),
        bars,
        most,
        sources,
        more,
        _ticks([row["moment"] for row in rows], slot, display),
        [_moment(row, display) for row in rows],
        TOP + CURVE,
        floor,
    )


def _curve(kind: str, rows: Sequence[dict[str, Any]], slot: float, display: Display) -> HitCurve:
    """Share of the people called next that the first 5 % held; a gap where nobody was called."""
    path, dots, pen = [], [], "M"
    for n, row in enumerate(rows):
        if not row["called"]:
            pen = "M"
            continue
        share = row[f"{kind}_top"] / row["called"]
        x, y = LEFT + (n + 0.5) * slot, TOP + CURVE * (1.0 - share)
        path.append(f"{pen}{x:.1f} {y:.1f}")
        day, hits, callees = display.day(row["moment"]), row[f"{kind}_top"], row["called"]
        title = Text(f"{day}: {hits} of {callees}", f"{day}：{callees}人中{hits}人")
        dots.append((x, y, title))
        pen = "L"
    return HitCurve(kind, "".join(path), tuple(dots))


def _bars(
    rows: Sequence[dict[str, Any]], slot: float, floor: float, display: Display
) -> tuple[tuple[MomentBar, ...], int]:
    most = max(row["called"] for row in rows)
    bars = []
    for n, row in enumerate(rows):
        height = BARS * row["called"] / most if most else 0.0
        day, callees = display.day(row["moment"]), number(row["called"])
        title = Text(f"{day}: {callees} people called next", f"{day}：其后{callees}人被联系")
        bars.append(MomentBar(LEFT + (n + 0.1) * slot, floor - height, 0.8 * slot, height, title))
    return tuple(bars), most


def _sources(
    rows: Sequence[dict[str, Any]], slot: float, top: float, display: Display
) -> tuple[tuple[SourceRow, ...], int]:
    """A line for each source, those named most often first."""
    moments: dict[str, list[int]] = {}
    for n, row in enumerate(rows):
        for subject in row["sources"]:
            moments.setdefault(subject, []).append(n)
    order = sorted(moments, key=lambda subject: (-len(moments[subject]), subject))
    lines = []
    for place, subject in enumerate(order[:SOURCES_DRAWN]):
        source_display, y = display.subject(subject), top + LINE * place
        title = Text(
            f"{source_display.kind.en} {source_display.id}",
            f"{source_display.kind.zh} {source_display.id}",
        )
        bars = []
        for n in moments[subject]:
            x, day = LEFT + n * slot, display.day(rows[n]["moment"])
            tip = Text(f"{day}: named {title.en}", f"{day}：已指认{title.zh}")
            bars.append(MomentBar(x, y, slot, LINE - 6, tip))
        lines.append(SourceRow(y, title, tuple(bars)))
    return tuple(lines), max(len(order) - SOURCES_DRAWN, 0)


def _ticks(
    when: Sequence[datetime], slot: float, display: Display
) -> tuple[tuple[float, str], ...]:
    apart = max(1, len(when) // 9)
    return tuple(
        (LEFT + (n + 0.5) * slot, display.day(when[n])) for n in range(0, len(when), apart)
    )


def _moment(row: dict[str, Any], display: Display) -> dict[str, Any]:
    return row | {
        "day": display.minute(row["moment"]),
        "named": [display.subject(subject) for subject in row["sources"]],
    }
