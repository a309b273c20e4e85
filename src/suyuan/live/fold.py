"""The fold: each event changes what is remembered, and a payment is measured before it does.

Batch replay and the live service call this one kernel; the order of events is total
(:func:`suyuan.live.events.in_order`).
"""

from typing import Any, Final

import numpy as np
from numba import njit, typeof

from suyuan.live.events import EventKind
from suyuan.live.lookahead import FEWEST, LOOKED_UP, NO_KEY, look_up
from suyuan.live.payment import NEVER, pay
from suyuan.live.state import LiveState, empty_state, with_room
from suyuan.live.steps import (
    call,
    lend,
    link,
    name_account,
    name_number,
    open_account,
    order,
    report_victim,
)

__all__ = ["NEVER", "SIGNALS", "fold", "fold_all"]

#: Signals of a payment, in the order of the columns that the fold fills.
SIGNALS: Final = (
    "named_call_hours",
    "stranger_talk",
    "caller_strangers",
    "loan_share",
    "new_payee",
    "payee_named",
    "payee_strangers",
    "payee_passed",
    "payee_days",
    "unusual_amount",
    "order_exposure",
    "shop",
)
#: Events folded before room is made again.
_TOGETHER: Final = 1 << 16
_LINK, _ORDER, _CALL, _LOAN, _PAYMENT, _NUMBER_NAMED, _ACCOUNT_NAMED, _VICTIM, _OPENING = (
    int(kind) for kind in EventKind
)


def fold(events: np.ndarray, state: LiveState) -> np.ndarray:
    """Fold `events` (``EVENT`` records in total order) into `state`, in place.

    Returns float32 of shape (payments, ``len(SIGNALS)``): each payment as it looked in the moment
    before it was made; a payment between accounts of one person is all NaN, and so is one that a
    full table has no room for (``counts.refused`` tells how many). Make room first
    (:func:`suyuan.live.state.with_room`).
    """
    payments = int(np.count_nonzero(events["kind"] == EventKind.PAYMENT))
    signals = np.full((payments, len(SIGNALS)), np.nan, np.float32)
    _entry(events, state, signals)(events, state, signals)
    return signals


def fold_all(events: np.ndarray) -> tuple[np.ndarray, LiveState]:
    """A whole log folded into fresh state, with room for all: the signals, and the state."""
    state, parts = empty_state(1024), []
    for start in range(0, len(events), _TOGETHER):
        part = events[start : start + _TOGETHER]
        state = with_room(state, 2 * len(part))
        parts.append(fold(part, state))
    return np.concatenate([np.empty((0, len(SIGNALS)), np.float32), *parts]), state


_ENTRIES: dict[bool, Any] = {}


def _entry(events: np.ndarray, state: LiveState, signals: np.ndarray) -> Any:
    """The kernel compiled for these arrays: to look their types up costs more than a small batch.

    Only whether the events may be written to differs from call to call.
    """
    writable = bool(events.flags.writeable)
    if writable not in _ENTRIES:
        types = tuple(typeof(argument) for argument in (events, state, signals))  # type: ignore[no-untyped-call]
        fold_events.compile(types)
        _ENTRIES[writable] = fold_events.get_overload(types)
    return _ENTRIES[writable]


@njit(cache=True, nogil=True)
def fold_events(  # noqa: C901  # one branch a kind of event
    events: np.ndarray, state: LiveState, signals: np.ndarray
) -> None:
    row, lookups = 0, np.uint64(0)
    for place in range(events.size):
        if place % LOOKED_UP == 0 and events.size >= FEWEST:
            lookups ^= look_up(events[place : place + LOOKED_UP], state)
        event = events[place]
        kind = event["kind"]
        if kind == _PAYMENT:
            pay(event, state, signals[row])
            row += 1
        elif kind == _CALL:
            call(event, state)
        elif kind == _ORDER:
            order(event, state)
        elif kind == _LOAN:
            lend(event, state)
        elif kind == _LINK:
            link(event, state)
        elif kind == _OPENING:
            open_account(event, state)
        elif kind == _VICTIM:
            report_victim(event, state)
        elif kind == _NUMBER_NAMED:
            name_number(event, state)
        elif kind == _ACCOUNT_NAMED:
            name_account(event, state)
    state.counts[0]["folded"] += events.size + (1 if lookups == NO_KEY else 0)
