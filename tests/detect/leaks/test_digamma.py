"""The digamma function, beside SciPy's."""

import numpy as np
from scipy import special

from suyuan.detect.leaks.digamma import digamma


def test_what_scipy_says() -> None:
    x = np.exp(np.random.default_rng(1).uniform(-12.0, 12.0, 20_000))
    theirs = special.digamma(x)
    assert np.abs(digamma(x) - theirs).max() < 1e-9  # 1/x is 160,000 where x is least
    np.testing.assert_allclose(digamma(x), theirs, rtol=2e-14, atol=2e-14)
