"""Open addressing over records whose first field is a 64-bit ``key``; 0 is nobody's.

Numba checks no bounds, so the guard against a full table is part of the kernel's contract.
"""

from typing import Any, Final

import numpy as np
from numba import njit

#: A table takes new keys up to this share of its slots.
FULLEST: Final = 0.75


def slots(keys: int) -> int:
    """Slots of a table with room for `keys` keys."""
    return max(16, int(np.ceil((keys + 1) / FULLEST)))


def rehash(table: np.ndarray, keys: int) -> np.ndarray:
    """`table` with room for `keys` keys."""
    larger = np.zeros(slots(keys), table.dtype)
    _copy(table, larger)
    return larger


@njit(cache=True, nogil=True)
def _copy(old: np.ndarray, new: np.ndarray) -> None:
    for row in range(old.size):
        if old[row]["key"] != 0:
            slot = first_slot(old[row]["key"], new.size)
            while new[slot]["key"] != 0:
                slot = slot + 1 if slot + 1 < new.size else 0
            new[slot] = old[row]


@njit(cache=True, nogil=True, inline="always")
def mix(key: Any) -> Any:
    """Finalizer of MurmurHash3: keys made of keys need it, keyed hashes do not mind."""
    key = np.uint64(key)
    key = (key ^ (key >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    key = (key ^ (key >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return key ^ (key >> np.uint64(33))


@njit(cache=True, nogil=True, inline="always")
def first_slot(key: Any, size: int) -> Any:
    """Where `key` is looked for first: the upper half of its hash, scaled to fewer than 2^32 slots.

    Any size will do (Lemire, 2019), so that a table grows by less than twice.
    """
    return np.int64(((mix(key) >> np.uint64(32)) * np.uint64(size)) >> np.uint64(32))


@njit(cache=True, nogil=True)
def find(table: np.ndarray, key: Any) -> Any:
    """The slot of `key`, or -1."""
    slot = first_slot(key, table.size)
    while table[slot]["key"] != 0:
        if table[slot]["key"] == key:
            return slot
        slot = slot + 1 if slot + 1 < table.size else 0
    return np.int64(-1)


@njit(cache=True, nogil=True)
def claim(table: np.ndarray, fills: np.ndarray, place: int, key: Any) -> Any:
    """The slot of `key`, taken where there is room for it; else -1, as for nobody (0)."""
    if key == 0:
        return np.int64(-1)
    slot = first_slot(key, table.size)
    while table[slot]["key"] != 0:
        if table[slot]["key"] == key:
            return slot
        slot = slot + 1 if slot + 1 < table.size else 0
    if fills[place] >= FULLEST * table.size:
        return np.int64(-1)
    fills[place] += 1
    table[slot]["key"] = key
    return slot


@njit(cache=True, nogil=True, inline="always")
def joint(first: Any, second: Any) -> Any:
    """The key of a pair; the order matters."""
    key = mix(np.uint64(first) + np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(second)
    return key if key != 0 else np.uint64(1)
