"""For how long orders have been watched, by the lag at which their call would have come.

An order of yesterday says nothing of calls after a week, and one of last month nothing of its first
days if calls are known for two weeks only.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats
from suyuan.detect.leaks.lags import EDGES


@dataclass(frozen=True, slots=True)
class PlacedOrders:
    """So many ``orders`` of a ``source`` (index) are ``age`` whole hours old; one entry for both.

    Calls are known for the last ``hours``.
    """

    source: NDArray[np.int64]
    age: NDArray[np.int64]
    orders: Floats
    hours: float


def watched_through(placed_orders: PlacedOrders, sources: int) -> Floats:
    """Source × stretch of lags: the orders, each by the share of the stretch that was watched."""
    age = np.maximum(placed_orders.age, 0) + 0.5
    columns = []
    for low, high in pairwise(EDGES):
        start = np.maximum(low, age - placed_orders.hours)
        share = np.clip((np.minimum(high, age) - start) / (high - low), 0.0, 1.0)
        columns.append(np.bincount(placed_orders.source, placed_orders.orders * share, sources))
    return np.stack(columns, axis=1)
