"""Fitting scorecards: one additive model over many worlds, calibrated on others.

The edges of a card stay where people (or an earlier fit) put them; a signal without any, and every
signal of a fit of new weights, is cut into bins in which guilty and innocent weigh the same.
Weights are fitted together (:mod:`suyuan.lab.fitting.additive`), pulled towards those that the card
has; new ones towards nought; or they are kept. Slope, intercept and threshold come from worlds that
the weights never saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from suyuan.lab.fitting.additive import additive
from suyuan.lab.fitting.bins import step_weights
from suyuan.lab.fitting.reweighing import WeightPolicy
from suyuan.lab.fitting.sample import Sample, sample
from suyuan.lab.scoring.measures import average_precision, f1, logistic
from suyuan.model.errors import InputError
from suyuan.model.scorecard import Scorecard, Signal, read_scorecard, to_mapping
from suyuan.model.text import Text

#: Fewer guilty than this among those to calibrate on: slope and intercept lean on the fit's own.
FEW = 8


@dataclass(frozen=True)
class Worlds:
    """Result and truth folders: some to fit on, others to calibrate on. Test worlds are neither.

    The results must list every candidate (``investigate`` with ``listed=0``), else the weights
    learn only what the scorecard in use already suspects.
    """

    fit_folders: Sequence[tuple[Path, Path]]
    calibration_folders: Sequence[tuple[Path, Path]]
    note: Mapping[str, Any]


@dataclass(frozen=True)
class ScorecardFit:
    """A scorecard before and after, both measured on the worlds that calibrated it.

    ``before`` and ``after`` are average precision, F1 at the threshold and Brier score.
    """

    card: Scorecard
    before: tuple[float, float, float]
    after: tuple[float, float, float]


#: A score is meant as a probability: nobody is named who is less likely guilty than not.
LEAST = 0.5


def fit(
    card: Scorecard, worlds: Worlds, weights: WeightPolicy = WeightPolicy.ADJUSTED
) -> ScorecardFit:
    """The scorecard with its weights, slope, intercept, prior and threshold fitted.

    `weights` are adjusted, kept as they are, or new: of the card nothing is used then but its
    signals and their directions. Slope, intercept and threshold are fitted in each case. Raises
    :class:`InputError` where the worlds hold no guilty, or no innocent, candidate.
    """
    data = sample(card, worlds.fit_folders)
    if not 0 < data.right.sum() < len(data.right):
        raise InputError(
            Text(
                "A scorecard needs guilty and innocent candidates.",
                "拟合需要同时有涉案与无辜的候选。",
            ),
            value=card.role,
            hint=Text(
                "Make more worlds, or list every candidate.", "请增加世界数量，或列出全部候选。"
            ),
        )
    fit_card = (
        card
        if weights is WeightPolicy.KEPT
        else additive(_starting_card(card, data, weights), data)
    )
    fresh = sample(card, worlds.calibration_folders) if worlds.calibration_folders else data
    if fresh.right.sum() < FEW:
        fresh = Sample.of([data, fresh])
    total = _total(fit_card, fresh)
    slope, intercept = _calibrate(total, fresh.right)
    result = replace(
        fit_card,
        version=_next(card.version),
        fitted=True,
        slope=round(slope, 4),
        intercept=round(intercept, 4),
        threshold=best_threshold(_sigmoid(intercept + slope * total), fresh.right),
        fitted_on={
            **worlds.note,
            "worlds": len(worlds.fit_folders),
            "calibrated_on": len(worlds.calibration_folders),
            "started_from": weights.started_from(card.version),
            "candidates": len(data.right),
            "guilty": int(data.right.sum()),
        },
    )
    return ScorecardFit(result, _measures(card, fresh), _measures(result, fresh))


def fit_files(
    folder: Path,
    worlds: Worlds,
    out: Path,
    roles: Sequence[str] | None = None,
    weights: WeightPolicy = WeightPolicy.ADJUSTED,
) -> list[ScorecardFit]:
    """Fit the scorecards of a folder (or those of the roles named) and write them to `out`.

    Without `roles`, cards with nothing to learn from are passed over: those of likelihood ratios
    alone, and roles of which the worlds hold no guilty or no innocent candidate.
    """
    fits = []
    for path in sorted(folder.glob("*.yml")):
        card = read_scorecard(path)
        if path.stem in roles if roles else _fittable(card, worlds):
            fits.append(fit(card, worlds, weights))
            write(fits[-1].card, out / path.name)
    return fits


def _fittable(card: Scorecard, worlds: Worlds) -> bool:
    if all(signal.linear for signal in card.signals):
        return False
    right = sample(card, worlds.fit_folders).right
    return bool(right.any() and not right.all())


def write(card: Scorecard, path: Path) -> None:
    """A scorecard as a readable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(to_mapping(card), allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


def best_threshold(score: np.ndarray, right: np.ndarray) -> float:
    """The score from which on naming gives the best F1; 0.5 where there is nothing to name.

    Between the last score named and the next one below it, a quarter of the way up in log-odds:
    where worlds leave a wide gap nothing there is known to be innocent, and real culprits do less,
    or are seen doing less, than invented ones. Never below :data:`LEAST`.
    """
    if not right.any():
        return 0.5
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + right.sum())
    best = int(np.argmax(f1))
    below = score[order[best + 1]] if best + 1 < len(order) else 0.0
    ends = np.clip([score[order[best]], below], 0.001, 0.999)
    odds = np.log(ends / (1 - ends)) @ np.array([0.25, 0.75])
    return round(float(np.clip(1 / (1 + np.exp(-odds)), LEAST, 0.98)), 4)


def _starting_card(card: Scorecard, data: Sample, weights: WeightPolicy) -> Scorecard:
    """The card that weights are pulled towards."""
    fresh = weights is WeightPolicy.NEW
    return replace(card, signals=tuple(_cut(s, data, fresh=fresh) for s in card.signals))


def _cut(signal: Signal, data: Sample, *, fresh: bool) -> Signal:
    """The signal with edges; where there were none its first weights are nought."""
    if signal.linear or (signal.edges and not fresh):
        return signal
    values = data.values[signal.name]
    finite = np.isfinite(values)
    edges, _ = step_weights(values[finite], data.right[finite], signal.direction)
    return replace(signal, edges=edges, weights=(0.0,) * (len(edges) + 1), unknown=0.0)


def _next(version: str) -> str:
    """Findings name the version of the card that judged them: other weights, another version."""
    return str(int(version) + 1) if version.isdigit() else f"{version}.1"


def _total(card: Scorecard, data: Sample) -> np.ndarray:
    parts = [np.full(len(data.right), card.prior), *(_weights(s, data) for s in card.signals)]
    log_odds: np.ndarray = np.sum(parts, axis=0)
    return log_odds


def _sigmoid(log_odds: np.ndarray) -> np.ndarray:
    probability: np.ndarray = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return probability


def _measures(card: Scorecard, data: Sample) -> tuple[float, float, float]:
    """Average precision, F1 at the threshold, and Brier score of a card on a sample."""
    score = _sigmoid(card.intercept + card.slope * _total(card, data))
    decisions, positives = score >= card.threshold, int(data.right.sum())
    right = int((decisions & data.right).sum())
    precision = right / decisions.sum() if decisions.any() else float("nan")
    recall = right / positives if positives else float("nan")
    brier = float(((score - data.right) ** 2).mean())
    return average_precision(score, data.right, positives), f1(float(precision), recall), brier


def _weights(signal: Signal, data: Sample) -> np.ndarray:
    """What the signal adds for each candidate."""
    values, gap = data.values[signal.name], data.gaps[signal.name]
    finite = np.isfinite(values)
    if signal.linear:
        weight = np.clip(np.nan_to_num(values), *signal.bounds)
    else:
        place = np.searchsorted(np.array(signal.edges), np.nan_to_num(values), side="right")
        weight = np.array(signal.weights)[place]
    weights: np.ndarray = np.where(gap, 0.0, np.where(finite, weight, signal.unknown))
    return weights


def _calibrate(total: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and intercept on unseen worlds; as they are where these cannot tell."""
    if not 0 < right.sum() < len(right):
        return 1.0, 0.0
    slope, intercept = logistic(total, right.astype(float), ridge=1.0)
    return (slope, intercept) if 0.05 < slope < 3.0 else (1.0, 0.0)
