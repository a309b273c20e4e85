"""A scorecard as arrays, so that a kernel adds it up: the sum that the batch detectors make."""

from typing import NamedTuple

import numpy as np
from numba import njit

from suyuan.model.scorecard import Scorecard


class CardArrays(NamedTuple):
    """One row a signal: its edges and weights (padded), and what an unmeasured value adds.

    ``linear`` signals are cut to ``low`` and ``high`` instead.
    """

    edges: np.ndarray
    weights: np.ndarray
    steps: np.ndarray
    unknown_weights: np.ndarray
    linear: np.ndarray
    low: np.ndarray
    high: np.ndarray
    prior: float
    slope: float
    intercept: float


def card_arrays(card: Scorecard, *, silent: frozenset[str] = frozenset()) -> CardArrays:
    """`card` for the kernel; signals in `silent` (a table is missing, or snoozed) add nothing."""
    most = max((len(signal.edges) for signal in card.signals), default=0)
    edges = np.full((len(card.signals), most), np.inf)
    weights = np.zeros((len(card.signals), most + 1))
    for row, signal in enumerate(card.signals):
        if signal.name in silent or signal.linear:
            continue
        edges[row, : len(signal.edges)] = signal.edges
        weights[row, : len(signal.weights)] = signal.weights
    audible = [signal.name not in silent for signal in card.signals]
    linear = [signal.linear and loud for signal, loud in zip(card.signals, audible, strict=True)]
    unknown_weights = [
        s.unknown if loud else 0.0 for s, loud in zip(card.signals, audible, strict=True)
    ]
    return CardArrays(
        edges,
        weights,
        np.array([0 if s.linear else len(s.edges) for s in card.signals]),
        np.array(unknown_weights),
        np.array(linear),
        np.array([s.bounds[0] for s in card.signals], float),
        np.array([s.bounds[1] for s in card.signals], float),
        card.prior,
        card.slope,
        card.intercept,
    )


@njit(cache=True, nogil=True)
def weigh(card: CardArrays, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Scores (float64, 0..1) of rows of signal `values`; what each signal adds goes to `weights`.

    `values` and `weights` have a row for each event and a column for each signal; NaN is what could
    not be measured.
    """
    scores = np.empty(values.shape[0])
    for row in range(values.shape[0]):
        total = card.prior
        for column in range(values.shape[1]):
            points = _weight(card, column, values[row, column])
            weights[row, column] = points
            total += points
        scores[row] = 1.0 / (1.0 + np.exp(-(card.intercept + card.slope * total)))
    return scores


@njit(cache=True, nogil=True)
def strongest(weights: np.ndarray, places: np.ndarray) -> None:
    """The columns of the largest positive `weights` of each row, largest first; -1 fills up."""
    for row in range(weights.shape[0]):
        for rank in range(places.shape[1]):
            best, most = -1, 0.0
            for column in range(weights.shape[1]):
                if weights[row, column] > most and not np.any(places[row, :rank] == column):
                    best, most = column, weights[row, column]
            places[row, rank] = best


@njit(cache=True, nogil=True)
def _weight(card: CardArrays, column: int, value: float) -> float:
    if np.isnan(value):
        return card.unknown_weights[column]
    if card.linear[column]:
        return min(max(value, card.low[column]), card.high[column])
    return card.weights[column, step_of(card, column, value)]


@njit(cache=True, nogil=True)
def step_of(card: CardArrays, column: int, value: float) -> int:
    """The bin of a signal that a value lies in."""
    step = 0
    while step < card.steps[column] and value >= card.edges[column, step]:
        step += 1
    return step
