"""What the rulebook says on a day: numbers, clauses in force, answers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from suyuan.casework.clock import Budget, Unit
from suyuan.casework.declare import Span
from suyuan.casework.directories import load_directories
from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.rulebook.book import Rulebook
from suyuan.rulebook.calendars import WorkCalendar, calendar_of, load_calendar, load_calendars
from suyuan.rulebook.dates import beijing_day, start_of
from suyuan.rulebook.declare import Rule
from suyuan.rulebook.row_rule import Judgement, parameters, row_rule

#: Answers of rules that are remembered.
_CACHE_SIZE: Final = 16_384


class Law:
    """The rulebook and the calendar, as procedures ask them."""

    def __init__(self, book: Rulebook, calendars: Mapping[str, WorkCalendar] | None = None) -> None:
        self.book = book
        self.calendar = load_calendar()
        self._calendars = load_calendars() if calendars is None else calendars
        self._calendar_of: dict[tuple[str, date], WorkCalendar] = {}
        self.directories = load_directories()
        self._numbers: dict[tuple[str, date], float | None] = {}
        self._budgets: dict[tuple[str, str | float, date], Budget | None] = {}
        self._in_force: dict[tuple[str, date], bool] = {}
        self._judged: dict[tuple[Any, ...], Judgement] = {}

    def number(self, name: str, moment: datetime) -> float | None:
        """The parameter ``rule.name`` on the day of `moment` (yuan as fen); None where unknown."""
        key = (name, beijing_day(moment))
        if key not in self._numbers:
            rule, parameter = self.parameter(name)
            self._numbers[key] = parameters(rule, start_of(key[1]))[parameter]
        return self._numbers[key]

    def parameter(self, name: str) -> tuple[Rule, str]:
        """The rule and its parameter; raises :class:`CatalogError` where there is none."""
        rule_id, _, parameter = name.rpartition(".")
        if rule_id not in self.book.rules or parameter not in self.book[rule_id].parameters:
            raise CatalogError(
                Text(
                    "A procedure names an unknown parameter of a rule.",
                    "程序引用了未知的规则参数。",
                ),
                value=name,
                hint=Text("Write rule.parameter.", "写作 规则.参数。"),
            )
        return self.book[rule_id], parameter

    def budget(self, span: Span, moment: datetime) -> Budget | None:
        """A span with its number as on that day; None where it is not known."""
        [(unit, amount)] = span.items()
        key = (unit, amount, beijing_day(moment))
        if key not in self._budgets:
            value = self.number(amount, moment) if isinstance(amount, str) else float(amount)
            self._budgets[key] = None if value is None else Budget(_unit(unit), value)
        return self._budgets[key]

    def in_force(self, rule_id: str, moment: datetime) -> bool:
        key = (rule_id, beijing_day(moment))
        if key not in self._in_force:
            periods = self.book[rule_id].in_force
            self._in_force[key] = any(key[1] in period for period in periods)
        return self._in_force[key]

    def calendar_of(self, party: str | None, moment: datetime) -> WorkCalendar:
        """The calendar by which a duty of `party` counts that arises at `moment`."""
        if party is None:
            return self.calendar
        key = (party, beijing_day(moment))
        if key not in self._calendar_of:
            calendars = self._calendars.values()
            self._calendar_of[key] = calendar_of(calendars, *key, self.calendar)
        return self._calendar_of[key]

    def answer(self, rule_id: str, facts: Mapping[str, Any], moment: datetime) -> str | None:
        """``kept``, ``broken``, ``not_in_force``, ``not_asked``; None where it cannot be told."""
        answer = self.judge(rule_id, facts, moment).answer
        if answer is None:
            return "not_asked"
        return None if answer.value == "cannot_tell" else answer.value

    def case(self, rule_id: str, facts: Mapping[str, Any], moment: datetime) -> str | None:
        """The case of the rule that decides; None where none does or a fact is missing."""
        condition = self.judge(rule_id, facts, moment).condition
        return condition if condition in {case.id for case in self.book[rule_id].cases} else None

    def directory_value(self, directory: str, entry: str | None, column: str) -> str | None:
        """What a directory has of an entry; None where either is not known."""
        return None if entry is None else self.directories[directory].value(entry, column)

    def judge(self, rule_id: str, facts: Mapping[str, Any], moment: datetime) -> Judgement:
        """What the rule says of the facts of its names, in words; the same facts once a day."""
        rule = self.book[rule_id]
        key = (rule_id, beijing_day(moment), *[facts.get(name) for name in rule.facts])
        try:
            judgement = self._judged.get(key)
        except TypeError:  # a fact is a list
            return row_rule(rule).judge(dict(zip(rule.facts, key[2:], strict=True)), moment)
        if judgement is None:
            if len(self._judged) >= _CACHE_SIZE:
                self._judged.clear()
            facts = dict(zip(rule.facts, key[2:], strict=True))
            judgement = self._judged[key] = row_rule(rule).judge(facts, moment)
        return judgement


def _unit(unit: str) -> Unit:
    units: dict[str, Unit] = {
        "hours": "hours",
        "days": "days",
        "working_days": "working_days",
        "months": "months",
    }
    return units[unit]
