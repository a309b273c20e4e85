"""Packets out, answers in: foreign, forged, doubled, changed and late ones."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from office_people import begin, beijing
from suyuan.casework.answers import signed_part, take_answer
from suyuan.casework.office import Office
from suyuan.casework.packets import write_packet
from suyuan.casework.signing import OfficeKey, office_key, signed_by
from suyuan.casework.state import matter_state
from suyuan.model.errors import InputError
from suyuan.store.ledger import TreeHead, verify

BANK = OfficeKey(bytes(range(32)))
KEYS = {"party:icbc": BANK.public}
ROWS = [{"file": "payments.csv", "line": "7", "amount": "=1+1"}]


@pytest.fixture
def sent(office: Office, tmp_path: Path):
    desk = begin(
        office,
        "stop-payment",
        "bank_account:1",
        "2019-04-29T13:50",
        "police",
        account="1",
        claim_fen=100,
    )
    event = desk.do("2019-04-29T14:00", "instruct", "police", amount_fen=100)
    key = office_key(tmp_path)
    packet = write_packet(
        office,
        desk.matter,
        f"check#{event.number}",
        ROWS,
        key,
        tmp_path / "out",
        beijing("2019-04-29T14:01"),
    )
    return desk, packet, key


def answer(packet: str, act: str = "stop", key: OfficeKey | None = BANK, **fields) -> bytes:
    made = {"packet": packet, "act": act, "fields": fields}
    if key is not None:
        made["signature"] = key.sign(signed_part(made))
    return json.dumps(made).encode()


def take(office: Office, content: bytes, at: str = "2019-04-29T14:20"):
    return take_answer(office, content, "person:bank-1", KEYS, beijing(at))


def test_a_packet_holds_what_it_says_and_no_more(office: Office, sent) -> None:
    _, packet, key = sent
    with zipfile.ZipFile(packet.path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    assert signed_by(key.public, parts["manifest.json"], parts["signature"].decode())
    assert not signed_by(key.public, parts["manifest.json"] + b" ", parts["signature"].decode())
    assert manifest["files"] == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in parts.items()
        if name not in ("manifest.json", "signature")
    }
    assert manifest["acts"] == ["refuse", "stop"]
    assert "'=1+1" in parts["rows.csv"].decode("utf-8-sig")
    notice = parts["notice.html"].decode()
    assert "紧急止付与冻结" in notice
    assert "Urgent stop-payment" in notice
    assert verify(office.ledger, [TreeHead.read(manifest["head"])]).whole
    schema = json.loads(parts["answer.schema.json"])
    assert schema["forms"]["refuse"]["required"] == ["reason"]


def test_an_answer_does_the_act_once(office: Office, sent) -> None:
    desk, packet, _ = sent
    content = answer(packet.id, matching=True)
    first = take(office, content)
    assert not first.again
    for _ in range(4):
        assert take(office, content).again
    assert matter_state(desk.state("2019-04-29T14:30")) == "stopped"
    assert [e.kind for e in office.ledger.events(desk.matter)].count("stop") == 1
    with pytest.raises(InputError, match="already has a different answer"):
        take(office, answer(packet.id, "refuse", reason="x"))


def log(office: Office, chain: str) -> list[str]:
    return [e.kind for e in office.ledger.events(f"packet:{chain}")]


def test_what_is_foreign_or_forged_is_refused_and_written_down(office: Office, sent) -> None:
    desk, packet, _ = sent
    with pytest.raises(InputError, match="has issued no packet"):
        take(office, answer("0" * 16, matching=True))
    stranger = OfficeKey(b"s" * 32)
    with pytest.raises(InputError, match="not that of the party"):
        take(office, answer(packet.id, key=stranger, matching=True))
    with pytest.raises(InputError, match="not that of the party"):
        take(office, answer(packet.id, key=None, matching=True))
    changed = json.loads(answer(packet.id, matching=False)) | {"fields": {"matching": True}}
    with pytest.raises(InputError, match="not that of the party"):
        take(office, json.dumps(changed).encode())
    assert log(office, "foreign") == ["answer_foreign"]
    assert log(office, packet.id) == ["sent", "answer_forged", "answer_forged", "answer_forged"]
    assert matter_state(desk.state("2019-04-29T14:30")) == "asked"


def test_a_late_answer_counts_and_one_to_a_settled_duty_does_not(office: Office, sent) -> None:
    desk, packet, _ = sent
    desk.do("2019-04-29T14:10", "refuse", "bank", reason="户名不符")
    with pytest.raises(InputError, match="no longer open"):
        take(office, answer(packet.id, matching=True), "2019-05-20T10:00")
    assert log(office, packet.id) == ["sent", "answer_refused"]


def test_a_refused_act_is_refused_here_too(office: Office, sent) -> None:
    _, packet, _ = sent
    with pytest.raises(InputError, match="must not be stopped"):
        take(office, answer(packet.id, matching=False))
    assert not take(office, answer(packet.id, "refuse", reason="不符")).again


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"packet": 1}',
        b"\xff",
        b'{"packet":"x","act":"y","fields":[]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_answer(office: Office, content: bytes) -> None:
    with pytest.raises(InputError):
        take(office, content)
