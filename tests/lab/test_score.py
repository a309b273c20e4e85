"""The scores, against an oracle, against nothing, and against known figures."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, average_precision_score

from suyuan.lab.score import score
from suyuan.lab.scoring.measures import average_precision, calibration, cluster_scores, interval
from suyuan.model.errors import InputError

from .perfect import oracle, put, read


@pytest.fixture(scope="module")
def perfect(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return oracle(world / "truth", tmp_path_factory.mktemp("perfect"))


def test_an_oracle_reaches_everything(perfect: Path, world: Path) -> None:
    scores = score(perfect, world / "truth", datetime(2019, 5, 20))
    for role, mine in scores.detection.items():
        assert mine["average_precision"] == pytest.approx(1.0), role
        assert mine["f1"] == pytest.approx(1.0), role
        assert mine["prevalence"] < 0.2, role
    assert scores.linkage["series"]["b_cubed_f1"] == 1.0
    assert scores.linkage["rings"]["b_cubed_f1"] < 1.0  # rings do not join other hands' reports
    assert scores.linkage["rings_members_only"]["ari"] == 1.0
    assert scores.leaks["precision"] == scores.leaks["recall"] == scores.leaks["hand_recall"] == 1.0
    assert scores.exits["fifo"]["yuan_recall"] == pytest.approx(1.0)
    assert scores.exits["fifo"]["yuan_precision"] == pytest.approx(1.0)
    assert scores.exits["fifo"]["conservation"] == 0.0
    assert all(mine["f1"] == pytest.approx(1.0) for mine in scores.edges.values())
    assert scores.rings["mean_of_six"] == 6.0
    assert sum(mine["broken_right"] for mine in scores.rules.values()) == 21 + 21 + 9
    assert scores.at_risk["called"] > 50
    assert scores.at_risk["known_oracle_exposed_100"] > scores.at_risk["known_rival_newest_100"]
    assert scores.json().startswith("{")


def test_a_wrong_name_costs_precision_and_a_neutral_one_nothing(
    perfect: Path, world: Path, tmp_path: Path
) -> None:
    oracle(world / "truth", tmp_path)
    findings = read(tmp_path, "findings")
    neutral = next(
        r for r in read(world / "truth", "roles") if r["role"] == "scam_caller" and not r["counts"]
    )
    extra = [("phone:10086", "a"), (neutral["subject"], "b")]
    rows = [
        {"finding_id": i, "role": "scam_caller", "subject": s, "score": 1.0, "decided": True}
        for s, i in extra
    ]
    put(tmp_path, "findings", findings + rows)
    mine = score(tmp_path, world / "truth").detection["scam_caller"]
    assert mine["decided"] == mine["positives"] + 1
    assert 0.95 < mine["precision"] < 1.0


def test_missing_and_empty_results_are_errors(perfect: Path, world: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        score(tmp_path, world / "truth")
    oracle(world / "truth", tmp_path)
    put(tmp_path, "findings", [])
    with pytest.raises(InputError):
        score(tmp_path, world / "truth")
    oracle(world / "truth", tmp_path)
    (tmp_path / "exits.parquet").unlink()
    with pytest.raises(InputError):
        score(tmp_path, world / "truth")


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=60))
def test_average_precision_is_the_usual_one(rows: list[tuple[int, bool]]) -> None:
    values = np.array([v for v, _ in rows], dtype=float)
    right = np.array([r for _, r in rows])
    if right.any():
        ours = average_precision(values, right, int(right.sum()))
        assert ours == pytest.approx(average_precision_score(right, values))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=2, max_size=40))
def test_rand_index_is_the_usual_one(rows: list[tuple[str, str]]) -> None:
    found, true = [f for f, _ in rows], [t for _, t in rows]
    scores = cluster_scores(found, true)
    assert scores["ari"] == pytest.approx(adjusted_rand_score(true, found))
    assert 0 <= scores["b_cubed_f1"] <= 1 + 1e-9


def test_calibration_of_honest_and_of_boastful_scores() -> None:
    rng = np.random.default_rng(0)
    honest = rng.uniform(0.02, 0.98, 20_000)
    right = (rng.random(20_000) < honest).astype(float)
    assert calibration(honest, right)["slope"] == pytest.approx(1.0, abs=0.05)
    assert calibration(honest, right)["ece"] < 0.02
    logit = np.log(honest / (1 - honest))
    boastful = 1 / (1 + np.exp(-2 * logit))
    assert calibration(boastful, right)["slope"] == pytest.approx(0.5, abs=0.05)


def test_interval_of_a_mean() -> None:
    mean, low, high = interval([1.0, 2.0, 3.0, float("nan")])
    assert mean == 2.0
    assert high - mean == pytest.approx(mean - low) == pytest.approx(4.303 / 3**0.5, rel=1e-3)
