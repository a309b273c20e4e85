"""Weights of evidence per field, learnt from the pairs themselves.

Fellegi and Sunter (1969) with the parameters by expectation-maximisation over counts of agreement
patterns (Enamorado, Fifield and Imai 2019), so that the cost does not grow with the pairs. Three
kinds of pair instead of two: a match, *another order of the same buyer* (agrees on everything
personal, on nothing of the order), and chance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suyuan.identity.matching.comparison import BASE, FIELDS, digits

Floats = NDArray[np.float64]
PRIOR_PAIRS = 50.0
ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Weights:
    """``match`` and ``chance``: field × digit probabilities; digit 0 (missing) counts nothing."""

    match: Floats
    chance: Floats

    def of(self, patterns: NDArray[np.int64]) -> Floats:
        """Log weights, pattern × field."""
        digits = _digits(patterns)
        ratio = np.log(self.match) - np.log(self.chance)
        return np.stack([ratio[f][digits[:, f]] for f in range(len(FIELDS))], axis=1)


def chance(patterns: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    """Probability of each level among pairs drawn at random (`patterns` with their `counts`)."""
    digits = _digits(patterns)
    out = np.ones((len(FIELDS), BASE))
    for f, field in enumerate(FIELDS):
        level_counts = np.bincount(digits[:, f], counts, BASE)[1 : len(field.levels) + 1]
        # Agreement by chance may be too rare for the sample: it is put at a third of one pair.
        smooth = np.maximum(level_counts, 0.3)
        out[f, 1 : len(field.levels) + 1] = smooth / smooth.sum()
    return out


def learnt(patterns: NDArray[np.int64], counts: NDArray[np.int64], by_chance: Floats) -> Weights:
    """Weights after EM over the pairs that share a key."""
    digits = _digits(patterns)
    prior = _prior()
    match = prior.copy()
    share = np.array([0.5, 0.3, 0.2])
    personal = np.array([field.personal for field in FIELDS])
    for _ in range(ROUNDS):
        likelihood = np.stack([match, np.where(personal[:, None], match, by_chance), by_chance])
        log = np.log(share)[:, None] + sum(
            np.log(likelihood[:, f, :])[:, digits[:, f]] for f in range(len(FIELDS))
        )
        responsibility = np.exp(log - log.max(axis=0))
        responsibility *= counts / responsibility.sum(axis=0)
        share = (responsibility.sum(axis=1) + 1.0) / (responsibility.sum() + 3.0)
        match = _update(prior, digits, responsibility, personal)
    return Weights(match, by_chance)


def _update(
    prior: Floats, digits: NDArray[np.int64], responsibility: Floats, personal: NDArray[np.bool_]
) -> Floats:
    match = np.ones_like(prior)
    for f, field in enumerate(FIELDS):
        weight = responsibility[0] + (responsibility[1] if personal[f] else 0.0)
        level_counts = np.bincount(digits[:, f], weight, BASE)[1 : len(field.levels) + 1]
        level_totals = level_counts + PRIOR_PAIRS * prior[f, 1 : len(field.levels) + 1]
        match[f, 1 : len(field.levels) + 1] = level_totals / level_totals.sum()
    return match


def _prior() -> Floats:
    out = np.ones((len(FIELDS), BASE))
    for f, field in enumerate(FIELDS):
        out[f, 1 : len(field.levels) + 1] = field.agreement
    return out


def _digits(patterns: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array([digits(int(p)) for p in patterns], dtype=np.int64).reshape(-1, len(FIELDS))
