"""Several leaks at once: a sum of single effects.

Each leak is one *effect*: exactly one candidate, over one window, at one rate, all three unknown.
Its posterior over candidates is computed with every other effect's expectation held fixed, in
turn, until nothing moves (the iterative Bayesian stepwise selection of Wang, Sarkar, Carbonetto
and Stephens 2020, "SuSiE", here with a Poisson-mixture likelihood). Two candidates that the data
cannot tell apart share the posterior, and so neither is named. Effects are added until the best
explanation of what is left is chance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Exposure, Floats, Pairings
from suyuan.detect.leaks.controls import Controls
from suyuan.detect.leaks.kernel import (
    AttributionProblem,
    LeakProfile,
    Residual,
)
from suyuan.detect.leaks.popularity import popularity

#: Before any evidence: the chance that there is one more leak among the candidates.
PRIOR_LEAK = 0.5
MAX_LEAKS = 16
MAX_ROUNDS = 4
#: Candidates with less of an effect's posterior do not feed back into the other effects.
NEGLIGIBLE = 0.005
#: A candidate with more of an effect's posterior is not looked for again.
RIVAL = 0.05
#: Candidates with less are not weighed again when an effect is refitted.
POSSIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class Effect:
    """One leak: ``posterior`` over candidates (their sum is the probability that it is real)."""

    posterior: Floats
    profiles: dict[int, LeakProfile]

    @property
    def real(self) -> float:
        return float(self.posterior.sum())

    def lift(self) -> dict[int, Floats]:
        """Expected odds per bin of each candidate's orders, through this effect."""
        return {c: self.posterior[c] * p.lift for c, p in self.profiles.items()}


@dataclass(frozen=True, slots=True)
class Attribution:
    """The leaks found: ``effects``, and with the last one tried, which did not hold, ``trials``.

    ``posterior`` is per candidate the probability that it leaked; ``lift`` the expected odds of a
    candidate's orders per bin, over all effects; ``residual`` what they leave unexplained.
    """

    effects: tuple[Effect, ...]
    trials: tuple[Effect, ...]
    posterior: Floats
    lift: dict[int, Floats]
    residual: Residual


def attribute(
    exposure: Exposure,
    pairings: Pairings,
    lean_odds: Floats | None = None,
    control_counts: Controls | None = None,
) -> Attribution:
    """Who leaked, when and how much; nothing is named without victims.

    `lean_odds` is per candidate the log evidence that something else than these victims has given;
    `control_counts` how popular the candidates are with them anyway.
    """
    problem = _problem(exposure, pairings, lean_odds, control_counts)
    effects, trials = _grow(exposure, pairings, problem, [])
    # What a later leak stood in for may now be explained better, and what is left is innocent.
    revision = _reconsider(exposure, pairings, problem, effects)
    effects, trials = _grow(exposure, pairings, problem, revision)
    innocent = np.ones(len(exposure.subjects))
    # The last one tried is not held to be real, but says how much speaks for the runners-up.
    every = (*effects, *trials[-1:]) if len(trials) > len(effects) else tuple(effects)
    for effect in every:
        innocent *= 1.0 - effect.posterior
    residual = _residual(exposure, pairings, effects)
    return Attribution(tuple(effects), every, 1.0 - innocent, _lift(effects), residual)


def _grow(
    exposure: Exposure, pairings: Pairings, problem: AttributionProblem, effects: list[Effect]
) -> tuple[list[Effect], list[Effect]]:
    """Effects added while what is left is better explained by one more; and with the last tried."""
    trials = effects
    while len(effects) < MAX_LEAKS and pairings.victims:
        split = _split_pair(exposure, pairings, problem, effects)
        if len(split) > len(effects):
            trials = effects = split
            continue
        one_more = _effect(problem, _residual(exposure, pairings, effects), _free(effects, problem))
        trials = [*effects, one_more]
        stable = _settle(exposure, pairings, problem, trials)
        if len(stable) <= len(effects):
            break
        effects = stable
    return effects, trials


def _split_pair(
    exposure: Exposure, pairings: Pairings, problem: AttributionProblem, effects: list[Effect]
) -> list[Effect]:
    """`effects` with one of them as two, where its likeliest candidate leaves enough to a rival.

    An effect that two real leaks share hides both: either has half of the odds that it needs.
    """
    for i, effect in enumerate(effects):
        rivals = np.flatnonzero(effect.posterior >= RIVAL)
        if len(rivals) < 2:
            continue
        best = int(effect.posterior.argmax())
        alone = [*effects[:i], _only(effect, best), *effects[i + 1 :]]
        residual = _residual(exposure, pairings, alone)
        second = _effect(problem, residual, rivals[rivals != best])
        if second.real >= PRIOR_LEAK:
            stable = _settle(exposure, pairings, problem, [*alone, second])
            if len(stable) > len(effects):
                return stable
    return effects


def _only(effect: Effect, candidate: int) -> Effect:
    """`effect` with all of its posterior on `candidate`."""
    posterior = np.zeros_like(effect.posterior)
    posterior[candidate] = effect.real
    return Effect(posterior, {candidate: effect.profiles[candidate]})


def _reconsider(
    exposure: Exposure, pairings: Pairings, problem: AttributionProblem, effects: list[Effect]
) -> list[Effect]:
    """Each effect weighed once more over all candidates, the others given."""
    effects = list(effects)
    for i in range(len(effects)):
        rest = effects[:i] + effects[i + 1 :]
        residual = _residual(exposure, pairings, rest)
        effects[i] = _effect(problem, residual, _free(rest, problem))
    return _settle(exposure, pairings, problem, effects)


def _problem(
    exposure: Exposure,
    pairings: Pairings,
    lean_odds: Floats | None,
    control_counts: Controls | None,
) -> AttributionProblem:
    start, pair = pairings.by_candidate(len(exposure.subjects))
    first = np.searchsorted(pairings.victim, np.arange(pairings.victims + 1))
    return AttributionProblem(
        start,
        pair,
        first.astype(np.int64),
        pairings.victim,
        pairings.bin,
        pairings.weight,
        exposure.counts,
        popularity(exposure.subjects, control_counts),
        np.zeros(len(exposure.subjects)) if lean_odds is None else lean_odds,
    )


def _settle(
    exposure: Exposure, pairings: Pairings, problem: AttributionProblem, effects: list[Effect]
) -> list[Effect]:
    """Refit each effect against the others until no posterior moves; keep those that are real."""
    effects = list(effects)
    for _ in range(MAX_ROUNDS if len(effects) > 1 else 0):
        change = 0.0
        for i, effect in enumerate(effects):
            rest = effects[:i] + effects[i + 1 :]
            residual = _residual(exposure, pairings, rest)
            effects[i] = _effect(problem, residual, np.flatnonzero(effect.posterior > POSSIBLE))
            change = max(change, float(np.abs(effects[i].posterior - effect.posterior).max()))
        if change < 1e-2:
            break
    return [effect for effect in effects if effect.real >= PRIOR_LEAK]


def _free(effects: list[Effect], problem: AttributionProblem) -> NDArray[np.int64]:
    """Candidates that no effect has taken, or weighs as the rival of what it took.

    A source leaks once, over one window, with pauses; a rival would be named for what is left over.
    """
    mass = np.zeros(len(problem.counts))
    for effect in effects:
        mass += effect.posterior
    return np.flatnonzero(mass < RIVAL)


def _effect(
    problem: AttributionProblem, residual: Residual, candidates: NDArray[np.int64] | None = None
) -> Effect:
    factor = problem.factors(residual, candidates)
    likely = factor + problem.lean_odds + np.log(PRIOR_LEAK / len(factor))
    weights = np.append(likely, np.log(1.0 - PRIOR_LEAK))
    weights = np.exp(weights - weights.max())
    posterior = weights[:-1] / weights.sum()
    worthy = np.flatnonzero(posterior > NEGLIGIBLE)
    return Effect(posterior, {int(c): problem.profile(int(c), residual) for c in worthy})


def _lift(effects: list[Effect]) -> dict[int, Floats]:
    total: dict[int, Floats] = {}
    for effect in effects:
        for candidate, lift in effect.lift().items():
            total[candidate] = total.get(candidate, np.zeros_like(lift)) + lift
    return total


def _residual(exposure: Exposure, pairings: Pairings, effects: list[Effect]) -> Residual:
    """The victims and the orders as `effects` leave them."""
    odds = np.ones(len(pairings.victim))
    intensity = np.maximum(exposure.totals, 1.0).astype(float)
    base = intensity.copy()
    for candidate, lift in _lift(effects).items():
        hit = (pairings.through == candidate).any(axis=1)
        odds[hit] += lift[pairings.bin[hit]]
        intensity += lift * exposure.counts[candidate]
    return _weigh(pairings, odds, intensity, base)


def _weigh(pairings: Pairings, odds: Floats, intensity: Floats, base: Floats) -> Residual:
    victims, bins = pairings.victims, len(intensity)
    scale = (base / intensity)[pairings.bin]
    listed_share = np.bincount(pairings.victim, pairings.share, victims)
    outside = np.clip(1.0 - listed_share, 0.0, 0.99)
    # Through no listed order: as likely as an ordinary order of the same days; of a victim none of
    # whose orders bears anything, nothing is known of those days.
    usual = np.bincount(pairings.victim, pairings.share * scale, victims)
    outside_mass = outside * np.divide(
        usual, listed_share, out=np.ones(victims), where=listed_share > 0
    )
    likely = pairings.share * odds * scale
    total = outside_mass + np.bincount(pairings.victim, likely, victims)
    responsibility, outside = likely / total[pairings.victim], outside_mass / total
    inside = (1.0 - outside)[pairings.victim]
    spread = np.divide(responsibility, inside, out=np.zeros_like(responsibility), where=inside > 0)
    spread *= pairings.weight[pairings.victim]
    mass = np.bincount(pairings.bin, spread, bins).astype(float)
    return Residual(responsibility, odds, outside, mass, intensity)
