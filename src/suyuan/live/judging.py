"""From signals to verdicts: the card, snoozes, the policy, and what people have ordered."""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from suyuan.live.card_arrays import CardArrays, card_arrays, strongest, weigh
from suyuan.live.condition_book import ConditionBook
from suyuan.live.drift import count
from suyuan.live.events import EventKind
from suyuan.live.fold import SIGNALS, fold_events
from suyuan.live.kernel_call import CompiledKernel
from suyuan.live.policy import Policy, PolicyRule, action_for
from suyuan.live.state import LiveState
from suyuan.live.verdicts import REASONS, VERDICT
from suyuan.model.scorecard import Scorecard

_PAYMENT: Final = int(EventKind.PAYMENT)
_LOAN: Final = SIGNALS.index("loan_share")


class Bench(NamedTuple):
    """What judges: a scorecard, a policy, the standing conditions, and their kernels."""

    card: CardArrays
    rule: PolicyRule
    book: ConditionBook
    judge: Callable[..., None]
    count_payments: Callable[[np.ndarray], int]


def bench_of(card: Scorecard, policy: Policy, book: ConditionBook) -> Bench:
    """The bench of a scorecard, a policy and the conditions of `book`."""
    return Bench(
        card_arrays(card),
        policy.rule,
        book,
        CompiledKernel(_fold_and_judge),
        CompiledKernel(_count_payments),
    )


def judge_events(
    bench: Bench, events: np.ndarray, state: LiveState, first: int, bins: np.ndarray
) -> np.ndarray:
    """Fold `events` into `state`; ``VERDICT`` records of the payments among them.

    `first` is the number of their first in the log. A payment that could not be measured (between
    own accounts, or state is full) scores 0. Each signal is counted in its bin of `bins`
    (:mod:`suyuan.live.drift`).
    """
    payments = bench.count_payments(events)
    rows, weights = np.zeros(payments, VERDICT), np.empty((payments, len(SIGNALS)))
    signals = np.empty((payments, len(SIGNALS)), np.float32)
    card, rule = bench.card, bench.rule
    bench.judge(events, state, first, signals, card, rule, bins, weights, rows)
    if payments and (bench.book.has_snoozes or bench.book.has_orders):
        _apply_orders(bench, events, signals, weights, rows)
    return rows


def judge_signals(bench: Bench, events: np.ndarray, signals: np.ndarray) -> np.ndarray:
    """The verdicts of all payments of a log from its first event, whose `signals` are there."""
    rows, weights = np.zeros(len(signals), VERDICT), np.empty(signals.shape)
    bins = np.zeros((len(SIGNALS), bench.card.edges.shape[1] + 2), np.int64)
    judge(events, 0, signals, bench.card, bench.rule, bins, weights, rows)
    if bench.book.has_snoozes or bench.book.has_orders:
        _apply_orders(bench, events, signals, weights, rows)
    return rows


@njit(cache=True, nogil=True)
def _count_payments(events: np.ndarray) -> int:
    count = 0
    for place in range(events.size):
        count += events[place]["kind"] == _PAYMENT
    return count


@njit(cache=True, nogil=True)
def _fold_and_judge(
    events: np.ndarray,
    state: LiveState,
    first: int,
    signals: np.ndarray,
    card: CardArrays,
    rule: PolicyRule,
    bins: np.ndarray,
    weights: np.ndarray,
    rows: np.ndarray,
) -> None:
    """One call for a batch: each call of a kernel costs, however small the batch is."""
    signals[:] = np.nan
    fold_events(events, state, signals)
    judge(events, first, signals, card, rule, bins, weights, rows)


def _apply_orders(
    bench: Bench, events: np.ndarray, signals: np.ndarray, weights: np.ndarray, rows: np.ndarray
) -> None:
    """What people have silenced and ordered, after card and policy."""
    payments = events[events["kind"] == _PAYMENT]
    if bench.book.has_snoozes:
        _snooze(bench, payments, signals, rows, weights)
    if bench.book.has_orders:
        _overrule(bench.book, payments, rows)


@njit(cache=True, nogil=True)
def judge(
    events: np.ndarray,
    first: int,
    signals: np.ndarray,
    card: CardArrays,
    rule: PolicyRule,
    bins: np.ndarray,
    weights: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Fill `rows` for the payments among `events` by card and policy (:func:`judge_events`)."""
    scores = weigh(card, signals, weights)
    row = 0
    for place in range(events.size):
        event = events[place]
        if event["kind"] != _PAYMENT:
            continue
        if np.isnan(signals[row]).all():
            scores[row] = 0.0
            weights[row, :] = 0.0
        rows[row]["key"], rows[row]["log"] = event["c"], first + place
        decide(rule, scores[row], event, signals[row], rows[row : row + 1])
        count(card, signals[row], bins)
        row += 1
    reasons(signals, weights, rows)


@njit(cache=True, nogil=True)
def decide(
    rule: PolicyRule, score: float, event: np.void, signals: np.ndarray, into: np.ndarray
) -> None:
    """What follows from a payment's score."""
    after_loan = bool(signals[_LOAN] > 0.0)
    into[0]["score"] = score
    into[0]["action"] = action_for(rule, score, event["amount"], event["at"], after_loan)


@njit(cache=True, nogil=True)
def reasons(signals: np.ndarray, weights: np.ndarray, rows: np.ndarray) -> None:
    """The strongest reasons of each row, with their values and weights."""
    columns = np.empty((rows.size, REASONS), np.int64)
    strongest(weights, columns)
    for row in range(rows.size):
        for rank in range(REASONS):
            column = columns[row, rank]
            rows[row]["reasons"][rank] = column
            has_reason = column >= 0
            rows[row]["values"][rank] = signals[row, column] if has_reason else np.float32(0.0)
            rows[row]["weights"][rank] = weights[row, column] if has_reason else 0.0


def _snooze(
    bench: Bench, payments: np.ndarray, signals: np.ndarray, rows: np.ndarray, weights: np.ndarray
) -> None:
    """Signals that people silenced for either side add nothing; the verdict says which."""
    card = bench.card
    for place, (a, b, at, log) in enumerate(_sides(payments, rows)):
        silent = bench.book.silent_signals(a, b, at, log)
        for name in silent:
            column = SIGNALS.index(name)
            weights[place, column] = 0.0
            rows["snoozed"][place] |= 1 << column
        if silent and rows["score"][place] > 0.0:
            total = card.prior + float(weights[place].sum())
            score = 1.0 / (1.0 + math.exp(-(card.intercept + card.slope * total)))
            decide(bench.rule, score, payments[place], signals[place], rows[place : place + 1])
    reasons(signals, weights, rows)


def _overrule(book: ConditionBook, payments: np.ndarray, rows: np.ndarray) -> None:
    for place, (a, b, at, log) in enumerate(_sides(payments, rows)):
        action = book.action(a, b, at, log)
        if action is not None:
            rows["action"][place] = int(action)


def _sides(payments: np.ndarray, rows: np.ndarray) -> "zip[tuple[int, int, int, int]]":
    columns = (payments["a"], payments["b"], payments["at"], rows["log"])
    return zip(*(column.tolist() for column in columns), strict=True)
