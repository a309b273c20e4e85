"""Lines of JSON as most callers write them, read by a kernel: one flat object of plain texts.

It recognizes less than :mod:`suyuan.live.messages` does and refuses nothing: a line with an escape,
a letter beyond ASCII, a name twice, an unusual time or sum is left to the decoder, whose word is
law. What is recognized becomes the row that the decoder would make; a test holds it to that.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from suyuan.live.events import EventKind
from suyuan.live.json_text import (
    COLON,
    COMMA,
    LINE_FEED,
    after,
    bare,
    fen_in,
    instant_in,
    is_object,
    pack_name,
    packed_in,
    strip,
    text_end,
    whole_in,
)
from suyuan.live.keyed_hash import keyed_hash

#: What becomes of a line: an event, one for the decoder, or nothing at all.
EVENT_LINE, ODD_LINE, BLANK_LINE = range(3)
_FIELDS: Final = (
    "kind", "at", "id", "payer", "payee", "amount", "caller", "callee", "seconds",
    "buyer", "merchant", "software", "phone", "number", "account", "shop",
)  # fmt: skip
_KIND, _AT, _ID, _AMOUNT, _SECONDS, _SHOP = (
    _FIELDS.index(name) for name in ("kind", "at", "id", "amount", "seconds", "shop")
)
_FIELD_NUMBERS: Final = np.array([pack_name(name) for name in _FIELDS], np.uint64)
_TRUE, _FALSE = np.uint64(pack_name("true")), np.uint64(pack_name("false"))
_PREFIXES: Final = (b"bank_account:", b"phone:", b"merchant:", b"software:", b"payment:")
_PREFIX: Final = np.frombuffer(b"".join(_PREFIXES), np.uint8)
_PREFIX_ENDS: Final = np.cumsum([0, *(len(prefix) for prefix in _PREFIXES)])
_ACCOUNT, _PHONE, _MERCHANT, _SOFTWARE, _PAYMENT_KEY = range(5)


def _kind(kind: EventKind, name: str, must: str, may: str, *subjects: tuple[str, int]) -> list[int]:
    """A row of the table of kinds: the fields it must and may have, as bits; its a, b and c."""
    bits = [sum(1 << _FIELDS.index(field) for field in names.split()) for names in (must, may)]
    pairs = [(_FIELDS.index(field), prefix) for field, prefix in subjects]
    pairs += [(-1, 0)] * (3 - len(pairs))
    columns = [number for pair in pairs for number in pair]
    return [
        pack_name(name[:8]),
        pack_name(name[8:]),
        int(kind),
        bits[0],
        bits[0] | bits[1],
        *columns,
    ]


#: Kinds whose fields mean one thing; a link is of a phone or an account, and left to the decoder.
_KINDS: Final = np.array(
    [
        _kind(EventKind.PAYMENT, "payment", "kind at id payer payee amount", "",
              ("payer", _ACCOUNT), ("payee", _ACCOUNT), ("id", _PAYMENT_KEY)),
        _kind(EventKind.CALL, "call", "kind at caller callee", "seconds",
              ("caller", _PHONE), ("callee", _PHONE)),
        _kind(EventKind.ORDER, "order", "kind at buyer merchant", "software amount",
              ("buyer", _PHONE), ("merchant", _MERCHANT), ("software", _SOFTWARE)),
        _kind(EventKind.LOAN, "loan", "kind at payee amount", "id payer",
              ("payee", _ACCOUNT), ("payer", _ACCOUNT)),
        _kind(EventKind.VICTIM, "report", "kind at phone", "", ("phone", _PHONE)),
        _kind(EventKind.NUMBER_NAMED, "number_named", "kind at number", "", ("number", _PHONE)),
        _kind(EventKind.ACCOUNT_NAMED, "account_named", "kind at account", "",
              ("account", _ACCOUNT)),
        _kind(EventKind.OPENED, "opened", "kind at account", "shop", ("account", _ACCOUNT)),
    ],
    np.int64,
)  # fmt: skip


@njit(cache=True, nogil=True)
def scan(
    text: np.ndarray,
    start: np.ndarray,
    events: np.ndarray,
    places: np.ndarray,
    lines: np.ndarray,
) -> int:
    """Read the lines of `text` (uint8, each ends with a line feed); the number of events found.

    A row of `lines` (int64) gets its code, its bounds, and the bounds of its id; `events` and
    `places` get the events and the lines they stand in. `start` is
    :func:`suyuan.live.keyed_hash.hash_start` of the installation's secret.
    """
    spans = np.zeros((len(_FIELDS) + 1, 2), np.int64)
    first, count = 0, 0
    for line in range(lines.shape[0]):
        end = first
        while text[end] != LINE_FEED:
            end += 1
        begin, stop = strip(text, first, end)
        lines[line, 0] = BLANK_LINE if begin == stop else ODD_LINE
        lines[line, 1], lines[line, 2] = begin, stop
        lines[line, 3], lines[line, 4] = 0, 0
        mask = _fields(text, begin, stop, spans)
        if mask and _fill(text, spans, mask, start, events[count]):
            places[count] = line
            lines[line, 0] = EVENT_LINE
            lines[line, 3], lines[line, 4] = spans[_ID, 0], spans[_ID, 1]
            count += 1
        first = end + 1
    return count


@njit(cache=True, nogil=True)
def _fields(text: np.ndarray, at: int, end: int, spans: np.ndarray) -> int:
    """The fields of the object that is all of ``text[at:end]``, as bits; 0: not recognized."""
    if not is_object(text, at, end):
        return 0
    mask, end, name = 0, end - 1, spans[len(_FIELDS)]
    at, _ = strip(text, at + 1, end)
    while True:
        at = text_end(text, at, end, name)
        field = _field(text, name) if at >= 0 else -1
        if field < 0 or mask >> field & 1:
            return 0
        at = after(text, at, end, COLON)
        if at >= 0:
            plain = field in (_SECONDS, _SHOP)
            at = (
                bare(text, at, end, spans[field])
                if plain
                else text_end(text, at, end, spans[field])
            )
        if at < 0:
            return 0
        mask |= 1 << field
        if strip(text, at, end)[0] == end:
            return mask
        at = after(text, at, end, COMMA)
        if at < 0:
            return 0


@njit(cache=True, nogil=True)
def _field(text: np.ndarray, name: np.ndarray) -> int:
    if name[1] - name[0] <= 8:
        number = packed_in(text, name[0], name[1])
        for field in range(_FIELD_NUMBERS.size):
            if _FIELD_NUMBERS[field] == number:
                return field
    return -1


@njit(cache=True, nogil=True)
def _fill(text: np.ndarray, spans: np.ndarray, mask: int, start: np.ndarray, event: Any) -> bool:
    """Make `event` of the fields; False where one of them is unusual."""
    kind = _kind_of(text, spans[_KIND], mask)
    if kind < 0 or not mask >> _AT & 1:
        return False
    row = _KINDS[kind]
    event["at"] = instant_in(text, spans[_AT, 0], spans[_AT, 1])
    event["kind"] = row[2]
    event["amount"] = _amount(text, spans, mask)
    event["seconds"] = _seconds(text, spans, mask)
    subjects = np.zeros(3, np.uint64)
    for column in range(3):
        field = row[5 + 2 * column]
        if field >= 0 and mask >> field & 1:
            first, end = spans[field, 0], spans[field, 1]
            subjects[column] = _subject(text, first, end, start, row[6 + 2 * column])
    event["a"], event["b"], event["c"] = subjects[0], subjects[1], subjects[2]
    return bool(event["at"] >= 0 and event["amount"] >= 0 and event["seconds"] >= 0)


@njit(cache=True, nogil=True)
def _kind_of(text: np.ndarray, span: np.ndarray, mask: int) -> int:
    """The row of the kind that is named, where it has what it must have and nothing else."""
    if not mask >> _KIND & 1 or span[1] - span[0] > 16:
        return -1
    head = packed_in(text, span[0], span[1])
    tail = packed_in(text, span[0] + 8, span[1])
    for kind in range(_KINDS.shape[0]):
        row = _KINDS[kind]
        if np.uint64(row[0]) == head and np.uint64(row[1]) == tail:
            whole = mask & row[3] == row[3] and mask & ~row[4] == 0
            return kind if whole else -1
    return -1


@njit(cache=True, nogil=True)
def _amount(text: np.ndarray, spans: np.ndarray, mask: int) -> int:
    if mask >> _AMOUNT & 1:
        return fen_in(text, spans[_AMOUNT, 0], spans[_AMOUNT, 1])
    if mask >> _SHOP & 1:
        word = packed_in(text, spans[_SHOP, 0], spans[_SHOP, 1])
        return 1 if word == _TRUE else 0 if word == _FALSE else -1
    return 0


@njit(cache=True, nogil=True)
def _seconds(text: np.ndarray, spans: np.ndarray, mask: int) -> int:
    if not mask >> _SECONDS & 1:
        return 0
    return whole_in(text, spans[_SECONDS, 0], spans[_SECONDS, 1])


@njit(cache=True, nogil=True)
def _subject(text: np.ndarray, first: int, end: int, start: np.ndarray, prefix: int) -> Any:
    """The key of a subject, with what it is a number of."""
    kind = _PREFIX[_PREFIX_ENDS[prefix] : _PREFIX_ENDS[prefix + 1]]
    return keyed_hash(start, kind, text, first, end)
