"""Trials and curves, with an investigator that knows the truth."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from suyuan.lab.code_fingerprint import WORLD, fingerprint
from suyuan.lab.trial import Plan, alert, draw, sweep, trial, victims_before_alert
from suyuan.model.errors import InputError

from .perfect import oracle


def knows(case: Path, results: Path, _: datetime | None) -> None:
    oracle(case.parent / "truth", results)


def test_a_trial_gives_means_with_intervals(scenario: Path, tmp_path: Path) -> None:
    plan = Plan(scenario, seeds=(1, 2))
    done = trial(knows, tmp_path, replace(plan, has_checks=True))
    summary = done.summary()
    assert summary["simulator/scam_caller/oracle"][0] > 0.9
    assert summary["simulator/scam_caller/column"][0] < 1.0
    assert summary["detection/scam_caller/average_precision"] == (1.0, 1.0, 1.0)
    mean, low, high = summary["detection/scam_caller/prevalence"]
    assert low <= mean <= high
    assert summary["at_risk/called"][0] > 50
    moment = alert(plan, 1)
    assert moment == datetime(2019, 5, 16, 0, 0)
    folder = tmp_path / "seed-1"
    before = victims_before_alert(folder / "truth", [(moment, folder / "results")])
    assert 5 < before["scam_caller"] < 70


def test_a_trial_goes_on_where_it_was_cut_short(scenario: Path, tmp_path: Path) -> None:
    plan = Plan(scenario, seeds=(1,), alert_day=None)
    first = trial(knows, tmp_path, plan)

    def fails(case: Path, results: Path, _: datetime | None) -> None:
        raise AssertionError("investigated again")

    assert repr(trial(fails, tmp_path, plan).scores) == repr(first.scores)
    with pytest.raises(AssertionError):  # a world of another setting is another world
        trial(fails, tmp_path, Plan(scenario, seeds=(1,), alert_day=None, knobs={"noise": 2.0}))
    with pytest.raises(AssertionError):
        trial(fails, tmp_path, Plan(scenario, seeds=(1, 2), alert_day=None))


def test_what_other_code_made_is_made_again(scenario: Path, tmp_path: Path) -> None:
    plan = Plan(scenario, seeds=(1,), alert_day=None)
    first = trial(knows, tmp_path, plan)
    manifest, written = (
        tmp_path / "seed-1" / name for name in ("truth/manifest.json", "scores.json")
    )
    ours, scored = manifest.read_text(encoding="utf-8"), written.read_text(encoding="utf-8")
    manifest.write_text(ours.replace(fingerprint(*WORLD), "older"), encoding="utf-8")
    written.write_text(scored.replace(fingerprint(), "older"), encoding="utf-8")
    assert repr(trial(knows, tmp_path, plan).scores) == repr(first.scores)
    assert manifest.read_text(encoding="utf-8") == ours
    assert written.read_text(encoding="utf-8") == scored


def test_a_sweep_is_drawn(scenario: Path, tmp_path: Path) -> None:
    curve = sweep(knows, tmp_path, Plan(scenario, seeds=(1,), alert_day=None), "noise", (0.0, 2.0))
    assert sorted(curve) == [0.0, 2.0]
    picture = tmp_path / "curve.png"
    draw(curve, "noise", ["detection/scam_caller/average_precision"], picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_trial_without_seeds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        trial(knows, tmp_path, Plan(seeds=()))
