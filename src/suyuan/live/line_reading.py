"""The events in lines of text: a kernel reads most lines, the decoder the others."""

from typing import Final, NamedTuple

import msgspec
import numpy as np
from numba import njit

from suyuan.live.answer_text import ACK, JUDGEMENT, READY, SILENT
from suyuan.live.events import EVENT, EventKind
from suyuan.live.kernel_call import CompiledKernel
from suyuan.live.keyed_hash import hash_start
from suyuan.live.keys import Keyring
from suyuan.live.line_scan import BLANK_LINE, ODD_LINE, scan
from suyuan.live.messages import ENCODER, PaymentRequest, Refusal, Row, decode

_EXCERPT: Final = 80
_PAYMENT: Final = int(EventKind.PAYMENT)


class TextLines(NamedTuple):
    """Events in the order of their lines; what each line is to be answered by.

    ``codes``, ``spans`` and ``pool`` are as :meth:`suyuan.live.answer_text.Phrases.answers` has
    them; ``refusals`` counts the lines that were not understood.
    """

    events: np.ndarray
    codes: np.ndarray
    spans: np.ndarray
    pool: bytes
    refusals: int = 0

    def all_refused(self, reason: str) -> "TextLines":
        """The same where nothing of it could be taken."""
        text = refusal(reason, b"")
        codes, spans = self.codes.copy(), self.spans.copy()
        open_lines = (codes == JUDGEMENT) | (codes == ACK)
        codes[open_lines] = READY
        spans[open_lines] = [0, 0, len(self.pool), len(self.pool) + len(text)]
        count = self.refusals + int(open_lines.sum())
        return TextLines(self.events[:0], codes, spans, self.pool + text, count)


class LineReader:
    """Reads lines under the secret of `keyring`."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._start = hash_start(keyring.secret)
        self._scan = CompiledKernel(_scan)

    def read(self, text: bytes) -> TextLines:
        """The lines of `text`, each of which ends with a line feed."""
        count = text.count(b"\n")
        events, places = np.zeros(count, EVENT), np.empty(count, np.int64)
        lines, spans = np.empty((count, 5), np.int64), np.empty((count, 4), np.int64)
        codes, text_bytes = np.empty(count, np.int64), np.frombuffer(text, np.uint8)
        size, odd = self._scan(text_bytes, self._start, events, places, lines, codes, spans)
        events = events[:size]
        if not odd:
            return TextLines(events, codes, spans, text)
        rest = self._decode_odd(text, lines, np.flatnonzero(lines[:, 0] == ODD_LINE), spans, codes)
        events, places = _merge(events, places[:size], *rest[:2])
        codes[places[events["kind"] == _PAYMENT]] = JUDGEMENT
        return TextLines(events, codes, spans, rest[2], int((codes == READY).sum()))

    def _decode_odd(
        self,
        text: bytes,
        lines: np.ndarray,
        odd: np.ndarray,
        spans: np.ndarray,
        codes: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, bytes]:
        """The events of `odd` lines and their places; what is refused is ready in the pool."""
        rows: list[Row] = []
        places: list[int] = []
        pool = bytearray(text)
        for place in odd.tolist():
            line, begin = text[lines[place, 1] : lines[place, 2]], len(pool)
            try:
                message = decode(line)
                rows.append(message.row(self._keyring, 0, 0))
            except (msgspec.DecodeError, ValueError, OverflowError) as error:
                pool += refusal(str(error), line)
                codes[place], spans[place, 2:] = READY, (begin, len(pool))
                continue
            places.append(place)
            if type(message) is PaymentRequest:
                pool += ENCODER.encode(message.id)[1:-1]
                spans[place, :2] = begin, len(pool)
        return np.array(rows, EVENT), np.array(places, np.int64), bytes(pool)


@njit(cache=True, nogil=True)
def _scan(
    text: np.ndarray,
    start: np.ndarray,
    events: np.ndarray,
    places: np.ndarray,
    lines: np.ndarray,
    codes: np.ndarray,
    spans: np.ndarray,
) -> tuple[int, int]:
    """:func:`scan`, and what each line will be answered by; how many events, how many odd lines."""
    size, odd = scan(text, start, events, places, lines), 0
    for line in range(codes.size):
        odd += lines[line, 0] == ODD_LINE
        codes[line] = SILENT if lines[line, 0] == BLANK_LINE else ACK
        spans[line, 0], spans[line, 1] = lines[line, 3], lines[line, 4]
        spans[line, 2], spans[line, 3] = 0, 0
    for place in range(size):
        if events[place]["kind"] == _PAYMENT:
            codes[places[place]] = JUDGEMENT
    return size, odd


def refusal(reason: str, line: bytes) -> bytes:
    """Why a line was not taken, as its answer."""
    return ENCODER.encode(Refusal(reason, line[:_EXCERPT].decode("utf-8", "replace"))) + b"\n"


def _merge(
    events: np.ndarray, places: np.ndarray, more: np.ndarray, more_places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both in the order of their lines."""
    together = np.concatenate([places, more_places])
    order = np.argsort(together)
    return np.concatenate([events, more])[order], together[order]
