"""The same log for other systems: ISO 20022, goAML, calendars, a desk's day (extra ``office``).

All are views of events; none is read back as truth. What a receiving system demands beyond the
standard (its own codes, a scheme's usage rules) is not known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from openpyxl import Workbook

from suyuan.casework.explain import duty_lines
from suyuan.casework.office import Office
from suyuan.casework.state import MatterState
from suyuan.model.errors import EngineError, InputError
from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.spreadsheet_cells import neutral
from suyuan.model.text import Language, Text
from suyuan.model.times import local
from suyuan.store.drafts import draft_of
from suyuan.store.ledger.event import Event

CAMT_056 = "urn:iso:std:iso:20022:tech:xsd:camt.056.001.11"
PACS_004 = "urn:iso:std:iso:20022:tech:xsd:pacs.004.001.13"
CAMT_029 = "urn:iso:std:iso:20022:tech:xsd:camt.029.001.13"
#: What a bank's act means to the one that asked (camt.029): cancelled, refused.
_CONFIRMATION = {"stop": "CNCL", "refuse": "RJCR"}


@dataclass(frozen=True, slots=True)
class Export:
    """A file for another system, and what it does not promise."""

    name: str
    content: bytes
    notes: tuple[Text, ...] = ()


def cancellation_request(office: Office, matter: str, now: datetime) -> Export:
    """camt.056 for the last instruction of a stop-payment: reason FRAD, the rule and the head."""
    state = office.state(matter, now)
    event = _last(state, "instruct")
    root = ET.Element("Document", xmlns=CAMT_056)
    request = ET.SubElement(root, "FIToFIPmtCxlReq")
    assignment = ET.SubElement(request, "Assgnmt")
    _text(assignment, "Id", event.hash[:35])
    _party(assignment, "Assgnr", state.parties.get("police", "office"))
    _party(assignment, "Assgne", state.parties.get("bank", "unknown"))
    _text(assignment, "CreDtTm", _time(event.at))
    case = ET.SubElement(request, "Case")
    _text(case, "Id", matter[-35:])
    _party(case, "Cretr", state.parties.get("police", "office"))
    transaction = ET.SubElement(ET.SubElement(request, "Undrlyg"), "TxInf")
    _text(transaction, "CxlId", event.hash[:35])
    amount = _text(
        transaction, "OrgnlIntrBkSttlmAmt", f"{event.body['amount_fen'] / FEN_PER_YUAN:.2f}"
    )
    amount.set("Ccy", "CNY")
    reason = ET.SubElement(transaction, "CxlRsnInf")
    _text(ET.SubElement(reason, "Rsn"), "Cd", "FRAD")
    _text(reason, "AddtlInf", f"{state.subject} {state.procedure.spec.clause.rule}"[:105])
    return Export(f"camt.056-{event.hash[:12]}.xml", _xml(root), (_SCHEME,))


def resolution(office: Office, matter: str, now: datetime) -> Export:
    """camt.029 for the bank's answer: stopped (CNCL) or refused (RJCR)."""
    state = office.state(matter, now)
    answers = [event for event in state.events if event.kind in _CONFIRMATION]
    if not answers:
        raise InputError(Text("The bank has not answered.", "银行尚未答复。"), value=matter)
    event = answers[-1]
    root = ET.Element("Document", xmlns=CAMT_029)
    report = ET.SubElement(root, "RsltnOfInvstgtn")
    assignment = ET.SubElement(report, "Assgnmt")
    _text(assignment, "Id", event.hash[:35])
    _party(assignment, "Assgnr", state.parties.get("bank", "unknown"))
    _party(assignment, "Assgne", state.parties.get("police", "office"))
    _text(assignment, "CreDtTm", _time(event.at))
    _text(ET.SubElement(report, "Sts"), "Conf", _CONFIRMATION[event.kind])
    return Export(f"camt.029-{event.hash[:12]}.xml", _xml(root), (_SCHEME,))


def payment_return(office: Office, matter: str, now: datetime) -> Export:
    """pacs.004 for an ordered return: one transaction for each share, as it was decided."""
    state = office.state(matter, now)
    order = _last(state, "order")
    shares = [share.rpartition("=") for share in _last(state, "decide").body["shares"]]
    root = ET.Element("Document", xmlns=PACS_004)
    message = ET.SubElement(root, "PmtRtr")
    head = ET.SubElement(message, "GrpHdr")
    _text(head, "MsgId", order.hash[:35])
    _text(head, "CreDtTm", _time(order.at))
    _text(head, "NbOfTxs", str(len(shares)))
    _text(ET.SubElement(head, "SttlmInf"), "SttlmMtd", "INDA")
    for place, (party, _, fen) in enumerate(shares, 1):
        transaction = ET.SubElement(message, "TxInf")
        _text(transaction, "RtrId", f"{order.hash[:28]}-{place}")
        _text(transaction, "OrgnlEndToEndId", party[:35])
        amount = _text(transaction, "RtrdIntrBkSttlmAmt", f"{int(fen) / FEN_PER_YUAN:.2f}")
        amount.set("Ccy", "CNY")
        _text(ET.SubElement(ET.SubElement(transaction, "RtrRsnInf"), "Rsn"), "Cd", "FRAD")
    return Export(f"pacs.004-{order.hash[:12]}.xml", _xml(root), (_SCHEME,))


_SCHEME = Text(
    "Follows the ISO 20022 message; a clearing scheme's own usage rules are not checked.",
    "按 ISO 20022 报文编制，未校验具体清算系统的使用规则。",
)
_NO_VALIDATION = Text(
    "UNVALIDATED: the schema of the receiving FIU is not at hand.",
    "未校验：没有接收机构的数据模式。",
)


def suspicious_report(office: Office, matter: str, entity: str, now: datetime) -> Export:
    """A goAML report of one matter; marked unvalidated, since each FIU has a schema of its own."""
    state = office.state(matter, now)
    root = ET.Element("report")
    root.append(ET.Comment(_NO_VALIDATION.en))
    _text(root, "rentity_id", entity)
    _text(root, "submission_code", "E")
    _text(root, "report_code", "STR")
    _text(root, "entity_reference", matter)
    _text(root, "submission_date", _time(now))
    _text(root, "currency_code_local", "CNY")
    _text(root, "reason", f"{state.procedure.spec.title.en}: {state.subject}")
    _text(root, "action", ", ".join(measure.id for measure in state.measures) or "none")
    return Export(f"goaml-{matter.partition(':')[2]}.xml", _xml(root), (_NO_VALIDATION,))


def calendars() -> Any:
    """The library of calendars; raises :class:`EngineError` where the extra is missing."""
    try:
        import icalendar  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise EngineError(
            Text("Calendars need the extra `office`.", "导出日历需安装 office 扩展。"),
            hint=Text("pip install 'suyuan[office]'", "pip install 'suyuan[office]'"),
        ) from error
    return icalendar


def new_calendar() -> Any:
    """An empty iCalendar of this office."""
    calendar = calendars().Calendar()
    calendar.add("prodid", "-//suyuan//office//")
    calendar.add("version", "2.0")
    return calendar


def deadlines(office: Office, matters: Iterable[str], now: datetime, language: Language) -> Export:
    """An iCalendar of open duties; a provisional date says so."""
    icalendar = calendars()
    calendar = new_calendar()
    for matter in matters:
        for line in duty_lines(office.state(matter, now)):
            if line.due.moment is None or line.state not in ("open", "late", "breached"):
                continue
            entry = icalendar.Event()
            certain = "" if line.due.certainty == "exact" else f" ({line.due.certainty})"
            entry.add("summary", f"{line.title.in_(language)}{certain} {line.party or line.role}")
            entry.add("uid", f"{matter}/{line.id}@suyuan")
            entry.add("dtstamp", now.replace(tzinfo=UTC))
            entry.add("dtstart", line.due.moment.replace(tzinfo=UTC))
            entry.add("dtend", line.due.moment.replace(tzinfo=UTC) + timedelta(seconds=1))
            entry.add("description", f"{matter} {line.citation}")
            calendar.add_component(entry)
    return Export("deadlines.ics", calendar.to_ical())


def desk_day(office: Office, language: Language, to: Path) -> int:
    """An XLSX of every open duty, those due first on top; how many."""
    heads = {
        "en": ("due", "certainty", "who", "duty", "matter", "subject", "rule", "state"),
        "zh": ("到期", "确定性", "责任单位", "义务", "事项", "对象", "依据", "状态"),
    }[language]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("duties" if language == "en" else "待办")
    sheet.append(list(heads))
    rows = office.ledger.read(
        "SELECT duty.due, certainty, COALESCE(party, role), name, matter, matter.subject, clause,"
        " duty.state FROM duty JOIN matter ON matter.id = duty.matter"
        " WHERE duty.state IN ('open', 'late', 'breached') ORDER BY duty.due, matter, duty.id"
    )
    for due, *rest in rows:
        moment = None if due is None else local(datetime.fromisoformat(due)).replace(tzinfo=None)
        sheet.append([moment, *map(_cell, rest)])
    with draft_of(to) as draft:
        book.save(draft)
    return len(rows)


def _cell(value: object) -> str:
    return "" if value is None else neutral(str(value))


def _last(state: MatterState, kind: str) -> Event:
    for event in reversed(state.events):
        if event.kind == kind:
            return event
    raise InputError(
        Text("No instruction has been sent yet.", "尚未发出指令。"), value=state.matter
    )


def _text(parent: Any, name: str, content: str) -> Any:
    element = ET.SubElement(parent, name)
    element.text = content
    return element


def _party(parent: Any, name: str, party: str) -> None:
    _text(ET.SubElement(ET.SubElement(parent, name), "Pty"), "Nm", party.removeprefix("party:"))


def _time(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='seconds')}Z"


def _xml(root: Any) -> bytes:
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content
