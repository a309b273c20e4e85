"""From days as told to dates: the missing year, the missing month, 次日 and 昨天.

A story moves forward. A day without a month is the next such day after the one told last; a day
without a year is the last such day that is not after the report. 昨天 counts from the report, 次日
from the story; a look back (头天, 三天前) does not move the story.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from suyuan.model.times import local
from suyuan.reading.days import Day


@dataclass(slots=True)
class Calendar:
    """What is known while a narrative is read: the report's day, the year and day told last."""

    reported: date | None
    latest: date | None = None
    year: int | None = None
    clock: time = time()

    @classmethod
    def of(cls, reported_at: datetime | None, zone: str) -> "Calendar":
        if reported_at is None:
            return cls(None)
        moment = local(reported_at, zone)
        return cls(moment.date(), clock=moment.time())

    def date_of(self, day: Day, *, look_back: bool = False) -> tuple[str, date | None] | None:
        """ISO text as exact as it is told, and the date where it is known; None where it is none.

        A `look_back` to a day before the one told last leaves the story where it is.
        Text is ``2019-04-28``, ``2019-04``, or ``--04-28`` where no year can be known.
        """
        if day.base is not None:
            return self._relative(day)
        if day.month is None and day.day is None and day.months_back is None:
            # A year alone says in which year the story plays, and is no fact of its own.
            self.year = day.year
            return None
        if day.day is None:
            return self._month(day)
        facts = self.latest
        found = self._day(day)
        if look_back and facts is not None and self.latest is not None and self.latest < facts:
            self.latest = facts
        return found

    def _relative(self, day: Day) -> tuple[str, date | None] | None:
        base = self.reported if day.base in {"report", "week"} else (self.latest or self.reported)
        if base is None or (day.base == "story" and self.latest is None and day.offset >= 0):
            return None
        found = base + timedelta(days=day.offset)
        if day.weekday is not None:
            found += timedelta(days=day.weekday - base.weekday())
            if found > base:
                found -= timedelta(days=7)
        if day.base != "story" or day.offset >= 0:
            self.latest = found
        return found.isoformat(), found

    def _month(self, day: Day) -> tuple[str, date | None] | None:
        if day.months_back is not None:
            if (known := self._months_back(day.months_back)) is None:
                return None
            year, month = known
        else:
            month = day.month or 0
            year = self._year_of(day, month, 1)
        if not 1 <= month <= 12:
            return None
        self.year = day.year or self.year
        return (f"{year:04d}-{month:02d}" if year else f"--{month:02d}"), None

    def _months_back(self, count: int) -> tuple[int, int] | None:
        base = self.reported if count else (self.latest or self.reported)
        if base is None:
            return None
        months = base.year * 12 + base.month - 1 - count
        return months // 12, months % 12 + 1

    def _day(self, day: Day) -> tuple[str, date | None] | None:
        number = day.day or 0
        if day.month is None and day.months_back is None:
            return self._known(self._next(number))
        if day.months_back is not None:
            back = self._months_back(day.months_back)
            return None if back is None else self._known(_date(back[0], back[1], number))
        month = day.month or 0
        year = self._year_of(day, month, number)
        if year:
            if day.year:
                self.year = year
            return self._known(_date(year, month, number))
        return (f"--{month:02d}-{number:02d}", None) if _date(2000, month, number) else None

    def _known(self, found: date | None) -> tuple[str, date | None] | None:
        if found is None:
            return None
        self.latest = found
        return found.isoformat(), found

    def _year_of(self, day: Day, month: int, number: int) -> int:
        """The year, 0 where it cannot be known."""
        if day.year:
            return day.year
        if self.reported is not None and day.years_back is not None:
            return self.reported.year - day.years_back
        if self.latest is not None and (later := _date(self.latest.year, month, number)):
            # A story may run over New Year.
            turned = (self.latest - later).days > 180
            year = self.latest.year + (1 if turned else 0)
            if self.reported is None or not _after(year, month, number, self.reported):
                return year
        if self.reported is None:
            return self.year or 0
        if self.year is not None and not _after(self.year, month, number, self.reported):
            return self.year
        ahead = _after(self.reported.year, month, number, self.reported)
        return self.reported.year - (1 if ahead else 0)

    def _next(self, number: int) -> date | None:
        """The next day of that number after the day told, else the last one before the report."""
        if self.latest is not None:
            found = _date(self.latest.year, self.latest.month, number)
            if found is not None and found < self.latest:
                later = _date(
                    self.latest.year + self.latest.month // 12, self.latest.month % 12 + 1, number
                )
                return later if self._possible(later) else found
            return found if self._possible(found) else None
        if self.reported is None:
            return None
        found = _date(self.reported.year, self.reported.month, number)
        if self._possible(found):
            return found
        months = self.reported.year * 12 + self.reported.month - 2
        return _date(months // 12, months % 12 + 1, number)

    def _possible(self, found: date | None) -> bool:
        return found is not None and (self.reported is None or found <= self.reported)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _after(year: int, month: int, day: int, limit: date) -> bool:
    return (year, month, day) > (limit.year, limit.month, limit.day)
