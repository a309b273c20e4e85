"""The live scorer: the answers of replay, the same after a crash, and a reason for each refusal."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from story import THIRD_PAYMENT
from wire import lines_of_the_story, scorer

from suyuan.live.conditions import Colour, StandingCondition
from suyuan.live.journal import Journal, read_journal
from suyuan.live.messages import PaymentAnswer, Refusal
from suyuan.model.times import utc


def payments(answers: list[PaymentAnswer | Refusal | None]) -> list[PaymentAnswer]:
    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    return [answer for answer in answers if isinstance(answer, PaymentAnswer)]


def test_the_stream_holds_the_third_payment_with_its_reasons(tmp_path: Path) -> None:
    answers = payments(scorer(tmp_path).take(lines_of_the_story(), 0))
    third = next(answer for answer in answers if answer.id == THIRD_PAYMENT)
    assert third.action == "hold"
    signals = {reason.signal for reason in third.because}
    assert {"named_call_hours", "payee_named"} <= signals
    assert all(answer.action == "allow" for answer in answers if answer.id.startswith("g"))


def test_one_by_one_is_as_all_together(tmp_path: Path) -> None:
    lines = lines_of_the_story()
    together = payments(scorer(tmp_path / "a").take(lines, 0))
    single = scorer(tmp_path / "b")
    one_by_one = payments([answer for line in lines for answer in single.take([line], 0)])
    assert one_by_one == together


def test_asked_again_is_answered_as_before(tmp_path: Path) -> None:
    lines = lines_of_the_story()
    first = scorer(tmp_path)
    before = payments(first.take(lines, 0))
    asked = [line for line in lines if json.loads(line)["kind"] == "payment"]
    position = first.position
    again = payments(first.take(asked, 0))
    assert all(answer.repeated for answer in again)
    assert [(a.id, a.score, a.action) for a in again] == [(a.id, a.score, a.action) for a in before]
    assert first.position == position


def test_after_a_restart_the_same_questions_get_the_same_answers(tmp_path: Path) -> None:
    lines = lines_of_the_story()
    before = scorer(tmp_path)
    half = len(lines) // 2
    first = before.take(lines[:half], 0)
    before.close()
    after = scorer(tmp_path)
    rest = after.take(lines[half:], 0)
    assert payments([*first, *rest]) == payments(scorer(tmp_path / "whole").take(lines, 0))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"kind":"gift","at":"2026-01-01T00:00:00Z"}',
        b'{"kind":"payment","at":"2026-01-01T00:00:00","id":"1","payer":"a","payee":"b","amount":"1"}',
        b'{"kind":"payment","at":"2026-01-01T00:00:00Z","id":"1","payer":"a","payee":"b","amount":"1.005"}',
        b'{"kind":"payment","at":"2026-01-01T00:00:00Z","id":"1","payer":"a","payee":"b","amount":"-1"}',
        b'{"kind":"payment","at":"2026-01-01T00:00:00Z","id":"1","payer":"a","payee":"b","amount":"NaN"}',
        b'{"kind":"payment","at":"2026-01-01T00:00:00Z","id":"1","payer":"a","amount":"1"}',
        b'{"kind":"call","at":"2026-01-01T00:00:00Z","caller":"1","callee":"2","seconds":99999999999}',
        b'{"kind":"call","at":"2026-01-01T00:00:00Z","caller":"1","callee":"2","admin":true}',
        b'{"kind":"payment","at":"2026-01-01T00:00:00Z","id":"' + b"9" * 5000,
    ],
)
def test_what_is_not_understood_changes_nothing_and_is_told(tmp_path: Path, line: bytes) -> None:
    live = scorer(tmp_path)
    (answer,) = live.take([line], 0)
    assert isinstance(answer, Refusal)
    assert answer.error
    assert live.position == 0


def test_a_red_condition_blocks_whatever_the_score(tmp_path: Path) -> None:
    start, end = (utc_of(day) for day in ("2019-01-01", "2020-01-01"))
    red = StandingCondition(
        "bank_account:grocer", Colour.RED, "payee", "order 7", "li", start, end, "wang"
    )
    answers = payments(scorer(tmp_path, conditions=[red]).take(lines_of_the_story(), 0))
    groceries = [answer for answer in answers if answer.id.startswith("g")]
    assert {answer.action for answer in groceries} == {"block"}
    assert groceries[0].conditions == ["red: order 7"]


def utc_of(day: str):  # type: ignore[no-untyped-def]
    from datetime import datetime

    return utc(datetime.fromisoformat(day), "Asia/Shanghai")


def test_a_full_disk_refuses_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = scorer(tmp_path)
    lines = lines_of_the_story()
    live.take(lines[:5], 0)
    position = live.position

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        refused = live.take(lines[5:], 0)
    assert all(isinstance(answer, Refusal) for answer in refused)
    assert live.position == position
    assert payments(live.take(lines[5:], 0))


def test_a_torn_frame_is_cut_off(tmp_path: Path) -> None:
    live = scorer(tmp_path)
    lines = lines_of_the_story()
    for line in lines[:10]:
        live.take([line], 0)
    live.close()
    (segment,) = tmp_path.glob("*.seg")
    end = Journal(tmp_path)._offset
    with segment.open("r+b") as file:
        file.seek(end - 9)
        file.write(b"\xff\xff")
    assert sum(map(len, read_journal(tmp_path))) == 9
    again = scorer(tmp_path)
    assert again.position == 9
    again.take(lines[9:], 0)
    assert sum(map(len, read_journal(tmp_path))) == len(lines)


def test_killed_at_any_moment_every_answered_event_is_there(tmp_path: Path) -> None:
    """Killed again and again; each start answers for what was answered before."""
    answered = 0
    for seed in range(int(os.environ.get("SUYUAN_KILLS", "4"))):
        child = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("wire.py")), str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        assert child.stdout.readline()  # it is up
        time.sleep(random.Random(seed).uniform(0.01, 0.1))
        child.send_signal(signal.SIGKILL)
        told = child.communicate()[0].split(b"\n")
        whole = [int(line) for line in told[:-1]]
        answered = max([answered, *whole])
        assert sum(map(len, read_journal(tmp_path))) >= answered
    assert answered > 0
