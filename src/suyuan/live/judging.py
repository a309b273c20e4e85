"""From signals to verdicts: the card, snoozes, the policy, and what people have ordered."""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from suyuan.live.card_arrays import CardArrays, strongest, weigh
from suyuan.live.condition_book import ConditionBook
from suyuan.live.events import EventKind
from suyuan.live.fold import SIGNALS
from suyuan.live.policy import Policy
from suyuan.live.verdicts import REASONS, VERDICT

_PAYMENT: Final = int(EventKind.PAYMENT)
_LOAN: Final = SIGNALS.index("loan_share")


class Bench(NamedTuple):
    """What judges: a scorecard, a policy, and the standing conditions."""

    card: CardArrays
    policy: Policy
    book: ConditionBook


def judged(bench: Bench, events: np.ndarray, signals: np.ndarray, first: int) -> np.ndarray:
    """``VERDICT`` records of the payments among `events`, whose first is number `first` of the log.

    A payment that could not be measured (between own accounts, or state is full) scores 0.
    """
    places = np.flatnonzero(events["kind"] == _PAYMENT)
    rows = np.zeros(len(places), VERDICT)
    if not len(places):
        return rows
    weights = np.empty(signals.shape)
    scores = weigh(bench.card, signals.astype(np.float64), weights)
    _unmeasured(signals, weights, scores)
    rows["key"], rows["log"] = events["c"][places], first + places
    if bench.book.snoozing:
        _snooze(bench, events[places], rows, weights, scores)
    _reasons(signals, weights, rows)
    rows["score"] = scores
    rows["action"] = bench.policy.actions(
        scores, events["amount"][places], events["at"][places], signals[:, _LOAN] > 0.0
    )
    if bench.book.ordering:
        _overrule(bench.book, events[places], rows)
    return rows


@njit(cache=True, nogil=True)
def _unmeasured(signals: np.ndarray, weights: np.ndarray, scores: np.ndarray) -> None:
    """What has no signal at all scores 0."""
    for row in range(scores.size):
        if np.isnan(signals[row]).all():
            scores[row] = 0.0
            weights[row, :] = 0.0


@njit(cache=True, nogil=True)
def _reasons(signals: np.ndarray, weights: np.ndarray, rows: np.ndarray) -> None:
    """The strongest reasons of each row, with their values and weights."""
    columns = np.empty((rows.size, REASONS), np.int64)
    strongest(weights, columns)
    for row in range(rows.size):
        for rank in range(REASONS):
            column = columns[row, rank]
            rows[row]["reasons"][rank] = column
            if column >= 0:
                rows[row]["values"][rank] = signals[row, column]
                rows[row]["weights"][rank] = weights[row, column]


def _snooze(
    bench: Bench, payments: np.ndarray, rows: np.ndarray, weights: np.ndarray, scores: np.ndarray
) -> None:
    """Signals that people silenced for either side add nothing; the verdict says which."""
    card = bench.card
    for place, (a, b, at, log) in enumerate(_sides(payments, rows)):
        silent = bench.book.silenced(a, b, at, log)
        for name in silent:
            column = SIGNALS.index(name)
            weights[place, column] = 0.0
            rows["snoozed"][place] |= 1 << column
        if silent and scores[place] > 0.0:
            total = card.prior + float(weights[place].sum())
            scores[place] = 1.0 / (1.0 + math.exp(-(card.intercept + card.slope * total)))


def _overrule(book: ConditionBook, payments: np.ndarray, rows: np.ndarray) -> None:
    for place, (a, b, at, log) in enumerate(_sides(payments, rows)):
        action = book.action(a, b, at, log)
        if action is not None:
            rows["action"][place] = int(action)


def _sides(payments: np.ndarray, rows: np.ndarray) -> "zip[tuple[int, int, int, int]]":
    columns = (payments["a"], payments["b"], payments["at"], rows["log"])
    return zip(*(column.tolist() for column in columns), strict=True)
