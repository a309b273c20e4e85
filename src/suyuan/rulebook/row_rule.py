"""A rule asked about one act, on plain values: what :mod:`suyuan.rulebook.judge` says of a table.

The order of what decides is the same; words come from the same place.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import Text
from suyuan.rulebook.dates import YUAN, beijing_day, on_day
from suyuan.rulebook.decided_cases import answer_of
from suyuan.rulebook.declare import Answer, Rule
from suyuan.rulebook.judge import BEFORE, FACTS, NO_DAY, OUTSIDE, SCOPE
from suyuan.rulebook.language import Expression
from suyuan.rulebook.rows import Closure, closure


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to one set of facts."""

    answer: Answer | None  # None: the rule does not apply
    condition: str | None
    value: float | None
    limit: float | None
    reason: Text


class RowRule:
    """A rule whose expressions are compiled for single rows."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._applies = None if rule.applies is None else closure(rule.applies)
        self._cases = [(case.id, closure(case.condition)) for case in rule.cases]
        self._value, self._limit = _number(rule.value), _number(rule.limit)
        self._asked = rule.fact_names

    def judge(self, facts: Mapping[str, Any], moment: datetime | None) -> Judgement:
        """The answer for `facts` (money in fen, naive UTC times) of an act at `moment`."""
        rule = self.rule
        scope = {**facts, **({} if moment is None else parameters(rule, moment))}
        condition = self._condition(scope, moment)
        gaps = "".join("01"[scope.get(name) is None] for name in self._asked)
        answer, words = answer_of(rule, condition, gaps)
        in_yuan = rule.unit == YUAN
        value, limit = _amount(self._value, scope, in_yuan), _amount(self._limit, scope, in_yuan)
        numbers = {"{value}": number_text(value), "{limit}": number_text(limit)}
        return Judgement(
            answer,
            condition or None,
            value,
            limit,
            Text(*(_fill(w, numbers) for w in (words.en, words.zh))),
        )

    def _condition(self, scope: Mapping[str, Any], moment: datetime | None) -> str:
        applies = True if self._applies is None else self._applies(scope)
        if applies is False:
            return OUTSIDE
        if moment is None:
            return NO_DAY
        if not any(beijing_day(moment) in period for period in self.rule.in_force):
            return BEFORE
        if applies is None:
            return SCOPE
        return next((name for name, test in self._cases if test(scope)), FACTS)


_CACHE: dict[int, RowRule] = {}


def row_rule(rule: Rule) -> RowRule:
    """`rule`, compiled once; what was compiled holds its rule, so that the id stays its own."""
    row = _CACHE.get(id(rule))
    if row is None:
        row = _CACHE[id(rule)] = RowRule(rule)
    return row


def parameters(rule: Rule, moment: datetime) -> dict[str, float | None]:
    """The rule's numbers on the day of `moment`; yuan as fen, None where none is known."""
    day = beijing_day(moment)
    values: dict[str, float | None] = {}
    for parameter in rule.parameters.values():
        entry = on_day(parameter, day)
        times = FEN_PER_YUAN if parameter.unit == YUAN else 1
        value = None if entry is None or entry.value is None else float(entry.value) * times
        values[parameter.name] = value
    return values


def _number(expression: Expression | None) -> Closure | None:
    return None if expression is None else closure(expression)


def _amount(number: Closure | None, scope: Mapping[str, Any], in_yuan: bool) -> float | None:  # noqa: FBT001
    value = None if number is None else number(scope)
    if value is None:
        return None
    return float(value) / FEN_PER_YUAN if in_yuan else float(value)


def _fill(words: str, numbers: Mapping[str, str]) -> str:
    for mark, number in numbers.items():
        words = words.replace(mark, number)
    return words


def number_text(number: float | None) -> str:
    """A number as people write it: no decimals where it has none, at most two elsewhere."""
    if number is None:
        return "?"
    hundredths = math.floor(abs(number) * 100 + 0.5)  # half goes up, as in the database
    if hundredths % 100 == 0:
        return str(round(number))
    return f"{'-' if number < 0 else ''}{hundredths // 100}.{hundredths % 100:02d}"
