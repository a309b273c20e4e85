"""Events in bulk, keyed already: for the taps of an installation that hold its secret.

A frame is ``SYF1``, the number of events (uint32, little-endian), and as many ``EVENT`` records of
64 bytes; ``known`` and ``row`` are set on arrival. It is answered by ``SYA1``, the number of
payments in it, and as many ``ANSWER`` records in their order; or by ``SYE1``, a length and a reason
in UTF-8 where nothing of it was taken.
"""

import struct
from typing import Final

import numpy as np

from suyuan.live.events import EVENT, EventKind
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


def cut(held: bytes) -> tuple[np.ndarray | None, bytes]:
    """The events of the first whole frame of `held` (None: not all there yet), and the rest.

    Raises ValueError where it is no frame.
    """
    if len(held) < _HEAD.size:
        return None, held
    magic, count = _HEAD.unpack_from(held)
    if magic != MAGIC or not 0 < count <= MOST_EVENTS:
        raise ValueError(f"not a frame of 1 to {MOST_EVENTS} events")
    end = _HEAD.size + count * EVENT.itemsize
    if len(held) < end:
        return None, held
    return np.frombuffer(held, EVENT, count, _HEAD.size).copy(), held[end:]


def answered(scorer: Scorer, events: np.ndarray, known: int) -> bytes:
    """What a frame is answered by."""
    if problem := _problem(events):
        return refusal(problem)
    try:
        verdicts = scorer.take_events(events, known)
    except EngineError as error:
        return refusal(error.text("en"))
    answers = np.zeros(len(verdicts), ANSWER)
    for name in ("key", "log", "score", "action", "snoozed"):
        answers[name] = verdicts[name]
    answers["flags"] = verdicts["repeated"] + 2 * bool(scorer.degraded)
    return _HEAD.pack(b"SYA1", len(answers)) + answers.tobytes()


def refusal(reason: str) -> bytes:
    """A whole frame refused."""
    written = reason.encode()
    return _HEAD.pack(b"SYE1", len(written)) + written


def _problem(events: np.ndarray) -> str:
    """What is wrong with the first event that is wrong, or nothing."""
    kind, amount = events["kind"], events["amount"]
    moves = (kind == EventKind.PAYMENT) | (kind == EventKind.LOAN)
    wrong = {
        "kind: not one of 1 to 9": (kind < 1) | (kind > max(EventKind)),
        "amount: not a positive sum of fen": moves & ((amount < 1) | (amount >= _MOST_FEN)),
        "seconds: not a duration": events["seconds"] < 0,
        "a: nobody": events["a"] == 0,
        "c: a payment needs the key of its id": (kind == EventKind.PAYMENT) & (events["c"] == 0),
    }
    for reason, rows in wrong.items():
        if rows.any():
            return f"event {int(np.argmax(rows))}: {reason}"
    return ""
