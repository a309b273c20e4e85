"""Days in prose: 2019年4月28日, 4月28号, 29日, 当天, 次日, 昨晚, 上周三, 二〇一九年四月.

A day is found here and given its date in :mod:`suyuan.reading.calendar`.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from suyuan.reading.numerals import value

_MONTH: Final = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_ONE_TO_NINE: Final = "[一二三四五六七八九]"
_DAY: Final = (
    rf"(?:3[01]|[12]\d|0?[1-9]|三十一?|二十{_ONE_TO_NINE}?|十{_ONE_TO_NINE}?|{_ONE_TO_NINE})"
)
_YEAR: Final = r"(?:(?:19|20)\d\d|[一二][零一二三四五六七八九]{3})"
#: What a date may begin with: a look at one character spares the rest of the pattern.
_DATE: Final = re.compile(
    r"(?=[\d一二三四五六七八九十今去前当同本上])(?:"
    rf"(?<![\d.])(?P<y>{_YEAR})(?P<sep>[-/.])(?P<m>{_MONTH})(?P=sep)(?P<d>{_DAY})(?![\d])"
    rf"|(?:(?<![\d])(?P<y2>{_YEAR}|\d\d)年|(?P<ry>今年|去年|前年|当年|同年))?"
    rf"(?<![\d.])(?P<m2>{_MONTH})月份?(?:(?P<d2>{_DAY})(?:[日号]|(?![\d元块万千百个分:.]))"
    r"|(?P<third>[底末初]|[上中下]旬)|(?=[^\d一-十]|$))"
    rf"|(?<!\d)(?P<y3>{_YEAR})年(?!龄|级|轻|度|前|后)"
    rf"|(?P<rm>本月|当月|上个?月|同月)(?:(?P<d4>{_DAY})[日号]|(?P<third4>[底末初]|[上中下]旬)?)"
    rf"|(?<![\d.月第周期])(?P<d3>{_DAY})(?:[日号](?!码|线|楼|院|店|机|群|令|单|期|元|车|[前后内]|以)"
    rf"|(?=[、和至到-]{_DAY}[日号])))"
)
_WEEK: Final = re.compile(
    r"(?=[上本这周星礼])(?P<last>上个?|本|这个?)?(?:周|星期|礼拜)(?P<w>[一二三四五六日天])"
)
#: Counted from the day of the report.
FROM_REPORT: Final = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1,
    "今天": 0, "今日": 0, "今早": 0, "今晨": 0, "今晚": 0, "昨早": -1, "前晚": -2,
}  # fmt: skip
#: Counted from the day told last.
FROM_STORY: Final = {
    "当天": 0, "当日": 0, "当晚": 0, "当夜": 0, "同日": 0, "同一天": 0, "次日": 1, "翌日": 1,
    "第二天": 1, "第2天": 1, "第二日": 1, "隔天": 1, "隔日": 1, "转天": 1, "次晨": 1, "第三天": 2,
    "前一天": -1, "前一日": -1, "头天": -1, "头一天": -1, "前一晚": -1,
}  # fmt: skip
_WORD: Final = re.compile(
    r"(?=[大前昨今当同次翌第隔转头\d一两二三四五六七八九十])(?:"
    + "|".join(sorted(FROM_REPORT | FROM_STORY, key=len, reverse=True))
    + r"|(?P<n>\d{1,2}|[两二三四五六七八九十]{1,2})天(?:之|以)?(?P<way>后|前))"
)


class Day(NamedTuple):
    """A day as told: its place, and whatever parts of it are said.

    ``offset`` counts days from the report (``base`` report) or the day told last (``base`` story).
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    years_back: int | None = None
    months_back: int | None = None
    base: str | None = None
    offset: int = 0
    weekday: int | None = None
    word: str = ""


def days(text: str) -> list[Day]:
    """Every day in plain `text`, by place."""
    mentions = [*_dates(text), *_weekdays(text), *_words(text)]
    return sorted(mentions, key=lambda day: (day.start, -day.end))


def _dates(text: str) -> Iterator[Day]:
    for match in _DATE.finditer(text):
        year = match["y"] or match["y2"] or match["y3"]
        yield Day(
            match.start(),
            match.end(),
            year=_year(year) if year else None,
            month=_number(match["m"] or match["m2"]),
            day=_number(match["d"] or match["d2"] or match["d3"] or match["d4"]),
            years_back=_back(match["ry"]),
            months_back=_months(match["rm"]),
        )


def _weekdays(text: str) -> Iterator[Day]:
    for match in _WEEK.finditer(text):
        last = (match["last"] or "").startswith("上")
        weekday = "一二三四五六日".index(match["w"].replace("天", "日"))
        yield Day(
            match.start(), match.end(), base="week", offset=-7 if last else 0, weekday=weekday
        )


def _words(text: str) -> Iterator[Day]:
    for match in _WORD.finditer(text):
        word = match[0]
        if match["n"]:
            count = int(value(match["n"]) or 0)
            offset, base = (count if match["way"] == "后" else -count), "story"
        elif word in FROM_REPORT:
            offset, base = FROM_REPORT[word], "report"
        else:
            offset, base = FROM_STORY[word], "story"
        yield Day(match.start(), match.end(), base=base, offset=offset, word=word)


def _year(text: str) -> int | None:
    number = value(text)
    if number is None:
        return None
    return int(number) if number >= 100 else 2000 + int(number)


def _number(text: str | None) -> int | None:
    return None if text is None else int(value(text) or 0)


def _back(word: str | None) -> int | None:
    return {"今年": 0, "去年": 1, "前年": 2}.get(word or "")


def _months(word: str | None) -> int | None:
    if word is None:
        return None
    return 1 if word.startswith("上") else 0
