"""Slots of some events read before they are folded: what is missed in the cache comes at once.

With millions of subscribers nearly every slot is a miss, and a fold waits for one after
the other; independent reads wait together. Nothing is changed by it.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from suyuan.live.events import EventKind
from suyuan.live.state import LiveState
from suyuan.live.subjects import entity_key
from suyuan.live.table import first_slot, joint

#: Events looked up together, and how many a batch must have for it to be worth it.
LOOKED_UP: Final = 64
FEWEST: Final = 4
#: What keys come to with a chance of 2^-64 only; compared, so that the reads are not left out.
NO_KEY: Final = np.uint64(0x5DEECE66D1234567)
_CALL, _PAYMENT = int(EventKind.CALL), int(EventKind.PAYMENT)


@njit(cache=True, nogil=True)
def look_up(events: np.ndarray, state: LiveState) -> Any:
    """The keys in the first slots of `events`, joined: who is behind them, then their records."""
    checksum = np.uint64(0)
    for place in range(events.size):
        checksum ^= _key(state.links, events[place]["a"]) ^ _key(state.links, events[place]["b"])
    for place in range(events.size):
        a, b, kind = events[place]["a"], events[place]["b"], events[place]["kind"]
        if kind == _PAYMENT:
            entity = entity_key(a, state)
            checksum ^= _key(state.accounts, a) ^ _key(state.accounts, b)
            checksum ^= _key(state.entities, entity) ^ _key(state.pairs, joint(entity, b))
        elif kind == _CALL:
            entity = entity_key(b, state)
            checksum ^= _key(state.entities, entity) ^ _key(state.numbers, a)
            checksum ^= _key(state.pairs, joint(a, entity))
        else:
            checksum ^= _key(state.entities, entity_key(a, state))
    return checksum


@njit(cache=True, nogil=True, inline="always")
def _key(table: np.ndarray, key: Any) -> Any:
    return table[first_slot(key, table.size)]["key"]
