"""Memory that was freed in this process and not yet given back to the system."""

import ctypes
from collections.abc import Callable
from functools import cache

import pyarrow as pa


def give_back() -> None:
    """Hand free pages of Arrow's pool and of the C library's heap back to the system."""
    pa.default_memory_pool().release_unused()
    trim = _heap_trim()
    if trim is not None:
        trim(0)


@cache
def _heap_trim() -> Callable[[int], int] | None:
    """The ``malloc_trim`` of glibc; None where the C library has none."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None
    return trim
