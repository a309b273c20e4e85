"""Twenty-one resellers get packets: some are silent, one forges, one sends the same five times."""

from pathlib import Path

import pytest
from test_packets import answer

from office_people import Desk, begin, beijing
from suyuan.casework.answers import take_answer
from suyuan.casework.checks import Post
from suyuan.casework.explain import duty_lines
from suyuan.casework.office import Office
from suyuan.casework.packets import write_packet
from suyuan.casework.scorecards import scores
from suyuan.casework.signing import OfficeKey, office_key
from suyuan.model.errors import InputError
from suyuan.store.ledger import verify

SILENT, FORGER, DOUBLER = {3, 9, 17}, 5, 11


def party(n: int) -> str:
    return f"party:reseller-{n:02}"


def key_of(n: int) -> OfficeKey:
    return OfficeKey(bytes([n]) * 32)


KEYS = {party(n): key_of(n).public for n in range(21)}


def packet_for(office: Office, n: int, folder: Path) -> tuple[Desk, str]:
    since = beijing("2020-05-01T00:00")
    post = Post(f"person:reseller-{n}", "org", party(n), "", since, None)
    office.grant(post, "person:admin", since)
    desk = begin(
        office, "rectify", f"operator:{n}", "2020-05-11T09:00", "regulator", key=str(n),
        parties={"org": party(n)}, rule="sim-segment", breaches=3,
    )  # fmt: skip
    desk.do("2020-05-11T10:00", "notify", "regulator", remedy="可提出异议")
    desk.do("2020-05-12T09:00", "delivered", "regulator")
    lines = duty_lines(desk.state("2020-05-12T09:00"))
    [duty] = [line.id for line in lines if line.id.startswith("acknowledge#")]
    at = beijing("2020-05-12T09:01")
    return desk, write_packet(office, desk.matter, duty, [], office_key(folder), folder, at).id


def test_who_is_silent_who_forges_and_who_repeats(office: Office, tmp_path: Path) -> None:
    sent = [packet_for(office, n, tmp_path) for n in range(21)]
    at = beijing("2020-05-12T15:00")
    for n, (_, packet) in enumerate(sent):
        if n in SILENT:
            continue
        key = key_of(20) if n == FORGER else key_of(n)
        content = answer(packet, "acknowledge", key)
        if n == FORGER:
            with pytest.raises(InputError, match="signature"):
                take_answer(office, content, f"person:reseller-{n}", KEYS, at)
            continue
        times = 5 if n == DOUBLER else 1
        taken = [
            take_answer(office, content, f"person:reseller-{n}", KEYS, at) for _ in range(times)
        ]
        assert [each.again for each in taken] == [False] + [True] * (times - 1)
        assert len({each.event.hash for each in taken}) == 1
    office.tick(beijing("2020-05-14T00:00"))
    unanswered = SILENT | {FORGER}
    silent = {event.chain for event in office.ledger.events() if event.kind == "silent"}
    assert silent == {sent[n][0].matter for n in unanswered}
    listed = office.ledger.read(
        "SELECT party FROM duty WHERE name = 'acknowledge' AND state IN ('breached', 'late')"
    )
    assert {row[0] for row in listed} == {party(n) for n in unanswered}
    assert {s.party for s in scores(office) if s.breaches} == {party(n) for n in unanswered}
    forged = [event for event in office.ledger.events() if event.kind == "answer_forged"]
    assert [event.chain for event in forged] == [f"packet:{sent[FORGER][1]}"]
    assert sent[DOUBLER][0].state("2020-05-14T00:00").count(("acknowledge",)) == 1
    # A packet of another is foreign to whoever holds it.
    with pytest.raises(InputError):
        take_answer(
            office, answer(sent[3][1], "acknowledge", key_of(4)), "person:reseller-4", KEYS, at
        )
    assert verify(office.ledger).whole
