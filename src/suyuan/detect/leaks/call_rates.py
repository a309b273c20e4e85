"""How often a leaked order is called, by source, and how soon: learnt from the people reached.

Somebody who was called may have had exposed orders at several sources, or none that matters. Each
call is parted among the orders that could be behind it, in proportion to the source's rate and to
the lag from order to call, with a rest for what had nothing to do with any of them: such numbers
call many people about orders that the table does not hold, the more of them the more a person buys.
Rates, lags and that rest are then learnt from the parts, in turn (expectation-maximisation).

Lags are a life table: calls in each stretch of lags over the orders that have been watched through
it, so that young orders, which can only show short lags, do not make lags short. Organisations that
nobody named stand beside the named ones with a rate before data of nearly nothing, and take part by
the expected logarithm of their rate (variational Bayes, as in gamma-Poisson factorisation): one or
two calls give them no weight, many do.

Orders placed after the last that is known to have got out are a part of their own, with the
source's rate before data: nobody says that the leak was stopped, and they are too young to tell.
Where more of them are old enough than were called, it was: :func:`going`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats
from suyuan.detect.leaks.chance_calls import BEFORE_CALLS, ChanceCalls, ContactedPeople
from suyuan.detect.leaks.lags import BEFORE_DATA, EDGES, PRIOR_STRENGTH, Lags
from suyuan.detect.leaks.watch_time import PlacedOrders, watched_through

#: Before data: the share of leaked orders that are called, and the orders that this is worth.
PRIOR_RATE, PRIOR_ORDERS = 0.05, 20.0
#: The same of an organisation that nobody named.
UNNAMED_RATE = 0.001
MOST_RATE = 0.98
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of a contact (a call or report) and an exposed order of that person.

    ``contact`` and ``source`` are indices, ``hours`` run from order to call, ``sure`` is the
    probability that the source leaked times that the contact was the scammers' at all.
    """

    contact: NDArray[np.int64]
    source: NDArray[np.int64]
    hours: Floats
    sure: Floats


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known of the sources before data.

    ``follows`` gives for each the one whose rate it has before data, -1 for none; ``is_unnamed``
    marks organisations that no finding names.
    """

    follows: NDArray[np.int64]
    is_unnamed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rates:
    """Per source the ``rate`` at which exposed orders are called, ``calls``, and the orders old
    enough to have been called (``ripe``).

    ``about`` is per contact the probability that one of the person's exposed orders was behind it.
    ``typical`` is the rate at which a source takes part, ``chance`` the calls for no exposed order.
    """

    rate: Floats
    calls: Floats
    ripe: Floats
    lags: Lags
    about: Floats
    typical: Floats
    chance: ChanceCalls

    def likely(self, pairs: Meetings) -> Floats:
        """Per pair: calls an hour that are expected of it at that moment."""
        return pairs.sure * self.typical[pairs.source] * self.lags.density(pairs.hours)


def rates(
    pairs: Meetings, people: ContactedPeople, placed_orders: PlacedOrders, before: Sources
) -> Rates:
    """Rates and lags after `pairs`; `placed_orders` are all exposed orders, called about or not."""
    open_ = watched_through(placed_orders, len(before.follows))
    # All begin alike: who begins low against the rest of the orders never rises.
    rate = np.full(len(before.follows), PRIOR_RATE)
    weight, lags, rest = rate, BEFORE_DATA, BEFORE_CALLS
    for round_ in range(ROUNDS):
        part, about = _split_calls(pairs, people, weight, lags, rest)
        lags = _lags(pairs, part, open_, rate)
        calls = np.bincount(pairs.source, part, len(rate)).astype(float)
        ripe = open_ @ lags.mass
        shape, worth = _posterior(calls, ripe, before)
        change = float(np.abs(np.minimum(shape / worth, MOST_RATE) - rate).max(initial=0.0))
        rate = np.minimum(shape / worth, MOST_RATE)
        weight = np.where(before.is_unnamed, _typical(shape) / worth, rate)
        rest = rest.learnt(people, about)
        if change < 1e-4 and round_ > 5:
            break
    about = _split_calls(pairs, people, weight, lags, rest)[1]
    return Rates(rate, calls, ripe, lags, about, weight, rest)


def _split_calls(
    pairs: Meetings, people: ContactedPeople, weight: Floats, lags: Lags, rest: ChanceCalls
) -> tuple[Floats, Floats]:
    """Each pair's part of its contact, and the part of each contact that is about any order."""
    likely = pairs.sure * weight[pairs.source] * lags.density(pairs.hours)
    within = np.bincount(pairs.contact, likely, len(people.sure))
    total = within + rest.of(people)
    return likely / total[pairs.contact], within / total


def _lags(pairs: Meetings, part: Floats, open_: Floats, rate: Floats) -> Lags:
    call_counts, _ = np.histogram(pairs.hours, EDGES, weights=part)
    mass = (call_counts + PRIOR_STRENGTH * BEFORE_DATA.mass) / (rate @ open_ + PRIOR_STRENGTH)
    return Lags(mass / mass.sum())


def _posterior(calls: Floats, ripe: Floats, before: Sources) -> tuple[Floats, Floats]:
    """Shape and rate of the gamma distribution of each source's rate."""
    own = np.where(before.is_unnamed, UNNAMED_RATE, PRIOR_RATE)
    alone = (calls + own * PRIOR_ORDERS) / (ripe + PRIOR_ORDERS)
    prior_rate = np.where(before.follows >= 0, alone[before.follows], own)
    return calls + prior_rate * PRIOR_ORDERS, ripe + PRIOR_ORDERS


def _typical(shape: Floats) -> Floats:
    """The exponential of the expected logarithm of a gamma variable of rate 1."""
    from scipy.special import digamma  # noqa: PLC0415  # a quarter of a second at start

    return np.exp(digamma(shape))


def going(fit: Rates, follows: NDArray[np.int64], duration: Floats, since: Floats) -> Floats:
    """For each source's late part the probability that the leak goes on; 1 for all others.

    Before data it goes on for a further `since` after a `duration` with the odds of one to the
    other (Gott 1993, nobody knows how far on it is). Then the late orders called are asked
    against those that the rate before would give (Poisson, against what fits them best).
    """
    late = follows >= 0
    parts = len(follows)
    late_calls = np.bincount(follows[late], fit.calls[late], parts)
    usual = np.bincount(follows[late], (fit.rate[follows] * fit.ripe)[late], parts)
    short = np.minimum(late_calls, usual)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where(short > 0.0, short * np.log(usual / short), 0.0) - usual + short
    before = np.log(np.maximum(duration, 1.0)) - np.log(np.maximum(since, 1.0))
    odds = np.clip(before + gain[follows], -50.0, 50.0)
    return np.where(late, 1.0 / (1.0 + np.exp(-odds)), 1.0)
