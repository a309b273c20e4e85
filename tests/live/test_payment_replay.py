"""The third victim's payment is held before it leaves; every source of data counts."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from story import THIRD_PAYMENT, story

from suyuan.detect.cards import scorecard
from suyuan.live.policy import Action, default_policy
from suyuan.model.times import utc
from suyuan.run.payment_replay import PaymentReplay, replay_payments, scores, threshold_for, value
from suyuan.store.duck import DuckEngine
from tables import given

CARD = scorecard("payment_risk")


def replayed(tmp_path: Path, **left_out: bool) -> PaymentReplay:
    with DuckEngine(tmp_path / "work") as engine:
        return replay_payments(given(engine, **story(**left_out)), CARD)


def third(found: PaymentReplay, **silent: frozenset[str]) -> float:
    (row,) = np.flatnonzero(found.payment_id == THIRD_PAYMENT)
    return float(scores(found, CARD, **silent)[row])


def test_the_third_payment_is_held_and_groceries_are_not(tmp_path: Path) -> None:
    found = replayed(tmp_path)
    policy = default_policy()
    at = utc(datetime(2019, 4, 27, 10, 40), "Asia/Shanghai")
    assert policy.action(third(found), 4995000, at) is Action.HOLD
    groceries = np.array([name.startswith("g") for name in found.payment_id])
    assert scores(found, CARD)[groceries].max() < policy.warn
    assert not found.is_stolen[groceries].any()


def test_the_first_victim_could_not_be_known(tmp_path: Path) -> None:
    found = replayed(tmp_path)
    (first,) = np.flatnonzero(found.payment_id == "p1")
    assert scores(found, CARD)[first] < third(found) / 2


@pytest.mark.parametrize("table", ["calls", "orders", "reports"])
def test_each_source_of_data_taken_away_lowers_the_score(tmp_path: Path, table: str) -> None:
    whole, lacking = replayed(tmp_path), replayed(tmp_path, **{table: True})
    assert third(lacking) < third(whole)
    assert lacking.missing_signals > whole.missing_signals


def test_a_loan_makes_the_payment_likelier_stolen(tmp_path: Path) -> None:
    found = replayed(tmp_path)
    assert third(found, without=frozenset({"loan_share"})) < third(found)


def test_what_holding_is_worth(tmp_path: Path) -> None:
    found = replayed(tmp_path)
    score = scores(found, CARD)
    worth = value(found, score, threshold_for(found, score, 0.0))
    assert worth["honest_held"] == 0
    assert worth["yuan"] >= 4995000 / (500000 + 700000 + 4995000)
    assert worth["loss_avoided"] >= worth["yuan"] - 1e-12
