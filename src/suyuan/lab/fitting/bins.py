"""Bins of one signal and their weights of evidence."""

import numpy as np

from suyuan.lab.fitting.sample import PRIOR_COUNT
from suyuan.model.scorecard import Direction

BINS = 7


def step_weights(
    values: np.ndarray, right: np.ndarray, direction: Direction
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Edges, and one weight more than edges.

    Edges are quantiles of guilty and innocent taken as equally many; neighbours whose weights
    break the direction are pooled, and neighbours of (nearly) one weight become one bin.
    """
    if not right.any() or right.all():
        return (), (0.0,)
    edges = _edges(values, right)
    place = np.searchsorted(edges, values, side="right")
    guilty = np.bincount(place[right], minlength=len(edges) + 1).astype(float)
    innocent = np.bincount(place[~right], minlength=len(edges) + 1).astype(float)
    weight = _weights(guilty, innocent)
    if direction != "either":
        weight = _monotone(
            weight, guilty + innocent * guilty.sum() / innocent.sum() + 1e-9, direction == "up"
        )
    keep = np.abs(np.diff(weight)) > 0.05
    bins = np.r_[True, keep]
    cuts = tuple(float(f"{e:.6g}") for e in edges[keep])
    if len(set(cuts)) < len(cuts):  # edges that print alike
        return (), (0.0,)
    return cuts, tuple(round(float(w), 4) for w in weight[bins])


def _edges(values: np.ndarray, right: np.ndarray) -> np.ndarray:
    share = np.where(right, 0.5 / right.sum(), 0.5 / (~right).sum())
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(share[order])
    cuts = np.searchsorted(cumulative, np.arange(1, BINS) / BINS)
    edges = np.unique(values[order][np.minimum(cuts, len(values) - 1)])
    inner_edges: np.ndarray = edges[edges > values.min()]
    return inner_edges


def _weights(guilty: np.ndarray, innocent: np.ndarray) -> np.ndarray:
    share = (guilty + innocent) / (guilty + innocent).sum()
    a = (guilty + PRIOR_COUNT * share) / (guilty.sum() + PRIOR_COUNT)
    b = (innocent + PRIOR_COUNT * share) / (innocent.sum() + PRIOR_COUNT)
    weights: np.ndarray = np.log(np.maximum(a, 1e-12) / np.maximum(b, 1e-12))
    return weights


def _monotone(weight: np.ndarray, size: np.ndarray, is_rising: bool) -> np.ndarray:  # noqa: FBT001
    """Pool adjacent violators (Ayer and others 1955)."""
    sign = 1.0 if is_rising else -1.0
    blocks: list[list[float]] = []  # mean, weight, bins
    for value, mass in zip(sign * weight, size, strict=True):
        blocks.append([float(value), float(mass), 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last = blocks.pop()
            first = blocks[-1]
            mean = (first[0] * first[1] + last[0] * last[1]) / (first[1] + last[1])
            blocks[-1] = [mean, first[1] + last[1], first[2] + last[2]]
    return np.concatenate([np.full(int(many), sign * mean) for mean, _, many in blocks])
