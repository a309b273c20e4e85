"""How often a leaked order is called, by source, and how soon: learnt from the people reached.

Somebody who was called may have had exposed orders at several sources, or none that matters. Each
call is parted among the orders that could be behind it, in proportion to the source's rate and to
the lag from order to call, with a rest for an order that leaked elsewhere; rates and lags are then
learnt from those parts, in turn (expectation-maximisation). Counting every exposed order of those
called as a hit would give a source that let out nothing of use the rate of its busy neighbours.

Orders placed after the last that is known to have got out are a part of their own, with the
source's rate before data: nobody says that the leak was stopped, and they are too young to tell.
Where more of them are old enough than were called, it was: :func:`going`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats
from suyuan.detect.leaks.lags import BEFORE_DATA, OUTSIDE, Lags

#: Before data: the share of leaked orders that are called, and the orders that this is worth.
PRIOR_RATE, PRIOR_ORDERS = 0.05, 20.0
MOST_RATE = 0.98
ROUNDS = 25


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of a person reached and an exposed order of theirs.

    ``person`` and ``source`` are indices, ``hours`` run from order to call, ``sure`` is the
    probability that the source leaked times that the call was about an order at all.
    """

    person: NDArray[np.int64]
    source: NDArray[np.int64]
    hours: Floats
    sure: Floats


@dataclass(frozen=True, slots=True)
class Rates:
    """Per source the ``rate`` at which exposed orders are called, the calls ``reached``, and the
    orders old enough to have been called (``ripe``).
    """

    rate: Floats
    reached: Floats
    ripe: Floats
    lags: Lags


def rates(
    pairs: Meetings,
    source: NDArray[np.int64],
    age: Floats,
    sources: int,
    follows: NDArray[np.int64] | None = None,
) -> Rates:
    """Rates and lags after `pairs`; `source` and `age` (hours) are of every exposed order.

    `follows` gives for each source the one whose rate it has before data, -1 for none.
    """
    after = np.full(sources, -1) if follows is None else follows
    people = int(pairs.person.max(initial=-1)) + 1
    found = Rates(np.full(sources, PRIOR_RATE), np.zeros(sources), np.zeros(sources), BEFORE_DATA)
    for _ in range(ROUNDS):
        likely = pairs.sure * found.rate[pairs.source] * found.lags.density(pairs.hours)
        total = np.bincount(pairs.person, likely, people) + OUTSIDE * PRIOR_RATE
        part = likely / total[pairs.person]
        reached = np.bincount(pairs.source, part, sources).astype(float)
        ripe = np.bincount(source, found.lags.cumulative(age), sources).astype(float)
        rate = (reached + PRIOR_RATE * PRIOR_ORDERS) / (ripe + PRIOR_ORDERS)
        lent = np.where(after >= 0, rate[after], PRIOR_RATE)
        rate = np.minimum((reached + lent * PRIOR_ORDERS) / (ripe + PRIOR_ORDERS), MOST_RATE)
        moved = float(np.abs(rate - found.rate).max(initial=0.0))
        found = Rates(rate, reached, ripe, BEFORE_DATA.learnt(pairs.hours, part))
        if moved < 1e-4:
            break
    return found


def going(found: Rates, follows: NDArray[np.int64], lasted: Floats, since: Floats) -> Floats:
    """For each source's late part the probability that the leak goes on; 1 for all others.

    Before data it goes on for a further `since` after it has `lasted` so long with the odds of one
    to the other (Gott 1993, nobody knows how far on it is). Then the late orders called are asked
    against those that the rate before would give (Poisson, against what fits them best).
    """
    late = follows >= 0
    parts = len(follows)
    called = np.bincount(follows[late], found.reached[late], parts)
    usual = np.bincount(follows[late], (found.rate[follows] * found.ripe)[late], parts)
    short = np.minimum(called, usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(short > 0.0, short * np.log(usual / short), 0.0) - usual + short
    before = np.log(np.maximum(lasted, 1.0)) - np.log(np.maximum(since, 1.0))
    odds = np.clip(before + gain[follows], -50.0, 50.0)
    return np.where(late, 1.0 / (1.0 + np.exp(-odds)), 1.0)
