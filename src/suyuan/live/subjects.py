"""Whose record an event belongs to: a full table refuses, and the refusal is counted."""

from typing import Any, Final

from numba import njit

from suyuan.live.state import LiveState
from suyuan.live.table import claim, find

#: A record of a structured array, inside a kernel.
Record = Any
MICROSECONDS: Final = 1_000_000
HOUR: Final = 3600
DAY: Final = 24 * HOUR
ENTITIES, NUMBERS, ACCOUNTS, PAIRS, HOLDERS, LINKS = range(6)
_LATEST: Final = 2**32 - 1


@njit(cache=True, nogil=True, inline="always")
def second_of(at: Any) -> Any:
    """The whole second of a moment in µs; what lies outside of state's range is brought to it."""
    return min(max(at // MICROSECONDS, 0), _LATEST)


@njit(cache=True, nogil=True)
def entity_key(subject: Any, state: LiveState) -> Any:
    """The entity behind `subject`, or itself."""
    slot = find(state.links, subject)
    return state.links[slot]["entity"] if slot >= 0 else subject


@njit(cache=True, nogil=True)
def entity_slot(subject: Any, state: LiveState) -> int:
    """The slot of whoever is behind `subject`, or -1."""
    if subject == 0:
        return -1
    slot = claim(state.entities, state.fills, ENTITIES, entity_key(subject, state))
    if slot < 0:
        state.counts[0]["refused"] += 1
    return slot


@njit(cache=True, nogil=True)
def account_slot(key: Any, at: Any, state: LiveState) -> int:
    """The slot of an account, or -1; `at` in seconds."""
    if key == 0:
        return -1
    before = state.fills[ACCOUNTS]
    slot = claim(state.accounts, state.fills, ACCOUNTS, key)
    if slot < 0:
        state.counts[0]["refused"] += 1
    elif state.fills[ACCOUNTS] > before:
        state.accounts[slot]["decayed_at"] = at
    return slot
