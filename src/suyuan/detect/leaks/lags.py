"""How long after an order the call comes: a prior from the case, learnt from quoted orders.

"Bought in the morning, called in the afternoon": 55 % on the same day, 35 % on the next, the rest
later with a heavy tail (the caller interviewed in the 5·15 series; records lose their price as
they age). Clocks of platforms and carriers differ, so that a call slightly before its order is not
excluded.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats

#: Hours from order to call.
EDGES = np.array([-3.0, 0.0, 6.0, 12.0, 24.0, 36.0, 48.0, 72.0, 168.0, 336.0, 720.0])
#: Share of the calls in each.
PRIOR = np.array([0.004, 0.33, 0.20, 0.22, 0.13, 0.03, 0.03, 0.035, 0.013, 0.008])
#: The same from order to report, for a victim whose first call is not dated.
REPORT_PRIOR = np.array([0.002, 0.08, 0.08, 0.15, 0.12, 0.10, 0.15, 0.20, 0.08, 0.038])
#: Quoted orders count against a prior worth this many of them.
PRIOR_STRENGTH = 30.0
#: Per hour: the chance that the caller knew of an order that the table does not hold.
OUTSIDE = 0.003
LONGEST_DAYS = EDGES[-1] / 24.0


@dataclass(frozen=True, slots=True)
class Lags:
    """Distribution of the hours from an order to its call, over :data:`EDGES`."""

    mass: Floats

    def density(self, hours: Floats) -> Floats:
        """Per hour; 0 outside the edges."""
        slot = np.searchsorted(EDGES, hours, side="right") - 1
        inside = (slot >= 0) & (slot < len(self.mass))
        slot_index = np.clip(slot, 0, len(self.mass) - 1)
        return np.where(inside, (self.mass / np.diff(EDGES))[slot_index], 0.0)

    def learnt(self, hours: Floats, weight: Floats | None = None) -> "Lags":
        """The posterior mean after lags that are known (Dirichlet)."""
        counts, _ = np.histogram(hours, EDGES, weights=weight)
        mass = PRIOR_STRENGTH * self.mass + counts
        return replace(self, mass=mass / mass.sum())


BEFORE_DATA = Lags(PRIOR / PRIOR.sum())
BEFORE_DATA_REPORTED = Lags(REPORT_PRIOR / REPORT_PRIOR.sum())


def shares(
    victim: NDArray[np.int32], density: Floats, is_quoted: NDArray[np.bool_], relevance: Floats
) -> Floats:
    """Prior share of each pair among its victim's candidate orders.

    `density` is per pair, from :class:`Lags` and what was narrated; `is_quoted` marks the order
    that the caller knew, which takes nearly all; `relevance` is per victim, the prior that the call
    came through an order at all.
    """
    victims = len(relevance)
    if not len(victim):
        return np.zeros(0)
    total = np.bincount(victim, density, victims) + OUTSIDE
    by_lag = relevance[victim] * density / total[victim]
    quote_count = np.bincount(victim, is_quoted, victims)[victim]
    return np.where(
        quote_count == 0,
        by_lag,
        np.where(is_quoted, 0.97 / np.maximum(quote_count, 1), 0.02 * by_lag),
    )
