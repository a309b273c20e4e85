"""A signal cut where the case itself lies: at places among its own candidates.

A place is the share of the measured candidates that lie lower (ties in the middle), so that a cut
means the same in a city of heavy callers and in a sample of sparse ones. Cuts are turned back into
values, so that what is learnt is an ordinary card that a person can read.
"""

from collections.abc import Sequence

import numpy as np

#: Places at which a signal is cut, from its innocent end; closer together towards the other.
PLACES = (0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 0.985)


def cuts(values: np.ndarray, *, is_rising: bool) -> tuple[float, ...]:
    """Edges in ascending order at :data:`PLACES` of the finite `values`; none where all are alike.

    Where a signal speaks by falling, places are counted from its upper end.
    """
    finite = values[np.isfinite(values)]
    unique, many = np.unique(finite, return_counts=True)
    if len(unique) < 2:
        return ()
    place = (np.cumsum(many) - many / 2.0) / len(finite)
    at = place if is_rising else (1.0 - place)[::-1]
    first = np.searchsorted(at, PLACES, side="right")
    first = np.unique(first[(first > 0) & (first < len(unique))])
    above = first if is_rising else len(unique) - first
    return tuple(np.unique((unique[above - 1] + unique[above]) / 2.0).tolist())


def columns(values: np.ndarray, edges: Sequence[float], *, is_rising: bool) -> np.ndarray:
    """One column a step, 1 where it is taken, less its mean; 0 where the value is not known.

    Steps are in the order of `edges`; of a signal that speaks by falling a step is taken below it.
    """
    is_finite = np.isfinite(values)[:, None]
    over = np.nan_to_num(values)[:, None] >= np.asarray(edges, dtype=float)[None, :]
    passes = (is_finite & (over if is_rising else ~over)).astype(float)
    contrast: np.ndarray = np.where(is_finite, passes - _mean(passes, is_finite), 0.0)
    return contrast


def _mean(passes: np.ndarray, is_finite: np.ndarray) -> np.ndarray:
    mean: np.ndarray = passes.sum(0) / max(int(is_finite.sum()), 1)
    return mean


def weights(
    steps: np.ndarray, values: np.ndarray, edges: Sequence[float], *, is_rising: bool
) -> tuple[float, ...]:
    """Weights of the bins between `edges` from what each step adds, centred as :func:`columns`."""
    finite = values[np.isfinite(values)]
    over = finite[:, None] >= np.asarray(edges, dtype=float)[None, :]
    share = (over if is_rising else ~over).mean(0) if len(finite) else np.zeros(len(edges))
    if is_rising:
        sums = np.concatenate([[0.0], np.cumsum(steps)])
    else:
        sums = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    return tuple(float(round(w, 4)) for w in sums - share @ steps)
