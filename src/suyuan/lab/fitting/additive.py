"""One monotone additive logistic model for all signals of a scorecard.

The weight of a bin is the sum of the steps up to it. A step of an ``up`` signal never falls, of a
``down`` signal never rises, and none is larger than :data:`STEEPEST`. The most probable weights
under a normal prior around the weights that the card has already are found by L-BFGS-B (Byrd and
others 1995). The loss also counts copies of the rows from which tables or random signals are taken
away: no single signal may carry a score, and a case without a table is scored by what is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from suyuan.lab.fitting.sample import Sample
from suyuan.lab.seeds import child
from suyuan.model.scorecard import Scorecard, Signal

#: No step adds more than this, in nats, unless the card that is started from says so already.
STEEPEST = 1.3
#: Weight of the prior: a step of the prior's own standard deviation is 0.6 nats.
PULL = 1 / (2 * 0.6**2)
#: How much a copy of the rows without some of the signals counts beside the whole one.
COPY = 0.3
#: Tables that a case may well lack altogether, each copy without one group of them.
TABLES = (frozenset({"reports", "traces"}), frozenset({"calls", "otps", "logins"}))
#: So many copies lack a random third of the signals.
THIRDS = 2
#: So many innocents are kept for each guilty; each then counts for those left out.
INNOCENTS = 30


@dataclass(frozen=True)
class Design:
    """Columns of the regression, centred, and which signal each belongs to.

    ``x`` has a column for each step of each signal, then one for "not measurable"; ``offset`` is
    what linear signals add.
    """

    x: np.ndarray
    owner: np.ndarray
    centre: np.ndarray
    start: np.ndarray
    bounds: list[tuple[float, float]]
    offset: np.ndarray


def additive(card: Scorecard, data: Sample) -> Scorecard:
    """The card with prior and weights fitted; edges and linear signals stay as they are."""
    rows, weight = _thin_sample(data.right)
    design = _design(card.signals, data, rows, weight)
    right = data.right[rows].astype(float)
    theta, prior = _most_probable(design, right, weight, _copies(card, design))
    signals = []
    for place, signal in enumerate(card.signals):
        columns = design.owner == place
        signals.append(
            signal if signal.linear else _reweight(signal, theta[columns], design.centre[columns])
        )
    return replace(card, prior=round(prior, 4), signals=tuple(signals))


def _thin_sample(right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every guilty and some innocents, with the weight that makes up for those left out."""
    innocent = np.flatnonzero(~right)
    most = INNOCENTS * max(int(right.sum()), 50)
    innocents = innocent
    if len(innocent) > most:
        innocents = np.sort(
            child(len(right), "fit/innocents").choice(innocent, most, replace=False)
        )
    rows = np.concatenate([np.flatnonzero(right), innocents])
    share = len(innocent) / max(len(innocents), 1)
    return rows, np.where(right[rows], 1.0, share)


def _design(
    signals: Sequence[Signal], data: Sample, rows: np.ndarray, weight: np.ndarray
) -> Design:
    parts, owner, start, bounds = [], [], [], []
    offset = np.zeros(len(rows))
    for place, signal in enumerate(signals):
        values, absent = data.values[signal.name][rows], data.gaps[signal.name][rows]
        finite = np.isfinite(values) & ~absent
        if signal.linear:
            offset += np.where(
                finite, np.clip(np.nan_to_num(values), *signal.bounds), signal.unknown
            )
            continue
        steps = [finite & (values >= edge) for edge in signal.edges]
        columns = np.column_stack([*steps, ~finite & ~absent]).astype(float)
        columns[absent] = np.nan
        parts.append(columns)
        owner += [place] * columns.shape[1]
        start += [*np.diff(signal.weights), signal.unknown - signal.weights[0]]
        bounds += [*map(_bounds, [signal.direction] * len(steps), np.diff(signal.weights))]
        bounds.append((-np.inf, np.inf))
    x = np.concatenate(parts, axis=1)
    there = np.isfinite(x) * weight[:, None]
    total = np.maximum(there.sum(0), 1e-9)
    centre = (np.nan_to_num(x) * there).sum(0) / total
    x = np.nan_to_num(x - centre)
    return Design(x, np.array(owner), centre, np.array(start, float), bounds, offset)


def _bounds(direction: str, step: float) -> tuple[float, float]:
    most = max(STEEPEST, abs(float(step)))
    return {"up": (0.0, most), "down": (-most, 0.0)}.get(direction, (-most, most))


def _copies(card: Scorecard, design: Design) -> list[tuple[float, np.ndarray]]:
    """What each copy of the rows counts, and which columns it has."""
    whole = np.ones(len(design.owner))
    return [(1.0, whole), *((COPY, mask) for mask in _masks(card, design) if mask.any())]


def _masks(card: Scorecard, design: Design) -> Iterator[np.ndarray]:
    for tables in TABLES:
        absent = [bool(tables.intersection(signal.needs)) for signal in card.signals]
        if any(absent):
            yield (~np.array(absent))[design.owner].astype(float)
    for copy in range(THIRDS):
        selection = child(copy, f"fit/{card.role}/thirds").random(len(card.signals)) > 1 / 3
        yield selection[design.owner].astype(float)


def _most_probable(
    design: Design, right: np.ndarray, weight: np.ndarray, copies: list[tuple[float, np.ndarray]]
) -> tuple[np.ndarray, float]:
    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        theta, bias = point[:-1], point[-1]
        away = theta - design.start
        value, slope, drift = PULL * float(away @ away), 2 * PULL * away, 0.0
        for counts, mask in copies:
            total = bias + design.offset + design.x @ (theta * mask)
            value += counts * float(weight @ (np.logaddexp(0.0, total) - right * total))
            error = counts * weight * (1 / (1 + np.exp(-np.clip(total, -40, 40))) - right)
            slope = slope + (design.x.T @ error) * mask
            drift += float(error.sum())
        return value, np.r_[slope, drift]

    odds = (weight @ right + 0.5) / (weight @ (1 - right) + 0.5)
    inside = np.array([np.clip(s, *b) for s, b in zip(design.start, design.bounds, strict=True)])
    solution = minimize(
        loss, np.r_[inside, np.log(odds)], jac=True, method="L-BFGS-B",
        bounds=[*design.bounds, (-np.inf, np.inf)], options={"maxiter": 500},
    )  # fmt: skip
    return solution.x[:-1], float(solution.x[-1])


def _reweight(signal: Signal, theta: np.ndarray, centre: np.ndarray) -> Signal:
    """Steps as the weights of bins, so that an average candidate adds nothing."""
    level = -float(theta @ centre)
    weights = level + np.r_[0.0, np.cumsum(theta[:-1])]
    return replace(
        signal,
        weights=tuple(round(float(w), 4) for w in weights),
        unknown=round(level + float(theta[-1]), 4),
    )
