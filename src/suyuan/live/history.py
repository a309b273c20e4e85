"""A journal judged once more from its first event: every payment's verdict, every call's warning.

The service keeps verdicts of the last million payments only; the journal keeps what made them, so
they are made again by the same kernels. They are those that callers got as long as card and policy
are those of then, and no table of state was full.
"""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from suyuan.live.condition_book import ConditionBook
from suyuan.live.events import EVENT, EventKind
from suyuan.live.fold import SIGNALS, fold_events
from suyuan.live.journal import read_journal
from suyuan.live.judging import bench_of, judge_signals
from suyuan.live.payment import exposure
from suyuan.live.policy import Policy
from suyuan.live.state import LiveState, empty_state, with_room
from suyuan.live.subjects import entity_key, second_of
from suyuan.live.table import find
from suyuan.model.scorecard import Scorecard

_CALL: Final = int(EventKind.CALL)
_PAYMENT: Final = int(EventKind.PAYMENT)
#: Events judged at a time.
_TOGETHER: Final = 1 << 16
#: A call as it looked when it had been made: its number in the log, how many reports name the
#: caller, and how much oftener than others buyers reported where the callee last ordered (bits).
CALL: Final = np.dtype(
    [("log", np.int64), ("named", np.int32), ("exposure", np.float64)], align=True
)


class JournalHistory(NamedTuple):
    """``events`` in the order of the log (``EVENT``; an event's number is its place).

    ``verdicts`` has a ``VERDICT`` for each payment, ``calls`` a :data:`CALL` for each call of a
    number that a report names.
    """

    events: np.ndarray
    verdicts: np.ndarray
    calls: np.ndarray


def history(folder: Path, card: Scorecard, policy: Policy) -> JournalHistory:
    """All of the journal in `folder`, held in memory: 64 bytes an event."""
    bench = bench_of(card, policy, ConditionBook(folder))
    events = np.concatenate([np.empty(0, EVENT), *read_journal(folder, together=_TOGETHER)])
    state, calls = empty_state(1024), [np.empty(0, CALL)]
    signals = np.full((int(np.count_nonzero(events["kind"] == _PAYMENT)), len(SIGNALS)), np.nan,
                      np.float32)  # fmt: skip
    row = 0
    for start in range(0, len(events), _TOGETHER):
        part = events[start : start + _TOGETHER]
        state = with_room(state, 2 * len(part))
        call_rows = np.zeros(int(np.count_nonzero(part["kind"] == _CALL)), CALL)
        row += _watch(part, state, signals[row:], call_rows)
        call_rows["log"] += start
        calls.append(call_rows[call_rows["named"] > 0])
    return JournalHistory(events, judge_signals(bench, events, signals), np.concatenate(calls))


@njit(cache=True, nogil=True)
def _watch(events: np.ndarray, state: LiveState, signals: np.ndarray, calls: np.ndarray) -> int:
    """Fold one by one, and look at each call in the moment after it; how many were payments."""
    payment = call = 0
    for place in range(events.size):
        fold_events(events[place : place + 1], state, signals[payment:])
        if events[place]["kind"] == _PAYMENT:
            payment += 1
        elif events[place]["kind"] == _CALL:
            _look(events[place], state, calls[call : call + 1])
            calls[call]["log"] = place
            call += 1
    return payment


@njit(cache=True, nogil=True)
def _look(event: np.void, state: LiveState, into: np.ndarray) -> None:
    number = find(state.numbers, event["a"])
    person = find(state.entities, entity_key(event["b"], state))
    if number >= 0 and person >= 0:
        into[0]["named"] = state.numbers[number]["named"]
        into[0]["exposure"] = exposure(state.entities[person], second_of(event["at"]), state)
