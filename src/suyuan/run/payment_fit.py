"""The payment card fitted on replays of simulated worlds, and calibrated on others.

The same way of fitting as for roles (:mod:`suyuan.lab.fitting.additive`): what differs is that the
candidates are payments.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from suyuan.lab.fitting.additive import additive
from suyuan.lab.fitting.sample import Sample
from suyuan.lab.scoring.measures import logistic
from suyuan.model.scorecard import Scorecard
from suyuan.run.payment_replay import Replayed, scores


def fit_payment_card(
    card: Scorecard, fitting: Sequence[Replayed], calibrating: Sequence[Replayed]
) -> Scorecard:
    """`card` with weights fitted on `fitting`, slope and intercept on `calibrating`.

    Edges stay where people put them.
    """
    fitted = additive(card, Sample.of([_sample(card, each) for each in fitting]))
    plain = replace(fitted, slope=1.0, intercept=0.0)
    raw = np.concatenate([scores(each, plain) for each in calibrating])
    stolen = np.concatenate([each.stolen for each in calibrating])
    total = np.log(raw / (1.0 - raw))
    slope, intercept = logistic(total, stolen.astype(float), ridge=1.0)
    return replace(
        plain, slope=round(float(slope), 4), intercept=round(float(intercept), 4), fitted=True
    )


def _sample(card: Scorecard, replayed: Replayed) -> Sample:
    names = [signal.name for signal in card.signals]
    rows = len(replayed.at)
    return Sample(
        {name: replayed.signals[:, place] for place, name in enumerate(names)},
        {name: np.full(rows, name in replayed.missing) for name in names},
        replayed.stolen,
    )
