"""Which accounts stolen money can have reached: one walk over the ledger in time order."""

import numpy as np
from numba import njit

from suyuan.money.arrays import Flags, Ints32


@njit(cache=True)
def reach_of(source: Ints32, target: Ints32, begins: Flags, stops: Flags) -> Flags:
    """Accounts that money of the payments marked in `begins` can have passed through.

    Payments are in order. An account in `stops` is never passed through, whatever comes in.
    """
    out = np.zeros(stops.size, np.bool_)
    for event in range(source.size):
        if begins[event] or out[source[event]]:
            payee = target[event]
            if not stops[payee]:
                out[payee] = True
    return out
