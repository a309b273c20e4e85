"""How texts, sums and moments stand in a line of JSON, for kernels; -1 where it is unusual."""

from typing import Any, Final

import numpy as np
from numba import njit

LINE_FEED, QUOTE, BACKSLASH, COMMA, COLON = b'\n"\\,:'
_OPEN, _CLOSE = b"{}"
_ZERO, _NINE, _DOT, _MINUS, _PLUS, _LETTER_T, _LETTER_Z = b"09.-+TZ"
_DAYS: Final = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_DAYS_BEFORE: Final = np.concatenate([[0], np.cumsum(_DAYS)])
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
#: Digits of yuan at most: the sum in fen stays below 10**15.
_MOST_DIGITS: Final = 13
_LONGEST_TEXT: Final = 256


def pack_name(name: str) -> int:
    """A name of up to eight letters as one number, as :func:`packed_in` finds it."""
    return int.from_bytes(name.encode().ljust(8, b"\0"), "little")


@njit(cache=True, nogil=True)
def packed_in(text: np.ndarray, first: int, end: int) -> Any:
    """The first eight bytes of ``text[first:end]`` as one number."""
    number = np.uint64(0)
    for place in range(first, min(end, first + 8)):
        number |= np.uint64(text[place]) << np.uint64(8 * (place - first))
    return number


@njit(cache=True, nogil=True)
def strip(text: np.ndarray, first: int, end: int) -> tuple[int, int]:
    """``text[first:end]`` without the white space around it."""
    while first < end and (text[first] == 32 or text[first] == 9 or text[first] == 13):
        first += 1
    while end > first and (text[end - 1] == 32 or text[end - 1] == 9 or text[end - 1] == 13):
        end -= 1
    return first, end


@njit(cache=True, nogil=True)
def is_object(text: np.ndarray, first: int, end: int) -> bool:
    """Whether an object begins and ends here."""
    return end - first >= 2 and bool(text[first] == _OPEN) and bool(text[end - 1] == _CLOSE)


@njit(cache=True, nogil=True)
def after(text: np.ndarray, at: int, end: int, sign: int) -> int:
    """Where what follows `sign` begins."""
    at, _ = strip(text, at, end)
    if at >= end or text[at] != sign:
        return -1
    at, _ = strip(text, at + 1, end)
    return at


@njit(cache=True, nogil=True)
def text_end(text: np.ndarray, at: int, end: int, span: np.ndarray) -> int:
    """Behind a text of 1 to 256 plain letters, whose bounds `span` gets."""
    if at >= end or text[at] != QUOTE:
        return -1
    span[0] = at = at + 1
    while at < end and text[at] != QUOTE:
        if text[at] < 32 or text[at] > 126 or text[at] == BACKSLASH:
            return -1
        at += 1
    span[1] = at
    return at + 1 if at < end and 0 < at - span[0] <= _LONGEST_TEXT else -1


@njit(cache=True, nogil=True)
def bare(text: np.ndarray, at: int, end: int, span: np.ndarray) -> int:
    """Behind a number or a word, whose bounds `span` gets."""
    span[0] = at
    while at < end and (_digit(text[at]) or 97 <= text[at] <= 122):
        at += 1
    span[1] = at
    return at if at > span[0] else -1


@njit(cache=True, nogil=True)
def whole_in(text: np.ndarray, first: int, end: int) -> int:
    """A number from 0 below 2**31."""
    value = _digits(text, first, end) if end - first <= 10 else -1
    has_zero = text[first] == _ZERO and end - first > 1
    return -1 if has_zero or value >= 1 << 31 else value


@njit(cache=True, nogil=True)
def fen_in(text: np.ndarray, first: int, end: int) -> int:
    """Fen of decimal yuan above nothing."""
    dot = first
    while dot < end and text[dot] != _DOT:
        dot += 1
    yuan = _digits(text, first, dot) if dot - first <= _MOST_DIGITS else -1
    if dot == end:
        return yuan * 100 if yuan > 0 else -1
    part = _digits(text, dot + 1, end)
    if yuan < 0 or part < 0 or end - dot > 3:
        return -1
    value = yuan * 100 + (part if end - dot == 3 else part * 10)
    return value if value > 0 else -1


@njit(cache=True, nogil=True)
def instant_in(text: np.ndarray, first: int, end: int) -> int:
    """Microseconds since 1970 of ``2026-03-01T09:00:00.5+08:00``, from then to 2100."""
    if end - first < 20 or text[first + 10] != _LETTER_T:
        return -1
    days, clock = _days(text, first), _clock(text, first + 11)
    at, micros = first + 19, 0
    if text[at] == _DOT:
        at += 1
        scale = 1_000_000
        while at < end and _digit(text[at]) and scale > 1:
            scale //= 10
            micros += (text[at] - _ZERO) * scale
            at += 1
        if scale == 1_000_000:
            return -1
    offset = _offset(text, at, end)
    if days < 0 or clock < 0 or offset == _NO_OFFSET:
        return -1
    return (days * 86_400 + clock - offset) * 1_000_000 + micros


_NO_OFFSET: Final = 1 << 20


@njit(cache=True, nogil=True)
def _offset(text: np.ndarray, at: int, end: int) -> int:
    """Seconds east of Greenwich."""
    if end - at == 1 and text[at] == _LETTER_Z:
        return 0
    if end - at != 6 or text[at + 3] != COLON or (text[at] != _PLUS and text[at] != _MINUS):
        return _NO_OFFSET
    hours, minutes = _digits(text, at + 1, at + 3), _digits(text, at + 4, at + 6)
    if not 0 <= hours <= 14 or not 0 <= minutes <= 59:
        return _NO_OFFSET
    seconds = hours * 3600 + minutes * 60
    if text[at] == _PLUS:
        return seconds
    return -seconds if seconds else _NO_OFFSET


@njit(cache=True, nogil=True)
def _days(text: np.ndarray, at: int) -> int:
    """Days since 1970 of a date as ``2026-03-01``."""
    year, month, day = (
        _digits(text, at, at + 4),
        _digits(text, at + 5, at + 7),
        _digits(text, at + 8, at + 10),
    )
    dashes = text[at + 4] == _MINUS and text[at + 7] == _MINUS
    if not dashes or not _FIRST_YEAR <= year < _LAST_YEAR or not 1 <= month <= 12:
        return -1
    leap = year % 4 == 0  # until 2100
    most = _DAYS[month - 1] + (leap and month == 2)
    if not 1 <= day <= most:
        return -1
    before = (year - 1970) * 365 + (year - 1969) // 4
    return before + _DAYS_BEFORE[month - 1] + (leap and month > 2) + day - 1


@njit(cache=True, nogil=True)
def _clock(text: np.ndarray, at: int) -> int:
    """Seconds of a time as ``09:00:00``."""
    hour, minute, second = (
        _digits(text, at, at + 2),
        _digits(text, at + 3, at + 5),
        _digits(text, at + 6, at + 8),
    )
    if text[at + 2] != COLON or text[at + 5] != COLON:
        return -1
    whole = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60
    return hour * 3600 + minute * 60 + second if whole else -1


@njit(cache=True, nogil=True)
def _digits(text: np.ndarray, first: int, end: int) -> int:
    value = 0 if end > first else -1
    for place in range(first, end):
        if not _digit(text[place]):
            return -1
        value = value * 10 + text[place] - _ZERO
    return value


@njit(cache=True, nogil=True, inline="always")
def _digit(byte: Any) -> Any:
    return byte >= _ZERO and byte <= _NINE
