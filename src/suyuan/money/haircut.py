"""Haircut over every payment of a table in one pass: how much of each was stolen.

For ranking accounts, and for a first look at a table too large to ask report by report: all stolen
money under one label, no lots. Rounding: of each payment the stolen part is rounded down, and the
rest of a fen stays in the account; so what is stolen is conserved to the fen.
"""

import numpy as np
from numba import njit

from suyuan.money.arrays import Flags, Ints, Ints32
from suyuan.money.shares import muldiv

_SAFE = 3.0e9


@njit(cache=True, nogil=True)
def haircut(
    payer: Ints32, payee: Ints32, amount: Ints, origin: Flags, holds: Ints, stops: Flags
) -> Ints:
    """The stolen part of each payment, payments being in time order.

    `origin` marks payments that are stolen whole. `holds` has a row for each account: its balance
    and what of it is stolen; it is changed in place. What an account pays beyond its balance comes
    in as clean money just then. Accounts in `stops` never pass stolen money on.
    """
    out = np.zeros(amount.size, np.int64)
    for i in range(amount.size):
        a, b, fen = payer[i], payee[i], amount[i]
        tainted_fen = holds[a, 1]
        part = 0
        if tainted_fen > 0 and not stops[a]:
            balance = max(holds[a, 0], fen)
            if tainted_fen < _SAFE and fen < _SAFE:
                # a float quotient is off by one at most, and much faster than an integer one
                part = int(float(tainted_fen) * float(fen) / float(balance))
                rest = tainted_fen * fen - part * balance
                part += int(rest >= balance) - int(rest < 0)
            else:
                part = muldiv(min(tainted_fen, balance), fen, balance)[0]
            holds[a, 1] = tainted_fen - part
        holds[a, 0] = max(holds[a, 0] - fen, 0)
        if origin[i]:
            part = fen
        holds[b, 0] += fen
        if part > 0:
            holds[b, 1] += part
            out[i] = part
    return out
