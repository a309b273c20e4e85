"""A referral as FHIR R4: a Bundle of ServiceRequest, Task, readings and consent (extra ``fhir``).

The order's state is the Task, what is asked the ServiceRequest, as HL7's referral guides (BSeR,
360X) divide them. Checked against the models of ``fhir.resources`` for R4B, in which the resources
used here have the elements of R4 (4.0.1). The patient is a pseudonymous identifier; text about the
patient goes out only for a named purpose, and that is logged.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from suyuan.casework.exports import Export
from suyuan.casework.office import Office
from suyuan.casework.shared_records import shared_record
from suyuan.casework.state import MatterState, matter_state
from suyuan.model.errors import EngineError, InputError
from suyuan.model.text import Text
from suyuan.rulebook.dates import beijing_day
from suyuan.store.ledger.event import Event

PROCEDURE: Final = "referral"
#: Namespaces of identifiers that this office gives.
MATTER, PARTY, SUBJECT = "urn:suyuan:matter", "urn:suyuan:party", "urn:suyuan:subject"
LOINC: Final = "http://loinc.org"
#: LOINC: blood pressure panel, systolic, diastolic.
PANEL, SYSTOLIC, DIASTOLIC = "85354-9", "8480-6", "8462-4"
#: A reading of our own for which no code of a standard was chosen.
RED_FLAG: Final = "urn:suyuan:reading"
#: FHIR's words for how a referral stands: of the Task, of the ServiceRequest.
STATUS: Final = {
    "up": ("requested", "active"),
    "declined": ("rejected", "revoked"),
    "in_hospital": ("accepted", "active"),
    "down": ("completed", "completed"),
    "primary_again": ("completed", "completed"),
    "followed": ("completed", "completed"),
}
_WITHOUT_TEXT = Text(
    "Without the summary: name a purpose to send it.", "未含病情摘要；如需发送请注明用途。"
)
_DEMONSTRATION = Text(
    "The urgency follows a demonstration rule; it is not clinical advice.",
    "紧急程度依演示规则得出，不构成临床建议。",
)


def models() -> Any:
    """The R4B resources by name; raises :class:`EngineError` where the extra is missing."""
    try:
        from fhir.resources import R4B  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise EngineError(
            Text("FHIR needs the extra `fhir`.", "FHIR 需安装 fhir 扩展。"),
            hint=Text("pip install 'suyuan[fhir]'", "pip install 'suyuan[fhir]'"),
        ) from error
    return R4B


def referral_bundle(
    office: Office, matter: str, now: datetime, person: str = "", purpose: str = ""
) -> Export:
    """The last referral of a matter as a FHIR Bundle (JSON).

    With `purpose`, `person` looks into the shared record, and the summary goes out with it.
    """
    state = office.state(matter, now)
    if state.procedure.id != PROCEDURE:
        raise InputError(Text("This is not a referral.", "该事项不是转诊。"), value=matter)
    order = _last(state, "refer_up")
    if order is None:
        raise InputError(
            Text("No referral has been made yet.", "尚未上转。"),
            value=matter,
            hint=Text("First: refer_up.", "请先办理上转。"),
        )
    summary = None
    if purpose:
        record = shared_record(office, matter, person, purpose, ["summary"], now)
        summary = next((r.text for r in reversed(record) if r.at == order.at), None)
    entries = [
        *_people(state),
        *_readings(state),
        *_consent(state),
        _request(state, order, summary),
    ]
    entries.append(_task(state, order))
    content = {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": MATTER, "value": matter},
        "timestamp": _instant(now),
        "entry": [{"fullUrl": _url(e["id"]), "resource": e} for e in entries],
    }
    models().get_fhir_model_class("Bundle").model_validate(content)
    notes = (_DEMONSTRATION,) if summary else (_DEMONSTRATION, _WITHOUT_TEXT)
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return Export(f"fhir-{order.hash[:12]}.json", text.encode(), notes)


def _people(state: MatterState) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = [
        {
            "resourceType": "Patient",
            "id": "patient",
            "identifier": [{"system": SUBJECT, "value": state.subject}],
        }
    ]
    people += [
        {
            "resourceType": "Organization",
            "id": role,
            "identifier": [{"system": PARTY, "value": state.parties[role]}],
        }
        for role in ("clinic", "hospital")
        if role in state.parties
    ]
    return people


def _readings(state: MatterState) -> list[dict[str, Any]]:
    visit = _last(state, "visit")
    if visit is None:
        return []
    pressure = {
        **_observation("pressure", LOINC, PANEL, visit),
        "component": [
            {"code": _code(LOINC, code), "valueQuantity": _pressure(visit.body[name])}
            for code, name in ((SYSTOLIC, "systolic"), (DIASTOLIC, "diastolic"))
        ],
    }
    flag = visit.body.get("red_flag")
    if flag is None:
        return [pressure]
    return [
        pressure,
        {**_observation("red-flag", RED_FLAG, "red_flag", visit), "valueBoolean": flag},
    ]


def _observation(name: str, system: str, code: str, event: Event) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": _code(system, code),
        "subject": _reference("patient"),
        "effectiveDateTime": _instant(event.at),
    }


def _consent(state: MatterState) -> list[dict[str, Any]]:
    """The consent that stands; none where it was taken back."""
    consent = _last(state, "agree", "record_consent")
    if consent is None or state.scope.get("consent") is not True:
        return []
    resource: dict[str, Any] = {
        "resourceType": "Consent",
        "id": "consent",
        "status": "active",
        "scope": _code("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [_code(LOINC, "59284-0")],
        "patient": _reference("patient"),
        "dateTime": _instant(consent.at),
        "policyRule": {"text": "suyuan: referral"},
    }
    document = consent.body.get("consent_document") or consent.hash
    resource["sourceReference"] = {
        "identifier": {"system": "urn:suyuan:consent", "value": document}
    }
    return [resource]


def _request(state: MatterState, order: Event, summary: str | None) -> dict[str, Any]:
    urgent = state.law.case("referral-hypertension", state.scope, order.at) == "urgent"
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": "request",
        "identifier": [{"system": MATTER, "value": f"{state.matter}#{order.number}"}],
        "status": _status(state)[1],
        "intent": "order",
        "priority": "urgent" if urgent else "routine",
        "code": {"text": "转诊 referral"},
        "subject": _reference("patient"),
        "authoredOn": _instant(order.at),
        "requester": _reference("clinic"),
        "performer": [_reference("hospital")],
        "supportingInfo": [_reference(r["id"]) for r in _readings(state)],
    }
    if summary is not None:
        resource["note"] = [{"text": summary}]
    return {name: value for name, value in resource.items() if value != []}


def _task(state: MatterState, order: Event) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": "task",
        "identifier": [{"system": MATTER, "value": f"{state.matter}#{order.number}"}],
        "status": _status(state)[0],
        "intent": "order",
        "focus": _reference("request"),
        "for": _reference("patient"),
        "authoredOn": _instant(order.at),
        "lastModified": _instant(state.events[-1].at),
        "requester": _reference("clinic"),
        "owner": _reference("hospital"),
    }
    due = _due(state, order)
    if due is not None:
        resource["restriction"] = {"period": {"end": _instant(due)}}
    refusal = _last(state, "decline")
    if refusal is not None and refusal.number > order.number:
        resource["statusReason"] = {"text": str(refusal.body["reason"])}
    return resource


def _status(state: MatterState) -> tuple[str, str]:
    name = matter_state(state)
    return STATUS.get(name, ("requested", "active"))


def _due(state: MatterState, order: Event) -> datetime | None:
    for duty in state.duties:
        if duty.number == order.number and duty.rule.spec.by == "hospital":
            return duty.due(beijing_day(state.now)).moment
    return None


def _last(state: MatterState, *kinds: str) -> Event | None:
    return next((event for event in reversed(state.events) if event.kind in kinds), None)


def _code(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _pressure(value: int) -> Mapping[str, Any]:
    unit = {"unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
    return {"value": value, **unit}


def _url(name: str) -> str:
    return f"urn:suyuan:resource:{name}"


def _reference(name: str) -> dict[str, str]:
    return {"reference": _url(name)}


def _instant(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).isoformat(timespec="milliseconds")
