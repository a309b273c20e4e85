"""Simpler means are judged as the scorecard is, and favoured where they tie."""

import numpy as np

from suyuan.detect.cards import scorecard
from suyuan.run.payment_replay import PaymentReplay, threshold_for
from suyuan.run.payment_rivals import RULES, best_signal, by_rules, by_signal

CARD = scorecard("payment_risk")
NAMES = [signal.name for signal in CARD.signals]


def replayed(rows: int = 4000) -> PaymentReplay:
    """Stolen is whatever a report's number called before; everything else is noise."""
    rng = np.random.default_rng(3)
    signals = rng.random((rows, len(NAMES)))
    stolen = rng.random(rows) < 0.02
    signals[:, NAMES.index("named_call_hours")] = np.where(stolen, 0.5, 9999.0)
    report = np.where(stolen, "r", "").astype(object)
    amount = rng.integers(1, 10**6, rows)
    return PaymentReplay(np.arange(rows).astype(str), amount, amount, report, signals, frozenset())


def test_the_best_signal_is_found_whichever_way_it_points() -> None:
    found = replayed()
    name, held = best_signal(found, CARD, 1.0)
    assert name == "named_call_hours"
    assert held[found.is_stolen].all()
    assert held[~found.is_stolen].sum() <= 4


def test_a_missing_signal_is_no_rival() -> None:
    found = replayed()
    lacking = PaymentReplay(found.payment_id, found.at, found.amount, found.report, found.signals,
                       frozenset({"named_call_hours"}))  # fmt: skip
    assert "named_call_hours" not in dict(by_signal(lacking, CARD))


def test_rules_count_and_ties_go_to_larger_sums() -> None:
    found = replayed(10)
    found.signals[:] = 0.0
    for name, edge, up in RULES:
        found.signals[3, NAMES.index(name)] = edge + 1.0 if up else 0.0
        found.signals[:3, NAMES.index(name)] = 0.0 if up else edge + 1.0
    points = by_rules(found, CARD)
    assert int(points[3]) == len(RULES)
    assert points[:3].astype(int).tolist() == [0, 0, 0]
    assert points[:3].argmax() == found.amount[:3].argmax()


def test_no_more_honest_are_held_than_asked() -> None:
    found = replayed()
    for _, score in by_signal(found, CARD):
        held = score >= threshold_for(found, score, 1.0)
        assert held[~found.is_stolen].sum() <= 0.001 * (~found.is_stolen).sum() + 1
