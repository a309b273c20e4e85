"""A partition of a replayable log as a shard: state, a journal, and how far both have come.

Before a batch is folded, its offsets and the journal's place are written down. After a crash the
two tell whether the batch was logged (a frame is whole or not there): if so, its lines are answered
again and not folded; else it is taken as new. So each message counts once, and is answered at least
once.
"""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from suyuan.live.scorer import Scorer

#: File beside the journal; two slots in turn, so that a torn one is the newer one.
MARK: Final = "offsets"
_SLOT: Final = struct.Struct("<QQQQI")
_SLOTS: Final = 2


class OffsetMark(NamedTuple):
    """The batch that was begun last: messages ``first`` to before ``after``, at ``position``."""

    turn: int
    position: int
    first: int
    after: int


class PartitionMessage(NamedTuple):
    """A message: lines of JSON; ``key`` is handed back with its answer."""

    offset: int
    value: bytes
    key: bytes | None = None


class Shard:
    """Takes the messages of one partition in order; `scorer` is its own."""

    def __init__(self, scorer: Scorer, *, durable: bool = False) -> None:
        self.scorer, self._durable = scorer, durable
        path = scorer.folder / MARK
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._mark = last_mark(path)
        in_log = self._mark is not None and scorer.position > self._mark.position
        self._logged = self._mark.after if self._mark is not None and in_log else 0

    @property
    def start(self) -> int | None:
        """The offset to read from after a start; None: from the beginning."""
        return None if self._mark is None else self._mark.first

    def batches(self, messages: Sequence[PartitionMessage]) -> Iterator[list[PartitionMessage]]:
        """`messages` as they must be taken: what a crash left in the journal apart."""
        for _, part in groupby(messages, key=self._is_logged):
            yield list(part)

    def take(self, messages: list[PartitionMessage], known_at: int) -> list[bytes]:
        """The answers to one of :meth:`batches`, in its order; `known_at` is now, in µs UTC.

        Its answers must be safe before the next one is taken. Raises
        :class:`~suyuan.model.errors.EngineError` where the journal cannot be written; the same
        messages may then be taken again.
        """
        texts = [message.value if message.value.endswith(b"\n") else message.value + b"\n"
                 for message in messages]  # fmt: skip
        in_log = self._is_logged(messages[0])
        if not in_log:
            self._begin(messages[0].offset, messages[-1].offset + 1)
        answers = self.scorer.take_once(b"".join(texts), known_at, in_log=in_log)
        line, bounds = 0, [0]
        for text in texts:
            line += text.count(b"\n")
            bounds.append(int(answers.ends[line - 1]))
        return [answers.text[start:end] for start, end in pairwise(bounds)]

    def close(self) -> None:
        os.close(self._file)
        self.scorer.close()

    def _is_logged(self, message: PartitionMessage) -> bool:
        return message.offset < self._logged

    def _begin(self, first: int, after: int) -> None:
        turn = 1 if self._mark is None else self._mark.turn + 1
        self._mark = OffsetMark(turn, self.scorer.position, first, after)
        slot = _SLOT.pack(*self._mark, 0)
        slot = _SLOT.pack(*self._mark, zlib.crc32(slot))
        os.pwrite(self._file, slot, turn % _SLOTS * _SLOT.size)
        if self._durable:
            os.fdatasync(self._file)


def last_mark(path: Path) -> OffsetMark | None:
    """The newer of the two whole slots."""
    content = path.read_bytes() if path.exists() else b""
    marks = []
    for start in range(0, len(content) - _SLOT.size + 1, _SLOT.size):
        *values, checksum = _SLOT.unpack_from(content, start)
        if values[0] and zlib.crc32(_SLOT.pack(*values, 0)) == checksum:
            marks.append(OffsetMark(*values))
    return max(marks, default=None)
