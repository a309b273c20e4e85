"""Fitting scorecards: weights of evidence from many worlds, calibrated on others.

For each stepped signal the values of all worlds are cut into bins in which guilty and innocent
weigh the same; a bin's weight is its log likelihood ratio (Good 1950), shrunk towards zero where
few guilty were seen, and made to rise or fall as the signal says (pool adjacent violators). Signals
that say the same thing twice are then scaled down together by a ridge regression with
coefficients between 0 and 1.5. Slope, intercept and threshold come from
worlds that the weights never saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from suyuan.lab.fitting.bins import stepped
from suyuan.lab.fitting.combine import coefficients
from suyuan.lab.fitting.sample import Sample, sample
from suyuan.lab.scoring.measures import logistic
from suyuan.model.errors import InputError
from suyuan.model.scorecard import Scorecard, Signal, from_mapping, to_mapping
from suyuan.model.text import Text

#: Weights are cut here, so that no single signal decides alone.
MOST = 4.0


@dataclass(frozen=True)
class Worlds:
    """Result and truth folders: some to fit on, others to calibrate on. Test worlds are neither.

    The results must list every candidate (``investigate`` with ``listed=0``), else the weights
    learn only what the scorecard in use already suspects.
    """

    fitting: Sequence[tuple[Path, Path]]
    calibrating: Sequence[tuple[Path, Path]]
    note: Mapping[str, Any]


def fit(card: Scorecard, worlds: Worlds) -> Scorecard:
    """The scorecard with its weights, slope, intercept, prior and threshold fitted.

    Raises :class:`InputError` where the worlds hold no guilty, or no innocent, candidate.
    """
    seen = sample(card, worlds.fitting)
    if not 0 < seen.right.sum() < len(seen.right):
        raise InputError(
            Text(
                "A scorecard needs guilty and innocent candidates.",
                "拟合需要同时有涉案与无辜的候选。",
            ),
            value=card.role,
            hint=Text(
                "Make more worlds, or list every candidate.", "请增加世界数量,或列出全部候选。"
            ),
        )
    signals = [signal if signal.linear else _weighed(signal, seen) for signal in card.signals]
    scale = coefficients(
        np.column_stack([_weights(s, seen) for s in signals]), seen.right, _fixed(signals)
    )
    signals = [_scaled(s, float(c)) for s, c in zip(signals, scale, strict=True)]
    prior = float(np.log(seen.right.mean() / (1 - seen.right.mean())))
    fresh = sample(card, worlds.calibrating)
    total = prior + sum(_weights(s, fresh) for s in signals)
    slope, intercept = _calibrated(np.asarray(total), fresh.right)
    score = 1 / (1 + np.exp(-np.clip(intercept + slope * np.asarray(total), -30, 30)))
    return replace(
        card,
        fitted=True,
        prior=round(prior, 4),
        signals=tuple(signals),
        slope=round(slope, 4),
        intercept=round(intercept, 4),
        threshold=best_threshold(score, fresh.right),
        fitted_on={
            **worlds.note,
            "worlds": len(worlds.fitting),
            "calibrated_on": len(worlds.calibrating),
            "candidates": len(seen.right),
            "guilty": int(seen.right.sum()),
        },
    )


def fit_files(
    folder: Path, worlds: Worlds, out: Path, roles: Sequence[str] | None = None
) -> list[Scorecard]:
    """Fit the scorecards of a folder (or those of the roles named) and write them to `out`."""
    cards = []
    for path in sorted(folder.glob("*.yml")):
        if roles is not None and path.stem not in roles:
            continue
        card = fit(from_mapping(yaml.safe_load(path.read_text(encoding="utf-8"))), worlds)
        write(card, out / path.name)
        cards.append(card)
    return cards


def write(card: Scorecard, path: Path) -> None:
    """A scorecard as a readable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(to_mapping(card), allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


def best_threshold(score: np.ndarray, right: np.ndarray) -> float:
    """The score from which on naming gives the best F1; 0.5 where there is nothing to name."""
    if not right.any():
        return 0.5
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + right.sum())
    best = int(np.argmax(f1))
    below = score[order[best + 1]] if best + 1 < len(order) else 0.0
    return round(float(np.clip((score[order[best]] + below) / 2, 0.02, 0.98)), 4)


def _weighed(signal: Signal, seen: Sample) -> Signal:
    values = seen.values[signal.name]
    known = np.isfinite(values)
    edges, weights = stepped(values[known], seen.right[known], signal.direction)
    unknown = seen.weight_of(~known & ~seen.missing[signal.name])
    return replace(signal, edges=edges, weights=weights, unknown=round(unknown, 4))


def _weights(signal: Signal, seen: Sample) -> np.ndarray:
    """What the signal adds for each candidate."""
    values, missing = seen.values[signal.name], seen.missing[signal.name]
    known = np.isfinite(values)
    if signal.linear:
        added = np.clip(np.nan_to_num(values), *signal.bounds)
    else:
        place = np.searchsorted(np.array(signal.edges), np.nan_to_num(values), side="right")
        added = np.array(signal.weights)[place]
    found: np.ndarray = np.where(missing, 0.0, np.where(known, added, signal.unknown))
    return found


def _fixed(signals: Sequence[Signal]) -> np.ndarray:
    return np.array([signal.linear for signal in signals])


def _scaled(signal: Signal, by: float) -> Signal:
    if signal.linear:
        return signal
    weights = tuple(round(float(np.clip(w * by, -MOST, MOST)), 4) for w in signal.weights)
    return replace(signal, weights=weights, unknown=round(signal.unknown * by, 4))


def _calibrated(total: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and intercept on unseen worlds; as they are where these cannot tell."""
    if not 0 < right.sum() < len(right):
        return 1.0, 0.0
    slope, intercept = logistic(total, right.astype(float), ridge=1.0)
    return (slope, intercept) if slope > 0.05 else (1.0, 0.0)
