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

    report_day: date | None
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
        outcome = self._day(day)
        if look_back and facts is not None and self.latest is not None and self.latest < facts:
            self.latest = facts
        return outcome

    def _relative(self, day: Day) -> tuple[str, date | None] | None:
        base = (
            self.report_day if day.base in {"report", "week"} else (self.latest or self.report_day)
        )
        if base is None or (day.base == "story" and self.latest is None and day.offset >= 0):
            return None
        moment = base + timedelta(days=day.offset)
        if day.weekday is not None:
            moment += timedelta(days=day.weekday - base.weekday())
            if moment > base:
                moment -= timedelta(days=7)
        if day.base != "story" or day.offset >= 0:
            self.latest = moment
        return moment.isoformat(), moment

    def _month(self, day: Day) -> tuple[str, date | None] | None:
        if day.months_back is not None:
            if (month_back := self._months_back(day.months_back)) is None:
                return None
            year, month = month_back
        else:
            month = day.month or 0
            year = self._year_of(day, month, 1)
        if not 1 <= month <= 12:
            return None
        self.year = day.year or self.year
        return (f"{year:04d}-{month:02d}" if year else f"--{month:02d}"), None

    def _months_back(self, count: int) -> tuple[int, int] | None:
        base = self.report_day if count else (self.latest or self.report_day)
        if base is None:
            return None
        months = base.year * 12 + base.month - 1 - count
        return months // 12, months % 12 + 1

    def _day(self, day: Day) -> tuple[str, date | None] | None:
        number = day.day or 0
        if day.month is None and day.months_back is None:
            return self._take(self._next(number))
        if day.months_back is not None:
            back = self._months_back(day.months_back)
            return None if back is None else self._take(_date(back[0], back[1], number))
        month = day.month or 0
        year = self._year_of(day, month, number)
        if year:
            if day.year:
                self.year = year
            return self._take(_date(year, month, number))
        return (f"--{month:02d}-{number:02d}", None) if _date(2000, month, number) else None

    def _take(self, day: date | None) -> tuple[str, date | None] | None:
        if day is None:
            return None
        self.latest = day
        return day.isoformat(), day

    def _year_of(self, day: Day, month: int, number: int) -> int:
        """The year, 0 where it cannot be known."""
        if day.year:
            return day.year
        if self.report_day is not None and day.years_back is not None:
            return self.report_day.year - day.years_back
        if self.latest is not None and (later := _date(self.latest.year, month, number)):
            # A story may run over New Year.
            is_next_year = (self.latest - later).days > 180
            year = self.latest.year + (1 if is_next_year else 0)
            if self.report_day is None or not _after(year, month, number, self.report_day):
                return year
        if self.report_day is None:
            return self.year or 0
        if self.year is not None and not _after(self.year, month, number, self.report_day):
            return self.year
        ahead = _after(self.report_day.year, month, number, self.report_day)
        return self.report_day.year - (1 if ahead else 0)

    def _next(self, number: int) -> date | None:
        """The next day of that number after the day told, else the last one before the report."""
        if self.latest is not None:
            candidate = _date(self.latest.year, self.latest.month, number)
            if candidate is not None and candidate < self.latest:
                later = _date(
                    self.latest.year + self.latest.month // 12, self.latest.month % 12 + 1, number
                )
                return later if self._possible(later) else candidate
            return candidate if self._possible(candidate) else None
        if self.report_day is None:
            return None
        candidate = _date(self.report_day.year, self.report_day.month, number)
        if self._possible(candidate):
            return candidate
        months = self.report_day.year * 12 + self.report_day.month - 2
        return _date(months // 12, months % 12 + 1, number)

    def _possible(self, day: date | None) -> bool:
        return day is not None and (self.report_day is None or day <= self.report_day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _after(year: int, month: int, day: int, limit: date) -> bool:
    return (year, month, day) > (limit.year, limit.month, limit.day)
