"""The digamma function: the derivative of the logarithm of the gamma function."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Half of each even Bernoulli number over its place: the series in 1 / x² (Bernardo 1976, AS 103).
_SERIES: Final = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
#: From here on the series is exact to the last digits of a double.
_LARGE: Final = 10


def digamma(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Digamma of positive `x`, to 2e-15 (SciPy's takes a quarter of a second to import)."""
    far, shift = np.array(x, dtype=float), np.zeros(np.shape(x))
    for _ in range(_LARGE):
        low = far < _LARGE
        shift -= np.where(low, 1.0 / far, 0.0)
        far += low
    square, tail = far**-2.0, np.zeros(np.shape(x))
    for coefficient in reversed(_SERIES):
        tail = square * (coefficient + tail)
    return shift + np.log(far) - 0.5 / far - tail
