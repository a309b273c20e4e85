"""Scorecards fitted on made-up signals whose likelihood ratios are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from suyuan.lab.fit import Worlds, best_threshold, fit, fit_files
from suyuan.lab.fitting.bins import step_weights
from suyuan.lab.fitting.reweighing import WeightPolicy
from suyuan.model.errors import InputError
from suyuan.model.scorecard import Scorecard, Signal, from_mapping, to_mapping
from suyuan.model.text import Text

from .perfect import oracle, put, read

NONE = Text("", "")


def card(**directions: str) -> Scorecard:
    signals = tuple(
        Signal(name, "x", direction, ("calls",), Text(name, name), (0.0,), (0.0, 0.0))
        for name, direction in directions.items()
    )
    return Scorecard("scam_caller", "1", False, 0.0, 0.5, signals, NONE, NONE)


def results(world: Path, out: Path, seed: int) -> tuple[Path, Path]:
    """Innocent and guilty candidates; `good` tells, `copy` repeats it, `noise` does not."""
    truth = world / "truth"
    oracle(truth, out)
    rng = np.random.default_rng(seed)
    guilty = [
        r["subject"] for r in read(truth, "roles") if r["role"] == "scam_caller" and r["counts"]
    ]
    innocent = [f"phone:{i}" for i in range(10 * len(guilty))]
    findings, signals = [], []
    for i, subject in enumerate(guilty + innocent):
        good = rng.normal(2.0 if i < len(guilty) else 0.0, 1.0)
        findings.append(
            {"finding_id": str(i), "role": "scam_caller", "subject": subject, "score": 0.5}
        )
        for name, value in {"good": good, "copy": good, "noise": rng.normal()}.items():
            known = name != "noise" or rng.random() < 0.8
            signals.append(
                {
                    "finding_id": str(i),
                    "signal": name,
                    "value": float(value) if known else None,
                    "missing": False,
                }
            )
    put(out, "findings", findings)
    put(out, "signals", signals)
    return out, truth


@pytest.fixture(scope="module")
def folders(world: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    return [results(world, tmp_path_factory.mktemp(f"r{i}"), i) for i in range(3)]


def test_kept_weights_are_calibrated_anew(folders: list[tuple[Path, Path]]) -> None:
    worlds = Worlds(folders[:2], folders[2:], {"scenario": "515"})
    first = fit(card(good="up", noise="either"), worlds, WeightPolicy.NEW).card
    off = replace(first, slope=0.2, intercept=3.0, threshold=0.9)
    again = fit(off, worlds, WeightPolicy.KEPT)
    assert again.card.signals == first.signals
    assert (again.card.slope, again.card.intercept) == (first.slope, first.intercept)
    assert again.card.threshold == first.threshold
    assert again.after[2] < again.before[2]


def test_weights_rise_copies_share_and_noise_counts_little(
    folders: list[tuple[Path, Path]],
) -> None:
    fitted = fit(
        card(good="up", copy="up", noise="either"),
        Worlds(folders[:2], folders[2:], {"scenario": "515"}),
        WeightPolicy.NEW,
    ).card
    good, copy, noise = fitted.signals
    assert list(good.weights) == sorted(good.weights)
    rise = (good.weights[-1] - good.weights[0]) + (copy.weights[-1] - copy.weights[0])
    assert 3.0 < rise < 8.5  # the log likelihood ratio once (2 x - 2 from -1 to 3), not twice
    assert max(map(abs, (*noise.weights, noise.unknown))) < 0.6
    assert 0.7 < fitted.slope < 1.5
    assert -6 < fitted.prior < np.log(1 / 10)  # an average candidate is nearly an innocent one
    assert 0.2 < fitted.threshold < 0.8
    assert fitted.fitted
    assert fitted.fitted_on["guilty"] > 100


def test_a_fitted_card_is_a_readable_file(folders: list[tuple[Path, Path]], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = yaml.safe_dump(to_mapping(card(good="up")), allow_unicode=True)
    (tmp_path / "in" / "scam_caller.yml").write_text(text, encoding="utf-8")
    [made] = fit_files(
        tmp_path / "in", Worlds(folders[:1], folders[1:2], {"seeds": [1]}), tmp_path / "out"
    )
    again = from_mapping(yaml.safe_load((tmp_path / "out" / "scam_caller.yml").read_text("utf-8")))
    assert again == made.card
    assert again.version == "2"
    assert [s.edges for s in again.signals] == [(0.0,)]  # edges of a card stay


def test_a_fit_is_the_same_again_and_tells_whether_it_gained(
    folders: list[tuple[Path, Path]],
) -> None:
    worlds = Worlds(folders[:2], folders[2:], {})
    one, two = (fit(card(good="up", noise="either"), worlds, WeightPolicy.NEW) for _ in range(2))
    assert one == two
    assert one.before[0] < 0.2 < 0.4 < one.after[0]  # average precision: flat card, fitted card
    assert one.after[2] < one.before[2]  # Brier score


def test_what_the_worlds_say_overrules_the_card(folders: list[tuple[Path, Path]]) -> None:
    steep = replace(
        card(good="up"), signals=(replace(card(good="up").signals[0], weights=(0.0, 1.0)),)
    )
    noise = replace(steep, signals=(replace(steep.signals[0], name="noise"),))
    [mine] = fit(steep, Worlds(folders[:1], folders[1:2], {})).card.signals
    [weak] = fit(noise, Worlds(folders[:1], folders[1:2], {})).card.signals
    assert mine.weights[1] - mine.weights[0] > 1.0
    assert weak.weights[1] - weak.weights[0] < 0.5  # many candidates say that it tells nothing


def test_without_guilty_candidates_nothing_is_fitted(folders: list[tuple[Path, Path]]) -> None:
    other = Scorecard("sim_supplier", "1", False, 0.0, 0.5, card(good="up").signals, NONE, NONE)
    with pytest.raises(InputError):
        fit(other, Worlds(folders[:0] or folders[:1], folders[1:2], {}))


def test_bins_follow_the_direction_and_merge_when_nothing_is_told() -> None:
    rng = np.random.default_rng(1)
    right = np.arange(4000) < 1000
    up = step_weights(rng.normal(right * 1.0, 1.0), right, "up")[1]
    assert list(up) == sorted(up)
    assert up[-1] - up[0] > 1.5
    down = step_weights(rng.normal(right * 1.0, 1.0), right, "down")[1]
    assert max(down) - min(down) < 0.2  # the data rise: nothing is left that may fall
    assert step_weights(np.ones(4000), right, "up") == ((), (0.0,))


def test_threshold_separates_where_it_can() -> None:
    right = np.array([True] * 5 + [False] * 95)
    score = np.where(right, 0.6, 0.3)
    assert 0.3 < best_threshold(score, right) < 0.6
    assert best_threshold(score, ~right & right) == 0.5
