"""Requests that wait for one another come to an end."""

import threading
from typing import Any, cast

from suyuan.face.web.visit import Visit


class OneAtATime:
    """A desk that is read by one request at a time, as the real one is."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.asked = threading.Event()

    def display(self, revealed: frozenset[str]) -> str:
        self.asked.set()
        with self.lock:
            return "shown"


def visit(desk: OneAtATime) -> Visit:
    nobody = cast("Any", None)
    return Visit(nobody, nobody, cast("Any", desk), frozenset(), frozenset())


def test_who_has_the_desk_is_not_kept_waiting_by_who_waits_for_it() -> None:
    desk = OneAtATime()
    first, second = visit(desk), visit(desk)
    seen: list[object] = []

    def reads() -> None:
        with desk.lock:
            waiting = threading.Thread(target=lambda: seen.append(second.display), daemon=True)
            waiting.start()
            assert desk.asked.wait(5)
            seen.append(first.display)

    reader = threading.Thread(target=reads, daemon=True)
    reader.start()
    reader.join(10)
    assert not reader.is_alive()
    assert "shown" in seen


def test_it_is_made_once() -> None:
    desk = OneAtATime()
    one = visit(desk)
    assert one.display is one.display
