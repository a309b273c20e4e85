"""A referral out as FHIR R4 and in again; and FHIR that nobody should take in."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from office_people import PARTIES, Desk, begin, beijing, with_people
from suyuan.casework.checks import Post, RefusedError
from suyuan.casework.fhir_bundle import referral_bundle
from suyuan.casework.fhir_intake import FhirIntake, take_fhir
from suyuan.casework.fhir_reading import MOST_BYTES, read_fhir
from suyuan.casework.office import Office
from suyuan.casework.opening import open_office
from suyuan.casework.shared_records import record_views, shared_record
from suyuan.casework.state import matter_state
from suyuan.model.errors import InputError
from suyuan.store.ledger import verify

pytest.importorskip("fhir.resources")
NOON = "2020-11-10T12:00"


def referred(office: Office, *, systolic: int = 185) -> Desk:
    desk = begin(office, "referral", "patient:p1", "2020-11-10T08:00", "clinic")
    desk.do("2020-11-10T08:05", "visit", "clinic", systolic=systolic, diastolic=112, red_flag=True)
    desk.do("2020-11-10T08:06", "agree", "patient", consent=True)
    desk.do("2020-11-10T08:10", "refer_up", "clinic", summary="胸痛两小时，<b>高血压</b>十年")
    return desk


def exported(desk: Desk, at: str = NOON, purpose: str = "转诊") -> dict:
    export = referral_bundle(desk.office, desk.matter, beijing(at), "person:clinic-1", purpose)
    return json.loads(export.content)


def resource(bundle: dict, kind: str) -> dict:
    return next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def take(office: Office, bundle: dict | bytes, who: str = "clinic", at: str = NOON) -> FhirIntake:
    content = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
    return take_fhir(office, content, f"person:{who}-1", beijing(at))


@pytest.fixture
def other(tmp_path: Path) -> Office:
    """The hospital's office, where the clinic's people may send."""
    return with_people(open_office(tmp_path / "other"), PARTIES)


def test_out_and_in_again_is_the_same_referral(office: Office, other: Office) -> None:
    sent = exported(referred(office))
    taken = take(other, sent)
    assert (taken.refusals, taken.omissions, taken.again) == ((), (), False)
    assert [e.kind for e in taken.events] == ["visit", "record_consent", "refer_up"]
    there = other.state(taken.matter, beijing(NOON))
    assert (matter_state(there), there.scope["systolic"], there.scope["red_flag"]) == (
        "up",
        185,
        True,
    )
    assert there.duty_open("urgent")
    # Sent on from there, it says the same: all but who it is numbered by, and when.
    back = exported(Desk(other, taken.matter), "2020-11-10T12:01")
    for kind in ("Patient", "Observation", "ServiceRequest", "Task"):
        first, second = (dict(resource(b, kind)) for b in (sent, back))
        for name in (
            "identifier",
            "authoredOn",
            "lastModified",
            "effectiveDateTime",
            "restriction",
        ):
            if kind != "Patient":
                first.pop(name, None), second.pop(name, None)
        assert first == second
    assert verify(other.ledger).whole


def test_the_same_file_again_changes_nothing(office: Office, other: Office) -> None:
    sent = exported(referred(office))
    first = take(other, sent)
    before = [e.hash for e in other.ledger.events()]
    again = take(other, sent, at="2020-11-10T12:01")
    assert (again.matter, again.again) == (first.matter, True)
    assert [e.hash for e in other.ledger.events()] == before


@pytest.mark.parametrize(
    ("systolic", "status", "reason", "state"),
    [
        (150, "accepted", None, "in_hospital"),
        (150, "rejected", "床位已满", "declined"),
    ],
)
def test_the_answer_comes_back(
    office: Office, systolic: int, status: str, reason: str | None, state: str
) -> None:
    desk = referred(office, systolic=systolic)
    if systolic < 180:  # 112 with the flag is urgent by itself: an ordinary one comes after it
        desk.do("2020-11-10T08:11", "accept", "hospital")
        desk.do("2020-11-10T08:12", "refer_down", "hospital", plan="x", diagnosis_clear=True,
                plan_clear=True, stable=True)  # fmt: skip
        desk.do("2020-11-10T08:13", "take_over", "clinic")
        desk.do("2020-11-10T08:14", "visit", "clinic", systolic=150, diastolic=95, red_flag=False)
        desk.do("2020-11-10T08:15", "refer_up", "clinic", summary="控制不佳")
    answer = exported(desk)
    task = resource(answer, "Task")
    assert resource(answer, "ServiceRequest")["priority"] == "routine"
    task["status"] = status
    if reason:
        task["statusReason"] = {"text": reason}
    taken = take(office, answer, "hospital")
    assert matter_state(desk.state(NOON)) == state
    assert [e.kind for e in taken.events] == ["accept" if status == "accepted" else "decline"]
    assert take(office, answer, "hospital", "2020-11-10T15:00").again
    assert resource(exported(desk, "2020-11-10T15:01"), "Task")["status"] == status


def test_an_urgent_referral_is_not_declined_by_fhir_either(office: Office) -> None:
    desk = referred(office)
    answer = exported(desk)
    assert resource(answer, "ServiceRequest")["priority"] == "urgent"
    assert resource(answer, "Task")["restriction"]["period"]["end"].startswith(
        "2020-11-10T00:25:00"
    )
    resource(answer, "Task").update(status="rejected", statusReason={"text": "无床"})
    with pytest.raises(RefusedError) as refused:
        take(office, answer, "hospital")
    assert "紧急转诊不得退回" in refused.value.text("zh")


def test_a_refusal_needs_its_reason_and_the_right_sender(office: Office) -> None:
    desk = referred(office)
    answer = exported(desk)
    resource(answer, "Task")["status"] = "rejected"
    with pytest.raises(InputError) as incomplete:
        take(office, answer, "hospital")
    assert "缺少：理由" in incomplete.value.text("zh")
    resource(answer, "Task")["status"] = "accepted"
    for who in ("clinic", "patient"):
        with pytest.raises(RefusedError) as refused:
            take(office, answer, who)
        assert "该事项由医院办理" in refused.value.text("zh")


def test_without_consent_nothing_is_referred_and_it_is_said(office: Office, other: Office) -> None:
    sent = exported(referred(office))
    resource(sent, "Consent")["status"] = "inactive"
    taken = take(other, sent)
    assert [e.kind for e in taken.events] == ["visit"]
    words = "".join(text.zh for text in taken.refusals)
    assert "没有附依据的知情同意" in words
    assert "不明：同意共享病历" in words
    assert matter_state(other.state(taken.matter, beijing(NOON))) == "primary"


def test_a_consent_taken_back_closes_the_record(office: Office) -> None:
    desk = referred(office)
    who, now = "person:hospital-1", beijing("2020-11-10T09:00")
    [entry] = shared_record(office, desk.matter, who, "接诊", ["summary"], now)
    assert (entry.text, entry.act) == ("胸痛两小时，<b>高血压</b>十年", "refer_up")
    [view] = record_views(office, desk.matter, now)
    assert (view.person, view.purpose, view.at) == (who, "接诊", now)
    with pytest.raises(RefusedError, match="This is for"):
        shared_record(office, desk.matter, "person:police-1", "好奇", ["summary"], now)
    desk.do("2020-11-10T10:00", "withdraw_consent", "patient", consent=False)
    with pytest.raises(RefusedError) as refused:
        shared_record(office, desk.matter, who, "接诊", ["summary"], beijing("2020-11-10T10:01"))
    assert "患者未同意共享病历" in refused.value.text("zh")
    assert len(record_views(office, desk.matter, beijing(NOON))) == 1
    assert all(r["resource"]["resourceType"] != "Consent" for r in exported_plain(desk)["entry"])


def exported_plain(desk: Desk) -> dict:
    return json.loads(referral_bundle(desk.office, desk.matter, beijing(NOON)).content)


def test_without_a_purpose_no_word_about_the_patient_goes_out(office: Office) -> None:
    desk = referred(office)
    export = referral_bundle(office, desk.matter, beijing(NOON))
    assert "胸痛" not in export.content.decode()
    assert any("未含病情摘要" in note.zh for note in export.notes)
    assert record_views(office, desk.matter, beijing(NOON)) == []


def _deep() -> bytes:
    return b'{"resourceType":"Bundle","entry":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe{}", "不是有效的 JSON"),
        (b"PK\x03\x04", "不是有效的 JSON"),
        (b"[]", "不是 FHIR Bundle"),
        (b'{"resourceType":"Patient"}', "不是 FHIR Bundle"),
        (b'{"resourceType":"Bundle","type":"collection","type":"batch"}', "不是有效的 JSON"),
        (b'{"resourceType":"Bundle","type":"collection","total":NaN}', "不是有效的 JSON"),
        (b'{"resourceType":"Bundle","type":"collection","total":1e999}', "不是有效的 JSON"),
        (b'{"resourceType":"Bundle","type":"collection","total":' + b"9" * 5000 + b"}",
         "不是有效的 JSON"),
        (b'{"resourceType":"Bundle","type":"collection","colour":"red"}', "不符合 FHIR R4"),
        (b'{"resourceType":"Bundle","type":"collection"}', "应有且仅有一个 Task"),
        (b" " * (MOST_BYTES + 1), "不得超过"),
        (_deep(), "不是有效的 JSON"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_sound_fhir(other: Office, content: bytes, words: str) -> None:
    with pytest.raises(InputError) as refused:
        take(other, content)
    assert words in refused.value.text("zh")
    assert other.ledger.read("SELECT count(*) FROM matter") == [(0,)]


def _set(kind: str, **values):
    return lambda bundle: resource(bundle, kind).update(values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("ServiceRequest", doNotPerform=True), "不予执行"),
        (_set("ServiceRequest", status="entered-in-error"), "不是有效的转诊申请"),
        (_set("ServiceRequest", intent="proposal"), "不是有效的转诊申请"),
        (_set("ServiceRequest", implicitRules="http://evil.example/rules"), "不能理解"),
        (
            _set("Consent", modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
            "不能理解",
        ),
        (_set("Task", focus={"reference": "http://169.254.169.254/ServiceRequest/1"}),
         "不会去外部获取"),
        (_set("Task", focus={"reference": "urn:suyuan:resource:patient"}), "未指向 ServiceRequest"),
        (_set("Task", status="draft"), "仅接收"),
        (_set("Task", status="nonsense"), "仅接收"),
        (_set("Patient", identifier=[]), "缺少标识"),
        (_set("Organization", identifier=[{"system": "urn:other", "value": "x"}]), "缺少标识"),
        (lambda b: resource(b, "Observation")["component"][0]["valueQuantity"].update(code="kPa"),
         "mm[Hg]"),
        (lambda b: resource(b, "Observation")["component"][0]["valueQuantity"].update(value=185.5),
         "整数"),
        (lambda b: resource(b, "Observation")["component"][0]["valueQuantity"].update(value=-1),
         "整数"),
        (_set("ServiceRequest", note=[{"text": "长" * 20_001}]), "文字过长"),
        (lambda b: b["entry"].append(deepcopy(b["entry"][0])), "唯一的 fullUrl"),
        (lambda b: b["entry"].extend(
            {"fullUrl": f"urn:x:{n}", "resource": {"resourceType": "Patient"}} for n in range(200)
        ), "条目过多"),
    ],
)  # fmt: skip
def test_what_means_something_else_is_refused(office: Office, other: Office, change, words) -> None:
    sent = exported(referred(office))
    change(sent)
    with pytest.raises(InputError) as refused:
        take(other, sent)
    assert words in refused.value.text("zh")


def test_a_consent_that_denies_is_none(office: Office, other: Office) -> None:
    sent = exported(referred(office))
    resource(sent, "Consent")["provision"] = {"type": "deny"}
    assert [e.kind for e in take(other, sent).events] == ["visit"]


def test_what_is_not_read_is_listed(office: Office, other: Office) -> None:
    sent = exported(referred(office))
    resource(sent, "Patient")["name"] = [{"text": "<script>alert(1)</script>"}]
    sent["entry"].append({"fullUrl": "urn:x:1", "resource": {"resourceType": "Device"}})
    taken = take(other, sent)
    assert [text.zh for text in taken.omissions] == [
        "未读取：Device（1 处）。",
        "未读取：Patient.name（1 处）。",
    ]
    assert "script" not in str([e.body for e in other.ledger.events()])


def test_an_answer_to_nothing_of_ours(office: Office, other: Office) -> None:
    answer = exported(referred(office))
    resource(answer, "Task")["status"] = "accepted"
    with pytest.raises(InputError, match="No such matter"):
        take(other, answer, "hospital")
    resource(answer, "Task")["identifier"][0]["value"] += "9"
    with pytest.raises(InputError, match="matches no referral"):
        take(office, answer, "hospital")


def test_an_identity_number_of_another_system_does_not_stand_in_the_ledger(
    office: Office, other: Office
) -> None:
    sent = exported(referred(office))
    number = "11010519491231002X"
    resource(sent, "Patient")["identifier"] = [{"system": "urn:oid:2.16", "value": number}]
    taken = take(other, sent)
    assert number not in str([(e.subject, e.body) for e in other.ledger.events()])
    same = take(other, sent)
    assert same.matter == taken.matter
    # The patient's own acts are those of whoever has the post for this patient.
    state = other.state(taken.matter, beijing(NOON))
    post = Post("person:p", "patient", state.parties["patient"], "", beijing("2020-01-01"), None)
    other.grant(post, "person:admin", beijing("2020-11-10T12:00"))
    desk = Desk(other, taken.matter)
    with pytest.raises(RefusedError):
        desk.do("2020-11-10T12:10", "withdraw_consent", "patient", consent=False)


def test_reading_alone_touches_nothing(office: Office) -> None:
    sent = exported(referred(office))
    content = read_fhir(json.dumps(sent).encode())
    assert {r["resourceType"] for r in content.resources.values()} == {
        *("Patient", "Organization", "Observation", "Consent", "ServiceRequest", "Task")
    }
