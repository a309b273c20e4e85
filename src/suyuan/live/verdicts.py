"""What was judged of payments: a ring of fixed records, so that what is asked twice is known."""

from typing import Final

import numpy as np

#: Answers kept, so that a payment asked twice is answered once.
REMEMBERED: Final = 1 << 20
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


class Verdicts:
    """The last `most` verdicts by the key of their payment."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._rows = np.zeros(most, VERDICT)
        self._places: dict[int, int] = {}
        self._next = 0

    def __contains__(self, key: int) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def at(self, keys: list[int]) -> np.ndarray:
        """The verdicts of `keys`, each of which is there."""
        return self._rows[[self._places[key] for key in keys]]

    def keep(self, rows: np.ndarray) -> None:
        """Remember `rows`; the oldest go."""
        most = len(self._rows)
        rows = rows[-most:]
        places = (self._next + np.arange(len(rows))) % most
        for key in self._rows["key"][places].tolist():
            if key:
                self._places.pop(key, None)
        self._rows[places] = rows
        self._places.update(zip(rows["key"].tolist(), places.tolist(), strict=True))
        self._next = int(self._next + len(rows)) % most

    def rows(self) -> np.ndarray:
        """All of them, the oldest first."""
        ring = np.concatenate([self._rows[self._next :], self._rows[: self._next]])
        return ring[ring["key"] != 0]
