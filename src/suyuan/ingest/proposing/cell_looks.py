"""What cells look like: times, amounts, phones, cards, devices; and the number in a cell."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from suyuan.model.text import Text

_DAY = r"(19|20)\d\d([-/年.]\d{1,2}[-/月.]\d{1,2}日?|(0[1-9]|1[0-2])([0-2]\d|3[01]))"
_TIME = re.compile(_DAY + r"([T ]*([01]?\d|2[0-3])(([:时]\d{0,2}.*)|([0-5]\d){1,2})?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)?\d\d)($|[T ].*)")
_NAMED_MONTH = re.compile(
    r"\d{1,2}[- /][A-Za-z]{3,9}[- /,]+\d{4}.*|[A-Za-z]{3,9} \d{1,2},? \d{4}.*"
)
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:时][0-5]?\d([:分][0-5]?\d)?.{0,4}")
_MONEY = re.compile(r"[(¥¥+-]*\d{1,3}((,\d{3})+|\d*)([.]\d{1,2})\)?元?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.]\d{1,4})?")
_PHONE = re.compile(r"(\+?86|0086)?[- ]?1[3-9]\d[\d*]{4}\d{4}")
_DIGITS = re.compile(r"[\d ]{12,23}")
#: Numbers are compared in ten thousandths.
_SCALE: Final = 10_000


def number_in(cell: str) -> int | None:
    """The number in a cell, in ten thousandths; None where it is none."""
    text = unicodedata.normalize("NFKC", cell).strip("\"'`=元¥ ").replace(",", "").replace(" ", "")
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    text = text.replace("\u2212", "-")
    if not _NUMBER.fullmatch(text) or len(text) > 15:
        return None
    return round(float(text) * _SCALE)


def is_negative(cell: str) -> bool:
    """Whether an amount is written with a minus, or in brackets."""
    return re.match(r"[\s\"'¥¥]*[-(\u2212\uff0d\uff08]", cell) is not None


def is_whole(cell: str) -> bool:
    """Whether an amount is written without decimals."""
    return number_in(cell) is not None and "." not in cell


def day_order(cells: Sequence[str]) -> str | None:
    """How days with the year last are written: dmy, mdy, or "?" where they do not say."""
    dates = [match for cell in cells if (match := _YEAR_LAST.fullmatch(cell))]
    if not dates or len(dates) < 0.8 * len(cells):
        return None
    first, second = (max(int(match[n]) for match in dates) for n in (1, 2))
    if first > 12:
        return "dmy"
    return "mdy" if second > 12 else "?"


def looks(cells: Sequence[str]) -> tuple[str, Text] | None:
    """What most of the cells look like: the kind of subject, time, clock or money."""
    checks = (
        ("phone", _PHONE.fullmatch, Text("looks like phone numbers", "形如手机号")),
        ("sim", _is_iccid, Text("looks like card serials (ICCID)", "形如ICCID")),
        ("device", _is_imei, Text("looks like IMEIs", "形如IMEI")),
        ("bank_account", _is_card, Text("looks like card numbers (Luhn)", "形如银行卡号（Luhn）")),
        ("bank_account", _is_long, Text("as long as account numbers", "位数如账号")),
        ("time", _is_time, Text("looks like times", "形如时间")),
        ("clock", _CLOCK.fullmatch, Text("looks like times of day", "形如时刻")),
        ("money", _MONEY.fullmatch, Text("looks like amounts", "形如金额")),
    )
    for kind, check, because in checks:
        if cells and sum(bool(check(cell)) for cell in cells) >= 0.8 * len(cells):
            return kind, because
    return None


def shape_of(cells: Sequence[str]) -> str | None:
    """A pattern (RE2) that all of `cells` have and most other columns would not."""
    shapes = {
        "phone": r"(\+?86|0086)?[- ]?1[3-9][\d*]{9}",
        "bank_account": r"[\d* ]{12,23}",
        "time": r"\d{4}\D?\d{1,2}\D?\d{1,2}.*|\d{1,2}\D[\dA-Za-z]{1,9}\D+\d{2,4}.*|[A-Za-z]+ .*",
        "clock": r"\d{1,2}[:时].*",
        "money": r"[-+(¥¥\d.,)元]*",
    }
    look = looks(cells)
    return shapes.get(look[0]) if look else None


def _is_time(cell: str) -> bool:
    return any(form.fullmatch(cell) for form in (_TIME, _YEAR_LAST, _NAMED_MONTH))


def _is_card(cell: str) -> bool:
    digits = cell.replace(" ", "")
    return bool(_DIGITS.fullmatch(cell)) and 15 <= len(digits) <= 19 and luhn(digits)


def _is_long(cell: str) -> bool:
    return bool(_DIGITS.fullmatch(cell)) and 16 <= len(cell.replace(" ", "")) <= 23


def _is_imei(cell: str) -> bool:
    return (
        len(cell) == 15 and cell.isdigit() and cell[:2] in {"35", "86", "01", "99"} and luhn(cell)
    )


def _is_iccid(cell: str) -> bool:
    return len(cell) in {19, 20} and cell.startswith("89") and cell[:-1].isdigit()


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1 Annex B."""
    total = 0
    for place, mark in enumerate(reversed(digits)):
        value = int(mark) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0
