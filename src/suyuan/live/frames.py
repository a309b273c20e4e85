"""Events in bulk, keyed already: for the taps of an installation that hold its secret.

A frame is ``SYF1``, the number of events (uint32, little-endian), and as many ``EVENT`` records of
64 bytes; ``known`` and ``row`` are set on arrival. It is answered by ``SYA1``, the number of
payments in it, and as many ``ANSWER`` records in their order; or by ``SYE1``, a length and a reason
in UTF-8 where nothing of it was taken.
"""

import struct
from typing import Final

import numpy as np
from numba import njit

from suyuan.live.events import EVENT, EventKind
from suyuan.live.kernel_call import CompiledKernel
from suyuan.live.scorer import Scorer
from suyuan.model.errors import EngineError

MAGIC: Final = b"SYF1"
#: Events in a frame at most.
MOST_EVENTS: Final = 65_536
_HEAD: Final = struct.Struct("<4sI")
_MOST_FEN: Final = 10**15
#: ``flags``: 1 answered before, 2 degraded.
ANSWER: Final = np.dtype(
    [
        ("key", np.uint64),
        ("log", np.int64),
        ("score", np.float32),
        ("action", np.uint8),
        ("flags", np.uint8),
        ("snoozed", np.uint16),
    ]
)


def frame(events: np.ndarray) -> bytes:
    """`events` as one frame."""
    return _HEAD.pack(MAGIC, len(events)) + events.tobytes()


def cut(buffer: bytes) -> tuple[np.ndarray | None, bytes]:
    """The events of the first whole frame of `buffer` (None: not all there yet), and the rest.

    Raises ValueError where it is no frame.
    """
    if len(buffer) < _HEAD.size:
        return None, buffer
    magic, count = _HEAD.unpack_from(buffer)
    if magic != MAGIC or not 0 < count <= MOST_EVENTS:
        raise ValueError(f"not a frame of 1 to {MOST_EVENTS} events")
    end = _HEAD.size + count * EVENT.itemsize
    if len(buffer) < end:
        return None, buffer
    return np.frombuffer(buffer, EVENT, count, _HEAD.size).copy(), buffer[end:]


def answer_frame(scorer: Scorer, events: np.ndarray, known_at: int) -> bytes:
    """What a frame is answered by."""
    if problem := _problem(events):
        return refusal(problem)
    try:
        verdicts = scorer.take_events(events, known_at)
    except EngineError as error:
        return refusal(error.text("en"))
    answers = np.zeros(len(verdicts), ANSWER)
    _FILL_ANSWERS(verdicts, bool(scorer.degradation), answers)
    return _HEAD.pack(b"SYA1", len(answers)) + answers.tobytes()


def refusal(reason: str) -> bytes:
    """A whole frame refused."""
    text = reason.encode()
    return _HEAD.pack(b"SYE1", len(text)) + text


def _problem(events: np.ndarray) -> str:
    """What is wrong with the first event that is wrong, or nothing."""
    place, reason = _WRONG(events)
    return f"event {place}: {_PROBLEMS[reason]}" if place >= 0 else ""


_PROBLEMS: Final = (
    "kind: not one of 1 to 9",
    "amount: not a positive sum of fen",
    "seconds: not a duration",
    "a: nobody",
    "c: a payment needs the key of its id",
)
_LAST: Final = int(max(EventKind))
_PAYMENT, _LOAN = int(EventKind.PAYMENT), int(EventKind.LOAN)


@njit(cache=True, nogil=True)
def _wrong(events: np.ndarray) -> tuple[int, int]:
    """The first event with the first of the problems that any event has; -1: none."""
    for reason in range(5):
        for place in range(events.size):
            if _has(events[place], reason):
                return place, reason
    return -1, 0


@njit(cache=True, nogil=True)
def _has(event: np.void, reason: int) -> bool:
    kind, amount = event["kind"], event["amount"]
    if reason == 0:
        return bool(kind < 1 or kind > _LAST)
    if reason == 1:
        return bool(kind in (_PAYMENT, _LOAN) and (amount < 1 or amount >= _MOST_FEN))
    if reason == 2:
        return bool(event["seconds"] < 0)
    return bool(event["a"] == 0 if reason == 3 else kind == _PAYMENT and event["c"] == 0)


@njit(cache=True, nogil=True)
def _fill_answers(verdicts: np.ndarray, is_degraded: bool, into: np.ndarray) -> None:  # noqa: FBT001
    for row in range(verdicts.size):
        into[row]["key"], into[row]["log"] = verdicts[row]["key"], verdicts[row]["log"]
        into[row]["score"], into[row]["action"] = verdicts[row]["score"], verdicts[row]["action"]
        into[row]["flags"] = (1 if verdicts[row]["repeated"] else 0) + (2 if is_degraded else 0)
        into[row]["snoozed"] = verdicts[row]["snoozed"]


_WRONG, _FILL_ANSWERS = CompiledKernel(_wrong), CompiledKernel(_fill_answers)
