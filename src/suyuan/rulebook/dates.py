"""Values by date: which holds on a day, and where they leave gaps or overlap.

The rules are those of the People's Republic, so a day runs from midnight to midnight in Beijing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import pairwise
from operator import or_

import ibis
import ibis.expr.types as ir

from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import Text
from suyuan.model.times import utc
from suyuan.rulebook.declare import DatedValue, Parameter, Period, Rule

BEIJING_TIME = "Asia/Shanghai"
_BEIJING_AHEAD = timedelta(hours=8)  # the same all year since 1992
YUAN = "yuan"


def start_of(day: date) -> datetime:
    """The naive UTC moment at which a Beijing day begins."""
    return utc(datetime.combine(day, time()), BEIJING_TIME)


def beijing_day(moment: datetime) -> date:
    """The calendar day in Beijing of one naive UTC moment."""
    return (moment + _BEIJING_AHEAD).date()


def day_of(moment: ir.TimestampValue) -> ir.TimestampValue:
    """Midnight of the Beijing calendar day of naive UTC moments, written without a zone."""
    return (moment + ibis.interval(hours=8)).truncate("D")


def within(period: Period, moment: ir.TimestampValue) -> ir.BooleanValue:
    """True while the period lasts."""
    has_begun = moment >= ibis.literal(start_of(period.since))
    if period.until is None:
        return has_begun
    return has_begun & (moment < ibis.literal(start_of(period.until)))


def in_force(rule: Rule, moment: ir.TimestampValue) -> ir.BooleanValue:
    return reduce(or_, (within(period, moment) for period in rule.in_force))


def as_of(parameter: Parameter, moment: ir.TimestampValue) -> ir.FloatingValue:
    """The parameter's value at each moment; missing where none holds or the number is unknown."""
    times = FEN_PER_YUAN if parameter.unit == YUAN else 1
    branches = [
        (within(entry.period, moment), ibis.literal(float(entry.value) * times))
        for entry in parameter.values
        if entry.value is not None
    ]
    if not branches:
        return ibis.null("float64")
    return ibis.cases(*branches, else_=ibis.null("float64"))


def on_day(parameter: Parameter, day: date) -> DatedValue | None:
    """The dated value that holds on `day`, with its source; None before the first."""
    return next((entry for entry in parameter.values if day in entry.period), None)


def date_problems(rule: Rule) -> list[Text]:
    """Overlaps among the dated values, and days in force on which a parameter has none."""
    problems = [
        Text(f"in_force overlaps at {day}", f"in_force 在 {day} 重叠")
        for day in _overlaps(rule.in_force)
    ]
    for parameter in rule.parameters.values():
        periods = [entry.period for entry in parameter.values]
        problems += [
            Text(
                f"{parameter.name} has two values on {day}", f"{parameter.name} 在 {day} 有两个取值"
            )
            for day in _overlaps(periods)
        ]
        problems += [
            Text(f"{parameter.name} has no value on {day}", f"{parameter.name} 在 {day} 没有取值")
            for day in _gaps(rule.in_force, periods)
        ]
    return problems


def _overlaps(periods: Iterable[Period]) -> list[date]:
    by_start = sorted(periods, key=lambda period: period.since)
    return [
        later.since
        for earlier, later in pairwise(by_start)
        if earlier.until is None or later.since < earlier.until
    ]


def _gaps(spans: Sequence[Period], periods: Sequence[Period]) -> list[date]:
    """The first day of each stretch that `spans` has and `periods` lacks."""
    edges = {p.since for p in (*spans, *periods)} | {
        p.until for p in periods if p.until is not None
    }
    return sorted(
        day
        for day in edges
        if any(day in period for period in spans) and not any(day in period for period in periods)
    )
