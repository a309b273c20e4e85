"""Amounts of money in prose: 62元, 五万元, 5万, 49,950.00元, 6.5万余元, 一万二, 转走49950."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from suyuan.model.money import FEN_PER_YUAN, MAX_FEN
from suyuan.reading.facts import NarrativeFact
from suyuan.reading.numerals import DIGIT, NUMBER, value
from suyuan.reading.roles import role

_CURRENCIES: Final = {
    "美元": "USD",
    "美金": "USD",
    "港币": "HKD",
    "港元": "HKD",
    "欧元": "EUR",
    "英镑": "GBP",
    "日元": "JPY",
    "USDT": "USDT",
}
_YUAN: Final = "元|块|圆|园(?![林区里])|人民币|RMB|rmb|美元|美金|港币|港元|欧元|英镑|日元|USDT"
#: What may follow 万, 千 or a bare number that counts something else than money.
_OTHER_UNITS: Final = re.compile(
    "[条个张人次部台户名件份年粉步字公里米平倍股点句多单分笔天日月号时秒套双家位批岁遍度楼层期%折组]"
)
_BEFORE: Final = re.compile(r"约|大约|大概|将近|近|差不多")

#: A number with its unit of money, or with the sign before it.
_WITH_UNIT: Final = re.compile(
    r"(?=[¥¥R人\d零一二两三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸十拾])"
    rf"(?:(?P<sign>[¥¥]|RMB|人民币)\s?)?(?<![\d.A-Za-z])(?P<n>{NUMBER})"
    rf"(?P<over>[余多来几])?(?P<big>[十百千万])?(?P<over2>[余多])?\s?"
    rf"(?:(?P<unit>{_YUAN})(?P<jiao>(?:\d|{DIGIT})[角毛])?)?"
)
_GREAT: Final = re.compile(r"[万萬wWkK千仟]")
_IN_WORDS: Final = re.compile(r"[百千万佰仟萬]")
#: Words after which a bare number is money.
_MONEY_BEFORE: Final = re.compile(
    r"(?:[转汇扣付充借贷赔退花刷投取提给交缴存出走要返共里价款费金额打赚垫]|只要|又是|谈好|报价|标价|也就是|变成|出来|追加|便宜|支付|余额|"
    r"[转扣付交借贷投花赔刷汇充给赚][了我他她])\s?:?$"
)
_IN_LIST: Final = re.compile(r"(?:[、和]\d{2,9}(?:\.\d{1,2})?){1,8}[元块万]|返现?\d{2,7}")
_CONJUNCTIONS: Final = frozenset({"、", "和", "及", "与", "跟", ",又"})
_NOT_BARE: Final = re.compile(r"[\dA-Za-z%:./-]|[至到~]\d|小时|[分角]之")
#: Numbers that are dialled, not paid.
_HOTLINES: Final = frozenset({"110", "120", "119", "114", "96110", "10086", "10010", "12345"})


def amounts(text: str) -> Iterator[NarrativeFact]:
    """Every amount in plain `text`, by place."""
    last = -1
    for match in _WITH_UNIT.finditer(text):
        number = value(match["n"])
        if number is None:
            continue
        # What is listed with an amount is one too: 5万2和8300.
        in_list = last >= 0 and number >= 10 and text[last : match.start()] in _CONJUNCTIONS
        in_list = in_list and not _OTHER_UNITS.match(text, match.end())
        if not in_list and not _is_money(text, match, number):
            continue
        fact = _fact(text, match, number)
        if fact is not None:
            last = fact.end
            yield fact


def _is_money(text: str, match: re.Match[str], number: Decimal) -> bool:
    digits = match["n"]
    if digits[0] in "十拾" and text[match.start() - 1 : match.start()] in {"数", "几", "好"}:
        return False
    if match["unit"]:
        lone = match["n"] in {"一", "两", "几"} and match["unit"] == "块"
        return not (lone and text[match.end() : match.end() + 1] != "钱")
    if match["sign"]:
        return True
    if number < 1 or _OTHER_UNITS.match(text, match.end()):
        return False
    if match["big"] or _GREAT.search(match["n"]):
        return number >= 1000 or bool(match["big"])
    return _bare(text, match)


def _bare(text: str, match: re.Match[str]) -> bool:
    """True where a number without a unit stands where money stands."""
    digits = match["n"]
    in_words = not digits[0].isdigit()
    if in_words and not (len(digits) > 1 and _IN_WORDS.search(digits)):
        return False
    if not in_words and not (2 <= len(digits.split(".")[0].replace(",", "")) <= 7):
        return False
    if _NOT_BARE.match(text, match.end()) or digits in _HOTLINES:
        return False
    if _IN_LIST.match(text, match.end()):
        return True
    return _MONEY_BEFORE.search(text, max(0, match.start() - 4), match.start()) is not None


def _fact(text: str, match: re.Match[str], number: Decimal) -> NarrativeFact | None:
    if match["big"]:
        number *= {"十": 10, "百": 100, "千": 1000, "万": 10000}[match["big"]]
    if match["jiao"]:
        number += (value(match["jiao"][:-1]) or Decimal(0)) / 10
    fen = number * FEN_PER_YUAN
    if fen != fen.to_integral_value() or not 0 < fen <= MAX_FEN:
        return None
    currency = _CURRENCIES.get(match["unit"] or "", "CNY")
    start, end = match.start(), match.end()
    yuan = format(number.quantize(Decimal("0.01")), "f")
    return NarrativeFact(
        "amount",
        text[start:end],
        yuan if currency == "CNY" else f"{currency} {yuan}",
        start,
        end,
        amount=int(fen) if currency == "CNY" else None,
        precision=_precision(text, match),
        role=role("amount", text, start, end),
    )


def _precision(text: str, match: re.Match[str]) -> str:
    if match["over"] or match["over2"]:
        return "over"
    if _BEFORE.search(text, max(0, match.start() - 3), match.start()):
        return "about"
    return "exact"
