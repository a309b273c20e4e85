"""What is remembered: tables of small records in preallocated arrays.

Moments are whole seconds since 1970 (uint32, until 2106); 0 is never. A table that is full refuses
new keys and counts the refusal; the answer that suffered says ``degraded``.
"""

import mmap
from typing import Final, NamedTuple

import numpy as np

from suyuan.live.table import FULLEST, rehash, slots

#: Whoever is behind phones and accounts; one line of the cache.
ENTITY: Final = np.dtype(
    [
        ("key", np.uint64),
        ("merchant", np.uint64),  # of the last order
        ("software", np.uint64),
        ("lent", np.int64),  # fen
        ("ordered", np.uint32),  # last order
        ("named_call", np.uint32),  # last call from a number that a report names
        ("talked", np.uint32),  # the longest call of a stranger
        ("lent_at", np.uint32),
        ("mean", np.float32),  # of log10 of yuan paid
        ("spread", np.float32),
        ("talker", np.float32),  # strangers a day of whoever made that call
        ("talk", np.uint16),  # seconds, at most 65,535
        ("paid", np.uint16),  # payments, at most 65,535
    ],
    align=True,
)
NUMBER: Final = np.dtype(
    [
        ("key", np.uint64),
        ("strangers", np.float64),  # people it called for the first time, decaying with a day
        ("decayed_at", np.uint32),
        ("named", np.uint16),  # reports that name it
    ],
    align=True,
)
ACCOUNT: Final = np.dtype(
    [
        ("key", np.uint64),
        ("came", np.float64),  # fen in, decaying with a day
        ("went", np.float64),  # fen out, likewise
        ("first", np.uint32),
        ("decayed_at", np.uint32),
        ("once", np.int32),  # payers who paid once
        ("named", np.uint16),
        ("shop", np.uint8),
    ],
    align=True,
)
PAIR: Final = np.dtype([("key", np.uint64), ("last", np.uint32), ("times", np.uint32)], align=True)
HOLDER: Final = np.dtype(
    [("key", np.uint64), ("orders", np.float64), ("victims", np.float64)], align=True
)
LINK: Final = np.dtype([("key", np.uint64), ("entity", np.uint64)], align=True)
COUNTS: Final = np.dtype(
    [
        ("orders", np.float64),
        ("victims", np.float64),
        ("refused", np.int64),
        ("folded", np.int64),
    ],
    align=True,
)


class LiveState(NamedTuple):
    """The tables of a fold; ``fills`` counts the keys of each in this order."""

    entities: np.ndarray
    numbers: np.ndarray
    accounts: np.ndarray
    pairs: np.ndarray
    holders: np.ndarray
    links: np.ndarray
    counts: np.ndarray
    fills: np.ndarray


TABLES: Final = (ENTITY, NUMBER, ACCOUNT, PAIR, HOLDER, LINK)
#: Keys of each table for each subscriber that room is made for at first.
_SHARES: Final = (1.0, 1.0, 1.0, 4.0, 0.1, 2.0)
#: A table grows by this factor.
_GROWTH: Final = 1.4


def empty_state(subscribers: int) -> LiveState:
    """Tables with room for so many people, each with a phone, an account and four payees."""
    tables = [
        np.zeros(slots(int(subscribers * share) + 16), kind)
        for kind, share in zip(TABLES, _SHARES, strict=True)
    ]
    return LiveState._make([*tables, np.zeros(1, COUNTS), np.zeros(len(TABLES), np.int64)])


def with_room(state: LiveState, more: int) -> LiveState:
    """`state`, its tables grown where `more` more keys each would fill them."""
    larger = []
    for place, table in enumerate(state[: len(TABLES)]):
        size = int(state.fills[place]) + more
        enough = size < FULLEST * table.size
        larger.append(table if enough else rehash(table, int(size * _GROWTH)))
    return LiveState._make([*larger, state.counts, state.fills])


def room(state: LiveState) -> int:
    """Keys that the fullest table still takes."""
    return min(
        int(FULLEST * table.size) - int(fill)
        for table, fill in zip(state[: len(TABLES)], state.fills, strict=True)
    )


def memory(state: LiveState) -> int:
    """Bytes held."""
    return sum(table.nbytes for table in state)


def touch(array: np.ndarray) -> None:
    """Have the pages of `array` given by the system now, not one by one when keys first come."""
    view = array.view(np.uint8).reshape(-1)
    view[:: mmap.PAGESIZE] |= 0
