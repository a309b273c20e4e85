"""What an attribution says about each candidate: probability, window, rate, victims, rival."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from suyuan.detect.leaks.arrays import Exposure, Floats, Pairings
from suyuan.detect.leaks.attribution import Attribution, Effect
from suyuan.detect.leaks.kernel import LeakProfile

#: Candidates below this posterior are not spoken of.
LEAST_POSTERIOR = 0.005
LOGIT_MOST = 25.0


@dataclass(frozen=True, slots=True)
class LeakAnswer:
    """One candidate.

    ``evidence`` is the log Bayes factor for it, ``victims`` the expected number that it explains,
    ``exposed_orders`` the orders it handled in its window, ``rate`` the 90 % interval of victims
    per exposed order, ``first`` and ``last`` the window with the 90 % interval of each end,
    ``rival`` the candidate that explains the same victims next best and ``odds`` how much worse.
    """

    subject: str
    probability: float
    evidence: float
    share: float
    victims: float
    exposed_orders: int
    rate: tuple[float, float]
    first: tuple[datetime, datetime, datetime]
    last: tuple[datetime, datetime, datetime]
    rival: str | None
    odds: float | None


def log_odds(probability: float) -> float:
    share = min(max(probability, 1e-12), 1.0 - 1e-12)
    return float(np.clip(np.log(share / (1.0 - share)), -LOGIT_MOST, LOGIT_MOST))


def responsibility(attribution: Attribution, pairings: Pairings, candidate: int) -> Floats:
    """Per pair: the probability that this order, leaked by `candidate`, is behind the call."""
    lift = attribution.lift.get(candidate)
    if lift is None:
        return np.zeros(len(pairings.victim))
    here = (pairings.through == candidate).any(axis=1)
    part = lift[pairings.bin] / attribution.residual.odds
    return np.where(here, attribution.residual.responsibility * np.minimum(part, 1.0), 0.0)


def answers(
    attribution: Attribution,
    exposure: Exposure,
    pairings: Pairings,
    prior: float,
    lean_odds: Floats | None = None,
) -> list[LeakAnswer]:
    """Everything that can be said, likeliest first; `prior` is each candidate's before evidence.

    `lean_odds` is what the attribution was told beside its victims, which are not credited with
    it.
    """
    shift = np.zeros(len(exposure.subjects)) if lean_odds is None else lean_odds
    candidates = np.flatnonzero(attribution.posterior >= LEAST_POSTERIOR)
    ranking = candidates[np.argsort(-attribution.posterior[candidates], kind="stable")]
    before = log_odds(prior) + shift
    every = (_answer(attribution, exposure, pairings, int(c), float(before[c])) for c in ranking)
    return [answer for answer in every if answer is not None]


def _answer(
    attribution: Attribution, exposure: Exposure, pairings: Pairings, candidate: int, before: float
) -> LeakAnswer | None:
    effect = max(attribution.trials, key=lambda e: float(e.posterior[candidate]))
    profile = effect.profiles.get(candidate)
    if profile is None:
        return None
    probability = float(attribution.posterior[candidate])
    through = responsibility(attribution, pairings, candidate)
    weight = pairings.weight[pairings.victim]
    first, last = _ends(profile, exposure)
    inside = (exposure.edges[:-1] >= np.datetime64(first[1])) & (
        exposure.edges[1:] <= np.datetime64(last[1])
    )
    order_count = exposure.counts[candidate][inside].sum()
    victims = float((through * weight).sum())
    rival, odds = _rival(effect, exposure, candidate)
    return LeakAnswer(
        exposure.subjects[candidate],
        probability,
        log_odds(probability) - before,
        float(exposure.counts[candidate].sum() / max(exposure.totals.sum(), 1.0)),
        victims,
        int(order_count),
        _interval(victims, order_count),
        first,
        last,
        rival,
        odds,
    )


def _ends(
    profile: LeakProfile, exposure: Exposure
) -> tuple[tuple[datetime, datetime, datetime], tuple[datetime, datetime, datetime]]:
    def at(weights: Floats, edges: np.ndarray) -> tuple[datetime, datetime, datetime]:
        cumulative = np.cumsum(weights) / weights.sum()
        moments = [
            edges[min(int(np.searchsorted(cumulative, q)), len(edges) - 1)]
            for q in (0.05, 0.5, 0.95)
        ]
        low, mid, high = (moment.astype("datetime64[us]").item() for moment in moments)
        return low, mid, high

    return at(profile.begins, exposure.edges[:-1]), at(profile.ends, exposure.edges[1:])


def _interval(victims: float, order_count: float) -> tuple[float, float]:
    """90 % of a Gamma(victims + 1/2) over the exposure, by Wilson and Hilferty's cube root."""
    shape = victims + 0.5
    spread = 1.645 / (3.0 * np.sqrt(shape))
    middle = 1.0 - 1.0 / (9.0 * shape)
    low, high = (shape * max(middle + s, 0.0) ** 3 for s in (-spread, spread))
    return low / max(order_count, 1.0), min(high / max(order_count, 1.0), 1.0)


def _rival(effect: Effect, exposure: Exposure, candidate: int) -> tuple[str | None, float | None]:
    rivals = effect.posterior.copy()
    rivals[candidate] = 0.0
    chance = 1.0 - float(effect.posterior.sum())
    best = int(rivals.argmax())
    if rivals[best] <= chance:
        return None, float(effect.posterior[candidate] / max(chance, 1e-12))
    return exposure.subjects[best], float(effect.posterior[candidate] / max(rivals[best], 1e-12))


def evidence_pairs(
    attribution: Attribution, pairings: Pairings, candidate: int, *, least: float = 0.1
) -> np.ndarray:
    """The pairs that speak for `candidate`, strongest first."""
    # Rounded, so that what differs by rounding alone keeps its order from run to run.
    through = responsibility(attribution, pairings, candidate).round(6)
    if not through.any():
        here = (pairings.through == candidate).any(axis=1)
        through = np.where(here, attribution.residual.responsibility, 0.0).round(6)
    picks = np.flatnonzero(through >= min(least, through.max(initial=0.0)))
    return picks[np.argsort(-through[picks], kind="stable")]
