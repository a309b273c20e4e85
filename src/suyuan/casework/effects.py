"""Did a measure work: what it prevented, what only moved elsewhere, and how sure that is.

Difference in differences on sums. *Measured* are the numbers or accounts under the measure, *kin*
the others of the same rings (among them new ones, to which things move), *control* those of rings
without any measure. Scam numbers are short-lived and measured ones were busy when they were chosen,
so their counterfactual is what became of control numbers that were busy then too; that of whole
rings is what became of whole control rings:

    prevented = before(measured) · after/before(control busy before) − after(measured)
    net       = before(rings) · after/before(control) − after(rings)
    moved     = prevented − net

Intervals are percentiles of a bootstrap (Efron 1979). Numbers come and go by themselves, so for
what was prevented numbers are drawn anew; a ring goes on with others, so for the net effect it is
days, the same ones in both groups. They hold where control and measured rings would have gone the
same way; the same arithmetic at an earlier day, the *placebo*, should cover nothing at all.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from suyuan.model.text import Text

Floats = npt.NDArray[np.float64]
DRAWS: Final = 2_000
#: Fewer units than this in a group that is drawn from make no interval.
FEWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened: a call (value 1), or a loss in fen. `kin` is the unit's ring."""

    unit: str
    kin: str
    at: datetime
    value: int = 1


@dataclass(frozen=True, slots=True)
class Estimate:
    """A sum with its interval of 95 %; the bounds are None where too few units carry it."""

    value: float
    low: float | None
    high: float | None

    @property
    def sure(self) -> bool:
        """True where the interval does not reach nothing."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class GroupSum:
    """What a group did before and after, and how many units it has."""

    units: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class MeasureEffect:
    """What came of a measure. Where `why_not` is said there are sums and no estimates."""

    since: datetime
    days: int
    own: GroupSum
    kin: GroupSum
    control: GroupSum
    prevention: Estimate | None
    displacement: Estimate | None
    net: Estimate | None
    placebo: Estimate | None
    why_not: Text | None


def effect(
    occurrences: Iterable[Occurrence], targets: frozenset[str], since: datetime, days: int
) -> MeasureEffect:
    """The effect of a measure on the units `targets` from `since`, over `days` on either side."""
    all_occurrences = list(occurrences)
    panel = _panel(all_occurrences, targets, since, days)
    own, kin, control = (_sum(group) for group in (panel.own, panel.kin, panel.control))
    why_not = _why_not(panel)
    if why_not is not None:
        return MeasureEffect(since, days, own, kin, control, None, None, None, None, why_not)
    prevention, displacement, net = _estimates(panel)
    # The placebo lies wholly before the measure, on windows half as long.
    half = days // 2
    earlier = _panel(all_occurrences, targets, since - timedelta(days=half), half)
    placebo = None if half < 2 or _why_not(earlier) is not None else _estimates(earlier)[2]
    return MeasureEffect(
        since, days, own, kin, control, prevention, displacement, net, placebo, None
    )


@dataclass(frozen=True, slots=True)
class _Panel:
    """Measured, kin, control: a row a unit, its sums before and after. Rings: a row a day.

    `rings` and `other_rings` are the days of the rings with measured units and of those without,
    the days before first; a row of one and a row of the other are the same day.
    """

    own: Floats
    kin: Floats
    control: Floats
    rings: Floats
    other_rings: Floats


def _panel(
    occurrences: list[Occurrence], targets: frozenset[str], since: datetime, days: int
) -> _Panel:
    kin = {o.kin for o in occurrences if o.unit in targets}
    sums: list[dict[str, list[float]]] = [{}, {}, {}]
    daily = np.zeros((2, 2 * days))
    for o in occurrences:
        day = (o.at - since) // timedelta(days=1) + days
        if not 0 <= day < 2 * days:
            continue
        group = 0 if o.unit in targets else 1 if o.kin in kin else 2
        sums[group].setdefault(o.unit, [0.0, 0.0])[int(day >= days)] += o.value
        daily[int(group == 2), day] += o.value
    own, kin_sums, control = (
        np.array([units[name] for name in sorted(units)], np.float64).reshape(-1, 2)
        for units in sums
    )
    return _Panel(own, kin_sums, control, daily[0], daily[1])


def _sum(group: Floats) -> GroupSum:
    return GroupSum(len(group), float(group[:, 0].sum()), float(group[:, 1].sum()))


def _why_not(panel: _Panel) -> Text | None:
    if not panel.own[:, 0].sum():
        return Text(
            "The subjects of the measure were not active in the days before.",
            "措施对象在此前时段内无活动。",
        )
    if not panel.control[:, 0].sum():
        return Text("There is no control group.", "没有可比的对照组。")
    return None


def _estimates(panel: _Panel) -> tuple[Estimate, Estimate, Estimate]:
    """Prevented, moved and net."""
    busy = panel.control[panel.control[:, 0] > 0]
    days = len(panel.rings) // 2
    alone = float(_prevention(panel.own.sum(axis=0), busy.sum(axis=0)))
    net = float(_prevention(_halves(panel.rings, days), _halves(panel.other_rings, days)))
    if min(len(panel.own), len(busy), days) < FEWEST:
        return _unsure(alone), _unsure(alone - net), _unsure(net)
    generator = np.random.default_rng(zlib.crc32(panel.own.tobytes() + panel.control.tobytes()))
    own, controls = (_weights(generator, len(group)) @ group for group in (panel.own, busy))
    drawn_alone = _prevention(own, controls)
    weights = [_weights(generator, days) for _ in range(2)]
    rings, control = (
        _drawn_days(daily, weights, days) for daily in (panel.rings, panel.other_rings)
    )
    drawn_net = _prevention(rings, control)
    return (
        _estimate(alone, drawn_alone, len(panel.own)),
        _estimate(alone - net, drawn_alone - drawn_net, days),
        _estimate(net, drawn_net, days),
    )


def _prevention(own: Floats, control: Floats) -> Floats:
    """Expected less seen, from sums before and after (last axis)."""
    trend = control[..., 1] / np.maximum(control[..., 0], 1e-9)
    difference: Floats = trend * own[..., 0] - own[..., 1]
    return difference


def _halves(daily: Floats, days: int) -> Floats:
    return np.array([daily[:days].sum(), daily[days:].sum()])


def _drawn_days(daily: Floats, weights: list[Floats], days: int) -> Floats:
    return np.stack([weights[0] @ daily[:days], weights[1] @ daily[days:]], axis=-1)


def _weights(generator: np.random.Generator, count: int) -> Floats:
    """How often each of `count` rows is drawn, for every draw."""
    return generator.multinomial(count, np.full(count, 1 / count), DRAWS).astype(np.float64)


def _estimate(value: float, draws: Floats, count: int) -> Estimate:
    """The percentiles, widened as few rows ask (Hesterberg 2015: expanded percentiles)."""
    low, high = np.percentile(draws, [2.5, 97.5])
    wide = float(stats.t.ppf(0.975, count - 1) / stats.norm.ppf(0.975))
    wide *= float(np.sqrt(count / (count - 1)))
    return Estimate(value, value + (low - value) * wide, value + (high - value) * wide)


def _unsure(value: float) -> Estimate:
    return Estimate(value, None, None)
