"""Dates and times in prose, each with its moment where that can be known."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from suyuan.model.times import utc
from suyuan.reading.calendar import Calendar
from suyuan.reading.clocks import Clock, clocks, on_day
from suyuan.reading.days import Day, days
from suyuan.reading.facts import NarrativeFact

#: What may stand between a day and its time of day.
_BETWEEN = frozenset(" 的,(")
#: The day of an order is a look back: the story does not go on from there.
_PURCHASE = re.compile(r"[^,。;]{0,8}?(?:下单|购买|网购|订购|购得|买|拍)")
_MONTH_ONLY = re.compile(r"(?:\d{4}|-)-\d\d")


def dates(text: str, reported_at: datetime | None, zone: str) -> Iterator[NarrativeFact]:
    """Every day and time in plain `text`, in the order told.

    `reported_at` is naive UTC; `zone` is the zone in which the story plays.
    """
    calendar = Calendar.of(reported_at, zone)
    times = list(clocks(text))
    place = end = 0
    for day in days(text):
        if day.start < end:
            continue
        while place < len(times) and times[place].end <= day.start:
            yield from _alone(text, times[place], calendar, zone)
            place += 1
        while place < len(times) and times[place].end <= day.end:
            place += 1
        end = day.end
        is_purchase = _PURCHASE.match(text, day.end) is not None
        day_text = calendar.date_of(day, look_back=is_purchase)
        clock = times[place] if place < len(times) and _belong(text, day, times[place]) else None
        if clock is not None:
            place += 1
            end = clock.end
        if day_text is not None:
            yield _fact(text, (day.start, end), day_text, _in_part(clock, day.word), zone)
        elif clock is not None:
            yield from _alone(text, clock, calendar, zone)
    for clock in times[place:]:
        yield from _alone(text, clock, calendar, zone)


def _belong(text: str, day: Day, clock: Clock) -> bool:
    """True where the clock follows its day at once, or shares a sign with it (昨晚7点)."""
    gap = text[day.end : clock.start]
    return len(gap) <= 2 and all(sign in _BETWEEN for sign in gap)


def _in_part(clock: Clock | None, word: str) -> Clock | None:
    """昨晚7点 is 19:00: the word for the day says the part of it."""
    if clock is None or clock.part or word[-1:] not in {"晚", "夜"}:
        return clock
    hour = on_day(clock.hour, "晚")
    return clock._replace(hour=hour % 24, days=hour // 24)


def _alone(text: str, clock: Clock, calendar: Calendar, zone: str) -> Iterator[NarrativeFact]:
    day = calendar.latest or _last(clock, calendar)
    day_text = ("", None) if day is None else (day.isoformat(), day)
    yield _fact(text, (clock.start, clock.end), day_text, clock, zone)


def _last(clock: Clock, calendar: Calendar) -> date | None:
    """The last day before the report on which the clock could have struck."""
    if calendar.report_day is None:
        return None
    late = calendar.clock < time(clock.hour, clock.minute or 0)
    return calendar.report_day - timedelta(days=1) if late else calendar.report_day


def _fact(
    text: str,
    place: tuple[int, int],
    day_text: tuple[str, date | None],
    clock: Clock | None,
    zone: str,
) -> NarrativeFact:
    value, day = day_text
    moment = None
    precision = "month" if _MONTH_ONLY.fullmatch(value) else "day"
    if clock is not None:
        precision = "hour" if clock.minute is None else "minute"
        if day is not None:
            day += timedelta(days=clock.days)
            value = day.isoformat()
        value += f"T{clock.hour:02d}" + ("" if clock.minute is None else f":{clock.minute:02d}")
    if day is not None:
        at = time(clock.hour, clock.minute or 0) if clock else time()
        moment = utc(datetime.combine(day, at), zone)
    start, end = place
    return NarrativeFact("time", text[start:end], value, start, end, at=moment, precision=precision)
