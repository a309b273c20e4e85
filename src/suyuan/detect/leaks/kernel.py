"""Every candidate against the victims that no other leak explains yet: log Bayes factors."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats, Ints
from suyuan.detect.leaks.windows import (
    WINDOW_PRIOR,
    log_sum,
    sum_up,
    window_evidence,
    window_profile,
)

#: Odds of a leaked order against an ordinary one, in equal steps of their logarithm: a leak
#: makes an order at least twice as likely to be followed by a scam call.
ODDS = np.geomspace(1.0, 1e6, 56)
#: How much the odds of one bin may stray from the leak's: log-normal, on the steps of ODDS.
UNEVEN = 0.6
_STEP = np.log(ODDS[1] / ODDS[0])
_OFFSETS = np.arange(-6, 7) * _STEP / UNEVEN
PACE = np.exp(-0.5 * _OFFSETS**2) / np.exp(-0.5 * _OFFSETS**2).sum()
#: Nodes of the logarithm of an innocent candidate's popularity with victims, dense around none.
POPULARITY = 2.4 * np.sinh(np.linspace(-3.0, 3.0, 61)) / np.sinh(3.0)

#: Pairs of the candidates weighed from which more threads than one are worth their start.
MANY_PAIRS: Final = 20_000

#: What the kernels know of victims: first pair of each; victim, bin, probability and odds of each
#: pair; outside and weight of each victim.
Victims = tuple[NDArray[np.int64], Ints, Ints, Floats, Floats, Floats, Floats]


class CandidatePairs(NamedTuple):
    """What the kernels know of candidates, a row for each: their pairs are ``pair[start[c] :
    start[c + 1]]``; ``counts`` their orders per bin, ``null_mass`` the logarithms of the masses of
    how popular each is.
    """

    start: NDArray[np.int64]
    pair: Ints
    counts: Floats
    null_mass: Floats


class OddsGrid(NamedTuple):
    """Over what is summed: ``odds`` of a leak and how far a bin's stray from them (``pace``), odds
    of the ``popular`` and innocent, and the ``prior`` of windows.
    """

    odds: Floats
    pace: Floats
    popular: Floats
    prior: Floats


GRID: Final = OddsGrid(ODDS, PACE, np.expm1(POPULARITY), WINDOW_PRIOR)


@dataclass(frozen=True, slots=True)
class Residual:
    """The victims as the leaks found so far leave them.

    Per pair: ``responsibility`` (probability that this is the order behind the call) and ``odds``
    (of the order, by those leaks). Per victim: ``outside`` (probability of no listed order). Per
    bin: ``mass`` (victims) and ``intensity`` (orders, those that leaked counted by their odds).
    """

    responsibility: Floats
    odds: Floats
    outside: Floats
    mass: Floats
    intensity: Floats


@dataclass(frozen=True, slots=True)
class LeakProfile:
    """What one candidate's leak would look like, given that it is one.

    ``lift`` is the expected odds per bin (zero outside the window), ``begins`` and ``ends`` the
    distribution of the first and last bin, ``odds`` the posterior over :data:`ODDS`.
    """

    lift: Floats
    begins: Floats
    ends: Floats
    odds: Floats


class Passage(NamedTuple):
    """What is the same at all odds of one candidate: its victims, and every order of theirs.

    Orders ``first[v] : first[v + 1]`` are those of its victim v. Of each: its ``bin``, the
    ``share`` of the victim's call that it explains, by how much of it ``lift`` grows with the odds
    and which ``part`` of the victim's ratio is booked there; both are 0 where the order is not the
    candidate's. ``growth`` is how often the logarithm of a bin's growth counts.
    """

    first: NDArray[np.int64]
    bin: Ints
    share: Floats
    lift: Floats
    part: Floats
    growth: Floats


@njit(cache=True)
def _passage(pairs: Ints, victims: Victims, mass: Floats) -> Passage:
    """`pairs` ascend, so that the pairs of one victim are a run."""
    first, pair_victim, pair_bin, responsibility, before, outside, weight = victims
    begins, total, count = np.empty(len(pairs) + 1, np.int64), 0, 0
    for i in range(len(pairs)):
        v = pair_victim[pairs[i]]
        if i == 0 or pair_victim[pairs[i - 1]] != v:
            begins[count] = total
            total += first[v + 1] - first[v]
            count += 1
    begins[count] = total
    bins, share = np.empty(total, np.int32), np.empty(total)
    lift, part, growth = np.empty(total), np.empty(total), np.empty(len(mass))
    for k in range(len(mass)):
        growth[k] = -mass[k]
    i = at = 0
    while i < len(pairs):
        v = pair_victim[pairs[i]]
        for p in range(first[v], first[v + 1]):
            # A call through no listed order is as likely as one through any order of that time.
            bins[at], share[at] = pair_bin[p], responsibility[p] / (1.0 - outside[v])
            # In `mass` this victim counts as having no order at the candidate: undo it.
            growth[pair_bin[p]] += weight[v] * share[at]
            lift[at] = part[at] = 0.0
            at += 1
        own, j = 0.0, i
        while j < len(pairs) and pair_victim[pairs[j]] == v:
            own += responsibility[pairs[j]]
            j += 1
        for n in range(i, j):
            p = pairs[n]
            to = at - first[v + 1] + p
            lift[to] = responsibility[p] / before[p]
            part[to] = weight[v] * responsibility[p] / own
        i = j
    return Passage(begins[: count + 1], bins, share, lift, part, growth)


@njit(cache=True)
def _bin_scores(
    odds: float, passage: Passage, relative: Floats, inverse: Floats, score: Floats
) -> None:
    """Into `score`: log likelihood ratio per bin of a leak at `odds`.

    A victim's whole ratio is booked where its orders at the candidate are. `inverse` is room to
    work in.
    """
    first, bins, share, lift, part, growth = passage
    for k in range(len(relative)):
        inverse[k] = 1.0 / (1.0 + odds * relative[k])
        score[k] = growth[k] * np.log1p(odds * relative[k])
    for v in range(len(first) - 1):
        ratio = 0.0
        for p in range(first[v], first[v + 1]):
            ratio += (share[p] + odds * lift[p]) * inverse[bins[p]]
        worth = np.log(ratio)
        for p in range(first[v], first[v + 1]):
            score[bins[p]] += worth * part[p]


@njit(cache=True)
def _likelihood(score: Floats, column: int, out: Floats) -> float:
    """Into `out` the exponentials of a column of `score` less its largest, which is returned.

    Loops as here and below, not numpy's: what a sum along an axis, a slice written to or an
    expression of arrays brings with it takes Numba longer to compile than these kernels.
    """
    top = score[0, column]
    for i in range(len(out)):
        top = max(top, score[i, column])
    for i in range(len(out)):
        out[i] = np.exp(score[i, column] - top)
    return top


@njit(cache=True)
def _uneven(score: Floats, pace: Floats) -> Floats:
    """Odds × bin scores, each bin's odds free to stray from the leak's by `pace` (log weights).

    Callers do not work evenly: without this a busy day looks like a second leak.
    """
    rows, bins = score.shape
    reach = len(pace) // 2
    out = np.empty((rows, bins))
    likelihood = np.empty(rows)
    for k in range(bins):
        if score[0, k] == 0.0 and score[rows - 1, k] == 0.0:
            for i in range(rows):
                out[i, k] = 0.0
            continue
        top = _likelihood(score, k, likelihood)
        for i in range(rows):
            total = 0.0
            for j in range(-reach, reach + 1):
                total += pace[j + reach] * likelihood[min(max(i + j, 0), rows - 1)]
            out[i, k] = top + np.log(max(total, 1e-300))
    return out


@njit(cache=True)
def _scores(passage: Passage, relative: Floats, odds: Floats) -> Floats:
    out, inverse = np.empty((len(odds), len(relative))), np.empty(len(relative))
    for i in range(len(odds)):
        _bin_scores(odds[i], passage, relative, inverse, out[i])
    return out


@njit(cache=True, nogil=True)
def _log_bayes_factors(
    selection: NDArray[np.int64],
    candidates: CandidatePairs,
    victims: Victims,
    mass: Floats,
    intensity: Floats,
    grid: OddsGrid,
    factors: Floats,
) -> None:
    """Per candidate of `selection`, into `factors`: leak at some odds over some window, against
    popular with victims or not.
    """
    start, pair, counts, null_mass = candidates
    odds, pace, popular, prior = grid
    bins = len(intensity)
    relative, alternatives, nulls = np.empty(bins), np.empty(len(odds)), np.empty(len(popular))
    for c in selection:
        pairs = pair[start[c] : start[c + 1]]
        if len(pairs) == 0:
            continue
        for k in range(bins):
            relative[k] = counts[c, k] / intensity[k]
        passage = _passage(pairs, victims, mass)
        leak = _uneven(_scores(passage, relative, odds), pace)
        for i in range(len(odds)):
            alternatives[i] = window_evidence(leak[i], prior)
        chance = _scores(passage, relative, popular)
        for i in range(len(popular)):
            nulls[i] = null_mass[c, i] + sum_up(chance[i])
        factors[c] = log_sum(alternatives) - np.log(len(odds)) - log_sum(nulls)


@njit(cache=True)
def _expectation(score: Floats, odds: Floats, pace: Floats) -> Floats:
    """Expected log odds per bin, given the leak's odds and the victims of that bin.

    Of the logarithm: means of the odds themselves lie high, and leaks that are measured against
    one another would chase each other upwards.
    """
    rows, bins = score.shape
    reach = len(pace) // 2
    out, likelihood = np.empty((rows, bins)), np.empty(rows)
    for k in range(bins):
        _likelihood(score, k, likelihood)
        for i in range(rows):
            total, moment = 1e-300, 0.0
            for j in range(-reach, reach + 1):
                at = min(max(i + j, 0), rows - 1)
                total += pace[j + reach] * likelihood[at]
                moment += pace[j + reach] * likelihood[at] * np.log(odds[at])
            out[i, k] = moment / total
    return out


def _profile(
    pairs: Ints,
    victims: Victims,
    relative: Floats,
    mass: Floats,
    odds: Floats,
    pace: Floats,
    prior: Floats,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Unnormalised log weights: of each odds, and per odds of the first and the last bin.

    Last come the expected log odds of each bin.
    """
    bins = len(relative)
    plain = _scores(_passage(pairs, victims, mass), relative, odds)
    score = _uneven(plain, pace)
    worth: Floats = np.empty(len(odds))
    begins = np.empty((len(odds), bins))
    ends = np.empty((len(odds), bins))
    for i in range(len(odds)):
        worth[i] = window_evidence(score[i], prior)
        begins[i], ends[i] = window_profile(score[i], prior)
    return worth, begins, ends, _expectation(plain, odds, pace)


@dataclass(frozen=True, slots=True)
class AttributionProblem:
    """The victims and their orders; ``start`` and ``pair`` index the pairs by candidate.

    ``first`` is where each victim's pairs begin; ``null_mass`` per candidate the log masses of
    :data:`POPULARITY`: how popular with victims it may be, and innocent; ``lean_odds`` per
    candidate what speaks for it beside these victims, in nats.
    """

    start: NDArray[np.int64]
    pair: Ints
    first: NDArray[np.int64]
    victim: Ints
    bin: Ints
    weight: Floats
    counts: Floats
    null_mass: Floats
    lean_odds: Floats

    def factors(self, residual: Residual, selection: NDArray[np.int64] | None = None) -> Floats:
        """Log Bayes factor of each candidate, or of `selection`; -inf for the others.

        It is -inf, too, where no victim passed through.
        """
        factors: Floats = np.full(len(self.counts), -np.inf)
        numbers = np.arange(len(self.counts)) if selection is None else selection
        candidates = CandidatePairs(self.start, self.pair, self.counts, self.null_mass)
        victims = self._victims(residual)

        def weigh(part: NDArray[np.int64]) -> None:
            _log_bayes_factors(
                part, candidates, victims, residual.mass, residual.intensity, GRID, factors
            )

        parts = self._parts(numbers)
        if len(parts) == 1:
            weigh(numbers)
        else:
            with ThreadPoolExecutor(len(parts)) as threads:
                list(threads.map(weigh, parts))
        return factors

    def _parts(self, selection: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """`selection` for one thread, or dealt out to as many as there are cores.

        Neighbours go to different threads: large candidates often stand side by side.
        """
        pair_count = int((self.start[selection + 1] - self.start[selection]).sum())
        threads = (os.cpu_count() or 1) if pair_count >= MANY_PAIRS else 1
        return [selection[first::threads] for first in range(threads)]

    def profile(self, candidate: int, residual: Residual) -> LeakProfile:
        """Window and odds of `candidate`, given that it leaks."""
        worth, begins, ends, expectation = _profile(
            self.pair[self.start[candidate] : self.start[candidate + 1]],
            self._victims(residual),
            self.counts[candidate] / residual.intensity,
            residual.mass,
            ODDS,
            PACE,
            WINDOW_PRIOR,
        )
        level = log_sum(worth)
        odds = np.exp(worth - level)
        first, last = np.exp(begins - level), np.exp(ends - level)
        over = np.cumsum(last, axis=1) - last
        active = np.clip(np.cumsum(first, axis=1) - over, 0.0, None)
        activity = active.sum(axis=0)
        lift = activity * np.exp((expectation * active).sum(axis=0) / np.maximum(activity, 1e-300))
        return LeakProfile(lift, first.sum(axis=0), last.sum(axis=0), odds)

    def _victims(self, residual: Residual) -> Victims:
        return (
            self.first,
            self.victim,
            self.bin,
            residual.responsibility,
            residual.odds,
            residual.outside,
            self.weight,
        )
