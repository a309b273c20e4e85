"""Frames of keyed events get the verdicts that lines get."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from test_service import served, talk
from wire import KEYRING, lines_of_the_story, scorer

from suyuan.live.events import EVENT, EventKind
from suyuan.live.frames import ANSWER, MOST_EVENTS, answer_frame, cut, frame
from suyuan.live.messages import PaymentAnswer, decode
from suyuan.live.policy import Action


def events_of_the_story() -> np.ndarray:
    rows = [decode(line).row(KEYRING, 0, n) for n, line in enumerate(lines_of_the_story())]
    return np.array(rows, EVENT)


def answers_in(reply: bytes) -> np.ndarray:
    assert reply[:4] == b"SYA1", reply
    return np.frombuffer(reply, ANSWER, offset=8)


def test_frames_and_lines_give_the_same(tmp_path: Path) -> None:
    lines = scorer(tmp_path / "lines").take(lines_of_the_story(), 0)
    expected = [each for each in lines if isinstance(each, PaymentAnswer)]
    live, events = scorer(tmp_path / "frames"), events_of_the_story()
    replies = [answer_frame(live, part.copy(), 0) for part in (events[:30], events[30:])]
    found = np.concatenate([answers_in(reply) for reply in replies])
    assert [Action(row["action"]).name.lower() for row in found] == [a.action for a in expected]
    np.testing.assert_allclose(found["score"], [a.score for a in expected], atol=1e-6)
    assert found["log"].tolist() == [a.log for a in expected]
    again = answers_in(answer_frame(live, events.copy(), 0))
    assert again["flags"].tolist() == [1] * len(found)
    assert live.position == len(events) + int((events["kind"] != EventKind.PAYMENT).sum())


def test_a_payment_twice_in_one_frame_counts_once(tmp_path: Path) -> None:
    events = events_of_the_story()
    paid = events[events["kind"] == EventKind.PAYMENT][:1]
    live = scorer(tmp_path)
    found = answers_in(answer_frame(live, np.concatenate([paid, paid]), 0))
    assert found["flags"].tolist() == [0, 1]
    assert live.position == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", 0), ("kind", 99), ("amount", 0), ("seconds", -1), ("a", 0), ("c", 0)],
)
def test_a_frame_with_a_wrong_event_is_refused_whole(tmp_path: Path, name: str, value: int) -> None:
    events = events_of_the_story()
    paid = np.flatnonzero(events["kind"] == EventKind.PAYMENT)
    events[name][paid[2]] = value
    live = scorer(tmp_path)
    reply = answer_frame(live, events, 0)
    assert reply[:4] == b"SYE1"
    assert f"event {paid[2]}:".encode() in reply
    assert live.position == 0


@pytest.mark.parametrize("held", [b"GET / HTTP", b"SYF1" + (MOST_EVENTS + 1).to_bytes(4, "little")])
def test_what_is_no_frame_is_refused(held: bytes) -> None:
    with pytest.raises(ValueError, match="not a frame"):
        cut(held)


def test_frames_over_a_socket_in_pieces(tmp_path: Path) -> None:
    events = events_of_the_story()
    sent = frame(events[:30]) + frame(events[30:])

    async def ask() -> bytes:
        async with served(tmp_path) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for start in range(0, len(sent), 1000):
                writer.write(sent[start : start + 1000])
                await writer.drain()
            paid = int((events["kind"] == EventKind.PAYMENT).sum())
            reply = await asyncio.wait_for(reader.readexactly(16 + paid * ANSWER.itemsize), 20)
            writer.close()
            assert b"ok" in await talk(port, b"GET /health HTTP/1.1\r\n\r\n", b"ok")
            return reply

    assert asyncio.run(ask()).count(b"SYA1") == 2
