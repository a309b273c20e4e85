"""Learning from known guilty among unknown others, when some had more chances to become known.

Nobody in a case is known to be innocent: whoever is not known guilty is unknown (positive and
unlabelled learning, Elkan and Noto 2008). A guilty number that called two hundred people is far
more likely to have a reported victim than one that called five, so that "not reported" clears the
first and says little of the second. With p the chance that a candidate is guilty (logistic in the
steps of the signals) and e the chance that a guilty one with its exposure is known,

    P(known) = p e + (1 - p) f,

f being the small chance that an innocent one is known by mistake. The most probable weights under
a normal prior around those started from are found by L-BFGS-B (Byrd and others 1995).
"""

import numpy as np

#: Share of innocent candidates that pass for known by mistake: a wrong number in a report.
MISTAKEN = 0.002
#: Weight of the prior for each known candidate, so that twice the case gives the same card; where
#: fifty are known a step's standard deviation around what it starts from is 0.45 nats.
PULL = 0.1
#: No step adds more than this, in nats.
STEEPEST = 1.0
#: A guilty candidate is known with at least and at most this chance.
LEAST_CHANCE, MOST_CHANCE = 0.01, 0.95
#: So large a share of the unknown is believed guilty at most, when the known are tried on them.
MOST_GUILTY = 0.5


def learn(
    x: np.ndarray,
    is_known: np.ndarray,
    chance: np.ndarray,
    start: np.ndarray,
    least: np.ndarray,
    many: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Steps (each from `least` to :data:`STEEPEST`) and log-odds before any signal.

    `x` has a row a candidate and a column a step, `is_known` says who is known guilty, `chance` is
    the chance of that for a guilty one, `many` how many candidates a row stands for.
    """
    hit = np.where(is_known, chance, 1.0 - chance)
    slip = np.where(is_known, MISTAKEN, 1.0 - MISTAKEN)
    pull = PULL * float(is_known.sum())

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ point[:-1] + point[-1], -40.0, 40.0)))
        likely = np.maximum(p * hit + (1.0 - p) * slip, 1e-12)
        rise = many * (hit - slip) * p * (1.0 - p) / likely
        away = point[:-1] - start
        value = float(pull / 2.0 * (away @ away) - many @ np.log(likely))
        return value, np.r_[pull * away - x.T @ rise, -rise.sum()]

    bounds = [*((low, STEEPEST) for low in least.tolist()), (-15.0, 5.0)]
    share = np.clip((many @ is_known) / many.sum() / max(float(chance.mean()), 1e-3), 1e-6, 0.5)
    beginning = np.r_[start, np.log(share / (1.0 - share))]
    from scipy.optimize import minimize  # noqa: PLC0415  # half a second, needed by few runs

    solution = minimize(
        loss, beginning, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}
    )
    return solution.x[:-1], float(solution.x[-1])


def rate(count: np.ndarray, exposure: np.ndarray) -> float:
    """Known cases for each unit of `exposure` of the guilty, from those known at all.

    Who has no known case may be innocent, so only the others tell: Poisson counts of which the
    noughts are not seen (zero-truncated; David and Johnson 1952). A case of usual exposure is
    added, so that a handful of counts of one does not mean a rate of nought.
    """
    sight, wide = count[count > 0].astype(float), exposure[count > 0].astype(float)
    sight, wide = np.r_[sight, 1.0], np.maximum(np.r_[wide, np.median(wide)], 1e-9)
    low, high = 1e-9, 1e3
    for _ in range(100):
        middle = float(np.sqrt(low * high))
        due = float((middle * wide / -np.expm1(-middle * wide)).sum())
        low, high = (middle, high) if due < sight.sum() else (low, middle)
    return low


def share_known(
    x: np.ndarray, is_known: np.ndarray, start: np.ndarray, least: np.ndarray, many: np.ndarray
) -> float:
    """Share of the guilty that are known where all have the same chance (Elkan and Noto 2008).

    The mean probability of being known over the known, by a model that takes the unknown for
    innocent.
    """
    steps, bias = learn(x, is_known, np.full(len(is_known), 1.0 - 1e-9), start, least, many)
    p = 1.0 / (1.0 + np.exp(-(x @ steps + bias)))
    return float(np.clip(p[is_known].mean(), LEAST_CHANCE, MOST_CHANCE))


def held_out(
    x: np.ndarray, is_known: np.ndarray, start: np.ndarray, least: np.ndarray, many: np.ndarray
) -> float:
    """How well known candidates that were held out are ranked above those not known.

    Each half of the known is held out in turn; the unknown are taken for innocent. Area under the
    curve of both halves together: half where the known are like anybody.
    """
    half = np.cumsum(is_known) % 2 == 0
    wins = []
    for test_half in (half, ~half):
        is_known_there = is_known & test_half
        steps, _ = learn(x, is_known_there, np.full(len(is_known), 1.0 - 1e-9), start, least, many)
        rest = ~is_known_there
        wins.append(_area(x[rest] @ steps, is_known[rest], many[rest]))
    return float(np.mean(wins))


def among_innocent(area: float, guilty: float) -> float:
    """The area against innocent ones, where a share `guilty` of the unknown are as the known.

    Against those it is a half (Menon and others, Learning from corrupted binary labels, 2015). No
    more than :data:`MOST_GUILTY` of the unknown are believed to be.
    """
    share = min(guilty, MOST_GUILTY)
    return (area - share / 2.0) / (1.0 - share)


def _area(score: np.ndarray, is_known: np.ndarray, many: np.ndarray) -> float:
    """Share of pairs of known and unknown in which the known one scores higher (ties half)."""
    values, place = np.unique(score, return_inverse=True)
    lower = np.bincount(place, np.where(is_known, 0.0, many), len(values))
    below = np.cumsum(lower) - lower / 2.0
    return float(below[place[is_known]].mean() / max(lower.sum(), 1.0))
