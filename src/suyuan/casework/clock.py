"""When something is due: a budget, a start, pauses and extensions, by the calendar of a party.

A day runs in Beijing. Counting by days begins the day after the start and ends at 23:59:59 of the
last day; counting by hours begins at once. Where a day of a year counts that nobody has announced
yet, the date is provisional: it is what it would be if that year had no holidays, and `not_before`
what it would be if every day were worked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Literal

import msgspec

from suyuan.model.text import Text
from suyuan.rulebook.calendars import WorkCalendar
from suyuan.rulebook.dates import beijing_day
from suyuan.rulebook.rows import after_months

Unit = Literal["hours", "days", "working_days", "months"]
Certainty = Literal["exact", "provisional", "suspended", "unknown"]

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
#: No lawful term is longer; a budget beyond it is a fault of the file.
_MOST_DAYS = 4_000


@dataclass(frozen=True, slots=True)
class Budget:
    """How long: a number of a unit."""

    unit: Unit
    amount: float


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class Extension:
    """More of the same unit, by whom and why."""

    at: datetime
    amount: float
    actor: str
    why: str


class DueDate(msgspec.Struct, frozen=True):
    """When; `moment` is None while suspended or where the number is not known."""

    moment: datetime | None
    certainty: Certainty
    not_before: datetime | None = None

    def is_past(self, now: datetime) -> bool:
        """True after the whole second in which it is due; a provisional date never passes."""
        return (
            self.certainty == "exact" and self.moment is not None and now >= self.moment + _SECOND
        )


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """A day between start and due: whether it counted, and why not."""

    day: date
    counts: bool
    why: Text


@dataclass(frozen=True, slots=True)
class DeadlineTerms:
    """Everything a due date is computed from."""

    start: datetime
    budget: Budget
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    on_holiday: Literal["same", "next"] = "same"

    @property
    def amount(self) -> float:
        return self.budget.amount + sum(extension.amount for extension in self.extensions)


def end_of(day: date) -> datetime:
    """The last second of a Beijing day."""
    return start_of_day(day) + _DAY - _SECOND


def start_of_day(day: date) -> datetime:
    """The naive UTC moment at which a Beijing day begins, without asking for a time zone."""
    return datetime(day.year, day.month, day.day) - timedelta(hours=8)  # naive UTC


def due_date(term: DeadlineTerms, calendar: WorkCalendar, known_on: date) -> DueDate:
    """When the term ends, as far as it could be known on the day `known_on`."""
    if any(pause.until is None for pause in term.pauses):
        return DueDate(None, "suspended")
    match term.budget.unit:
        case "hours":
            moment = term.start + timedelta(hours=term.amount)
            return DueDate(_add_pauses(moment, term.pauses), "exact")
        case "months":
            last = beijing_day(after_months(term.start, term.amount)) + _DAY * _paused_days(term)
            return _ending(last, term, calendar, known_on)
        case "days":
            last = beijing_day(term.start) + _DAY * (round(term.amount) + _paused_days(term))
            return _ending(last, term, calendar, known_on)
        case "working_days":
            return _due_working_day(term, calendar, known_on)


def _add_pauses(moment: datetime, pauses: Sequence[Pause]) -> datetime:
    for pause in pauses:
        if pause.until is not None and pause.since < moment:
            moment += pause.until - pause.since
    return moment


def _paused_days(term: DeadlineTerms) -> int:
    return sum(
        (beijing_day(pause.until) - beijing_day(pause.since)).days
        for pause in term.pauses
        if pause.until is not None
    )


def _ending(last: date, term: DeadlineTerms, calendar: WorkCalendar, known_on: date) -> DueDate:
    """A term of calendar days; where it may not end on a day off, the next working day."""
    if term.on_holiday == "same":
        return DueDate(end_of(last), "exact")
    for _ in range(60):
        kind = calendar.kind(last, known_on)
        if kind == "working":
            return DueDate(end_of(last), "exact")
        if kind == "unannounced" and calendar.weekday(last):
            return DueDate(end_of(last), "provisional", end_of(last))
        last += _DAY
    return DueDate(None, "unknown")


def _due_working_day(term: DeadlineTerms, calendar: WorkCalendar, known_on: date) -> DueDate:
    days = round(term.amount)
    if not term.pauses:
        return _count_unpaused(beijing_day(term.start), days, calendar, known_on)
    return _count(beijing_day(term.start), days, term.pauses, calendar, known_on)


@lru_cache(maxsize=65_536)
def _count_unpaused(start: date, days: int, calendar: WorkCalendar, known_on: date) -> DueDate:
    """Thousands of notices of one day are due on one day: it is counted once."""
    return _count(start, days, (), calendar, known_on)


def _count(
    day: date, days: int, pauses: Sequence[Pause], calendar: WorkCalendar, known_on: date
) -> DueDate:
    rest = least = days
    not_before: date | None = None
    certain = True
    for _ in range(_MOST_DAYS):
        if rest <= 0:
            break
        day += _DAY
        if _pause_on(day, pauses) is not None:
            continue
        kind = calendar.kind(day, known_on)
        if kind == "unannounced":
            certain = False
        rest -= kind == "working" or (kind == "unannounced" and calendar.weekday(day))
        if least > 0:
            least -= kind != "off"
            not_before = day if least == 0 else None
    if rest > 0:
        return DueDate(None, "unknown")
    if certain:
        return DueDate(end_of(day), "exact")
    return DueDate(end_of(day), "provisional", None if not_before is None else end_of(not_before))


def _pause_on(day: date, pauses: Sequence[Pause]) -> Pause | None:
    for pause in pauses:
        if pause.until is not None and beijing_day(pause.since) <= day < beijing_day(pause.until):
            return pause
    return None


_DAY_COUNTS = Text("counted", "计入")
_DAY_OFF = Text("day off", "休息日，不计入")
_MAKE_UP = Text("make-up working day, counted", "调休上班，计入")
_NO_ANNOUNCEMENT = Text(
    "the year's holidays are not announced; counted by the week", "该年放假安排未公布，暂按星期计"
)


def ledger_of(term: DeadlineTerms, calendar: WorkCalendar, known_on: date) -> list[LedgerDay]:
    """The term day by day, from the day after the start to the day it is due."""
    due = due_date(term, calendar, known_on).moment
    if due is None or term.budget.unit == "hours":
        return []
    return list(_days(term, calendar, known_on, beijing_day(due)))


def _days(
    term: DeadlineTerms, calendar: WorkCalendar, known_on: date, last: date
) -> Iterator[LedgerDay]:
    first = beijing_day(term.start)
    for day in (first + _DAY * n for n in count(1)):
        if day > last:
            return
        pause = _pause_on(day, term.pauses)
        if pause is not None:
            yield LedgerDay(
                day, counts=False, why=Text(f"suspended: {pause.why}", f"中止：{pause.why}")
            )
        elif term.budget.unit != "working_days":
            yield LedgerDay(day, counts=True, why=_DAY_COUNTS)
        else:
            yield _ledger_day(day, calendar, known_on)


def _ledger_day(day: date, calendar: WorkCalendar, known_on: date) -> LedgerDay:
    kind = calendar.kind(day, known_on)
    if kind == "unannounced":
        return LedgerDay(day, calendar.weekday(day), _NO_ANNOUNCEMENT)
    own = calendar.over is not None and calendar.own(day, known_on)
    if kind == "off":
        return LedgerDay(day, counts=False, why=_by(calendar, _DAY_OFF) if own else _DAY_OFF)
    why = _DAY_COUNTS if calendar.weekday(day) else _MAKE_UP
    return LedgerDay(day, counts=True, why=_by(calendar, why) if own else why)


def _by(calendar: WorkCalendar, why: Text) -> Text:
    """Where it is the party's own calendar that says so."""
    title = calendar.title
    return Text(f"{why.en} ({title.en})", f"{why.zh}（{title.zh}）")
