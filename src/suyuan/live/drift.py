"""How far the signals of payments have moved: the population stability index over the card's bins.

``sum((p - q) * log(p / q))`` of the last payments (p) against the first ones (q); above 0.25 a
signal no longer means what the card was fitted on (the usual rule of thumb).
"""

from typing import Final

import numpy as np
from numba import njit

from suyuan.live.card_arrays import CardArrays, card_arrays, step_of
from suyuan.model.scorecard import Scorecard

#: Payments that make the reference, and those that it is compared with, at a time.
WINDOW: Final = 20_000


class Drift:
    """Counts of each signal's bins; the last one is for what was not measured.

    A kernel counts into ``bins`` (:func:`count`), a row a signal.
    """

    def __init__(self, card: Scorecard, window: int = WINDOW) -> None:
        self._card = card_arrays(card)
        self._names = [signal.name for signal in card.signals]
        self._window = window
        self._rows = 0
        self.bins = np.zeros((len(self._names), self._card.edges.shape[1] + 2), np.int64)
        self._first: np.ndarray | None = None
        self._last: np.ndarray | None = None

    def add(self, signals: np.ndarray) -> None:
        """Rows of signal values (float32), in the order of the card."""
        for row in signals.astype(np.float32):
            count(self._card, row, self.bins)
        self.advance(len(signals))

    def advance(self, rows: int) -> None:
        """So many rows were counted into ``bins``: a window may be full."""
        self._rows += rows
        if self._rows >= self._window:
            counts, self._rows = self.bins.copy(), 0
            self.bins[:] = 0
            self._first = counts if self._first is None else self._first
            self._last = counts

    def indices(self) -> dict[str, float]:
        """The index of each signal; empty until there are two windows."""
        if self._first is None or self._last is None or self._last is self._first:
            return {}
        used = [*(self._card.steps + 1).tolist()]
        return {
            name: _index(*(np.append(bins[n, : used[n]], bins[n, -1])
                           for bins in (self._last, self._first)))
            for n, name in enumerate(self._names)
        }  # fmt: skip


@njit(cache=True, nogil=True)
def count(card: CardArrays, signals: np.ndarray, bins: np.ndarray) -> None:
    """Count each of a payment's `signals` in its bin."""
    for column in range(signals.size):
        if np.isfinite(signals[column]):
            bins[column, step_of(card, column, np.float64(signals[column]))] += 1
        else:
            bins[column, bins.shape[1] - 1] += 1


def _index(last: np.ndarray, first: np.ndarray) -> float:
    """Half a payment is added to every bin, so that none is empty."""
    p, q = (last + 0.5) / (last + 0.5).sum(), (first + 0.5) / (first + 0.5).sum()
    return float(((p - q) * np.log(p / q)).sum())
