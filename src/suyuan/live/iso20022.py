"""pain.001 and pacs.008 in, pain.002 and pacs.002 out.

What is read: message id, creation time (with an offset), and of each credit transfer its end-to-end
or transaction id, amount in CNY, debtor's and creditor's account. What comes back: ``ACCP`` for
allow and warn, ``PDNG`` for hold, ``RJCT`` for block, with the reasons as additional information.
No external reason code is claimed: the reason is proprietary text.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from suyuan.live.messages import PaymentAnswer

_STATUS: Final = {"allow": "ACCP", "warn": "ACCP", "hold": "PDNG", "block": "RJCT"}
#: Messages in: their root, and what answers them.
_ANSWERS: Final = {
    "CstmrCdtTrfInitn": ("pain.002.001.10", "CstmrPmtStsRpt"),
    "FIToFICstmrCdtTrf": ("pacs.002.001.10", "FIToFIPmtStsRpt"),
}
_SPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
_LONGEST_TEXT: Final = 105
_MOST_TRANSFERS: Final = 10_000


class IsoError(Exception):
    """A message that cannot be taken; its text says why."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One credit transfer asked for; ``payment`` is the id of its block in a pain.001."""

    end_to_end: str
    transaction: str
    payment: str
    payer: str
    payee: str
    amount: str


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """A message of transfers; ``kind`` as pacs.008.001.08, ``root`` the element under Document."""

    kind: str
    root: str
    message: str
    at: str
    transfers: tuple[Transfer, ...]

    def lines(self) -> list[bytes]:
        """The transfers as the service's own lines; a transfer is known by message and id."""
        return [
            json.dumps(
                {
                    "kind": "payment",
                    "at": self.at,
                    "id": f"{self.message}/{transfer.transaction or transfer.end_to_end}",
                    "payer": transfer.payer,
                    "payee": transfer.payee,
                    "amount": transfer.amount,
                }
            ).encode()
            for transfer in self.transfers
        ]


def asked_in(body: bytes) -> TransferRequest:
    """The transfers of a pain.001 or pacs.008; :class:`IsoError` says what it lacks."""
    document = _parse_xml(body)
    space, _, _ = document.tag.partition("}")
    message = document[0] if len(document) else document
    root = _name(message)
    if root not in _ANSWERS:
        raise IsoError(f"{root}: neither a pain.001 nor a pacs.008")
    transfers = tuple(_transfers(message))
    if not 0 < len(transfers) <= _MOST_TRANSFERS:
        raise IsoError(f"CdtTrfTxInf: 1 to {_MOST_TRANSFERS} transfers are expected")
    return TransferRequest(
        kind=space.rpartition(":")[2],
        root=root,
        message=_text(message, "GrpHdr/MsgId"),
        at=_moment(_text(message, "GrpHdr/CreDtTm")),
        transfers=transfers,
    )


def _parse_xml(body: bytes) -> Any:
    try:
        return fromstring(body, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError) as error:
        raise IsoError(f"not readable as XML: {error}") from None


def _transfers(message: Any) -> Iterator[Transfer]:
    for block in message.iter():
        if _name(block) == "PmtInf":
            payment, payer = _text(block, "PmtInfId"), _account(block, "DbtrAcct")
            yield from (
                _transfer(element, payment, payer) for element in _under(block, "CdtTrfTxInf")
            )
    if _name(message) == "FIToFICstmrCdtTrf":
        for element in _under(message, "CdtTrfTxInf"):
            yield _transfer(element, "", _account(element, "DbtrAcct"))


def _transfer(node: Any, payment: str, payer: str) -> Transfer:
    money = _at(node, "Amt/InstdAmt")
    money = _at(node, "IntrBkSttlmAmt") if money is None else money
    if money is None or not money.text:
        raise IsoError("IntrBkSttlmAmt or Amt/InstdAmt: missing")
    if money.get("Ccy") != "CNY":
        raise IsoError(f"Ccy: CNY is expected, not {money.get('Ccy')}")
    transaction = _at(node, "PmtId/TxId")
    return Transfer(
        end_to_end=_text(node, "PmtId/EndToEndId"),
        transaction=(transaction.text or "") if transaction is not None else "",
        payment=payment,
        payer=payer,
        payee=_account(node, "CdtrAcct"),
        amount=money.text.strip(),
    )


def _account(node: Any, name: str) -> str:
    for path in (f"{name}/Id/IBAN", f"{name}/Id/Othr/Id"):
        account = _at(node, path)
        if account is not None and account.text:
            return str(account.text).strip()
    raise IsoError(f"{name}: an IBAN or another id is missing")


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise IsoError(f"CreDtTm: not a time: {text}") from None
    if moment.tzinfo is None:
        raise IsoError("CreDtTm: an offset is missing (as in 2026-03-01T09:00:00+08:00)")
    return text


def _text(node: Any, path: str) -> str:
    element = _at(node, path)
    if element is None or not (element.text or "").strip():
        raise IsoError(f"{path}: missing")
    return str(element.text).strip()


def _at(node: Any, path: str) -> Any:
    for name in path.split("/"):
        node = next(_under(node, name), None)
        if node is None:
            return None
    return node


def _under(node: Any, name: str) -> Iterator[Any]:
    return (child for child in node if _name(child) == name)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def status_report(request: TransferRequest, answers: Sequence[PaymentAnswer]) -> bytes:
    """The status of every transfer of `request`, in its order."""
    kind, root = _ANSWERS[request.root]
    document = ET.Element("Document", xmlns=_SPACE + kind)
    report = ET.SubElement(document, root)
    head = ET.SubElement(report, "GrpHdr")
    log = answers[0].log if answers else 0
    _put(head, "MsgId", f"{request.message[:20]}-{log}")
    _put(head, "CreDtTm", datetime.now(UTC).isoformat(timespec="milliseconds"))
    group = ET.SubElement(report, "OrgnlGrpInfAndSts")
    _put(group, "OrgnlMsgId", request.message)
    _put(group, "OrgnlMsgNmId", request.kind)
    block: tuple[str, ET.Element] = ("", report)
    for transfer, answer in zip(request.transfers, answers, strict=True):
        if transfer.payment and transfer.payment != block[0]:
            block = (transfer.payment, ET.SubElement(report, "OrgnlPmtInfAndSts"))
            _put(block[1], "OrgnlPmtInfId", transfer.payment)
        _status(block[1], transfer, answer)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(document, encoding="utf-8")


def _status(block: ET.Element, transfer: Transfer, answer: PaymentAnswer) -> None:
    status = ET.SubElement(block, "TxInfAndSts")
    _put(status, "OrgnlEndToEndId", transfer.end_to_end)
    if transfer.transaction:
        _put(status, "OrgnlTxId", transfer.transaction)
    _put(status, "TxSts", _STATUS[answer.action])
    information = ET.SubElement(status, "StsRsnInf")
    reason = ET.SubElement(information, "Rsn")
    _put(reason, "Prtry", f"suyuan {answer.action} {answer.score:.3f}")
    reasons = [f"{part.signal} {part.value:g} ({part.weight:+.2f})" for part in answer.because]
    extra = [*answer.conditions, *(f"degraded: {part}" for part in answer.degraded)]
    for line in (*reasons, *extra, f"log {answer.log}"):
        _put(information, "AddtlInf", line[:_LONGEST_TEXT])


def _put(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
