"""A signal cut where the case itself lies: at places among its own candidates.

A place is the share of the measured candidates that lie lower (ties in the middle), so that a cut
means the same in a city of heavy callers and in a sample of sparse ones. Cuts are turned back into
values, so that what is learnt is an ordinary card that a person can read.
"""

from collections.abc import Sequence

import numpy as np

#: Places at which a signal is cut, from its innocent end; closer together towards the other.
PLACES = (0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 0.985)


def cuts(values: np.ndarray, *, rising: bool) -> tuple[float, ...]:
    """Edges in ascending order at :data:`PLACES` of the finite `values`; none where all are alike.

    Where a signal speaks by falling, places are counted from its upper end.
    """
    known = values[np.isfinite(values)]
    unique, many = np.unique(known, return_counts=True)
    if len(unique) < 2:
        return ()
    place = (np.cumsum(many) - many / 2.0) / len(known)
    at = place if rising else (1.0 - place)[::-1]
    first = np.searchsorted(at, PLACES, side="right")
    first = np.unique(first[(first > 0) & (first < len(unique))])
    above = first if rising else len(unique) - first
    return tuple(np.unique((unique[above - 1] + unique[above]) / 2.0).tolist())


def columns(values: np.ndarray, edges: Sequence[float], *, rising: bool) -> np.ndarray:
    """One column a step, 1 where it is taken, less its mean; 0 where the value is not known.

    Steps are in the order of `edges`; of a signal that speaks by falling a step is taken below it.
    """
    known = np.isfinite(values)[:, None]
    over = np.nan_to_num(values)[:, None] >= np.asarray(edges, dtype=float)[None, :]
    taken = (known & (over if rising else ~over)).astype(float)
    found: np.ndarray = np.where(known, taken - _mean(taken, known), 0.0)
    return found


def _mean(taken: np.ndarray, known: np.ndarray) -> np.ndarray:
    found: np.ndarray = taken.sum(0) / max(int(known.sum()), 1)
    return found


def weights(
    steps: np.ndarray, values: np.ndarray, edges: Sequence[float], *, rising: bool
) -> tuple[float, ...]:
    """Weights of the bins between `edges` from what each step adds, centred as :func:`columns`."""
    known = values[np.isfinite(values)]
    over = known[:, None] >= np.asarray(edges, dtype=float)[None, :]
    share = (over if rising else ~over).mean(0) if len(known) else np.zeros(len(edges))
    if rising:
        summed = np.concatenate([[0.0], np.cumsum(steps)])
    else:
        summed = np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])
    return tuple(float(round(w, 4)) for w in summed - share @ steps)
