"""OFX 1 (SGML) and 2 (XML), QFX: times with the offset that they name."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from suyuan.ingest.formats.entries import BAD_LINE, Entry, Statement

_TOKEN: Final = re.compile(r"<(/?)([A-Za-z0-9.]+)[^>]*>([^<]*)")
_TIME: Final = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:[.]\d+)?(?:\[([+-]?\d+(?:[.]\d+)?)[^\]]*\])?"
)
_ACCOUNT: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}|\d{8,23}")
_ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&quot;": '"'}


def read_ofx(text: str) -> Statement:
    """The transactions of every account in `text`."""
    statement = Statement()
    own, currency = "", None
    row: dict[str, str] | None = None
    party = ""
    for line, is_end, tag, value in _tokens(text):
        if tag == "CURDEF":
            currency = value.upper() or None
        elif tag in {"BANKACCTTO", "CCACCTTO"}:
            party = "" if is_end else "to"
        elif tag == "ACCTID" and party and row is not None:
            row["ACCTTO"] = value
        elif tag == "ACCTID" and row is None and not is_end:
            own = value
        elif tag == "STMTTRN" and not is_end:
            statement.entry_count += 1
            row = {"line": str(line)}
        elif tag == "STMTTRN" and row is not None:
            statement.entries.append(_entry(row, own, currency, statement))
            row = None
        elif row is not None and value:
            row.setdefault(tag, value)
    return statement


def _tokens(text: str) -> Iterator[tuple[int, bool, str, str]]:
    line, place = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        value = match[3].strip()
        for entity, character in _ENTITIES.items():
            value = value.replace(entity, character)
        yield line, bool(match[1]), match[2].upper(), value


def _entry(row: dict[str, str], own: str, currency: str | None, statement: Statement) -> Entry:
    line = int(row["line"])
    try:
        amount: Decimal | str = Decimal(row.get("TRNAMT", "").replace(",", "."))
    except InvalidOperation:
        statement.remarks.append((line, BAD_LINE))
        amount = row.get("TRNAMT", "")
    name, memo = row.get("NAME") or row.get("PAYEE"), row.get("MEMO")
    # A number in the middle of a memo is no account; a memo that is nothing else may be one.
    alone = memo if memo and _ACCOUNT.fullmatch(memo) else None
    return Entry(
        own=own,
        counterparty=row.get("ACCTTO") or alone,
        name=name,
        out=isinstance(amount, Decimal) and amount < 0,
        amount=amount,
        currency=row.get("CURSYM", "").upper() or currency,
        time=_time(row.get("DTPOSTED", "")),
        reference=row.get("FITID"),
        memo=" ".join(part for part in (name, memo) if part) or None,
        line=line,
    )


def _time(text: str) -> str:
    """ISO 8601, with its offset where one is named; a day without a clock time is a day."""
    match = _TIME.match(text)
    if match is None:
        return text
    day = f"{match[1]}-{match[2]}-{match[3]}"
    if match[4] is None:
        return day
    clock = f"{day}T{match[4]}:{match[5]}:{match[6] or '00'}"
    if match[7] is None:
        return clock
    minutes = round(float(match[7]) * 60)
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    return f"{clock}{sign}{minutes // 60:02}:{minutes % 60:02}"
