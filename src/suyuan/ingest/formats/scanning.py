"""Where the records of a text table begin: one pass over its bytes.

DuckDB's reader does not say on which line a record stands. This kernel walks the bytes with the
same rules (a quote opens a cell only at its start, and is closed by one that is not doubled), so
that each record's line is exact, pieces are cut between records, and cleaning knows what it may
leave out.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

_QUOTE, _NEWLINE, _RETURN, _SPACE, _ZERO, _NINE = 34, 10, 13, 32, 48, 57
_UPPER_A, _UPPER_Z, _LOWER = 65, 90, 32
_ROUND, _SQUARE, _GRAVE, _STAR = 40, 91, 96, 42
_FNV_BASIS: Final = np.uint64(0xCBF29CE484222325)  # what FNV-1a makes of no byte at all
#: No header is longer, in bytes; no block has more records that may be headers.
_LONGEST: Final = 96
_WORDY: Final = 4096
_NO_PRINTS: Final = np.empty(0, np.uint64)
#: Which marks a block holds.
BLANKS: Final = 1  # a cell begins or ends with a blank, or a wide blank stands somewhere
BREAKS: Final = 2  # a line break inside a cell, or a line with nothing on it
NUL: Final = 4
STRAY: Final = 8  # something between a closing quote and the end of its cell
QUOTES: Final = 16


@dataclass(frozen=True, slots=True)
class Scan:
    """What stands in a block, up to the end of its last whole record.

    ``lines`` are the 1-based lines of the records within the block, ``open_quote`` says that the
    block ended within a quoted cell. ``wordy`` are records that may be headers, as (offset, place):
    three cells or more, none begins with a digit, and the first is a known header.
    """

    end: int
    line_count: int
    lines: NDArray[np.int64]
    widest: int
    longest: int
    marks: int
    open_quote: bool
    wordy: NDArray[np.int64]


def scan(
    block: bytes,
    delimiter: str,
    *,
    last: bool,
    quotes: bool = True,
    prints: NDArray[np.uint64] = _NO_PRINTS,
) -> Scan:
    """Scan UTF-8 `block`, which begins with a record; `last` if the file ends with it.

    Without `quotes` a quotation mark is an ordinary character. `prints` are prints of headers
    (:func:`~suyuan.ingest.formats.second_tables.prints`).
    """
    bytes_ = np.frombuffer(block, np.uint8)
    upper = int(np.count_nonzero(bytes_ == _NEWLINE)) + 1
    lines = np.empty(upper, np.int64)
    special = np.zeros(256, np.bool_)
    special[[_NEWLINE, 0, 0xC2, 0xE2, 0xE3, 0xEF, ord(delimiter)]] = True
    special[_QUOTE] = quotes
    wordy = np.empty((_WORDY, 2), np.int64)
    end, line_count, records, widest, longest, marks, open_quote, headers = _walk(
        bytes_, ord(delimiter), last, special, lines, prints, wordy
    )
    record_lines = lines[:records]
    return Scan(
        end,
        line_count,
        record_lines,
        widest,
        longest,
        marks,
        bool(open_quote),
        wordy[:headers].copy(),
    )


@njit(cache=True, nogil=True)
def _walk(data, delimiter, last, special, lines, prints, wordy):  # type: ignore[no-untyped-def]  # noqa: C901, PLR0912, PLR0915
    """The state machine; `lines` receives the line of each record."""
    size = data.size
    records, line, line_end, end = 0, 0, 0, 0  # line: breaks seen; line_end: at the last record end
    # A literal would have what it is handed to compiled twice.
    start: Any = np.int64(0)
    n: Any = np.int64(0)
    first_line = 0
    widest, width, longest, marks = 0, 1, 0, 0
    in_quotes, numeric, headers = False, False, 0
    at_start = True
    while n < size:
        byte = data[n]
        if not special[byte]:
            if at_start:
                numeric = numeric or _ZERO <= byte <= _NINE
                if byte <= _SPACE and byte != _RETURN:
                    marks |= BLANKS
            at_start = False
            n += 1
            while n < size and not special[data[n]]:
                n += 1
            continue
        if in_quotes:
            if byte == _QUOTE:
                if n + 1 < size and data[n + 1] == _QUOTE:
                    n += 1
                else:
                    in_quotes = False
                    marks |= _after_quote(data, n, delimiter)
            elif byte == _NEWLINE:
                line += 1
                marks |= BREAKS
            elif byte == 0:
                marks |= NUL
        elif byte == delimiter:
            if not at_start and data[n - 1] <= _SPACE:
                marks |= BLANKS
            width += 1
            at_start = True
        elif byte == _NEWLINE:
            line += 1
            stop = n
            while stop > start and data[stop - 1] == _RETURN:
                stop -= 1
            if stop == start:
                marks |= BREAKS  # nothing on the line: no record
            else:
                if data[stop - 1] <= _SPACE and data[stop - 1] != delimiter:
                    marks |= BLANKS
                is_candidate = not numeric and width > 2 and headers < wordy.shape[0]
                if is_candidate and _begins_known(data, start, stop, delimiter, prints):
                    wordy[headers, 0], wordy[headers, 1] = start, records
                    headers += 1
                lines[records] = first_line + 1
                records += 1
                widest, longest = max(widest, width), max(longest, n - start)
            end, line_end = n + 1, line
            start, first_line, width, numeric = n + 1, line, 1, False
            at_start = True
        else:
            if byte == _QUOTE and at_start:
                in_quotes = True
                marks |= QUOTES
                if n + 1 < size:
                    numeric = numeric or _ZERO <= data[n + 1] <= _NINE
                    if data[n + 1] <= _SPACE:
                        marks |= BLANKS
            elif byte == _QUOTE:
                marks |= STRAY
            elif byte == 0:
                marks |= NUL
            elif n + 2 < size and _wide_blank(data, n):
                marks |= BLANKS
            at_start = False
        n += 1
    if last and start < size:
        is_candidate = not numeric and width > 2 and headers < wordy.shape[0]
        if is_candidate and _begins_known(data, start, size, delimiter, prints):
            wordy[headers, 0], wordy[headers, 1] = start, records
            headers += 1
        lines[records] = first_line + 1
        records += 1
        widest, longest = max(widest, width), max(longest, size - start)
        if data[size - 1] <= _SPACE and data[size - 1] != delimiter:
            marks |= BLANKS
        end, line_end = size, line
    return end, line_end, records, widest, longest, marks, in_quotes, headers


@njit(cache=True, nogil=True)
def _begins_known(data, start, stop, delimiter, prints):  # type: ignore[no-untyped-def]
    """Whether the first cell is a known header: FNV-1a of it up to a bracket.

    Quotes, blanks and marks are left out, and width doesn't count, as where a header is read.
    """
    value, n = _FNV_BASIS, start
    while n < min(stop, start + _LONGEST):
        byte, width = _narrow(data, n, stop)
        n += width
        if byte in (delimiter, _ROUND, _SQUARE):
            low, high = 0, prints.size
            while low < high:
                middle = (low + high) // 2
                if prints[middle] < value:
                    low = middle + 1
                else:
                    high = middle
            return low < prints.size and prints[low] == value
        if byte <= _SPACE or byte in (_QUOTE, _GRAVE, _STAR):
            continue
        value = (value ^ np.uint64(byte)) * np.uint64(0x100000001B3)
    return False


@njit(cache=True, nogil=True)
def _narrow(data, n, stop):  # type: ignore[no-untyped-def]
    """The byte at `n` in small letters, and how many there are: one for a sign of full width."""
    first, width = np.int64(data[n]), 1
    if first >= 0xC2 and n + 2 < stop:
        second, third = data[n + 1], data[n + 2]
        if _wide_blank(data, n):
            first, width = np.int64(_SPACE), 2 if first == 0xC2 else 3
        elif first == 0xE3 and second == 0x80 and third == 0x90:  # a bracket, 【
            first, width = np.int64(_SQUARE), 3
        elif first == 0xEF and second == 0xBC and third >= 0x81:
            first, width = third - 0x81 + 0x21, 3
        elif first == 0xEF and second == 0xBD and third <= 0x9E:
            first, width = third - 0x80 + 0x60, 3
    if _UPPER_A <= first <= _UPPER_Z:
        first += _LOWER
    return first, width


@njit(cache=True, nogil=True)
def _after_quote(data, n, delimiter):  # type: ignore[no-untyped-def]
    """What the closing quote at `n` shows: a blank before it, something stray behind it."""
    marks = BLANKS if data[n - 1] <= _SPACE else 0
    if n + 1 < data.size:
        follows = data[n + 1]
        if follows != delimiter and follows != _NEWLINE and follows != _RETURN:  # noqa: PLR1714
            marks |= STRAY
    return marks


@njit(cache=True, nogil=True)
def _wide_blank(data, n):  # type: ignore[no-untyped-def]
    first, second, third = data[n], data[n + 1], data[n + 2]
    return (
        (first == 0xC2 and second == 0xA0)
        or (first == 0xE3 and second == 0x80 and third == 0x80)
        or (first == 0xEF and second == 0xBB and third == 0xBF)
        or (first == 0xE2 and second == 0x80 and third == 0x8B)
    )
