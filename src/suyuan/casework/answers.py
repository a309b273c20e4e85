"""Answers to packets: one answer for each, whoever sends what how often; everything is logged.

An answer is JSON: ``{"packet", "act", "fields"}``, with a ``signature`` by the party's key over
the rest as canonical JSON, where a key of the party is known. What is foreign, forged or late is
refused and written down as refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.casework.checks import RefusedError
from suyuan.casework.office import ActForm, Office
from suyuan.casework.signing import Keys, signed_by
from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event, canonical

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class AnswerReceipt:
    """What became of an answer; `again` where the same one had come before."""

    packet: str
    event: Event
    again: bool


def take_answer(
    office: Office, content: bytes, person: str, keys: Keys, now: datetime
) -> AnswerReceipt:
    """Take an answer in, done by `person`, who holds a post for the party that owes the duty.

    Raises :class:`InputError` where it is refused; the refusal is in the ledger all the same.
    """
    answer = _read(content)
    packet = answer["packet"]
    dispatch = next(iter(office.ledger.events(f"packet:{packet}")), None)
    if dispatch is None:
        raise _record_refusal(office, packet, "foreign", _FOREIGN, now)
    there = list(office.ledger.events(dispatch.body["matter"]))
    key = f"packet:{packet}"
    previous = next((event for event in there if event.key == key), None)
    statement = canonical({"act": answer["act"], "fields": answer["fields"]})
    if not _genuine(answer, dispatch.body["party"], keys):
        raise _record_refusal(office, packet, "forged", _FORGERY, now)
    if previous is not None:
        if _said_before(office, packet) == statement:
            return AnswerReceipt(packet, previous, again=True)
        raise _record_refusal(office, packet, "answered", _OTHER_ANSWER, now)
    form = ActForm(dispatch.body["matter"], answer["act"], answer["fields"], key=key)
    try:
        _owed(office, dispatch, answer["act"], now)
        event = office.act(form, person, now)
    except SuyuanError as error:
        raise _record_refusal(office, packet, "refused", error.message, now) from error
    log = {"act": answer["act"], "said": statement, "event": event.hash}
    office.ledger.append(
        Draft(f"packet:{packet}", "answered", person, now, now, event.subject, log, "answered")
    )
    return AnswerReceipt(packet, event, again=False)


_FOREIGN = Text(
    "This office has issued no packet with this number.", "该编号不是本机构发出的通知。"
)
_FORGERY = Text("The signature is not that of the party.", "签名与责任单位不符。")
_OTHER_ANSWER = Text("The packet already has a different answer.", "该通知已有不同答复。")
_LATE = Text("The duty is no longer open.", "该义务已不在待办状态。")


def _owed(office: Office, dispatch: Event, act: str, now: datetime) -> None:
    """The packet's duty must still be open, and this act one of its answers."""
    name = dispatch.body["duty"].partition("#")[0]
    state = office.state(dispatch.body["matter"], now)
    duty = next((duty for duty in state.duties if duty.id == dispatch.body["duty"]), None)
    if duty is None or duty.is_settled:
        raise RefusedError(act, [_LATE])
    if act not in state.version.duties[name].done_acts:
        raise RefusedError(
            act, [Text("It does not answer this duty.", "该行为不是对此义务的答复。")]
        )


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > _MOST_BYTES:
        raise InputError(Text("The answer is too large.", "答复文件过大。"), value=len(content))
    try:
        answer = json.loads(content)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(Text("The answer is not JSON.", "答复不是 JSON。")) from error
    shape = {"packet": str, "act": str, "fields": dict}
    if not isinstance(answer, dict) or not all(
        isinstance(answer.get(name), kind) for name, kind in shape.items()
    ):
        raise InputError(
            Text("The answer does not match its form.", "答复格式不符。"),
            hint=Text('{"packet", "act", "fields"}', '{"packet", "act", "fields"}'),
        )
    return answer


def _genuine(answer: Mapping[str, Any], party: str | None, keys: Keys) -> bool:
    """True where the party has no key with us, or signed the answer with it."""
    public = keys.get(party or "")
    if public is None:
        return True
    signature = answer.get("signature")
    return isinstance(signature, str) and signed_by(public, signed_part(answer), signature)


def signed_part(answer: Mapping[str, Any]) -> bytes:
    """What a party signs."""
    return canonical({name: answer[name] for name in ("packet", "act", "fields")}).encode()


def _said_before(office: Office, packet: str) -> str:
    events = office.ledger.events(f"packet:{packet}")
    return next((str(e.body["said"]) for e in events if e.kind == "answered"), "")


def _record_refusal(office: Office, packet: str, kind: str, why: Text, now: datetime) -> InputError:
    """Write the refusal down; the error to raise."""
    chain = f"packet:{packet[:64]}" if kind != "foreign" else "packet:foreign"
    body = {"packet": packet[:64], "why": why.en}
    office.ledger.append(Draft(chain, f"answer_{kind}", "office", now, now, "", body))
    return InputError(why, value=packet[:64])
