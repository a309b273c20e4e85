"""Every candidate against the victims that no other leak explains yet: log Bayes factors."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats, Ints
from suyuan.detect.leaks.windows import WINDOW_PRIOR, log_sum, window_evidence, window_profile

#: Odds of a leaked order against an ordinary one, in equal steps of their logarithm: a leak
#: makes an order at least twice as likely to be followed by a scam call.
ODDS = np.geomspace(1.0, 1e6, 25)
#: How far an innocent candidate's share among victims may lie from its share of orders, for
#: reasons that have nothing to do with a leak (region, age, habits): log-normal.
HETEROGENEITY = 0.35
_NODES, _MASS = np.polynomial.hermite_e.hermegauss(7)
NULL_ODDS = np.expm1(HETEROGENEITY * _NODES)
NULL_MASS = _MASS / _MASS.sum()


@dataclass(frozen=True, slots=True)
class Residual:
    """The victims as the leaks found so far leave them.

    ``gain`` is per pair (share over the bin's relative intensity), ``explained`` per victim (its
    present likelihood), ``mass`` per bin (victims there), ``intensity`` per bin (orders, those
    that leak counted by their odds).
    """

    gain: Floats
    explained: Floats
    mass: Floats
    intensity: Floats


@dataclass(frozen=True, slots=True)
class Profile:
    """What one candidate's leak would look like, given that it is one.

    ``lift`` is the expected odds per bin (zero outside the window), ``begins`` and ``ends`` the
    distribution of the first and last bin, ``odds`` the posterior over :data:`ODDS`.
    """

    lift: Floats
    begins: Floats
    ends: Floats
    odds: Floats


@njit(cache=True)
def _bin_scores(
    odds: float,
    pairs: Ints,
    pair_victim: Ints,
    pair_bin: Ints,
    gain: Floats,
    explained: Floats,
    weight: Floats,
    mass: Floats,
    relative: Floats,
) -> Floats:
    """Log likelihood ratio per bin of a leak at `odds`; `pairs` ascend, so victims are runs."""
    score = np.zeros(len(mass))
    for k in range(len(mass)):
        if mass[k] > 0.0 and relative[k] > 0.0:
            score[k] = -mass[k] * np.log1p(odds * relative[k])
    i = 0
    while i < len(pairs):
        victim = pair_victim[pairs[i]]
        share = 0.0
        j = i
        while j < len(pairs) and pair_victim[pairs[j]] == victim:
            share += gain[pairs[j]]
            j += 1
        worth = weight[victim] * np.log1p(odds * share / explained[victim])
        for p in pairs[i:j]:
            score[pair_bin[p]] += worth * gain[p] / share
        i = j
    return score


@njit(cache=True)
def log_bayes_factors(
    start: NDArray[np.int64],
    pair: Ints,
    pair_victim: Ints,
    pair_bin: Ints,
    gain: Floats,
    explained: Floats,
    weight: Floats,
    mass: Floats,
    intensity: Floats,
    counts: Floats,
    odds: Floats,
    null_odds: Floats,
    null_mass: Floats,
    prior: Floats,
) -> Floats:
    """Per candidate: leak at some odds over some window, against popular with victims or not."""
    factors = np.full(len(counts), -np.inf)
    alternatives = np.empty(len(odds))
    nulls = np.empty(len(null_odds))
    for c in range(len(counts)):
        pairs = pair[start[c] : start[c + 1]]
        if len(pairs) == 0:
            continue
        relative = counts[c] / intensity
        for i in range(len(odds)):
            score = _bin_scores(
                odds[i], pairs, pair_victim, pair_bin, gain, explained, weight, mass, relative
            )
            alternatives[i] = window_evidence(score, prior)
        for i in range(len(null_odds)):
            score = _bin_scores(
                null_odds[i], pairs, pair_victim, pair_bin, gain, explained, weight, mass, relative
            )
            nulls[i] = score.sum() + np.log(null_mass[i])
        factors[c] = log_sum(alternatives) - np.log(len(odds)) - log_sum(nulls)
    return factors


@njit(cache=True)
def _profile(
    pairs: Ints,
    pair_victim: Ints,
    pair_bin: Ints,
    gain: Floats,
    explained: Floats,
    weight: Floats,
    mass: Floats,
    relative: Floats,
    odds: Floats,
    prior: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Unnormalised log weights: of each odds, and per odds of the first and the last bin."""
    bins = len(mass)
    worth = np.empty(len(odds))
    begins = np.empty((len(odds), bins))
    ends = np.empty((len(odds), bins))
    for i in range(len(odds)):
        score = _bin_scores(
            odds[i], pairs, pair_victim, pair_bin, gain, explained, weight, mass, relative
        )
        worth[i] = window_evidence(score, prior)
        begins[i], ends[i] = window_profile(score, prior)
    return worth, begins, ends


@dataclass(frozen=True, slots=True)
class Problem:
    """The victims and their orders, indexed by candidate."""

    start: NDArray[np.int64]
    pair: Ints
    victim: Ints
    bin: Ints
    weight: Floats
    counts: Floats

    def factors(self, residual: Residual) -> Floats:
        """Log Bayes factor of each candidate; -inf for one that no victim passed through."""
        return log_bayes_factors(
            self.start,
            self.pair,
            self.victim,
            self.bin,
            residual.gain,
            residual.explained,
            self.weight,
            residual.mass,
            residual.intensity,
            self.counts,
            ODDS,
            NULL_ODDS,
            NULL_MASS,
            WINDOW_PRIOR,
        )

    def profile(self, candidate: int, residual: Residual) -> Profile:
        """Window and odds of `candidate`, given that it leaks."""
        worth, begins, ends = _profile(
            self.pair[self.start[candidate] : self.start[candidate + 1]],
            self.victim,
            self.bin,
            residual.gain,
            residual.explained,
            self.weight,
            residual.mass,
            self.counts[candidate] / residual.intensity,
            ODDS,
            WINDOW_PRIOR,
        )
        level = log_sum(worth)
        odds = np.exp(worth - level)
        first, last = np.exp(begins - level), np.exp(ends - level)
        over = np.cumsum(last, axis=1) - last
        active = np.clip(np.cumsum(first, axis=1) - over, 0.0, None)
        return Profile(ODDS @ active, first.sum(axis=0), last.sum(axis=0), odds)
