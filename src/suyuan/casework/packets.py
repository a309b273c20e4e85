"""Packets: what one duty asks of one party, as a file that can go by courier and come back.

A packet is a zip: the notice in both languages, the rows that the duty needs and no others, a
sheet to answer on with its schema, and a manifest over all of it, signed (Ed25519, RFC 8032). The
manifest carries the ledger's head, so that whoever holds a packet holds a witness.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook

from suyuan.casework.explain import DutyLine, duty_lines
from suyuan.casework.office import Office
from suyuan.casework.signing import OfficeKey
from suyuan.casework.state import MatterState
from suyuan.model.errors import InputError
from suyuan.model.spreadsheet_cells import neutral
from suyuan.model.text import Language, Text
from suyuan.model.times import local
from suyuan.store.drafts import write_bytes
from suyuan.store.ledger.event import Draft, stamp

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature"
#: Zip entries bear this day: the same packet is the same bytes.
_EPOCH = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class SentPacket:
    """A packet that was written."""

    id: str
    path: Path
    sha256: str


def write_packet(
    office: Office,
    matter: str,
    duty: str,
    rows: Sequence[Mapping[str, str]],
    key: OfficeKey,
    folder: Path,
    now: datetime,
) -> SentPacket:
    """The packet of an open duty for the party that owes it; its sending is an event.

    `rows` are the evidence rows of this party; columns are taken as they come.
    """
    state = office.state(matter, now)
    line = _duty(state, duty)
    head = office.ledger.seal(now)
    packet, content = _packet(state, line, rows, key, {"sent": stamp(now), "head": str(head)})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"packet-{packet}.zip"
    write_bytes(path, content)
    digest = hashlib.sha256(content).hexdigest()
    body = {"matter": matter, "duty": duty, "party": line.party}
    body |= {"sha256": digest, "head": str(head)}
    office.ledger.append(
        Draft(f"packet:{packet}", "sent", "office", now, now, state.subject, body, "sent")
    )
    return SentPacket(packet, path, digest)


def _packet(
    state: MatterState,
    line: DutyLine,
    rows: Sequence[Mapping[str, str]],
    key: OfficeKey,
    dispatch: Mapping[str, str],
) -> tuple[str, bytes]:
    """The id and the bytes of a packet, whose manifest is signed."""
    parts = {
        "notice.html": _notice(state, line).encode(),
        "rows.csv": _csv(rows).encode("utf-8-sig"),
        "answer.schema.json": _json(_schema(state, line)),
        "answer.xlsx": _sheet(state, line),
    }
    manifest = {
        "matter": state.matter,
        "duty": line.id,
        "party": line.party,
        "subject": state.subject,
        "clause": line.clause,
        "due": None if line.due.moment is None else stamp(line.due.moment),
        "acts": sorted(_answers(state, line)),
        **dispatch,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()},
    }
    packet = hashlib.sha256(_json(manifest)).hexdigest()[:16]
    parts[MANIFEST] = _json({"packet": packet, **manifest})
    parts[SIGNATURE] = key.sign(parts[MANIFEST]).encode()
    return packet, _zip(parts)


def _duty(state: MatterState, duty: str) -> DutyLine:
    for line in duty_lines(state, days=True):
        if line.id == duty and line.state in ("open", "late", "breached"):
            return line
    raise InputError(
        Text("The matter has no open duty of this name.", "该事项没有此项待办义务。"),
        value=f"{state.matter} {duty}",
    )


def _answers(state: MatterState, line: DutyLine) -> tuple[str, ...]:
    """The acts that the party may answer with."""
    duty = state.version.duties[line.id.partition("#")[0]]
    return tuple(a for a in duty.done_acts if line.role in state.version.acts[a].by)


def _schema(state: MatterState, line: DutyLine) -> dict[str, Any]:
    """What an answer holds, as JSON Schema."""
    forms = {}
    for act in _answers(state, line):
        form = state.version.acts[act].form
        forms[act] = {
            "properties": {name: _property(state, name) for name in form},
            "required": [name for name, must in form.items() if must],
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["packet", "act"],
        "properties": {
            "packet": {"type": "string"},
            "act": {"enum": sorted(forms)},
            "fields": {"type": "object"},
        },
        "forms": forms,
    }


def _property(state: MatterState, name: str) -> dict[str, Any]:
    spec = state.procedure.spec.fields[name]
    kinds = {"int": "integer", "money": "integer", "bool": "boolean", "list": "array"}
    schema: dict[str, Any] = {"type": kinds.get(spec.type, "string")}
    schema["title"] = f"{spec.title.zh} {spec.title.en}"
    return schema | ({"enum": spec.words} if spec.words else {})


def _notice(state: MatterState, line: DutyLine) -> str:
    """The notice in Chinese and in English; everything that came from outside is escaped."""
    parts = ["<!doctype html><meta charset='utf-8'><title>notice</title>"]
    for language in ("zh", "en"):
        parts += [f"<section lang='{language}'>", *_lines(state, line, language), "</section>"]
    return "\n".join(parts)


def _lines(state: MatterState, line: DutyLine, language: Language) -> list[str]:
    words = {
        "zh": ("事项", "对象", "应履行", "期限", "依据"),
        "en": ("Matter", "Subject", "To do", "Due", "Under"),
    }[language]
    due = "–" if line.due.moment is None else f"{local(line.due.moment):%Y-%m-%d %H:%M:%S %z}"
    cells = (
        state.procedure.spec.title.in_(language),
        state.subject,
        line.title.in_(language),
        due,
        f"{line.citation} ({line.quality})",
    )
    lines = [f"<p>{word}: {_escape(cell)}</p>" for word, cell in zip(words, cells, strict=True)]
    for day in line.ledger:
        mark = "·" if day.counts else "–"
        lines.append(f"<p>{mark} {day.day} {_escape(day.why.in_(language))}</p>")
    return lines


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    # A spreadsheet must not take a cell for a formula.
    writer.writerows({n: _cell(value) for n, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else neutral(str(value))


def _sheet(state: MatterState, line: DutyLine) -> bytes:
    """A sheet to answer on: the act, then a line for each field of each form."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["act", "", f"{' | '.join(sorted(_answers(state, line)))}"])
    field_names = {name for act in _answers(state, line) for name in state.version.acts[act].form}
    for name in sorted(field_names):
        title = state.procedure.spec.fields[name].title
        sheet.append([name, "", f"{title.zh} {title.en}"])
    # One day for all: the same packet is the same bytes.
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _zip(parts: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), parts[name])
    return content.getvalue()
