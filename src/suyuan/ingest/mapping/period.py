"""The year that a list without years is of: from the text above it, or from the file's name."""

import re
from dataclasses import dataclass
from typing import Final

from suyuan.ingest.mapping.own_account import comparable

_MONTH: Final = r"(20\d\d)\s*[-年/.]?\s*(0?[1-9]|1[0-2])(?!\d{3})"
_RANGE: Final = re.compile(_MONTH + r"[^\n\d]{0,3}[\d日号:\- ]{0,12}(?:至|到|~|-|—|–|终止)")
_SINGLE_MONTH: Final = re.compile(_MONTH)
#: When a file was made says nothing of what it holds.
_EXPORT_DATE: Final = re.compile(
    r"(导出|申请|打印|下载|制表|生成|查询)(时间|日期)(?!段|区间|范围|周期)\D{0,4}20\d\d[-年/.]\d{1,2}[-月/.]\d{1,2}.*"
)
_IN_NAME: Final = re.compile(r"(?<!\d)(20\d\d)[-_.年]?(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class ListPeriod:
    """A year and a month; ``is_range`` where a period begins with it."""

    year: int
    month: int
    is_range: bool = False


def find_period(above: str, name: str, year: int | None) -> ListPeriod | None:
    """The period of a list; `year` is what a person said of it."""
    if year is not None:
        return ListPeriod(year, 1, is_range=True)
    text = _EXPORT_DATE.sub("", comparable(above))
    if match := _RANGE.search(text):
        return ListPeriod(int(match[1]), int(match[2]), is_range=True)
    if match := _SINGLE_MONTH.search(text) or _IN_NAME.search(name):
        return ListPeriod(int(match[1]), int(match[2]))
    return None
