"""Answers as lines of JSON, written by a kernel: the form of ``messages.PaymentAnswer``."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numba import njit

from suyuan.live.fold import SIGNALS
from suyuan.live.kernel_call import CompiledKernel
from suyuan.live.policy import Action
from suyuan.live.verdicts import REASONS

#: What a line is answered by: nothing, "taken", a text that is ready, or a verdict.
SILENT, ACK, READY, JUDGEMENT = range(4)
(
    _ID, _SCORE, _BECAUSE, _WEIGHT, _NEXT, _LOG, _CARD, _REPEAT, _END, _ACK, _ACTION,
) = range(11)  # fmt: skip
_SIGNAL: Final = _ACTION + len(Action)
#: Decimals of a score, of a value and of a weight, as powers of ten.
_SCORE_UNIT, _VALUE_UNIT, _WEIGHT_UNIT = 10**6, 10**4, 10**3
#: Bytes that an answer has at most beside its id and what is ready.
_LONGEST: Final = 200 + REASONS * 120
_MOST: Final = 1e12


class Phrases:
    """The fixed parts of answers by this card and policy, one after another, and their ends."""

    def __init__(self, card: str, policy: str) -> None:
        judge = msgspec.json.encode({"card": card, "policy": policy})[1:-1]
        parts = [
            b'{"id":"', b',"score":', b',"because":[', b',"weight":', b"},", b'],"log":',
            b"," + judge, b',"repeated":true', b"}\n", b"{}\n",
            *(b'","action":"%s"' % action.name.lower().encode() for action in Action),
            *(b'{"signal":"%s","value":' % name.encode() for name in SIGNALS),
        ]  # fmt: skip
        self.text = np.frombuffer(b"".join(parts), np.uint8)
        self.ends = np.cumsum([0, *map(len, parts)])
        self._most = _LONGEST + max(map(len, parts)) * 2
        self._write, self._size = CompiledKernel(_write), CompiledKernel(_size)

    def answers(
        self,
        codes: np.ndarray,
        verdicts: np.ndarray,
        pool: bytes,
        spans: np.ndarray,
    ) -> tuple[bytes, np.ndarray]:
        """A line for each of `codes`, and where each ends.

        `verdicts` are those of the judged lines in their order. A row of `spans` bounds two parts
        of `pool` (int64, four columns): the id as it stands in JSON, and what follows the card of
        a verdict, or the whole of an answer that is ready.
        """
        out = np.empty(self._size(spans) + len(codes) * self._most, np.uint8)
        ends = np.empty(len(codes), np.int64)
        pool_bytes = np.frombuffer(pool, np.uint8)
        size = self._write(out, ends, codes, verdicts, pool_bytes, spans, self.text, self.ends)
        return out[:size].tobytes(), ends


def fields_of(**lists: Sequence[str]) -> bytes:
    """Further fields of an answer, as they follow one of its fields; empty ones are left out."""
    fields = {name: words for name, words in lists.items() if words}
    return b"," + msgspec.json.encode(fields)[1:-1] if fields else b""


@njit(cache=True, nogil=True)
def _size(spans: np.ndarray) -> int:
    """Bytes that all spans have."""
    size = 0
    for line in range(spans.shape[0]):
        size += spans[line, 1] - spans[line, 0] + spans[line, 3] - spans[line, 2]
    return size


@njit(cache=True, nogil=True)
def _write(
    out: np.ndarray,
    ends: np.ndarray,
    codes: np.ndarray,
    verdicts: np.ndarray,
    pool: np.ndarray,
    spans: np.ndarray,
    text: np.ndarray,
    bounds: np.ndarray,
) -> int:
    at = row = 0
    for line in range(codes.size):
        code = codes[line]
        if code == ACK:
            at = _phrase(out, at, text, bounds, _ACK)
        elif code == READY:
            at = _copy_span(out, at, pool, spans[line, 2], spans[line, 3])
        elif code == JUDGEMENT:
            at = _phrase(out, at, text, bounds, _ID)
            at = _copy_span(out, at, pool, spans[line, 0], spans[line, 1])
            at = _verdict(out, at, verdicts[row], text, bounds)
            at = _copy_span(out, at, pool, spans[line, 2], spans[line, 3])
            if verdicts[row]["repeated"]:
                at = _phrase(out, at, text, bounds, _REPEAT)
            at = _phrase(out, at, text, bounds, _END)
            row += 1
        ends[line] = at
    return at


@njit(cache=True, nogil=True)
def _verdict(out: np.ndarray, at: int, verdict, text: np.ndarray, bounds: np.ndarray) -> int:  # type: ignore[no-untyped-def]
    """From the action to the card and policy."""
    at = _phrase(out, at, text, bounds, _ACTION + verdict["action"])
    at = _phrase(out, at, text, bounds, _SCORE)
    at = _number(out, at, verdict["score"], _SCORE_UNIT)
    at = _phrase(out, at, text, bounds, _BECAUSE)
    for rank in range(REASONS):
        signal = verdict["reasons"][rank]
        if signal >= 0:
            at = _phrase(out, at, text, bounds, _SIGNAL + signal)
            at = _number(out, at, np.float64(verdict["values"][rank]), _VALUE_UNIT)
            at = _phrase(out, at, text, bounds, _WEIGHT)
            at = _number(out, at, np.float64(verdict["weights"][rank]), _WEIGHT_UNIT)
            at = _phrase(out, at, text, bounds, _NEXT)
    at -= verdict["reasons"][0] >= 0  # no comma behind the last
    at = _phrase(out, at, text, bounds, _LOG)
    at = _whole(out, at, verdict["log"])
    return _phrase(out, at, text, bounds, _CARD)


@njit(cache=True, nogil=True)
def _number(out: np.ndarray, at: int, value: float, unit: int) -> int:
    """`value` in decimals, rounded half to even; JSON knows no NaN, -1 stands for it."""
    value = -1.0 if np.isnan(value) else min(max(value, -_MOST), _MOST)
    multiple = int(np.rint(abs(value) * unit))
    if value < 0.0 and multiple > 0:
        out[at] = 45
        at += 1
    at = _whole(out, at, multiple // unit)
    out[at] = 46
    at += 1
    rest, unit = multiple % unit, unit // 10
    while True:
        out[at] = 48 + rest // unit
        at += 1
        rest, unit = rest % unit, unit // 10
        if rest == 0:
            return at


@njit(cache=True, nogil=True)
def _whole(out: np.ndarray, at: int, value: int) -> int:
    size, rest = 1, value // 10
    while rest > 0:
        size, rest = size + 1, rest // 10
    for place in range(at + size - 1, at - 1, -1):
        out[place] = 48 + value % 10
        value //= 10
    return at + size


@njit(cache=True, nogil=True)
def _phrase(out: np.ndarray, at: int, text: np.ndarray, bounds: np.ndarray, number: int) -> int:
    return _copy_span(out, at, text, bounds[number], bounds[number + 1])


@njit(cache=True, nogil=True)
def _copy_span(out: np.ndarray, at: int, source: np.ndarray, first: int, end: int) -> int:
    for place in range(first, end):
        out[at] = source[place]
        at += 1
    return at
