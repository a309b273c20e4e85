"""How far the innocent may be popular with victims (decision 0051).

Victims who report come from one region and age group, whose couriers and platforms differ from the
country's, so that a candidate's share among victims strays from its share of orders without any
leak. The popularity of the innocent is log-normal about none, with one spread for shops and what
they use and a wider one for platforms and couriers; a leak has to beat it.
"""

from collections.abc import Sequence

import numpy as np

from suyuan.detect.leaks.arrays import Floats
from suyuan.detect.leaks.controls import Controls
from suyuan.detect.leaks.kernel import POPULARITY

#: Region and age choose the platform and the courier; a shop or its program less so.
BROAD = ("platform", "courier")
BROAD_SPREAD, SPREAD = 0.5, 0.35
#: Leaks take the victims of everybody else, who then look unpopular: that side is wide always.
UNPOPULAR = 1.0
#: Popularity of more standard deviations is a leak: with many victims the tail of the normal
#: distribution, however thin, would explain any of them.
FURTHEST = 3.6


def popularity(subjects: Sequence[str], control_counts: Controls | None = None) -> Floats:
    """Log masses of each candidate's popularity at the nodes of ``POPULARITY``, a row each.

    What victims order otherwise can only take popularity away (`control_counts`): who buys at a
    leaking shop again and again is its victim for that, and is no sign of its innocence.
    """
    against = (
        np.zeros((len(subjects), len(POPULARITY)))
        if control_counts is None
        else _surplus(control_counts)
    )
    rows = [
        _masses(_spread(subject), less) for subject, less in zip(subjects, against, strict=True)
    ]
    return np.array(rows).reshape(len(rows), len(POPULARITY))


def _surplus(control_counts: Controls) -> Floats:
    """What Poisson counts say against a popularity beyond what was seen, in nats; 0 up to there."""
    usual = np.maximum(control_counts.usual, 1e-9)[:, None]
    beyond = np.exp(POPULARITY)[None, :] * usual
    count = control_counts.count[:, None]
    surplus = count * np.log(np.maximum(count, 1e-300) / beyond) - count + beyond
    return np.where(beyond > np.maximum(count, usual), surplus, 0.0)


def _spread(subject: str) -> float:
    return BROAD_SPREAD if subject.partition(":")[0] in BROAD else SPREAD


def _masses(spread: float, against: Floats) -> Floats:
    """Half of the mass lies on either side of none."""
    above = POPULARITY >= 0
    distance = POPULARITY / np.where(above, spread, UNPOPULAR)
    density = np.where(distance <= FURTHEST, np.exp(-0.5 * distance**2 - against), 0.0)
    density = density * np.gradient(POPULARITY)
    halves = (density * side for side in (above, ~above))
    return np.asarray(np.log(sum(half / half.sum() for half in halves) / 2 + 1e-300))
