"""What arrives within half a millisecond, from any connection, is folded and logged at once."""

import asyncio
import time
from typing import Final, Protocol

import msgspec

from suyuan.live.messages import ENCODER, PaymentAnswer, Refusal
from suyuan.live.metrics import Meter
from suyuan.live.scorer import Outcome, Scorer

#: Seconds that lines are gathered for before they are folded, and how many at most.
GATHERED: Final = 0.0005
MOST_LINES: Final = 256
#: A longer backlog is refused.
MOST_WAITING: Final = 100_000
_TAKEN: Final = b"{}\n"


class LineCaller(Protocol):
    """Whoever waits for answers to lines."""

    def answer(self, replies: bytes, count: int) -> None:
        """`count` answers, a line each."""


class Batcher:
    """Gathers lines of all connections and hands each its answers back in their order."""

    def __init__(self, scorer: Scorer, snapshot_every: int = 0) -> None:
        self.scorer, self.meter = scorer, Meter()
        self._every, self._snapped = snapshot_every, scorer.position
        self._callers: list[tuple[LineCaller, int]] = []
        self._lines: list[bytes] = []
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def put(self, caller: LineCaller, lines: list[bytes]) -> None:
        """Fold `lines` soon and answer `caller`, each of them by one line."""
        if len(self._lines) + len(lines) > MOST_WAITING:
            late = ENCODER.encode(Refusal("late: too many are waiting", "")) + b"\n"
            self.meter.refused += len(lines)
            caller.answer(late * len(lines), len(lines))
            return
        if not self._lines:
            self._due = time.perf_counter()
        self._callers.append((caller, len(lines)))
        self._lines += lines
        if len(self._lines) >= MOST_LINES:
            self._fold()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHERED, self._fold)

    def _fold(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        callers, lines = self._callers, self._lines
        self._callers, self._lines = [], []
        outcome = self.scorer.take(lines, time.time_ns() // 1000)
        start = 0
        for caller, count in callers:
            written = [self._encoded(each) for each in outcome[start : start + count]]
            caller.answer(b"".join(written), count)
            start += count
        self.meter.took(time.perf_counter() - self._due, len(lines))
        self.rest()

    def rest(self) -> None:
        """Between two folds: write a snapshot where one is due."""
        due = self._every and self.scorer.position - self._snapped >= self._every
        if due and self.scorer.snapshot_meanwhile():
            self._snapped = self.scorer.position

    def _encoded(self, answer: Outcome) -> bytes:
        if answer is None:
            return _TAKEN
        if isinstance(answer, Refusal):
            self.meter.refused += 1
        elif isinstance(answer, PaymentAnswer):
            self.meter.actions[answer.action] = self.meter.actions.get(answer.action, 0) + 1
        return ENCODER.encode(answer) + b"\n"

    def metrics(self) -> bytes:
        """Counters in the text format of Prometheus."""
        return self.meter.text(self.scorer)


def as_json(value: object) -> bytes:
    """`value` as a line of JSON."""
    return msgspec.json.encode(value) + b"\n"
