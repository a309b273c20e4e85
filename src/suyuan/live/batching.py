"""What the loop reads in one turn, from any connection, is folded and logged at once.

Nothing waits for a clock: while a batch is folded the next one gathers in the sockets, so that
batches grow with the load, and a lone payment is answered at once.
"""

import asyncio
import time
from typing import Final, Protocol

import msgspec

from suyuan.live.line_reading import refusal
from suyuan.live.metrics import Meter
from suyuan.live.scorer import Scorer

#: A longer backlog is refused, in bytes.
MOST_WAITING: Final = 16 << 20
#: Lines of a backlog are folded so many bytes at a time at most, so that nobody waits for long.
_TOGETHER: Final = 1 << 18


class LineCaller(Protocol):
    """Whoever waits for answers to lines."""

    def answer(self, replies: bytes) -> None:
        """The answers to lines that were asked for together."""


class Batcher:
    """Gathers lines of all connections and hands each its answers back in their order."""

    def __init__(self, scorer: Scorer, snapshot_every: int = 0) -> None:
        self.scorer, self.meter = scorer, Meter()
        self._every, self._snapped = snapshot_every, scorer.position
        self._callers: list[LineCaller] = []
        self._parts: list[bytes] = []
        self._size = 0
        self._since = 0.0

    def put(self, caller: LineCaller, lines: bytes) -> None:
        """Fold `lines`, each of which ends with a line feed, soon, and answer `caller`."""
        if self._size and self._size + len(lines) > MOST_WAITING:
            count = lines.count(b"\n")
            self.meter.refused += count
            caller.answer(refusal("late: too many are waiting", b"") * count)
            return
        if not self._parts:
            self._since = time.perf_counter()
            asyncio.get_running_loop().call_soon(self.fold)
        self._callers.append(caller)
        self._parts.append(lines)
        self._size += len(lines)
        if self._size >= _TOGETHER:
            self.fold()

    def fold(self) -> None:
        """Answer all that wait."""
        callers, parts = self._callers, self._parts
        if not parts:
            return
        self._callers, self._parts, self._size = [], [], 0
        answers = self.scorer.take_text(b"".join(parts), time.time_ns() // 1000)
        ends, line, start = answers.ends, 0, 0
        for caller, part in zip(callers, parts, strict=True):
            line += part.count(b"\n")
            end = int(ends[line - 1])
            caller.answer(answers.text[start:end])
            start = end
        self.meter.count_answers(answers, time.perf_counter() - self._since)
        self.rest()

    def rest(self) -> None:
        """Between two folds: write a snapshot where one is due."""
        due = self._every and self.scorer.position - self._snapped >= self._every
        if due and self.scorer.snapshot_meanwhile():
            self._snapped = self.scorer.position

    def metrics(self) -> bytes:
        """Counters in the text format of Prometheus."""
        return self.meter.text(self.scorer)


def as_json(value: object) -> bytes:
    """`value` as a line of JSON."""
    return msgspec.json.encode(value) + b"\n"
