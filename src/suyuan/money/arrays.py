"""The arrays that kernels share."""

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Bytes = NDArray[np.int8]
Flags = NDArray[np.bool_]
#: A whole number in a kernel. One written there is ``np.int64(0)`` where it is handed on: Numba
#: compiles the other kernel for ``Literal[int](0)`` and once more for ``int64`` else.
Whole = int | np.signedinteger[Any]

#: Label of money that no report claims.
CLEAN: Final = -1
#: Amount of an event that moves all that its source holds (a card changes hands whole).
WHOLE_BALANCE: Final = -1
#: What became of a row's money after it arrived.
RESTS: Final = 0
DUST: Final = 1
TOO_FAR: Final = 2


class Flow(NamedTuple):
    """Movements in the order in which they happened, over numbered nodes.

    A node is an account, a card, or a place where money rests. Only the contents of nodes with
    `follow` are kept; money from any other node comes in as clean, or under the event's `label`.
    All arrays but the last three have one cell for each event.
    """

    source: Ints32
    target: Ints32
    amount: Ints
    label: Ints32
    follow: Flags
    opening: Ints
    opening_label: Ints32


class Steps(NamedTuple):
    """What a sweep saw: `amount` of `label`'s money in `event`, `hop` steps from its origin.

    `fresh` is the part of it that was claimed in this event: an origin.
    """

    event: Ints32
    label: Ints32
    hop: Ints32
    amount: Ints
    fresh: Ints
    fate: Bytes


class Limits(NamedTuple):
    """Where a sweep gives up: amounts below `dust` fen, or more than `hops` steps."""

    dust: int
    hops: int


def no_steps() -> Steps:
    """Room for some steps, none of them filled in."""
    return Steps(
        np.empty(1024, np.int32),
        np.empty(1024, np.int32),
        np.empty(1024, np.int32),
        np.empty(1024, np.int64),
        np.empty(1024, np.int64),
        np.empty(1024, np.int8),
    )


def with_room(steps: Steps, used: int, more: int) -> Steps:
    """The same steps, with room for `more` after the first `used`; twice as many at least."""
    if used + more <= steps.event.size:
        return steps
    size = max(2 * steps.event.size, used + more)
    return Steps(*(_grow(array, used, size) for array in steps))


def _grow(array: Any, used: int, size: int) -> Any:  # an array of any type, and one of the same
    larger = np.empty(size, array.dtype)
    larger[:used] = array[:used]
    return larger


def clip(steps: Steps, used: int) -> Steps:
    """The first `used` steps."""
    columns: list[Any] = [array[:used] for array in steps]
    return Steps(*columns)


@njit(cache=True, nogil=True)
def first_from(values: np.ndarray, low: Whole, high: Whole, least: Whole) -> Whole:
    """The first place in the ascending values[low:high] that holds `least` or more, else `high`.

    Compiled in a tenth of what Numba's ``searchsorted`` takes, which orders NaN and complex too.
    """
    while low < high:
        middle = (low + high) // 2
        if values[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low
