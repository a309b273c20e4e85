"""A referral that comes as FHIR, and the answer to one: each becomes acts with their guards."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from suyuan.casework.checks import RefusedError
from suyuan.casework.fhir_bundle import (
    DIASTOLIC,
    LOINC,
    MATTER,
    PARTY,
    PROCEDURE,
    RED_FLAG,
    SUBJECT,
    SYSTOLIC,
)
from suyuan.casework.fhir_reading import FhirContent, identifier, read_fhir, wrong
from suyuan.casework.office import ActForm, Office, Opening
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event

#: What an answering Task means here.
_ANSWERS: Final = {"accepted": "accept", "rejected": "decline"}
_MOST_LETTERS: Final = 20_000
#: What no cuff measures.
_MOST_PRESSURE: Final = 500
_GOOD: Final = frozenset({"final", "amended", "corrected"})


@dataclass(frozen=True, slots=True)
class FhirIntake:
    """What came of a Bundle: the matter, the events, what the office refused, what nobody read."""

    matter: str
    events: tuple[Event, ...] = ()
    refusals: tuple[Text, ...] = ()
    omissions: tuple[Text, ...] = ()
    again: bool = False


def take_fhir(office: Office, content: bytes, person: str, now: datetime) -> FhirIntake:
    """Take in a Bundle as `person` of the institution that sent it.

    A Task that is ``requested`` begins a referral here; one that is ``accepted`` or ``rejected``
    answers one that this office sent. The same Bundle again changes nothing. Raises
    :class:`InputError` for what is not sound, :class:`RefusedError` where nothing could be begun.
    """
    bundle = read_fhir(content)
    task = bundle.only("Task")
    status = task.get("status")
    if status in _ANSWERS:
        return _answer(office, bundle, task, person, now)
    if status == "requested":
        return _referral(office, bundle, task, person, now)
    raise wrong(
        "Only a requested, accepted or rejected Task is taken in.",
        "仅接收状态为 requested、accepted 或 rejected 的 Task。",
        f"Task.status = {status!s:.40}",
    )


def _answer(
    office: Office, bundle: FhirContent, task: Mapping[str, Any], person: str, now: datetime
) -> FhirIntake:
    matter, _, number = identifier(task, MATTER)[1].rpartition("#")
    state = office.state(matter, now)
    order = next((e for e in state.events if str(e.number) == number), None)
    if state.procedure.id != PROCEDURE or order is None or order.kind != "refer_up":
        raise wrong(
            "The Task matches no referral of this office.", "该 Task 对应的转诊不存在。", number
        )
    act = _ANSWERS[str(task["status"])]
    reason = (task.get("statusReason") or {}).get("text")
    fields = {"reason": _text(reason)} if act == "decline" and reason else {}
    key = f"fhir:{number}:{act}"
    before = next((e for e in state.events if e.key == key), None)
    latest = [e for e in state.events if e.kind == "refer_up"][-1]
    if before is None and latest.number != order.number:
        raise wrong("A later referral has replaced it.", "该转诊已被其后的转诊取代。", number)
    event = before or office.act(ActForm(matter, act, fields, key=key), person, now)
    return FhirIntake(matter, (event,), (), bundle.omissions, before is not None)


def _referral(
    office: Office, bundle: FhirContent, task: Mapping[str, Any], person: str, now: datetime
) -> FhirIntake:
    request = bundle.at(task.get("focus"))
    if request["resourceType"] != "ServiceRequest":
        raise wrong("The Task does not refer to a ServiceRequest.", "Task 未指向 ServiceRequest。")
    _check_order(request)
    patient = bundle.at(request.get("subject"))
    parties = {
        "clinic": identifier(bundle.at(request.get("requester")), PARTY)[1],
        "hospital": identifier(bundle.at((request.get("performer") or [None])[0]), PARTY)[1],
    }
    subject = _subject(office, patient)
    # The patient's own acts are done by whoever has the post for this patient.
    parties["patient"] = f"party:{subject}"
    opening = Opening(PROCEDURE, subject, {}, parties, _key(request))
    before = _length(office, opening.matter)
    matter = office.begin(opening, person, now)
    events, refusals = _acts(office, bundle, request, patient, matter, person, now)
    again = before > 0 and all(event.number <= before for event in events)
    return FhirIntake(matter, tuple(events), tuple(refusals), bundle.omissions, again)


def _length(office: Office, matter: str) -> int:
    rows = office.ledger.read("SELECT number FROM matter WHERE id = ?", (matter,))
    return int(rows[0][0]) if rows else 0


def _acts(
    office: Office,
    bundle: FhirContent,
    request: Mapping[str, Any],
    patient: Mapping[str, Any],
    matter: str,
    person: str,
    now: datetime,
) -> tuple[list[Event], list[Text]]:
    notes = [_text(note.get("text")) for note in request.get("note") or ()]
    steps: list[tuple[str, dict[str, Any] | None]] = [
        ("visit", _readings(bundle, patient)),
        ("record_consent", _consent(bundle, patient)),
        ("refer_up", {"summary": "\n".join(notes)} if notes else None),
    ]
    events, refusals = [], []
    key = f"fhir:{_digest(_key(request))}"
    for act, fields in steps:
        if fields is None:
            refusals.append(_GAPS[act])
            continue
        try:
            events.append(office.act(ActForm(matter, act, fields, key=f"{key}:{act}"), person, now))
        except RefusedError as error:
            refusals.extend(error.reasons)
            break
    return events, refusals


_GAPS: Final = {
    "visit": Text("The file holds no blood pressure.", "文件中没有血压读数。"),
    "record_consent": Text(
        "The file holds no consent with its document.", "文件中没有附依据的知情同意。"
    ),
    "refer_up": Text("No summary (ServiceRequest.note) is in the file.", "文件中没有病情摘要。"),
}


def _check_order(request: Mapping[str, Any]) -> None:
    if request.get("doNotPerform"):
        raise wrong("The request is marked doNotPerform.", "该申请注明不予执行。")
    for name, values in (("status", {"active"}), ("intent", {"order", "original-order"})):
        if request.get(name) not in values:
            raise wrong(
                "The ServiceRequest is not an active order.",
                "ServiceRequest 不是有效的转诊申请。",
                f"{name} = {request.get(name)!s:.40}",
            )


def _readings(bundle: FhirContent, patient: Mapping[str, Any]) -> dict[str, Any] | None:
    readings: dict[str, Any] = {}
    for observation in bundle.of("Observation"):
        if (
            observation.get("status") not in _GOOD
            or bundle.at(observation.get("subject")) is not patient
        ):
            continue
        if _is(observation.get("code"), RED_FLAG, "red_flag") and "valueBoolean" in observation:
            readings["red_flag"] = bool(observation["valueBoolean"])
        for part in observation.get("component") or ():
            for code, name in ((SYSTOLIC, "systolic"), (DIASTOLIC, "diastolic")):
                if _is(part.get("code"), LOINC, code):
                    readings[name] = _pressure(part.get("valueQuantity"), name)
    return readings if {"systolic", "diastolic"} <= readings.keys() else None


def _pressure(quantity: object, name: str) -> int:
    value = quantity.get("value") if isinstance(quantity, Mapping) else None
    unit = quantity.get("code") if isinstance(quantity, Mapping) else None
    if unit != "mm[Hg]" or value not in range(1, _MOST_PRESSURE):
        raise wrong(
            f"A blood pressure is a whole number of mm[Hg] below {_MOST_PRESSURE}.",
            f"血压须为以 mm[Hg] 为单位、小于 {_MOST_PRESSURE} 的整数。",
            f"{name}: {value} {unit!s:.20}",
        )
    return int(value or 0)


def _consent(bundle: FhirContent, patient: Mapping[str, Any]) -> dict[str, Any] | None:
    for consent in bundle.of("Consent"):
        denies = (consent.get("provision") or {}).get("type") == "deny"
        source = ((consent.get("sourceReference") or {}).get("identifier") or {}).get("value")
        about = bundle.at(consent.get("patient")) is patient
        if consent.get("status") == "active" and not denies and source and about:
            return {"consent": True, "consent_document": _text(source)}
    return None


def _subject(office: Office, patient: Mapping[str, Any]) -> str:
    system, value = identifier(patient)
    if system == SUBJECT:
        return value
    # Another system's number may be an identity number: in the ledger stands a keyed name for it.
    if office.registry.sealer is None:
        raise wrong(
            "This office has no key to encrypt patients' identifiers.", "本机构没有标识加密密钥。"
        )
    return f"patient:{office.registry.sealer.owner(f'{system}|{value}')}"


def _key(request: Mapping[str, Any]) -> str:
    return "|".join(identifier(request))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is(concept: object, system: str, code: str) -> bool:
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    return any(c.get("system") == system and c.get("code") == code for c in codings or ())


def _text(value: object) -> str:
    text = str(value or "")
    if len(text) > _MOST_LETTERS:
        raise wrong("The text is too long.", "文字过长。", len(text))
    return text
