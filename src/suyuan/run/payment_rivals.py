"""Simpler means beside the scorecard: rules on payments alone, and each signal by itself.

The rules are those that an engine of payment rules ships with (Tazama: age of the creditor's
account, convergence on one creditor, money mirrored onward, an exceptionally large transfer, a new
creditor, a listed account), one point each. Ties are broken by the sum paid, in the rivals' favour.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from suyuan.model.scorecard import Scorecard
from suyuan.run.payment_replay import PaymentReplay, threshold_for

#: Signal, edge, and whether the rule speaks from there up.
RULES: Final = (
    ("new_payee", 0.5, True),
    ("payee_days", 60.0, False),
    ("unusual_amount", 3.0, True),
    ("payee_strangers", 4.0, True),
    ("payee_passed", 0.8, True),
    ("payee_named", 0.5, True),
)


def by_rules(case_replay: PaymentReplay, card: Scorecard) -> np.ndarray:
    """How many rules speak against each payment."""
    names = [signal.name for signal in card.signals]
    points = np.zeros(len(case_replay.at))
    for name, edge, up in RULES:
        values = case_replay.signals[:, names.index(name)]
        with np.errstate(invalid="ignore"):
            points += (values >= edge) if up else (values < edge)
    return points + _tiebreak(case_replay)


def by_signal(case_replay: PaymentReplay, card: Scorecard) -> Iterator[tuple[str, np.ndarray]]:
    """Each signal that the case has, the suspicious end up."""
    for column, signal in enumerate(card.signals):
        if signal.name in case_replay.missing_signals:
            continue
        values = case_replay.signals[:, column]
        signal_values = -values if signal.direction == "down" else values
        order = np.unique(np.nan_to_num(signal_values, nan=-np.inf), return_inverse=True)[1]
        yield signal.name, order + _tiebreak(case_replay)


def best_signal(
    case_replay: PaymentReplay, card: Scorecard, held_per_thousand: float
) -> tuple[str, np.ndarray]:
    """The signal that catches most stolen payments at so many honest held, and what it holds."""
    best, most_hits, holds = "", -1, np.zeros(len(case_replay.at), bool)
    for name, score in by_signal(case_replay, card):
        is_over = score >= threshold_for(case_replay, score, held_per_thousand)
        if (hits := int((is_over & case_replay.is_stolen).sum())) > most_hits:
            best, most_hits, holds = name, hits, is_over
    return best, holds


def _tiebreak(case_replay: PaymentReplay) -> np.ndarray:
    """Below one, and larger for larger sums."""
    order = np.unique(case_replay.amount, return_inverse=True)[1]
    return np.asarray(order / (order.max(initial=0) + 1.0))
