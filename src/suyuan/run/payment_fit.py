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
from suyuan.run.payment_replay import PaymentReplay, scores


def fit_payment_card(
    card: Scorecard,
    fit_replays: Sequence[PaymentReplay],
    calibration_replays: Sequence[PaymentReplay],
) -> Scorecard:
    """`card` with weights fitted on `fit_replays`, slope and intercept on `calibration_replays`.

    Edges stay where people put them.
    """
    fit_card = additive(
        card, Sample.of([_sample(card, case_replay) for case_replay in fit_replays])
    )
    plain = replace(fit_card, slope=1.0, intercept=0.0)
    raw = np.concatenate([scores(case_replay, plain) for case_replay in calibration_replays])
    is_stolen = np.concatenate([case_replay.is_stolen for case_replay in calibration_replays])
    total = np.log(raw / (1.0 - raw))
    slope, intercept = logistic(total, is_stolen.astype(float), ridge=1.0)
    return replace(
        plain, slope=round(float(slope), 4), intercept=round(float(intercept), 4), fitted=True
    )


def _sample(card: Scorecard, case_replay: PaymentReplay) -> Sample:
    names = [signal.name for signal in card.signals]
    rows = len(case_replay.at)
    return Sample(
        {name: case_replay.signals[:, place] for place, name in enumerate(names)},
        {name: np.full(rows, name in case_replay.missing_signals) for name in names},
        case_replay.is_stolen,
    )
