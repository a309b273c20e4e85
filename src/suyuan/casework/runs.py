"""A duty that runs, a measure that runs, an item with what happened to it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from suyuan.casework.clock import (
    Budget,
    DeadlineTerms,
    DueDate,
    Extension,
    Pause,
    due_date,
)
from suyuan.casework.compiled import DutyRule, MeasureRule
from suyuan.model.times import is_within
from suyuan.rulebook.calendars import WorkCalendar

DutyState = Literal["open", "done", "late", "breached", "done_late", "void"]
MeasureEnd = Literal["released", "superseded", "expired", "upheld"]


@dataclass(slots=True)
class History:
    """How often each act was done, first and last."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)

    def add(self, act: str, at: datetime) -> None:
        self.counts[act] = self.counts.get(act, 0) + 1
        self.first.setdefault(act, at)
        self.last[act] = at


@dataclass(slots=True)
class DutyRun:
    """One time that a duty arose. `number` is that of the event that brought it about."""

    rule: DutyRule
    number: int
    opened_at: datetime
    since: datetime
    budget: Budget | None
    fixed_end: datetime | None
    party: str | None
    calendar: WorkCalendar
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    done_at: datetime | None = None
    done_by: int | None = None
    void_at: datetime | None = None
    breach: int | None = None  # the event in which the clock said so
    id: str = field(init=False)
    _count_cache: tuple[date, date, DueDate] | None = None

    def __post_init__(self) -> None:
        self.id = f"{self.rule.name}#{self.number}"

    @property
    def is_settled(self) -> bool:
        return self.done_at is not None or self.void_at is not None

    @property
    def term(self) -> DeadlineTerms | None:
        if self.budget is None:
            return None
        return DeadlineTerms(
            self.since, self.budget, self.pauses, self.extensions, self.rule.spec.on_holiday
        )

    def due(self, known_on: date) -> DueDate:
        """When it is due by the calendar of its party, as far as could be known on that day.

        It is counted again only where a year was announced, or a pause or extension came since.
        """
        there = self._count_cache
        if there is not None and there[0] == known_on:
            return there[2]
        edition = self.calendar.edition(known_on)
        current = there is not None and there[1] == edition
        due = there[2] if there is not None and current else self._count(edition)
        self._count_cache = (known_on, edition, due)
        return due

    def pause(self, at: datetime, actor: str, why: str) -> None:
        self.pauses += (Pause(at, None, actor, why),)
        self._count_cache = None

    def resume(self, at: datetime) -> None:
        """End the pause that runs; nothing where none does."""
        if self.pauses and self.pauses[-1].until is None:
            last = self.pauses[-1]
            self.pauses = (*self.pauses[:-1], Pause(last.since, at, last.actor, last.why))
            self._count_cache = None

    def extend(self, extension: Extension) -> None:
        self.extensions += (extension,)
        self._count_cache = None

    def _count(self, known_on: date) -> DueDate:
        if self.fixed_end is not None:
            return DueDate(self.fixed_end, "exact")
        budget = self.budget
        if budget is None:
            return DueDate(None, "unknown")
        if budget.unit == "hours" and not self.pauses and not self.extensions:
            return DueDate(self.since + _hours(budget.amount), "exact")
        term = self.term
        assert term is not None
        return due_date(term, self.calendar, known_on)

    def state(self, due: DueDate, now: datetime) -> DutyState:
        if self.void_at is not None:
            return "void"
        if self.done_at is not None:
            return "done_late" if due.is_past(self.done_at) else "done"
        if not due.is_past(now):
            return "open"
        return "breached" if self.rule.spec.then else "late"


@dataclass(slots=True)
class MeasureRun:
    """One time that a measure was taken; `nth` counts this matter's measures of the kind."""

    rule: MeasureRule
    number: int
    subject: str
    nth: int
    since: datetime
    until: datetime | None
    amount: int | None
    renewals: int = 0
    ended_at: datetime | None = None
    why: MeasureEnd | None = None

    @property
    def id(self) -> str:
        return f"{self.rule.name}#{self.number}"

    def is_running(self, now: datetime) -> bool:
        ends = (self.ended_at, self.until)
        return all(is_within(now, self.since, end) for end in ends)


def _hours(amount: float) -> timedelta:
    return timedelta(hours=amount)
