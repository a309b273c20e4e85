"""How far the signals of payments have moved: the population stability index over the card's bins.

``sum((p - q) * log(p / q))`` of the last payments (p) against the first ones (q); above 0.25 a
signal no longer means what the card was fitted on (the usual rule of thumb).
"""

from typing import Final

import numpy as np

from suyuan.model.scorecard import Scorecard

#: Payments that make the reference, and those that it is compared with, at a time.
WINDOW: Final = 20_000


class Drift:
    """Counts of each signal's bins; the last one is for what was not measured."""

    def __init__(self, card: Scorecard, window: int = WINDOW) -> None:
        self._edges = {s.name: np.asarray(s.edges, float) for s in card.signals}
        self._window = window
        self._waiting: list[np.ndarray] = []
        self._rows = 0
        self._first: dict[str, np.ndarray] = {}
        self._last: dict[str, np.ndarray] = {}

    def add(self, signals: np.ndarray) -> None:
        """Rows of signal values, in the order of the card."""
        self._waiting.append(signals)
        self._rows += len(signals)
        if self._rows >= self._window:
            rows = np.concatenate(self._waiting)
            self._waiting, self._rows = [], 0
            counted = {
                name: _counts(rows[:, column], edges)
                for column, (name, edges) in enumerate(self._edges.items())
            }
            self._first, self._last = self._first or counted, counted

    def indices(self) -> dict[str, float]:
        """The index of each signal; empty until there are two windows."""
        if self._last is self._first:
            return {}
        return {name: _index(self._last[name], self._first[name]) for name in self._last}


def _counts(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    known = values[np.isfinite(values)]
    bins = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
    return np.append(bins, len(values) - len(known))


def _index(last: np.ndarray, first: np.ndarray) -> float:
    """Half a payment is added to every bin, so that none is empty."""
    p, q = (last + 0.5) / (last + 0.5).sum(), (first + 0.5) / (first + 0.5).sum()
    return float(((p - q) * np.log(p / q)).sum())
