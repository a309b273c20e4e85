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
    nested = ""
    for line, closing, tag, value in _tokens(text):
        if tag == "CURDEF":
            currency = value.upper() or None
        elif tag in {"BANKACCTTO", "CCACCTTO"}:
            nested = "" if closing else "to"
        elif tag == "ACCTID" and nested and row is not None:
            row["ACCTTO"] = value
        elif tag == "ACCTID" and row is None and not closing:
            own = value
        elif tag == "STMTTRN" and not closing:
            statement.begun += 1
            row = {"line": str(line)}
        elif tag == "STMTTRN" and row is not None:
            statement.entries.append(_entry(row, own, currency, statement))
            row = None
        elif row is not None and value:
            row.setdefault(tag, value)
    return statement


def _tokens(text: str) -> Iterator[tuple[int, bool, str, str]]:
    line, place = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", place, found.start())
        place = found.start()
        value = found[3].strip()
        for written, meant in _ENTITIES.items():
            value = value.replace(written, meant)
        yield line, bool(found[1]), found[2].upper(), value


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
        other=row.get("ACCTTO") or alone,
        name=name,
        out=isinstance(amount, Decimal) and amount < 0,
        amount=amount,
        currency=row.get("CURSYM", "").upper() or currency,
        time=_time(row.get("DTPOSTED", "")),
        reference=row.get("FITID"),
        memo=" ".join(part for part in (name, memo) if part) or None,
        line=line,
    )


def _time(written: str) -> str:
    """ISO 8601, with its offset where one is named; a day without a clock time is a day."""
    found = _TIME.match(written)
    if found is None:
        return written
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if found[4] is None:
        return day
    clock = f"{day}T{found[4]}:{found[5]}:{found[6] or '00'}"
    if found[7] is None:
        return clock
    minutes = round(float(found[7]) * 60)
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    return f"{clock}{sign}{minutes // 60:02}:{minutes % 60:02}"
