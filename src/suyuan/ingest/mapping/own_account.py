"""Whose account a statement is: from case.toml, the text above its header, or the file's name."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from suyuan.ingest.mapping.patterns import found_in
from suyuan.ingest.mapping.profile_match import Match
from suyuan.ingest.settings import FileSettings
from suyuan.model.text import Text

#: Labels by which houses name the account, or number, that a list is of; after NFKC, without
#: blanks in them, cells parted by a tab.
_ACCOUNT: Final = (
    r"(?:^|[^对方手\x{4e00}-\x{9fff}]|本方|查询|客户|交易|本人|借记|银行|信用|一卡通|户主|活期|主|"
    r"开户|存款)"
    r"(?:账号|帐号|卡号|账户|帐户|账户号|户口号|[账帐][(/]?卡\)?号|账户账号|卡账号|主账号|口座番号)"
    r"(?:/[^\s:]{1,6})?"
    r"[ \t]*:?[ \t]*[\[(【<]?[ \t]*([0-9*xX][0-9*xX -]{4,28}[0-9*xX]|\d[\d.]{6,24}[A-Z]{0,3})"
)
_TAIL: Final = r"(?:尾号|末四位|后四位)\D{0,4}(\d{4})(?:\D|$)"
_ENGLISH: Final = (
    r"(?i)(?:account|card|a/c|acct)\s*(?:no|number|num|#)?[.]?\s*[:#]?\s*"
    r"([0-9*xX][0-9*xX -]{4,28}[0-9*xX])"
)
_PHONE: Final = (
    r"(?:^|[^对方\x{4e00}-\x{9fff}]|本机|用户|客户|手机|业务|产品|计费|查询|服务|机主|主叫)"
    r"(?:手机号码|手机号|电话号码|号码|手机|电话)\s*:?\s*[\[(【]?"
    r"(?:\+?86)?[- ]?(1[\d*]{10}|0\d{9,11})"
)
_LABEL_PATTERNS: Final = {"account": (_ACCOUNT, _ENGLISH, _TAIL), "phone": (_PHONE,)}
#: A label said again in English: 查询账号[ Inquirer account number ].
_GLOSS: Final = re.compile(
    r"(?i)(?<=[\u4e00-\u9fff])[ \t]*"
    r"[\[(][a-z .'/]*\b(?:account|a/c|card|number|no)\b[a-z .'/]*[\])]"
)
#: The blank after one label's value and before the next label: 账户:某公司 账号:622…
_VALUE_END: Final = re.compile(
    r"(?<=:)(\s*[^\s:]+)[ \u3000]+(?=[\u4e00-\u9fff][\u4e00-\u9fff ]{0,7}:)"
)
_CHINESE_GAP: Final = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The account, and how it became known."""

    value: str
    how: Text


def find_own(match: Match, label: str, above: str, settings: FileSettings) -> OwnAccount | None:
    """The account (or number) that a whole list is of; None where nothing says it."""
    sides = match.profile.sides
    if sides is None:
        return None
    if settings.own is not None:
        return OwnAccount(settings.own, BY_PERSON)
    if sides.own_above and (account := _above(sides.own_above, above)):
        return OwnAccount(sides.prefix + account, ABOVE)
    kind = match.table.column(sides.giver).kind
    if sides.own_in_name and (account := in_name(label, kind or "")):
        return OwnAccount(sides.prefix + account, IN_NAME)
    return None


def own_column(match: Match) -> str | None:
    """The header of the column that says whose account each row is of."""
    sides = match.profile.sides
    headers = [h for source in sides.own for h in source.headers] if sides else []
    places = (match.position(header) for header in headers)
    return next((match.headers[n].strip() for n in places if n is not None), None)


def find_above(kind: str, above: str) -> str | None:
    """An account (`kind` bank_account) or number (phone) that the text above a header names."""
    label = {"bank_account": "account", "phone": "phone"}.get(kind)
    return _above(label, above) if label else None


def _above(pattern: str, above: str) -> str | None:
    text = comparable(above)
    for expression in _LABEL_PATTERNS.get(pattern, (pattern,)):
        hit = found_in(expression, text)
        if hit and (value := _trim(hit)):
            return value
    return _below(pattern, text)


def _below(pattern: str, text: str) -> str | None:
    """What stands in the line below its label, in the same cell: 账号, 户名 over 6222…, 白露."""
    if pattern not in _LABEL_PATTERNS:
        return None
    lines = [[cell.strip() for cell in line.split("\t")] for line in text.split("\n")]
    for labels, values in pairwise(line for line in lines if any(line)):
        for label, value in zip(labels, values, strict=False):
            if not label or re.search(r"\d", label) or not re.search(r"\d", value):
                continue
            if any(
                found_in(expression, f"{label}:{value}") for expression in _LABEL_PATTERNS[pattern]
            ):
                return _trim(value)
    return None


def _trim(text: str) -> str:
    value = text.strip().strip("[]()【】<>\"'")
    return value.replace(" ", "") if re.fullmatch(r"[0-9*xX -]+", value) else value


def comparable(above: str) -> str:
    """Text above a header in comparable form: one width, no blanks in labels, cells by tabs."""
    text = unicodedata.normalize("NFKC", above).replace('="', "").replace('"', "")
    text = _VALUE_END.sub(r"\1\t", _GLOSS.sub("", text)).replace("|", "\t")
    return _CHINESE_GAP.sub("", re.sub(r"[,;]", "\t", text))


def in_name(label: str, kind: str) -> str | None:
    """An account or a phone number in a file's name; never a date, a time or a period.

    The name of a sheet or a member counts before that of the workbook or archive around it.
    """
    for name in reversed(label.split("#")):
        for digits in re.findall(r"(?<![\d*])\d[\d*]{9,22}(?![\d*])", PurePosixPath(name).name):
            if _can_be(digits, kind):
                return str(digits)
    return None


def _can_be(digits: str, kind: str) -> bool:
    if kind == "phone":
        return bool(re.fullmatch(r"1[3-9][\d*]{9}|0\d{9,11}", digits))
    return 12 <= len(digits) <= 23 and not _is_time(digits)


def _is_time(digits: str) -> bool:
    """Whether digits begin with a day of this age, or count seconds of it."""
    if len(digits) in {10, 13} and digits.startswith("1"):  # seconds or milliseconds since 1970
        return True
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1990 <= day.year <= 2099 and len(digits) in {12, 14, 16, 17, 18, 20}


BY_PERSON: Final = Text("case.toml", "case.toml")
ABOVE: Final = Text("the text above the header", "表头上方的文字")
IN_NAME: Final = Text("the file's name", "文件名")


def in_column(header: str) -> Text:
    """The own account stands in a column of its own."""
    return Text(f"column {header}", f"列“{header}”")
