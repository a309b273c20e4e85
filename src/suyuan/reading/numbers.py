"""Telephone numbers, card numbers, order references, waybills and identity numbers in prose."""

import re
from collections.abc import Iterator
from typing import Final

from suyuan.reading.facts import NarrativeFact
from suyuan.reading.roles import role

_MOBILE: Final = r"1[3-9]\d(?:[ -]?\d{4}[ -]?\d{4}|\*{4}\d{4}|\d{4}\*{4}|[ -]\d{3}[ -]\d{5})"
_PHONE: Final = re.compile(
    r"(?<![\dA-Za-z.*@])(?:"
    rf"(?P<cn>(?:\+|00)86[ -]?(?:{_MOBILE}|\d{{2,3}}[ -]?\d{{3,4}}[ -]?\d{{4}}))"
    rf"|(?P<mobile>(?:86[ -]?)?{_MOBILE})"
    r"|(?P<abroad>\+[1-9]\d{0,3}(?:[ -]?\d{2,5}){2,4}|00[1-9]\d{0,2}(?:[ -]?\d{3,5}){2,3})"
    r"|(?P<service>[48]00[ -]?(?:\d{3}[ -]?\d{4}|\d{4}[ -]?\d{3}))"
    r"|(?P<line>\(?0(?:10|2\d|[3-9]\d{2})\)?[ -]?\d{3,4}[ -]?\d{4})"
    r"|(?P<bulk>106\d{5,15})"
    r")(?![\d*])"
)
#: Short numbers are telephone numbers only where telephones are spoken of.
_SHORT: Final = re.compile(
    r"(?<![\d.])(?:95\d{3,6}|100(?:0[0-9]|10|86)|12[0-9]{3}|96\d{3,4})(?![\d元块.万])"
)
_SPOKEN_OF: Final = re.compile(r"电话|来电|短信|拨打|号码|致电|显示|回拨|打来|热线|通过|联系")
_DIGIT_RUN: Final = re.compile(
    r"(?<![\dA-Za-z*.@])(?P<prefix>[A-Za-z]{2,5})?(?P<digits>\d{4}(?:[ -]\d{2,4}){2,5}|\d{6,25}"
    r"|\d{4,6}\*{2,12}\d{3,4})(?![\dA-Za-z*@])"
)
_TAIL: Final = re.compile(
    r"(?:尾号|末四位|后四位|尾数)(?:为|是|:|\s|号){0,3}(?P<digits>\d{3,5})(?!\d)"
)
_WAYBILL: Final = re.compile(
    r"(?:(?:快递|运|物流|快件|货运|包裹)单(?:号码?|编号)?|运单|面单)[^\d\n,。;]{0,4}$"
)
_ORDER: Final = re.compile(r"订单(?:编号|号码?|号)?[^\d\n,。;]{0,6}$")
_IDENTITY: Final = re.compile(r"身份证(?:号码?|件号)?[^\d\n,。;]{0,4}$")
_CARD: Final = re.compile(r"(?:卡号?|账号|账户|户头)[^\d\n。;]{0,8}$")
_COURIERS: Final = re.compile(r"(?:SF|YT|JD|JT|ZT|ZTO|STO|YTO|YD|EMS|DPK|JDV|BS|UC)[A-Z]{0,3}")
_PERSON: Final = re.compile(r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_SEPARATORS: Final = str.maketrans("", "", " -()")


def phones(text: str) -> Iterator[NarrativeFact]:
    """Telephone numbers of plain `text`, in the form of the standard tables."""
    for match in _PHONE.finditer(text):
        yield _fact("phone", text, match.start(), match.end(), _normal(match))
    for match in _SHORT.finditer(text):
        start, end = match.span()
        if _SPOKEN_OF.search(text, max(0, start - 8), min(len(text), end + 6)):
            yield _fact("phone", text, start, end, match[0])


def references(text: str) -> Iterator[NarrativeFact]:
    """Waybills, order references, identity numbers and cards: long numbers told by their label."""
    for match in _DIGIT_RUN.finditer(text):
        digits = match["digits"].translate(_SEPARATORS)
        kind = _kind(text, match, digits)
        if kind is not None:
            prefix = (match["prefix"] or "").upper()
            yield _fact(kind, text, match.start(), match.end(), prefix + digits)
    for match in _TAIL.finditer(text):
        digits = match["digits"]
        yield _fact("card", text, match.start("digits"), match.end(), f"*{digits}")


def _kind(text: str, match: re.Match[str], digits: str) -> str | None:
    before = text[max(0, match.start() - 14) : match.start()]
    if _WAYBILL.search(before) and len(digits) >= 8:
        return "waybill"
    if match["prefix"]:
        courier = _COURIERS.fullmatch(match["prefix"].upper())
        return "waybill" if courier and len(digits) >= 10 else None
    if _ORDER.search(before):
        return "order"
    return _long(before, digits)


def _long(before: str, digits: str) -> str | None:
    if _IDENTITY.search(before):
        return "identity" if len(digits) >= 15 else None
    if not 15 <= len(digits) <= 19 and not ("*" in digits and _CARD.search(before)):
        return None
    has_label = _CARD.search(before) is not None
    if len(digits) == 18 and _PERSON.fullmatch(digits) and not has_label:
        return "identity"
    return "card" if has_label or digits[0] in "3456789" else None


def _normal(match: re.Match[str]) -> str:
    digits = match[0].translate(_SEPARATORS)
    if match["cn"]:
        national = digits.removeprefix("+86").removeprefix("0086")
        return national if national[0] == "1" and len(national) == 11 else "0" + national
    if match["mobile"]:
        return digits[-11:]
    if match["abroad"]:
        return digits.removeprefix("+").removeprefix("00")
    return digits


def _fact(kind: str, text: str, start: int, end: int, value: str) -> NarrativeFact:
    precision = "tail" if value.startswith("*") else "masked" if "*" in value else "full"
    role_kind = "phone" if kind == "phone" else "card" if kind == "card" else None
    owner = role(role_kind, text, start, end) if role_kind else None
    return NarrativeFact(kind, text[start:end], value, start, end, precision=precision, role=owner)
