"""Whether a case can be learnt from: the known against the innocent, not against the unknown."""

import numpy as np
import pytest

from suyuan.detect.adapting.learning import _area, among_innocent


def drawn(guilty, innocent, known, apart, seed):
    """Scores of some known among `guilty` unknown and innocent ones; whether each is known."""
    rng = np.random.default_rng(seed)
    score = np.concatenate([rng.normal(apart, 1, known + guilty), rng.normal(0, 1, innocent)])
    return score, np.arange(score.size) < known


@pytest.mark.parametrize("seed", range(5))
def test_guilty_among_the_unknown_hide_nothing(seed):
    """Most of those not known are guilty: the plain area is low, that against the innocent not."""
    score, known = drawn(guilty=1_000, innocent=1_000, known=1_000, apart=1.6, seed=seed)
    area = _area(score, known, np.ones(score.size))
    assert area < 0.75
    assert among_innocent(area, 0.5) > 0.78


@pytest.mark.parametrize("seed", range(5))
def test_known_who_are_like_anybody_are_not_made_special(seed):
    score, known = drawn(guilty=0, innocent=1_000, known=100, apart=0.0, seed=seed)
    area = _area(score, known, np.ones(score.size))
    assert among_innocent(area, 3.0) < 0.65


@pytest.mark.parametrize("guilty", [0.0, 0.3, 0.5, 9.0])
def test_half_stays_half_and_whole_is_reached(guilty):
    assert among_innocent(0.5, guilty) == pytest.approx(0.5)
    share = min(guilty, 0.5)
    assert among_innocent(1.0 - share / 2.0, guilty) == pytest.approx(1.0)
