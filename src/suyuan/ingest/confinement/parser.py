"""The import's side: one process that parses packed files, started when the first one comes."""

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import pyarrow as pa

from suyuan.ingest.confinement.frames import (
    HEAD_SIZE,
    FrameKind,
    head_of,
    part_of,
    refusal_of,
    rows_of,
    send,
)
from suyuan.ingest.confinement.limits import Allowance, limits_for, patience
from suyuan.ingest.formats.pieces import ArrowRows
from suyuan.ingest.parts import Part, Recognition
from suyuan.model.errors import InputError, UnsafeInputError
from suyuan.model.text import Text

_COMMAND: Final = (sys.executable, "-P", "-m", "suyuan.ingest.confinement.child")
_BLOCK: Final = 1 << 20
#: A part's header and what stands above it; no list of headers is longer.
_PART: Final = 16 << 20


class _EndedError(Exception):
    """The process that parses is gone, or says what cannot be."""


class Parser:
    """Reads packed files in a process of its own; a file that ends the process ends nothing else.

    Not safe for threads: one file at a time, its parts in order.
    """

    def __init__(self, recognition: Recognition) -> None:
        self._recognition = recognition
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Parser":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def parts(self, path: Path, label: str) -> Iterator[Part]:
        """The parts of the packed file at `path`, each to be read before the next is asked for.

        Raises :class:`InputError` where the file is broken, and :class:`UnsafeInputError` where
        it used up what one file may have.
        """
        answer = _Answer(self._start(), limits_for(path.stat().st_size))
        try:
            answer.ask(label, path)
            yield from answer.parts()
        finally:
            if not answer.whole and self._process is answer.process:
                self.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            # The system's allocator gives memory back, and counts towards the limit as it is used.
            environment = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}
            self._process = subprocess.Popen(  # noqa: S603  # this very program
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
            send(_pipe(self._process.stdin), FrameKind.FILE, pickle.dumps(self._recognition))
        return self._process


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise _EndedError
    return pipe


class _Answer:
    """What the process sends about one file; `whole` once it has, and can be asked again."""

    def __init__(self, process: "subprocess.Popen[bytes]", limits: Allowance) -> None:
        self.process, self.limits = process, limits
        self.left, self.whole = limits.output, False
        self.next: tuple[FrameKind, bytes] | None = None

    def ask(self, label: str, path: Path) -> None:
        with self._doubt():
            body = os.fsencode(label) + b"\0" + os.fsencode(path.resolve())
            send(_pipe(self.process.stdin), FrameKind.FILE, body)

    def parts(self) -> Iterator[Part]:
        refusal = None
        while (frame := self._frame())[0] is not FrameKind.DONE:
            kind, body = frame
            with self._doubt():
                if kind is FrameKind.REFUSED:
                    refusal = refusal_of(body)
                part = part_of(body, self._rows) if kind is FrameKind.PART else None
            if part is not None:
                yield part
        self.whole = not frame[1]
        if refusal is not None:
            raise InputError(refusal[0], value=refusal[1])

    def _rows(self) -> Iterator[ArrowRows]:
        while (frame := self._frame())[0] is FrameKind.ROWS:
            with self._doubt():
                rows = rows_of(frame[1])
            yield rows
        self.next = frame

    @contextmanager
    def _doubt(self) -> Iterator[None]:
        """Whatever comes that cannot be from a sound parser is the file's own end."""
        try:
            yield
        except (_EndedError, OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            self.process.kill()
            raise UnsafeInputError(_reason(self.process, error)) from error

    def _frame(self) -> tuple[FrameKind, bytes]:
        frame, self.next = self.next, None
        if frame is not None:
            return frame
        with self._doubt():
            kind, length = head_of(self._take(HEAD_SIZE))
            if length > (self.left if kind is FrameKind.ROWS else min(self.left, _PART)):
                raise _EndedError(OUTPUT)
            self.left -= length
            return kind, self._take(length)

    def _take(self, size: int) -> bytes:
        """So many bytes of the pipe, waited for no longer than is fair."""
        file, buffer = _pipe(self.process.stdout).fileno(), bytearray()
        until = time.monotonic() + patience(self.limits)
        while len(buffer) < size:
            if not select.select([file], [], [], max(0.0, until - time.monotonic()))[0]:
                raise _EndedError(SLOW)
            block = os.read(file, min(_BLOCK, size - len(buffer)))
            if not block:
                raise _EndedError
            buffer += block
        return bytes(buffer)


def _reason(process: "subprocess.Popen[bytes]", error: Exception) -> Text:
    """Why a file could not be read, from how the process ended."""
    if error.args and isinstance(error.args[0], Text):
        return error.args[0]
    return SLOW if process.wait() == -signal.SIGXCPU else CRASH


SLOW = Text(
    "reading this file takes longer than one file is allowed; nothing was read. Save it as CSV",
    "读取该文件耗时超过单个文件的上限，未读入任何内容；请另存为 CSV",
)
OUTPUT = Text(
    "this file expands to far more than its own size; nothing was read",
    "该文件解开后体积异常膨胀，未读入任何内容",
)
CRASH = Text(
    "this file crashed the process that read it (it is damaged or malicious); nothing was read",
    "读取进程因该文件异常退出（文件已损坏或含恶意构造），未读入任何内容",
)
