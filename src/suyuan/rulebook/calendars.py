"""Working days: what was announced for each year, and what was known of it on a given day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, Literal

import msgspec

from suyuan.model.catalog_files import read_catalog
from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.model.times import is_within
from suyuan.rulebook.declare import Quality


class CalendarSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the days come from."""

    document: Text
    quality: Quality
    note: Text | None = None


class CalendarYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days off and make-up days of a year, ``MM-DD`` or ``MM-DD..MM-DD``, once they were known."""

    year: int
    published: date
    published_quality: Quality
    off: list[str]
    working: list[str]
    note: Text | None = None


class CalendarParty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose days a calendar has: duties of the party count by it where they begin on these days."""

    party: str
    since: date = msgspec.field(name="from")
    until: date | None = msgspec.field(name="to", default=None)

    def __contains__(self, day: date) -> bool:
        return is_within(day, self.since, self.until)


class CalendarFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``catalog/calendars/``; `days_off` are ISO weekdays, Monday is 1.

    One that stands `over` another lists only the days that differ from it.
    """

    id: str
    title: Text
    source: CalendarSource
    years: list[CalendarYear]
    days_off: list[int] = []
    over: str | None = None
    parties: list[CalendarParty] = []


#: Before the first announcement.
_NO_EDITION: Final = date.min
#: A day either follows the year's announcement, or nobody has announced its year yet.
Kind = Literal["working", "off", "unannounced"]


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """Which days are worked; what one `over` another does not list is as it is there."""

    id: str
    title: Text
    week: frozenset[int]
    announcements: dict[int, date]
    off: frozenset[date]
    workdays: frozenset[date]
    over: "WorkCalendar | None" = None
    parties: tuple[CalendarParty, ...] = ()
    editions: dict[date, date] = field(default_factory=dict[date, date], repr=False)

    def is_announced(self, year: int, known_on: date) -> bool:
        """True where the year's days had been announced by the day `known_on`."""
        return year in self.announcements and self.announcements[year] <= known_on

    def edition(self, known_on: date) -> date:
        """The last announcement by that day: what is known of working days changes only there."""
        latest = self.editions.get(known_on)
        if latest is None:
            latest = max(
                (day for day in self.announcements.values() if day <= known_on), default=_NO_EDITION
            )
            if self.over is not None:
                latest = max(latest, self.over.edition(known_on))
            self.editions[known_on] = latest
        return latest

    def own(self, day: date, known_on: date) -> bool:
        """True where this calendar itself, and not the one under it, says what the day is."""
        is_listed = day in self.workdays or day in self.off
        return self.over is None or (is_listed and self.is_announced(day.year, known_on))

    def kind(self, day: date, known_on: date) -> Kind:
        if self.over is not None and not self.own(day, known_on):
            return self.over.kind(day, known_on)
        if not self.is_announced(day.year, known_on):
            return "unannounced"
        if day in self.workdays:
            return "working"
        return "off" if day in self.off or day.isoweekday() in self.week else "working"

    def weekday(self, day: date) -> bool:
        """True on a day that is worked where nothing was announced."""
        return day.isoweekday() not in (self.week if self.over is None else self.over.week)


@cache
def load_calendar(name: str = "cn") -> WorkCalendar:
    """A calendar of the catalog; raises :class:`CatalogError`."""
    with as_file(files("suyuan.catalog") / "calendars" / f"{name}.yml") as path:
        return read_calendar(path)


def load_calendars(*folders: Path) -> dict[str, WorkCalendar]:
    """The calendars of the catalog, and those of `folders` over them, by their ids."""
    with as_file(files("suyuan.catalog") / "calendars") as catalog:
        paths = [path for folder in (catalog, *folders) for path in sorted(folder.glob("*.yml"))]
        calendars = [
            load_calendar(p.stem) if p.parent == catalog else read_calendar(p) for p in paths
        ]
    return {calendar.id: calendar for calendar in calendars}


def calendar_of(
    calendars: Iterable[WorkCalendar], party: str, day: date, general: WorkCalendar
) -> WorkCalendar:
    """The calendar by which a party counts from `day` on; raises where two say that they are it."""
    own = [c for c in calendars if any(p.party == party and day in p for p in c.parties)]
    if len(own) > 1:
        raise CatalogError(
            Text("A party has two calendars on one day.", "同一单位同日有两份日历。"),
            value=f"{party} {day}: {', '.join(calendar.id for calendar in own)}",
            hint=Text("End one by `to`.", "请以 to 结束其中一份。"),
        )
    return own[0] if own else general


def read_calendar(path: Path) -> WorkCalendar:
    """The calendar of a file; raises :class:`CatalogError`."""
    file = read_catalog(path, CalendarFile)
    return WorkCalendar(
        file.id,
        file.title,
        frozenset(file.days_off),
        {year.year: year.published for year in file.years},
        frozenset(day for year in file.years for day in _days(year, year.off)),
        frozenset(day for year in file.years for day in _days(year, year.working)),
        None if file.over is None else load_calendar(file.over),
        tuple(file.parties),
    )


def _days(year: CalendarYear, parts: list[str]) -> list[date]:
    days: list[date] = []
    for part in parts:
        first, _, last = part.partition("..")
        start, end = _day(year.year, first), _day(year.year, last or first)
        days += [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return days


def _day(year: int, text: str) -> date:
    try:
        return date.fromisoformat(f"{year}-{text}")
    except ValueError as error:
        raise CatalogError(
            Text("A calendar's day is written MM-DD.", "日历中的日期应写作 MM-DD。"), value=text
        ) from error
