"""How much likelier calls are with a leak at one organisation than without, number by number.

The calls to the buyers of one organisation are a Poisson process: of chance, of all other sources
at their rates, and of a leak here at a rate that is summed over. Against it stands that its orders
are called as orders elsewhere are, times how popular it may be with the people reached and innocent
(:mod:`suyuan.detect.leaks.popularity`, as in the kernel).
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats
from suyuan.detect.leaks.call_rates import MOST_RATE
from suyuan.detect.leaks.kernel import POPULARITY
from suyuan.detect.leaks.order_rates import LearntRates
from suyuan.detect.leaks.unnamed_sources import ELSEWHERE

#: Steps of the rate of a leak, alike in logarithms, from that of orders elsewhere.
STEPS: Final = 40
#: No number is surer than this to call for the fraud.
SUREST: Final = 0.99


class CallOdds:
    """Log likelihood ratios of leaks, one organisation at a time, the others' rates as learnt.

    Each number is taken by itself. It may be an organisation's own desk, which follows its orders
    without a leak, as far as the number is not surely one of the fraud's: so no number says more
    than that allows.
    """

    def __init__(self, learnt: LearntRates) -> None:
        pairs, people, rates = learnt.pairs, learnt.people, learnt.fit
        self._pairs, self._ripe = pairs, rates.ripe
        self.likely = rates.likely(pairs)
        self._density = pairs.sure * rates.lags.density(pairs.hours)
        contacts = len(people.sure)
        self.total = np.bincount(pairs.contact, self.likely, contacts) + rates.chance.of(people)
        self.elsewhere = _elsewhere(learnt.groups, rates.typical)
        number = pc.dictionary_encode(learnt.contacts["caller"].combine_chunks())
        self._number = number.indices.to_numpy()
        self._part, self._sure = _numbers(self._number, people.sure)

    def of(self, group: int, mass: Floats) -> float:
        """Log Bayes factor of a leak, against innocent popularity of the log masses `mass`."""
        leaks = self._ratios(group, np.geomspace(self.elsewhere, MOST_RATE, STEPS))
        innocent = self._ratios(group, self.elsewhere * np.expm1(POPULARITY)) + mass
        total = np.logaddexp.reduce
        return float(total(leaks) - np.log(STEPS) - total(innocent))

    def _ratios(self, group: int, more: Floats) -> Floats:
        """Per rate beyond that of orders elsewhere: the log likelihood ratio against none."""
        pair = np.flatnonzero(self._pairs.source == group)
        contact, place = np.unique(self._pairs.contact[pair], return_inverse=True)
        own = np.bincount(place, self.likely[pair])
        density = np.bincount(place, self._density[pair])
        ratio = density / np.maximum(self.total[contact] - own, 1e-300)
        number, numbers = self._number[contact], len(self._part)
        ratios = []
        for rate in more:
            log_rates = np.log1p(np.maximum(rate * ratio, -0.999))
            evidence = np.bincount(number, log_rates, numbers)
            evidence -= rate * self._ripe[group] * self._part
            doubt = np.logaddexp(np.log(self._sure), np.log1p(-self._sure) + evidence)
            ratios.append((evidence - doubt).sum())
        return np.array(ratios)


def _numbers(number: NDArray[np.int32], sure: Floats) -> tuple[Floats, Floats]:
    """Each number's part of all calls, and how sure it is that it calls for the fraud."""
    weight = np.bincount(number, sure)
    return weight / max(float(weight.sum()), 1e-300), np.clip(
        weight / np.bincount(number), 1.0 - SUREST, SUREST
    )


def _elsewhere(groups: pa.Table, typical: Floats) -> float:
    """The rate of orders through no source that anybody named."""
    is_elsewhere = np.array(groups["source"].to_pylist(), dtype=object) == ELSEWHERE
    plain = is_elsewhere & (groups["copied"].to_numpy() == 0)
    return float(np.clip(typical[plain].max(initial=1e-4), 1e-4, 0.5))
