"""SWIFT MT940 and MT942: by statement block, each entry with the details that follow it.

A block begins with ``:20:`` or ``:25:``; what stands before the first one (a bank's own lines, the
SWIFT envelope) is passed over. A line that cannot be read is one bad row.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from suyuan.ingest.formats.entries import BAD_LINE, BALANCE_MISMATCH, Entry, Statement

_TAG: Final = re.compile(r":(\d\d[A-Z]?):(.*)", re.DOTALL)
_ENTRY: Final = re.compile(
    r"(?P<day>\d{6})(?P<booked>\d{4})?(?P<mark>R?[CD]|E[CD])(?P<fund>[A-Z])?"
    r"(?P<amount>\d+(,\d*)?)(?P<type>[NFS][A-Z0-9]{3})?(?P<rest>.*)"
)
_BALANCE: Final = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]+)")
_SUBFIELD: Final = re.compile(r"^\d{3}(\D)\d\d")
_DUTCH: Final = re.compile(
    r"/(EREF|CNTP|REMI|IBAN|NAME|BIC|ORDP|BENM|MARF|CSID|TRTP|PREF|ID|ADDR|ISDT|PURP|RTRN|ACCW|"
    r"SVCL|CREF|ULTB|ULTD)/"
)
_ACCOUNT: Final = re.compile(r"(?<![\w-])([A-Z]{2}\d{2}[A-Z0-9]{8,30}|\d{8,23})(?![\w-])")


@dataclass(slots=True)
class _Block:
    own: str = ""
    currency: str | None = None
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    entries: list[Entry] = field(default_factory=list)
    line: int = 0
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class _Details:
    counterparty: str | None = None
    name: str | None = None
    memo: str | None = None
    reference: str | None = None


def read_mt940(text: str) -> Statement:
    """The entries of all blocks in `text`."""
    statement, block = Statement(), _Block()
    fields = list(_fields(text))
    for n, (line, tag, value) in enumerate(fields):
        if tag == "20":
            _finish(block, statement)
            block = _Block(line=line)
        elif tag in {"25", "25P"}:
            if block.own:
                _finish(block, statement)
                block = _Block(line=line)
            block.own = _own(value)
        elif tag == "61":
            statement.entry_count += 1
            details = fields[n + 1][2] if n + 1 < len(fields) and fields[n + 1][1] == "86" else ""
            _add(block, statement, line, value, details)
        elif tag[:2] in {"60", "62"} or tag == "34F":
            _balance(block, tag, value)
    _finish(block, statement)
    return statement


def _fields(text: str) -> list[tuple[int, str, str]]:
    """Each field as (line, tag, value); lines that go on belong to the field before."""
    fields: list[tuple[int, str, str]] = []
    for line, raw in enumerate(text.splitlines(), start=1):
        content = raw.rstrip()
        if match := _TAG.match(content):
            fields.append((line, match[1], match[2]))
        elif fields and content not in {"-", "-}", ""} and not content.startswith(("{", "}")):
            first, tag, value = fields[-1]
            fields[-1] = (first, tag, f"{value}\n{content}")
    return fields


def _own(value: str) -> str:
    first = value.partition("\n")[0].strip()
    number = first.rpartition("/")[2].strip() or first
    # An IBAN may have its currency at the end.
    return re.sub(r"^([A-Z]{2}\d{2}[A-Z0-9]{9,30}?)[A-Z]{3}$", r"\1", number.replace(" ", ""))


def _balance(block: _Block, tag: str, value: str) -> None:
    if tag == "34F":
        block.currency = value[:3]
        return
    if match := _BALANCE.match(value):
        amount = _decimal(match[4]) * (1 if match[1] == "C" else -1)
        block.currency = match[3]
        if tag.startswith("60") and block.opening_balance is None:
            block.opening_balance = amount
        elif tag.startswith("62"):
            block.closing_balance = amount


def _decimal(text: str) -> Decimal:
    return Decimal(text.rstrip(",").replace(",", ".") or "0")


def _add(block: _Block, statement: Statement, line: int, value: str, details: str) -> None:
    head, _, more = value.partition("\n")
    match = _ENTRY.match(head)
    try:
        if match is None:
            raise ValueError(head)
        amount, day = _decimal(match["amount"]), _day(match["day"], match["booked"])
    except (ValueError, InvalidOperation):
        block.is_broken = True
        statement.remarks.append((line, BAD_LINE))
        block.entries.append(
            Entry(block.own, None, None, False, head[:60], None, "", None, None, line)  # noqa: FBT003
        )
        return
    customer, _, bank = match["rest"].partition("//")
    place = _read_details(details)
    account, name = _within_reference(customer)
    memo = " ".join(part for part in (place.memo, more.replace("\n", " ")) if part)
    block.entries.append(
        Entry(
            own=block.own,
            counterparty=place.counterparty or account,
            name=place.name or name,
            # RC takes a credit back, and is money that goes.
            out=match["mark"] in {"D", "RC", "ED"},
            amount=amount,
            currency=block.currency,
            time=day,
            reference=_reference(bank, place.reference or ("" if account else customer)),
            memo=memo or None,
            line=line,
        )
    )


def _day(value: str, booking_day: str | None) -> str:
    year, month = int(value[:2]), int(value[2:4])
    century = 1900 if year >= 80 else 2000
    if booking_day:
        # Booked in January what counts from December, or the other way round.
        year += (month == 12 and booking_day[:2] == "01") - (month == 1 and booking_day[:2] == "12")
        return f"{century + year}-{booking_day[:2]}-{booking_day[2:]}"
    return f"{century + year}-{value[2:4]}-{value[4:]}"


def _within_reference(text: str) -> tuple[str | None, str | None]:
    """An account and a name where a bank puts them in place of the reference, parted by blanks."""
    match = re.match(r"(\d{8,16})\s{2,}(\S.*)$", text)
    return (match[1], match[2].strip()) if match else (None, None)


def _reference(*texts: str) -> str | None:
    for candidate in texts:
        if (text := candidate.strip()) and text.upper() not in {"NONREF", "NOTPROVIDED"}:
            return text
    return None


def _read_details(text: str) -> _Details:
    """Field 86: in numbered subfields, in words between slashes, or as it stands."""
    flat = text.replace("\n", "")
    if match := _SUBFIELD.match(flat):
        return _subfield_details(flat[3:], match[1])
    if _DUTCH.search(flat):
        return _slash_details(flat)
    memo = " ".join(text.split("\n")).strip()
    accounts = {*_ACCOUNT.findall(memo)}
    # One number that can be an account is one; of several nobody knows which.
    return _Details(accounts.pop() if len(accounts) == 1 else None, None, memo or None)


def _subfield_details(text: str, mark: str) -> _Details:
    fields: dict[str, str] = {}
    for part in text.split(mark)[1:]:
        fields[part[:2]] = fields.get(part[:2], "") + part[2:]
    purpose = [fields[k] for k in sorted(fields) if "20" <= k <= "29" or "60" <= k <= "63"]
    name = "".join(fields.get(k, "") for k in ("32", "33")).strip()
    account = fields.get("31") or fields.get("38") or ""
    reference = next((p[5:] for p in purpose if p.startswith("EREF+")), None)
    memo = " ".join(p.strip() for p in purpose if p.strip()) or fields.get("00", "")
    return _Details(account.strip() or None, name or None, memo.strip() or None, reference)


def _slash_details(text: str) -> _Details:
    parts = _DUTCH.split(text)
    fields = {tag: value.strip("/ ") for tag, value in zip(parts[1::2], parts[2::2], strict=False)}
    account, name = (
        fields.get("IBAN") or fields.get("ACCW", "").partition(",")[0],
        fields.get("NAME"),
    )
    if "CNTP" in fields:
        counterparty = parts[parts.index("CNTP") + 1].split("/")
        account = account or counterparty[0]
        name = name or next((part for part in counterparty[2:3] if part), None)
    memo = re.sub(r"^(USTD|STRD)/+", "", fields.get("REMI", ""))
    return _Details(account or None, name or None, memo.strip("/ ") or None, fields.get("EREF"))


def _finish(block: _Block, statement: Statement) -> None:
    statement.entries += block.entries
    if block.opening_balance is None or block.closing_balance is None or block.is_broken:
        return
    amounts = [
        e.amount * (-1 if e.out else 1) for e in block.entries if isinstance(e.amount, Decimal)
    ]
    if block.opening_balance + sum(amounts, Decimal(0)) != block.closing_balance:
        statement.remarks.append((block.line, BALANCE_MISMATCH))
