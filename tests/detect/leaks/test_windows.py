"""The window sums are what adding up every window one by one gives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.detect.leaks.windows import WINDOW_PRIOR, log_sum, window_evidence, window_profile

#: Among them some whose exponentials are no numbers: a sum must not pass through them.
scores = st.lists(st.floats(-30, 30) | st.floats(-3000, 3000), min_size=1, max_size=9).map(np.array)


def every_window(score: np.ndarray) -> list[tuple[int, int, float]]:
    """First bin, last bin, log prior weight plus log ratio, of each window of each kind."""
    bins = len(score)
    free = np.log(2 * WINDOW_PRIOR[3] / (bins * (bins + 1)))
    out = [(0, bins - 1, np.log(WINDOW_PRIOR[0]) + score.sum())]
    for k in range(bins):
        out.append((k, bins - 1, np.log(WINDOW_PRIOR[1] / bins) + score[k:].sum()))
        out.append((0, k, np.log(WINDOW_PRIOR[2] / bins) + score[: k + 1].sum()))
        out += [(j, k, free + score[j : k + 1].sum()) for j in range(k + 1)]
    return out


@settings(max_examples=60, deadline=None)
@given(scores)
def test_evidence_is_the_sum_over_windows(score: np.ndarray) -> None:
    brute = log_sum(np.array([w for _, _, w in every_window(score)]))
    assert np.isclose(window_evidence(score, WINDOW_PRIOR), brute)


@settings(max_examples=60, deadline=None)
@given(scores)
def test_ends_are_those_of_the_windows(score: np.ndarray) -> None:
    begins, ends = window_profile(score, WINDOW_PRIOR)
    for k in range(len(score)):
        first = np.array([w for a, _, w in every_window(score) if a == k])
        last = np.array([w for _, b, w in every_window(score) if b == k])
        assert np.isclose(begins[k], log_sum(first))
        assert np.isclose(ends[k], log_sum(last))


def test_prior_is_whole() -> None:
    assert np.isclose(WINDOW_PRIOR.sum(), 1.0)
    assert np.isclose(window_evidence(np.zeros(7), WINDOW_PRIOR), 0.0)
