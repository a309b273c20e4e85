"""Statements in the banks' own exchange formats: SWIFT MT940, ISO 20022 camt.053, OFX.

Each becomes one table of entries under headers of ours, which the profile ``statement-formats``
maps; the libraries that read them come with the extra ``statements``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import pyarrow as pa

from suyuan.ingest.formats.pieces import ArrowRows, Piece
from suyuan.model.errors import InputError
from suyuan.model.text import Text

HEADERS: Final = (
    "entry:own",
    "entry:other",
    "entry:direction",
    "entry:amount",
    "entry:currency",
    "entry:time",
    "entry:reference",
    "entry:memo",
)
_LIMIT: Final = 512 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a statement, from its account's point of view."""

    own: str
    other: str | None
    out: bool
    amount: Decimal
    currency: str | None
    time: str
    reference: str | None
    memo: str | None

    @property
    def cells(self) -> tuple[str | None, ...]:
        direction = "out" if self.out else "in"
        amount = str(abs(self.amount))
        return (
            self.own,
            self.other,
            direction,
            amount,
            self.currency,
            self.time,
            self.reference,
            self.memo,
        )


def format_of(head: bytes) -> str | None:
    """Which of the formats a file begins like; None for anything else."""
    start = head[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"{1:") or (start.startswith(b":20:") and b":25:" in head):
        return "mt940"
    if start.startswith(b"OFXHEADER") or b"<OFX>" in start.upper():
        return "ofx"
    if start.startswith(b"<") and b"camt.053" in head[:4096]:
        return "camt.053"
    return None


def read_statement(path: Path, kind: str) -> Iterator[Piece]:
    """The entries of the statement at `path`; the line is the entry's number.

    Raises :class:`InputError` where it is broken, or the library that reads it is not installed.
    """
    if path.stat().st_size > _LIMIT:
        raise InputError(_TOO_LARGE, value=path.stat().st_size)
    try:
        entries = [entry.cells for entry in _READERS[kind](path)]
    except ModuleNotFoundError as error:
        raise InputError(_NO_LIBRARY, value=error.name) from error
    except InputError:
        raise
    except Exception as error:  # three libraries, each with errors of its own
        raise InputError(_BROKEN, value=f"{kind}: {error}") from error
    columns = [pa.array([row[n] for row in entries], pa.string()) for n in range(len(HEADERS))]
    lines = pa.array(range(1, len(entries) + 1), pa.int64())
    names = ["line", *(f"c{n}" for n in range(len(HEADERS)))]
    yield ArrowRows(pa.Table.from_arrays([lines, *columns], names))


def _mt940(path: Path) -> Iterator[Entry]:
    library: Any = import_module("mt940")
    statements = library.parse(str(path))
    own = str(statements.data.get("account_identification", "")).rpartition("/")[2]
    for given in statements:
        data = given.data
        memo = " ".join(
            str(data.get(part) or "").strip() for part in ("transaction_details", "extra_details")
        ).strip()
        yield Entry(
            own=own,
            other=_account_in(memo),
            out=str(data["status"]).endswith("D") != str(data["status"]).startswith("R"),
            amount=Decimal(str(data["amount"].amount)),
            currency=data["amount"].currency,
            time=str(data.get("entry_date") or data["date"]),
            reference=_reference(data.get("bank_reference"), data.get("customer_reference")),
            memo=memo or None,
        )


def _camt(path: Path) -> Iterator[Entry]:
    parser: Any = import_module("defusedxml.ElementTree")
    try:
        root = parser.parse(path).getroot()
    except ParseError as error:
        raise InputError(_BROKEN, value=error) from error
    for statement in root.iter():
        if _tag(statement) == "Stmt":
            own = _within(statement, "Acct", "Id", "IBAN") or _within(
                statement, "Acct", "Id", "Othr", "Id"
            )
            for entry in statement:
                if _tag(entry) == "Ntry":
                    yield _camt_entry(entry, own or "")


def _camt_entry(entry: Element, own: str) -> Entry:
    amount = next(child for child in entry if _tag(child) == "Amt")
    out = _within(entry, "CdtDbtInd") == "DBIT"
    other = "CdtrAcct" if out else "DbtrAcct"
    parties = ("NtryDtls", "TxDtls", "RltdPties", other, "Id")
    memo = _within(entry, "NtryDtls", "TxDtls", "RmtInf", "Ustrd") or _within(entry, "AddtlNtryInf")
    reversal = _within(entry, "RvslInd") == "true"
    return Entry(
        own=own,
        other=_within(entry, *parties, "IBAN") or _within(entry, *parties, "Othr", "Id"),
        out=out != reversal,
        amount=Decimal((amount.text or "").strip()),
        currency=amount.get("Ccy"),
        time=_within(entry, "BookgDt", "DtTm") or _within(entry, "BookgDt", "Dt") or "",
        reference=_within(entry, "AcctSvcrRef") or _within(entry, "NtryRef"),
        memo=memo,
    )


def _ofx(path: Path) -> Iterator[Entry]:
    library: Any = import_module("ofxparse")
    with path.open("rb") as file:
        parsed = library.OfxParser.parse(file)
    for account in parsed.accounts:
        for given in account.statement.transactions:
            memo = " ".join(part for part in (given.payee, given.memo) if part)
            yield Entry(
                own=str(account.account_id or account.number),
                other=_account_in(memo) or given.payee or None,
                out=given.amount < 0,
                amount=Decimal(str(given.amount)),
                currency=account.statement.currency.upper() if account.statement.currency else None,
                time=given.date.isoformat(sep=" "),
                reference=given.id,
                memo=memo or None,
            )


_READERS: Final[dict[str, Callable[[Path], Iterator[Entry]]]] = {
    "mt940": _mt940,
    "camt.053": _camt,
    "ofx": _ofx,
}


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _within(element: Element, *path: str) -> str | None:
    """The text of the first descendant at `path`, whatever its namespace."""
    found = [element]
    for name in path:
        found = [child for parent in found for child in parent if _tag(child) == name]
    text = found[0].text if found else None
    return text.strip() if text and text.strip() else None


def _account_in(memo: str) -> str | None:
    """The first word of a memo that can be an account number."""
    words = (word.strip("/:;,.") for word in memo.split())
    return next((word for word in words if word.isdigit() and 8 <= len(word) <= 23), None)


def _reference(*given: str | None) -> str | None:
    return next((text for text in given if text and text != "NONREF"), None)


_BROKEN = Text("This statement is not well formed.", "该对账单格式有误。")
_TOO_LARGE = Text("This statement is too large to be read.", "该对账单过大,无法读取。")
_NO_LIBRARY = Text(
    "Reading this kind of statement needs the extra: pip install 'suyuan[statements]'.",
    "读取此类对账单需要安装:pip install 'suyuan[statements]'。",
)
