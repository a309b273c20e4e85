"""Chinese and mixed numerals: 五万, 两千三百, 5万3千, 叁万, 53万1200, 2.2w."""

import re
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}
_DIGITS |= {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")} | {
    "貳": 2,
    "參": 3,
    "陸": 6,
    "弍": 2,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000, "K": 1000}
_GREAT = {"万": 10**4, "萬": 10**4, "w": 10**4, "W": 10**4, "亿": 10**8, "億": 10**8}

DIGIT = "[零一二两三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸]"
UNIT = "[十拾百佰千仟万萬亿億wWkK]"
ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,4}(?!\d)(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,4})?)"
#: A number as money is written: bounded, so that no text can make it slow.
NUMBER = (
    f"(?:{ARABIC}|{DIGIT}|[十拾])(?:{DIGIT}|{UNIT}|(?<={UNIT})\\d{{1,5}}(?:\\.\\d{{1,2}})?){{0,16}}"
)
_TOKEN = re.compile(f"{ARABIC}|.")


def value(text: str) -> Decimal | None:
    """The number that `text` means; None where it means none.

    A last digit right after a unit of a hundred or more counts in tenths of that unit, as people
    say it: 一万二 is 12,000 and 三千五 is 3,500; 两千零五 is 2,005.
    """
    whole = section = Decimal(0)
    digit: Decimal | None = None
    last = 1
    for sign in _TOKEN.findall(text):
        if sign[0].isascii() and sign[0].isdigit():
            if digit is not None:
                return None
            digit = Decimal(sign.replace(",", ""))
        elif sign in _DIGITS:
            if sign == "零":
                last = 1
            elif digit is not None:
                return _read_out(text)
            else:
                digit = Decimal(_DIGITS[sign])
        elif sign in _UNITS:
            section += (Decimal(1) if digit is None else digit) * _UNITS[sign]
            digit, last = None, _UNITS[sign]
        elif sign in _GREAT:
            section += digit or 0
            if not section:
                return None
            whole, section = _add_unit(whole, section, _GREAT[sign])
            digit, last = None, _GREAT[sign]
        else:
            return None
    return whole + section + _rest(digit, last)


def _add_unit(whole: Decimal, section: Decimal, unit: int) -> tuple[Decimal, Decimal]:
    if whole and whole < unit:
        return (whole + section) * unit, Decimal(0)
    return whole + section * unit, Decimal(0)


def _rest(digit: Decimal | None, last: int) -> Decimal:
    if digit is None:
        return Decimal(0)
    tenths = last >= 100 and digit < 10 and digit == int(digit)
    return digit * last / 10 if tenths else digit


def _read_out(text: str) -> Decimal | None:
    """Digits read one by one: 二零一九."""
    digits = [_DIGITS.get(character) for character in text]
    if None in digits:
        return None
    return Decimal("".join(map(str, digits)))
