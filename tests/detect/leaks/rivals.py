"""What an investigator would otherwise do: counts, lift, greedy set cover. Each ranks candidates.

Each names the candidates over the threshold that serves it best on other seeds.
"""

import numpy as np

from suyuan.detect.leaks.arrays import Exposure, Pairings


def counts(exposure: Exposure, pairings: Pairings) -> np.ndarray:
    """Victims with an order there."""
    start, pair = pairings.by_candidate(len(exposure.subjects))
    return np.array(
        [
            len(np.unique(pairings.victim[pair[start[c] : start[c + 1]]]))
            for c in range(len(exposure.subjects))
        ],
        float,
    )


def lift(exposure: Exposure, pairings: Pairings) -> np.ndarray:
    """Victims against those expected from orders handled: Poisson z, at least three victims."""
    seen = counts(exposure, pairings)
    per_victim = len(pairings.victim) / max(pairings.victims, 1)
    expected = exposure.counts.sum(axis=1) / exposure.totals.sum() * pairings.victims * per_victim
    z = (seen - expected) / np.sqrt(np.maximum(expected, 0.5))
    return np.where(seen >= 3, z, 0.0)


def greedy_cover(exposure: Exposure, pairings: Pairings) -> np.ndarray:
    """Take the candidate that covers most victims per expected one, remove them, repeat."""
    start, pair = pairings.by_candidate(len(exposure.subjects))
    left = np.ones(pairings.victims, bool)
    covers = [
        np.unique(pairings.victim[pair[start[c] : start[c + 1]]])
        for c in range(len(exposure.subjects))
    ]
    share = exposure.counts.sum(axis=1) / exposure.totals.sum()
    score = np.zeros(len(covers))
    for _ in range(10):
        gained = np.array([left[c].sum() for c in covers], float)
        worth = np.where(gained >= 3, gained / (share * left.sum() + 1.0), 0.0)
        worth[score > 0] = 0.0
        best = int(worth.argmax())
        if worth[best] <= 1.0:
            break
        score[best] = worth[best]
        left[covers[best]] = False
    return score
