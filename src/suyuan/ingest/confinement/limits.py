"""What the parsing of one file may use up."""

import math
import os
import sys
from dataclasses import dataclass
from typing import Final

_MIB: Final = 1 << 20
_GIB: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Allowance:
    """Bytes of memory, seconds of processor for one file, and bytes that may come back."""

    memory: int
    seconds: int
    output: int


def limits_for(size: int) -> Allowance:
    """What a file of `size` bytes may use up.

    A full sheet of Excel (a million rows, twenty columns, 100 MiB) takes 60 to 90 seconds and
    3 GiB; text in a workbook or a Parquet file seldom packs better than one to fifty.
    """
    return Allowance(memory_limit(), 120 + 3 * size // _MIB, 256 * _MIB + 100 * size)


def memory_limit() -> int:
    """Half the machine's memory, at most 6 GiB."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 4 * _GIB
    return min(whole // 2, 6 * _GIB)


def confine(limits: Allowance) -> None:
    """Hold this process to `limits` from now on; it may write no file and leave no core.

    Where the system knows no such limits (Windows) there are none; the parent still waits no
    longer than :func:`patience`, and takes no more output.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  # absent on Windows

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime) + limits.seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
    for kind, most in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def patience(limits: Allowance) -> float:
    """Seconds by the clock without a frame after which a parser is ended."""
    return 60.0 + 4.0 * limits.seconds


def memory_peak() -> int:
    """Bytes that this process held at most."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
