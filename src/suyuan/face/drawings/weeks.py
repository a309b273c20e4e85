"""Who of a ring was seen in which week: a row for each, new ones and those seen no more marked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow.compute as pc

from suyuan.face.display import Display
from suyuan.face.rings import RingView
from suyuan.face.source import ResultTables
from suyuan.face.wording import many
from suyuan.model.roles import ON_CHAIN, ROLES
from suyuan.model.text import Text

WIDTH, LEFT, ROW, TOP = 1200.0, 300.0, 20.0, 44.0
#: Rows drawn; the rest stand in ``ring_activity.parquet``.
LINES_SHOWN = 24
#: Weeks drawn: from shortly before the ring's first contact, and the last ones of a long life.
BEFORE, WEEKS = timedelta(14), 40
#: The ring's people first, its numbers last.
_OWN = ("ring_member", "scam_caller")
ORDER = (_OWN[0], *(role for role in ON_CHAIN if role not in _OWN), _OWN[1])


@dataclass(frozen=True, slots=True)
class Week:
    """One week of one row: ``came`` where it is the first, ``left`` where the last of several."""

    x: float
    width: float
    share: float
    came: bool
    left: bool
    title: Text


@dataclass(frozen=True, slots=True)
class WeekLine:
    """Somebody's weeks."""

    y: float
    label: str
    role: Text
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class WeekChart:
    """The drawing; ``heads`` are weeks with how many are new and how many are gone."""

    width: float
    height: float
    lines: tuple[WeekLine, ...]
    heads: tuple[tuple[float, str, str], ...]
    more: int


def week_chart(ring: RingView, source: ResultTables, display: Display) -> WeekChart | None:
    """The drawing of one ring, or nothing where no week is known."""
    table = source.table("ring_activity")
    every = table.filter(pc.equal(table["ring_id"], ring.id)).to_pylist()
    if not every:
        return None
    first, last = _weeks([row["week"] for row in every], display.day(ring.row["active_from"]))
    rows = [row for row in every if row["week"] >= first.isoformat()]
    whole: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        whole.setdefault((row["role"], row["subject"]), []).append(row)
    order = sorted(
        whole, key=lambda subject: (_place(subject[0]), whole[subject][0]["week"], subject[1])
    )
    count = (last - first).days // 7 + 1
    wide = (WIDTH - LEFT - 20) / count
    lines = [
        _line(index, subject, whole[subject], first, wide, display)
        for index, subject in enumerate(order[:LINES_SHOWN])
    ]
    people = {(row["role"], row["subject"]) for row in every}
    heads = tuple(_heads(rows, first, count, wide))
    return WeekChart(
        WIDTH, TOP + len(lines) * ROW + 6, tuple(lines), heads, len(people) - len(lines)
    )


def _weeks(weeks: Sequence[str], active_from: str) -> tuple[date, date]:
    """The first and the last Monday to draw."""
    days = sorted(map(date.fromisoformat, weeks))
    first = max(days[0], days[-1] - timedelta(7 * (WEEKS - 1)))
    if active_from:
        start = date.fromisoformat(active_from) - BEFORE
        first = max(first, min(start - timedelta(start.weekday()), days[-1]))
    return first, days[-1]


def _place(role: str) -> int:
    return ORDER.index(role) if role in ORDER else len(ORDER)


def _line(
    index: int,
    holder: tuple[str, str],
    rows: Sequence[dict[str, Any]],
    first: date,
    wide: float,
    display: Display,
) -> WeekLine:
    most = max(row["events"] for row in rows)
    weeks = []
    for row in rows:
        slot = (date.fromisoformat(row["week"]) - first).days // 7
        title = Text(
            f"{row['week']}: {many(row['events'], 'row')}", f"{row['week']}：{row['events']:,}行"
        )
        share = 0.25 + 0.75 * row["events"] / most
        weeks.append(
            Week(
                LEFT + slot * wide, max(wide - 2, 2), share, row["appears"], row["vanishes"], title
            )
        )
    subject = display.subject(holder[1])
    return WeekLine(TOP + index * ROW, subject.short, ROLES[holder[0]].title, tuple(weeks))


def _heads(
    rows: Sequence[dict[str, Any]], first: date, count: int, wide: float
) -> list[tuple[float, str, str]]:
    arrivals = Counter(row["week"] for row in rows if row["appears"])
    departures = Counter(row["week"] for row in rows if row["vanishes"])
    step = max(1, count // 8)
    heads = []
    for slot in range(count):
        week = (first + timedelta(7 * slot)).isoformat()
        signs = " ".join(
            f"{sign}{number[week]}"
            for sign, number in (("+", arrivals), ("−", departures))
            if number[week]
        )
        heads.append((min(LEFT + slot * wide, WIDTH - 66), week if slot % step == 0 else "", signs))
    return heads
