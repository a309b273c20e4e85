"""The measures themselves, on plain arrays."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np


def average_precision(score: np.ndarray, right: np.ndarray, positives: int) -> float:
    """Average precision of a ranking; ties are taken together (Davis & Goadrich 2006).

    `positives` may be more than those ranked: the ones that are not listed count as never found.
    ``nan`` where there are none.
    """
    if positives == 0:
        return math.nan
    if not len(score):
        return 0.0
    order = np.argsort(-score, kind="stable")
    score, right = score[order], right[order].astype(np.float64)
    last = np.r_[score[1:] != score[:-1], True]
    hits = np.cumsum(right)[last]
    precision = hits / (np.flatnonzero(last) + 1)
    recall_steps = np.diff(np.r_[0.0, hits])
    return float((precision * recall_steps).sum() / positives)


def recall_at(score: np.ndarray, right: np.ndarray, positives: int, k: int) -> float:
    if positives == 0:
        return math.nan
    return float(right[np.argsort(-score, kind="stable")[:k]].sum() / positives)


def f1(precision: float, recall: float) -> float:
    if math.isnan(precision) or math.isnan(recall) or precision + recall == 0:
        return 0.0 if precision == recall == 0 else math.nan
    return 2 * precision * recall / (precision + recall)


def calibration(score: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Brier score, calibration slope (Cox 1958) and expected error in ten bins, of those listed.

    The slope is nan where every score of the right is above every other: any slope fits.
    """
    if not len(score):
        return {"brier": math.nan, "slope": math.nan, "ece": math.nan}
    bins = np.minimum((score * 10).astype(int), 9)
    gaps = [
        abs(score[bins == b].mean() - right[bins == b].mean()) * (bins == b).sum()
        for b in np.unique(bins)
    ]
    apart = score[right > 0].min(initial=1.0) > score[right <= 0].max(initial=0.0)
    odds = np.log(_inside(score) / (1 - _inside(score)))
    slope = math.nan if apart else logistic(odds, right)[0]
    return {
        "brier": float(((score - right) ** 2).mean()),
        "slope": slope,
        "ece": float(sum(gaps) / len(score)),
    }


def _inside(score: np.ndarray) -> np.ndarray:
    return np.clip(score, 1e-4, 1 - 1e-4)


def logistic(x: np.ndarray, y: np.ndarray, ridge: float = 1e-3) -> tuple[float, float]:
    """Slope and intercept of a logistic regression on one variable, by Newton's method."""
    slope, intercept = 1.0, 0.0
    if len(np.unique(y)) < 2:
        return math.nan, math.nan
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(slope * x + intercept, -30, 30)))
        w = np.maximum(p * (1 - p), 1e-9)
        gradient = np.array([((y - p) * x).sum() - ridge * (slope - 1), (y - p).sum()])
        hessian = np.array([[(w * x * x).sum() + ridge, (w * x).sum()], [(w * x).sum(), w.sum()]])
        step = np.linalg.solve(hessian + 1e-9 * np.eye(2), gradient)
        slope, intercept = slope + float(step[0]), intercept + float(step[1])
        if np.abs(step).max() < 1e-8:
            break
    return slope, intercept


def cluster_scores(result: Sequence[str], true: Sequence[str]) -> dict[str, float]:
    """Per-element B-cubed (Bagga & Baldwin 1998), pairwise, and adjusted Rand (Hubert 1985)."""
    n = len(result)
    if n == 0:
        return {"b_cubed_f1": math.nan, "pairwise_f1": math.nan, "ari": math.nan}
    pairs = Counter(zip(result, true, strict=True))
    by_found, by_true = Counter(result), Counter(true)
    precision = sum(many * many / by_found[f] for (f, _), many in pairs.items()) / n
    recall = sum(many * many / by_true[t] for (_, t), many in pairs.items()) / n
    together = _pairs(pairs.values())
    in_found, in_true = _pairs(by_found.values()), _pairs(by_true.values())
    chance = in_found * in_true / max(math.comb(n, 2), 1)
    top = (in_found + in_true) / 2
    return {
        "b_cubed_precision": precision,
        "b_cubed_recall": recall,
        "b_cubed_f1": f1(precision, recall),
        "pairwise_f1": 2 * together / (in_found + in_true) if in_found + in_true else 1.0,
        "ari": (together - chance) / (top - chance) if top != chance else 1.0,
    }


def _pairs(sizes: Iterable[int]) -> float:
    return float(sum(math.comb(size, 2) for size in sizes))


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and 95 % interval (Student's t), ``nan`` values left out."""
    finite = np.array([v for v in values if not math.isnan(v)])
    if not len(finite):
        return math.nan, math.nan, math.nan
    mean = float(finite.mean())
    if len(finite) == 1:
        return mean, math.nan, math.nan
    half = _t(len(finite) - 1) * float(finite.std(ddof=1)) / math.sqrt(len(finite))
    return mean, mean - half, mean + half


_T: Mapping[int, float] = {
    1: 12.706,
    2: 4.303,
    3: 3.182,
    4: 2.776,
    5: 2.571,
    6: 2.447,
    7: 2.365,
    8: 2.306,
    9: 2.262,
    10: 2.228,
    12: 2.179,
    15: 2.131,
    20: 2.086,
    30: 2.042,
}


def _t(freedom: int) -> float:
    """The 97.5 % point of Student's t, from the table (the next lower entry)."""
    return _T[max(f for f in _T if f <= freedom)] if freedom < 60 else 1.96
