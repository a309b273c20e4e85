"""A payment card is fitted on some replays and calibrated on others."""

from dataclasses import replace

import numpy as np

from suyuan.detect.cards import scorecard
from suyuan.run.payment_fit import fit_payment_card
from suyuan.run.payment_replay import PaymentReplay, scores

CARD = scorecard("payment_risk")
TOLD = "named_call_hours"
PLACE = [signal.name for signal in CARD.signals].index(TOLD)


def replayed(seed: int, rate: float) -> PaymentReplay:
    """4,000 payments of which a named number's call, and nothing else, tells which are stolen."""
    draw = np.random.default_rng(seed)
    stolen = draw.random(4_000) < rate
    signals = np.zeros((len(stolen), len(CARD.signals)))
    called = np.where(stolen, draw.random(len(stolen)) < 0.8, draw.random(len(stolen)) < 0.05)
    signals[:, PLACE] = np.where(called, 0.2, 500.0)
    ids = np.array([f"p{n}" for n in range(len(stolen))], dtype=object)
    others = frozenset(signal.name for signal in CARD.signals) - {TOLD}
    of = np.where(stolen, "R1", "").astype(object)
    at = np.arange(len(stolen), dtype=np.int64)
    return PaymentReplay(ids, at, at + 100, of, signals, others)


def test_weights_come_from_the_fit_and_the_level_from_the_calibration() -> None:
    blank = replace(
        CARD, signals=tuple(replace(s, weights=(0.0,) * len(s.weights)) for s in CARD.signals)
    )
    card = fit_payment_card(blank, [replayed(1, 0.2), replayed(2, 0.2)], [replayed(3, 0.02)])
    assert card.fitted
    weights = card.signals[PLACE].weights
    assert weights[0] - weights[-1] > 2.0  # log(0.8 / 0.05) is 2.8
    unseen = replayed(4, 0.02)
    score = scores(unseen, card)
    assert 0.01 < score.mean() < 0.03  # as often as where it was calibrated, not as where fitted
    assert score[unseen.is_stolen].mean() > 5 * score[~unseen.is_stolen].mean()
    assert [s.edges for s in card.signals] == [s.edges for s in CARD.signals]
