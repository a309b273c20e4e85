"""Simpler means beside the scorecard: rules on payments alone, and each signal by itself.

The rules are those that an engine of payment rules ships with (Tazama: age of the creditor's
account, convergence on one creditor, money mirrored onward, an exceptionally large transfer, a new
creditor, a listed account), one point each. Ties are broken by the sum paid, in the rivals' favour.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from suyuan.model.scorecard import Scorecard
from suyuan.run.payment_replay import Replayed, threshold_for

#: Signal, edge, and whether the rule speaks from there up.
RULES: Final = (
    ("new_payee", 0.5, True),
    ("payee_days", 60.0, False),
    ("unusual_amount", 3.0, True),
    ("payee_strangers", 4.0, True),
    ("payee_passed", 0.8, True),
    ("payee_named", 0.5, True),
)


def by_rules(replayed: Replayed, card: Scorecard) -> np.ndarray:
    """How many rules speak against each payment."""
    names = [signal.name for signal in card.signals]
    points = np.zeros(len(replayed.at))
    for name, edge, up in RULES:
        values = replayed.signals[:, names.index(name)]
        with np.errstate(invalid="ignore"):
            points += (values >= edge) if up else (values < edge)
    return points + _tiebreak(replayed)


def by_signal(replayed: Replayed, card: Scorecard) -> Iterator[tuple[str, np.ndarray]]:
    """Each signal that the case has, the suspicious end up."""
    for column, signal in enumerate(card.signals):
        if signal.name in replayed.missing:
            continue
        values = replayed.signals[:, column]
        turned = -values if signal.direction == "down" else values
        order = np.unique(np.nan_to_num(turned, nan=-np.inf), return_inverse=True)[1]
        yield signal.name, order + _tiebreak(replayed)


def best_signal(
    replayed: Replayed, card: Scorecard, held_per_thousand: float
) -> tuple[str, np.ndarray]:
    """The signal that catches most stolen payments at so many honest held, and what it holds."""
    best, caught, held = "", -1, np.zeros(len(replayed.at), bool)
    for name, score in by_signal(replayed, card):
        found = score >= threshold_for(replayed, score, held_per_thousand)
        if (hits := int((found & replayed.stolen).sum())) > caught:
            best, caught, held = name, hits, found
    return best, held


def _tiebreak(replayed: Replayed) -> np.ndarray:
    """Below one, and larger for larger sums."""
    order = np.unique(replayed.amount, return_inverse=True)[1]
    return np.asarray(order / (order.max(initial=0) + 1.0))
