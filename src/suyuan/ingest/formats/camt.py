"""ISO 20022 camt.052, .053 and .054: a row for each transaction of an entry.

``CdtDbtInd`` says which way money went, ``RvslInd`` only that it came back. Some banks mean the
first of the reversed entry; where the balances of the statement prove it, it is read so.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from suyuan.ingest.formats.entries import (
    BAD_LINE,
    BALANCE_MISMATCH,
    REVERSAL_SIGN,
    UNSPLIT,
    Entry,
    Statement,
)

_STATEMENTS: Final = frozenset({"Stmt", "Rpt", "Ntfctn"})
_OPENING: Final = frozenset({"OPBD", "PRCD"})


def read_camt(path: Path) -> Statement:
    """The entries of every statement, report or notification in the file."""
    root = ElementTree.parse(path).getroot()
    result = Statement()
    for statement in root.iter():
        if _tag(statement) in _STATEMENTS:
            _read(statement, result)
    return result


def _read(statement: Element, result: Statement) -> None:
    own = _within(statement, "Acct", "Id", "IBAN") or _within(statement, "Acct", "Id", "Othr", "Id")
    entries: list[Entry] = []
    reversals: set[int] = set()
    for entry in (child for child in statement if _tag(child) == "Ntry"):
        result.entry_count += 1
        if _within(entry, "RvslInd") == "true":
            reversals.add(result.entry_count)
        try:
            entries += _rows(entry, own or "", result)
        except (InvalidOperation, StopIteration, ValueError):
            result.remarks.append((result.entry_count, BAD_LINE))
            bad = _within(entry, "Amt") or "?"
            entries.append(_bad(own or "", bad, result.entry_count))
    result.entries += _without_sign_errors(statement, entries, reversals, result)


def _bad(own: str, amount: str, line: int) -> Entry:
    """An entry that cannot be read, for it to be set aside with its place."""
    return Entry(
        own,
        None,
        None,
        out=False,
        amount=amount,
        currency=None,
        time="",
        reference=None,
        memo=None,
        line=line,
    )


def _without_sign_errors(
    statement: Element, entries: list[Entry], reversals: set[int], result: Statement
) -> list[Entry]:
    """The entries, with reversals turned round where only so the balances agree."""
    opening_balance, closing_balance = _balances(statement)
    bookings = [e for e in entries if e.status is None]
    if opening_balance is None or closing_balance is None:
        return entries
    if _sum(bookings) == closing_balance - opening_balance:
        return entries
    turned_entries = [replace(e, out=not e.out) if e.line in reversals else e for e in entries]
    line = entries[0].line if entries else result.entry_count
    if (
        reversals
        and _sum([e for e in turned_entries if e.status is None])
        == closing_balance - opening_balance
    ):
        result.remarks.append((line, REVERSAL_SIGN))
        return turned_entries
    result.remarks.append((line, BALANCE_MISMATCH))
    return entries


def _sum(entries: list[Entry]) -> Decimal:
    amounts = (e.amount * (-1 if e.out else 1) for e in entries if isinstance(e.amount, Decimal))
    return sum(amounts, Decimal(0))


def _balances(statement: Element) -> tuple[Decimal | None, Decimal | None]:
    balances: dict[str, Decimal] = {}
    for balance in (child for child in statement if _tag(child) == "Bal"):
        kind = _within(balance, "Tp", "CdOrPrtry", "Cd") or ""
        sign = -1 if _within(balance, "CdtDbtInd") == "DBIT" else 1
        amount = _within(balance, "Amt")
        if amount:
            balances.setdefault(kind, Decimal(amount) * sign)
    opening_balance = next((balances[kind] for kind in sorted(_OPENING & balances.keys())), None)
    return opening_balance, balances.get("CLBD")


def _rows(entry: Element, own: str, result: Statement) -> Iterator[Entry]:
    amount = next(child for child in entry if _tag(child) == "Amt")
    whole = Decimal((amount.text or "").strip())
    out = _within(entry, "CdtDbtInd") == "DBIT"
    status = _status(entry)
    transactions = [
        child for group in entry if _tag(group) == "NtryDtls" for child in group
        if _tag(child) == "TxDtls"
    ]  # fmt: skip
    common = Entry(
        own=own,
        counterparty=None,
        name=None,
        out=out,
        amount=whole,
        currency=amount.get("Ccy"),
        time=_day(entry),
        reference=_within(entry, "AcctSvcrRef") or _within(entry, "NtryRef"),
        memo=_within(entry, "AddtlNtryInf"),
        line=result.entry_count,
        status=status,
    )
    if len(transactions) < 2:
        yield _with_detail(common, transactions[0]) if transactions else common
        return
    sums = [_amount(transaction) for transaction in transactions]
    if None in sums or sum((s for s in sums if s is not None), Decimal(0)) != whole:
        result.remarks.append((result.entry_count, UNSPLIT))
        yield _with_detail(common, transactions[0]) if not any(sums) else common
        return
    for transaction, part in zip(transactions, sums, strict=True):
        detail = _with_detail(replace(common, amount=part or Decimal(0)), transaction)
        yield replace(detail, reference=_reference(transaction) or detail.reference)


def _with_detail(common: Entry, transaction: Element) -> Entry:
    """The entry with what one transaction says of the other party and the purpose."""
    references = "Cdtr" if common.out else "Dbtr"
    if _within(transaction, "RltdPties", f"{references}Acct") is None and not _has(
        transaction, references
    ):
        # A return names the party to whom the money had gone.
        references = "Dbtr" if common.out else "Cdtr"
    account = ("RltdPties", f"{references}Acct", "Id")
    party = ("RltdPties", references)
    memo = _joint_text(transaction, "RmtInf", "Ustrd") or _within(
        transaction, "RmtInf", "Strd", "CdtrRefInf", "Ref"
    )
    return replace(
        common,
        counterparty=_within(transaction, *account, "IBAN")
        or _within(transaction, *account, "Othr", "Id"),
        name=_within(transaction, *party, "Nm") or _within(transaction, *party, "Pty", "Nm"),
        memo=memo or _within(transaction, "AddtlTxInf") or common.memo,
        reference=common.reference or _reference(transaction),
    )


def _has(transaction: Element, party: str) -> bool:
    return any(
        _tag(child) in {party, f"{party}Acct"}
        for group in transaction
        if _tag(group) == "RltdPties"
        for child in group
    )


def _status(entry: Element) -> str | None:
    """None for what is booked; pending entries are no movement yet."""
    status = _within(entry, "Sts") or _within(entry, "Sts", "Cd") or "BOOK"
    return None if status.upper() in {"BOOK", "BOOKED"} else "failed"


def _day(entry: Element) -> str:
    for day in ("BookgDt", "ValDt"):
        if text := _within(entry, day, "DtTm") or _within(entry, day, "Dt"):
            return text
    return ""


def _amount(transaction: Element) -> Decimal | None:
    text = (
        _within(transaction, "Amt")
        or _within(transaction, "AmtDtls", "TxAmt", "Amt")
        or _within(transaction, "AmtDtls", "InstdAmt", "Amt")
    )
    return Decimal(text) if text else None


def _reference(transaction: Element) -> str | None:
    for name in ("AcctSvcrRef", "TxId", "EndToEndId", "InstrId"):
        text = _within(transaction, "Refs", name)
        if text and text.upper() != "NOTPROVIDED":
            return text
    return None


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _at(element: Element, path: tuple[str, ...]) -> list[Element]:
    elements = [element]
    for name in path:
        elements = [child for parent in elements for child in parent if _tag(child) == name]
    return elements


def _within(element: Element, *path: str) -> str | None:
    """The text of the first descendant at `path`, whatever its namespace."""
    elements = _at(element, path)
    text = elements[0].text if elements else None
    return text.strip() if text and text.strip() else None


def _joint_text(element: Element, *path: str) -> str | None:
    texts = [(child.text or "").strip() for child in _at(element, path)]
    return " ".join(text for text in texts if text) or None
