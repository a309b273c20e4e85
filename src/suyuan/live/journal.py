"""The log that live state is a function of: frames of events in preallocated segments.

A frame is its length, a checksum (CRC-32), the number of its first event, and the events. What was
cut short by a crash is the last frame only: it fails its checksum, and is written over. Segments
are preallocated, for growing a file makes each sync several times dearer.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import numpy as np

from suyuan.live.events import EVENT
from suyuan.model.errors import EngineError
from suyuan.model.text import Text

Durability = Literal["process", "disk"]
SEGMENT: Final = 64 << 20
_HEAD: Final = struct.Struct("<IIQ")


class Journal:
    """Appends events to `folder`, numbered from 0 without a gap.

    With ``process`` an event is safe from the death of this process when :meth:`append` returns,
    with ``disk`` from that of the machine.
    """

    def __init__(self, folder: Path, *, durable: Durability = "process") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._durable = durable
        self._file: int | None = None
        self._segment, self._offset, self.position = _end(folder)

    def append(self, events: np.ndarray) -> int:
        """Write `events` (``EVENT`` records) as one frame; the number of the first.

        Raises :class:`EngineError` where the disk takes no more: nothing of them counts then.
        """
        payload = events.tobytes()
        frame = _HEAD.pack(len(payload), zlib.crc32(payload), self.position) + payload
        try:
            file = self._room(len(frame))
            if os.pwrite(file, frame, self._offset) != len(frame):
                raise OSError("short write")
            if self._durable == "disk":
                os.fdatasync(file)
        except OSError as error:
            raise EngineError(
                Text("The log of events cannot be written.", "无法写入事件日志。"),
                value=error,
                hint=Text("Free some space, then ask again.", "请腾出空间后重试。"),
            ) from error
        self._offset += len(frame)
        first, self.position = self.position, self.position + len(events)
        return first

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _room(self, size: int) -> int:
        if self._file is not None and self._offset + size <= SEGMENT:
            return self._file
        if self._offset + size > SEGMENT:
            self.close()
            self._segment, self._offset = self._segment + 1, 0
        path = _path(self._folder, self._segment)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.posix_fallocate(self._file, 0, max(SEGMENT, size))
        return self._file


def read_journal(folder: Path, start: int = 0, together: int = 1) -> Iterator[np.ndarray]:
    """The events of whole frames, in order, from event number `start` on.

    Frames are put together until there are `together` events; the arrays may be written to.
    """
    segments = _segments(folder)
    later = [n for n, (_, first) in enumerate(segments) if first <= start]
    parts: list[memoryview] = []
    size = 0
    for _, _, first, payload in _frames(segments[max(later, default=0) :]):
        part = payload[max(0, start - first) * EVENT.itemsize :]
        if part:
            parts.append(part)
            size += len(part)
        if size >= together * EVENT.itemsize:
            yield _events(parts)
            parts, size = [], 0
    if parts:
        yield _events(parts)


def _events(parts: list[memoryview]) -> np.ndarray:
    return np.frombuffer(bytearray(b"".join(parts)), EVENT)


def _end(folder: Path) -> tuple[int, int, int]:
    """Segment and offset behind the last whole frame, and the number of the next event."""
    segment, offset, position = 0, 0, 0
    for segment, offset, first, payload in _frames(_segments(folder)[-2:]):  # noqa: B007
        position = first + len(payload) // EVENT.itemsize
    return segment, offset, position


def _segments(folder: Path) -> list[tuple[Path, int]]:
    """The segments that hold a frame, and the number of the first event of each."""
    segments = []
    for path in sorted(folder.glob("*.seg")):
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
        if len(head) == _HEAD.size and _HEAD.unpack(head)[0]:
            segments.append((path, _HEAD.unpack(head)[2]))
    return segments


def _frames(segments: list[tuple[Path, int]]) -> Iterator[tuple[int, int, int, memoryview]]:
    """Of each whole frame: its segment, the offset behind it, its first number, its events."""
    position = segments[0][1] if segments else 0
    for path, _ in segments:
        segment, content, offset = int(path.stem), memoryview(path.read_bytes()), 0
        while offset + _HEAD.size <= len(content):
            size, checksum, first = _HEAD.unpack_from(content, offset)
            payload = content[offset + _HEAD.size : offset + _HEAD.size + size]
            whole = size > 0 and len(payload) == size and zlib.crc32(payload) == checksum
            if not whole or first != position or size % EVENT.itemsize:
                break
            offset += _HEAD.size + size
            position += size // EVENT.itemsize
            yield segment, offset, first, payload


def _path(folder: Path, segment: int) -> Path:
    return folder / f"{segment:08}.seg"
