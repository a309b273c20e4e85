"""Working days: what was announced for each year, and what was known of it on a given day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import as_file, files
from typing import Final, Literal

import msgspec

from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.rulebook.catalog_files import read_catalog
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


class CalendarFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``catalog/calendars/``; `days_off` are ISO weekdays, Monday is 1."""

    id: str
    title: Text
    days_off: list[int]
    source: CalendarSource
    years: list[CalendarYear]


#: Before the first announcement.
_NONE: Final = date.min
#: A day either follows the year's announcement, or nobody has announced its year yet.
Kind = Literal["working", "off", "unannounced"]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked."""

    id: str
    title: Text
    week: frozenset[int]
    published: dict[int, date]
    off: frozenset[date]
    working: frozenset[date]
    editions: dict[date, date] = field(default_factory=dict[date, date], compare=False, repr=False)

    def announced(self, year: int, known_on: date) -> bool:
        """True where the year's days had been announced by the day `known_on`."""
        return year in self.published and self.published[year] <= known_on

    def edition(self, known_on: date) -> date:
        """The last announcement by that day: what is known of working days changes only there."""
        found = self.editions.get(known_on)
        if found is None:
            found = max((day for day in self.published.values() if day <= known_on), default=_NONE)
            self.editions[known_on] = found
        return found

    def kind(self, day: date, known_on: date) -> Kind:
        if not self.announced(day.year, known_on):
            return "unannounced"
        if day in self.working:
            return "working"
        return "off" if day in self.off or day.isoweekday() in self.week else "working"

    def weekday(self, day: date) -> bool:
        """True on a day that is worked where nothing was announced."""
        return day.isoweekday() not in self.week


@cache
def load_calendar(name: str = "cn") -> WorkCalendar:
    """A calendar of the catalog; raises :class:`CatalogError`."""
    with as_file(files("suyuan.catalog") / "calendars" / f"{name}.yml") as path:
        file = read_catalog(path, CalendarFile)
    return WorkCalendar(
        file.id,
        file.title,
        frozenset(file.days_off),
        {year.year: year.published for year in file.years},
        frozenset(day for year in file.years for day in _days(year, year.off)),
        frozenset(day for year in file.years for day in _days(year, year.working)),
    )


def _days(year: CalendarYear, written: list[str]) -> list[date]:
    found: list[date] = []
    for part in written:
        first, _, last = part.partition("..")
        start, end = _day(year.year, first), _day(year.year, last or first)
        found += [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return found


def _day(year: int, written: str) -> date:
    try:
        return date.fromisoformat(f"{year}-{written}")
    except ValueError as error:
        raise CatalogError(
            Text("A calendar's day is written MM-DD.", "日历中的日期应写作 MM-DD。"), value=written
        ) from error
