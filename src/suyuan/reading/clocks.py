"""Times of day in prose: 14时许, 上午9时10分, 下午四点多, 晚上7点半, 15:20, 11点一刻."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from suyuan.reading.numerals import value

_PART: Final = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|深夜|半夜|早|晚"
_HOUR: Final = r"(?:\d{1,2}|二十[一二三四]?|十[一二三四五六七八九]?|[零一二三四五六七八九两])"
_MINUTE: Final = r"(?:\d{1,2}|[二三四五]?十[一二三四五六七八九]?|零?[一二三四五六七八九])"
_CLOCK: Final = re.compile(
    r"(?=[凌清早上中下傍晚夜深半\d零一二两三四五六七八九十])"
    rf"(?P<part>{_PART})?(?:"
    r"(?<![\d:.])(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?::[0-5]\d)?(?![\d:])时?"
    rf"|(?<![\d.])(?P<hz>{_HOUR})(?:时(?!间|候|刻|代|常|段)|点(?!赞|击|开|卡|评|单|进|了|名))"
    rf"(?:(?P<mz>{_MINUTE})分|(?P<half>半)|(?P<quarter>[一三])刻|(?P<bare>\d{{2}})(?!\d))?"
    r")(?P<about>钟|整|来钟|来|许|多|左右|前后)?"
)
_EVENING: Final = {"下午", "傍晚", "晚上", "晚间", "夜里", "晚", "深夜"}


class Clock(NamedTuple):
    """A time of day and its place; ``minute`` is None where only the hour is told.

    ``days`` is 1 for the midnight that ends the day (晚上12点, 24时).
    """

    start: int
    end: int
    hour: int
    minute: int | None
    days: int
    part: str | None


def clocks(text: str) -> Iterator[Clock]:
    """Every time of day in plain `text`."""
    for match in _CLOCK.finditer(text):
        if match["hz"] and not match["hz"].isdigit() and not _sure(match):
            continue
        clock = _clock(match)
        if clock is not None:
            yield clock


def _sure(match: re.Match[str]) -> bool:
    """一点 and 两点 mean other things too: a part of the day or a second half must stand by."""
    return any(match[name] for name in ("part", "half", "quarter", "mz", "about"))


def _clock(match: re.Match[str]) -> Clock | None:
    hour = int(value(match["h"] or match["hz"]) or 0)
    minute = _minute(match)
    if hour > 24 or (minute or 0) > 59:
        return None
    return _clock_at(match.start(), match.end(), hour, minute, match["part"])


def _minute(match: re.Match[str]) -> int | None:
    if match["half"]:
        return 30
    if match["quarter"]:
        return 15 if match["quarter"] == "一" else 45
    digits = match["m"] or match["mz"] or match["bare"]
    return None if digits is None else int(value(digits) or 0)


def _clock_at(start: int, end: int, hour: int, minute: int | None, part: str | None) -> Clock:
    hour = on_day(hour, part)
    return Clock(start, end, hour % 24, minute, hour // 24, part)


def on_day(hour: int, part: str | None) -> int:
    """The hour of 24 that `hour` means in a part of the day."""
    if part == "中午" and hour < 4:
        return hour + 12
    if part in _EVENING and hour < 12:
        return hour + 12
    if part in {"晚上", "晚间", "晚", "夜里", "深夜", "半夜"} and hour == 12:
        return 24
    return hour
