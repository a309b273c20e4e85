"""What was judged of payments: a ring of fixed records, so that what is asked twice is known."""

from typing import Any, Final

import numpy as np
from numba import njit

from suyuan.live.events import EventKind
from suyuan.live.kernel_call import CompiledKernel
from suyuan.live.table import first_slot

#: Answers kept, so that a payment asked twice is answered once.
MEMORY: Final = 1 << 20
#: Reasons given with an answer, the strongest first.
REASONS: Final = 4
#: One verdict: ``key`` of the payment's id, ``log`` its place in the journal; of each reason the
#: number of its signal (-1: none), its value and weight; ``snoozed`` has a bit for each signal.
VERDICT: Final = np.dtype(
    [
        ("key", np.uint64),
        ("log", np.int64),
        ("score", np.float64),
        ("values", np.float32, REASONS),
        ("weights", np.float32, REASONS),
        ("reasons", np.int8, REASONS),
        ("snoozed", np.uint16),
        ("action", np.uint8),
        ("repeated", np.bool_),
    ],
    align=True,
)
_PAYMENT: Final = int(EventKind.PAYMENT)


class Verdicts:
    """The last `most` verdicts by the key of their payment."""

    def __init__(self, most: int = MEMORY) -> None:
        self._rows = np.zeros(most, VERDICT)
        self._places = np.zeros(2 * most + 2, np.int32)
        self._next = 0
        self._repeats, self._copy, self._keep = (
            CompiledKernel(_repeats),
            CompiledKernel(_copy),
            CompiledKernel(_keep),
        )

    def repeats(self, events: np.ndarray, known_at: int, repeats: np.ndarray) -> tuple[int, int]:
        """Mark payments of `events` that were judged before, or come earlier among them.

        Returns how many payments there are and how many of them are repeated; each event is given
        its ``known`` (now, µs UTC) and its place as ``row``.
        """
        counts: tuple[int, int] = self._repeats(events, known_at, self._rows, self._places, repeats)
        return counts

    def at(
        self, events: np.ndarray, repeats: np.ndarray, payments: int, tally: np.ndarray
    ) -> np.ndarray:
        """The verdicts of the `payments` payments among `events`; each is there.

        `tally` (int64, one for each action) is added to.
        """
        verdicts = np.empty(payments, VERDICT)
        self._copy(events, repeats, self._rows, self._places, verdicts, tally)
        return verdicts

    def keep(self, rows: np.ndarray) -> None:
        """Remember `rows`; the oldest go."""
        rows = rows[-len(self._rows) :]
        self._keep(rows, self._rows, self._places, self._next)
        self._next = (self._next + len(rows)) % len(self._rows)

    def rows(self) -> np.ndarray:
        """All of them, the oldest first."""
        ring = np.concatenate([self._rows[self._next :], self._rows[: self._next]])
        return ring[ring["key"] != 0]

    def arrays(self) -> tuple[np.ndarray, ...]:
        """What they are held in."""
        return self._rows, self._places


@njit(cache=True, nogil=True)
def _slot(key: Any, rows: np.ndarray, places: np.ndarray) -> int:
    """Where the place of `key`, plus one, stands in `places`, or would stand."""
    slot = first_slot(key, places.size)
    while places[slot] != 0 and rows[places[slot] - 1]["key"] != key:
        slot = slot + 1 if slot + 1 < places.size else 0
    return slot


@njit(cache=True, nogil=True)
def _repeats(
    events: np.ndarray, known_at: int, rows: np.ndarray, places: np.ndarray, repeats: np.ndarray
) -> tuple[int, int]:
    fresh = np.zeros(2 * events.size + 2, np.uint64)
    payments = again = 0
    for place in range(events.size):
        events[place]["known"], events[place]["row"] = known_at, place
        repeats[place] = False
        if events[place]["kind"] != _PAYMENT:
            continue
        key = events[place]["c"]
        slot = first_slot(key, fresh.size)
        while fresh[slot] != 0 and fresh[slot] != key:
            slot = slot + 1 if slot + 1 < fresh.size else 0
        repeats[place] = fresh[slot] == key or places[_slot(key, rows, places)] != 0
        fresh[slot] = key
        payments += 1
        again += repeats[place]
    return payments, again


@njit(cache=True, nogil=True)
def _copy(
    events: np.ndarray,
    repeats: np.ndarray,
    rows: np.ndarray,
    places: np.ndarray,
    verdicts: np.ndarray,
    tally: np.ndarray,
) -> None:
    row = 0
    for place in range(events.size):
        if events[place]["kind"] == _PAYMENT:
            verdicts[row] = rows[places[_slot(events[place]["c"], rows, places)] - 1]
            verdicts[row]["repeated"] = repeats[place]
            tally[verdicts[row]["action"]] += 1
            row += 1


@njit(cache=True, nogil=True)
def _keep(new: np.ndarray, rows: np.ndarray, places: np.ndarray, place: int) -> None:
    for n in range(new.size):
        if rows[place]["key"] != 0:
            _forget(_slot(rows[place]["key"], rows, places), rows, places)
        rows[place] = new[n]
        if new[n]["key"] != 0:
            places[_slot(new[n]["key"], rows, places)] = place + 1
        place = place + 1 if place + 1 < rows.size else 0


@njit(cache=True, nogil=True)
def _forget(hole: int, rows: np.ndarray, places: np.ndarray) -> None:
    """Empty a slot; what had to go past it moves up (Knuth's algorithm R)."""
    size, slot = places.size, hole
    while places[slot] != 0:
        places[hole] = 0
        slot = slot + 1 if slot + 1 < size else 0
        while places[slot] != 0:
            home = first_slot(rows[places[slot] - 1]["key"], size)
            if (slot - home) % size >= (slot - hole) % size:
                break
            slot = slot + 1 if slot + 1 < size else 0
        if places[slot] != 0:
            places[hole] = places[slot]
            hole = slot
