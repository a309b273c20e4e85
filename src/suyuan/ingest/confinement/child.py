"""The process that parses: ``python -P -m suyuan.ingest.confinement.child``, spoken to by pipes."""

import os
import pickle
import sys
from pathlib import Path
from typing import IO, Final

from suyuan.ingest.confinement.frames import (
    HEAD_SIZE,
    FrameKind,
    head_of,
    part_body,
    refusal_body,
    rows_body,
    send,
)
from suyuan.ingest.confinement.limits import confine, limits_for, memory_limit, memory_peak
from suyuan.ingest.formats.layout import HEAD
from suyuan.ingest.formats.pieces import ArrowRows
from suyuan.ingest.parts import Recognition, packed_parts
from suyuan.ingest.problems import UNREADABLE
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: A parser that has held so much of its memory is followed by a new one: what it has not given
#: back would be missed by the next file.
_MEMORY_SHARE: Final = 4


def main() -> None:
    """Answer for one file after another until the input ends."""
    source, out = sys.stdin.buffer, _own_output()
    recognition = pickle.loads(_frame(source)[1])  # noqa: S301  # from the import itself
    while (frame := _frame(source, at_end=True))[0] is not None:
        label, _, path = frame[1].partition(b"\0")
        is_spent = _answer(out, os.fsdecode(label), Path(os.fsdecode(path)), recognition)
        send(out, FrameKind.DONE, b"spent" if is_spent else b"")


def _own_output() -> IO[bytes]:
    """The pipe to the import; what libraries print goes nowhere."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return out


def _frame(source: IO[bytes], *, at_end: bool = False) -> tuple[FrameKind | None, bytes]:
    head = source.read(HEAD_SIZE)
    if len(head) < HEAD_SIZE and at_end:
        return None, b""
    kind, length = head_of(head)
    return kind, source.read(length)


def _answer(out: IO[bytes], label: str, path: Path, recognition: Recognition) -> bool:
    """Send all parts of the file; whether this process has used up its memory."""
    confine(limits_for(path.stat().st_size))
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        for part in packed_parts(path, label, head, recognition):
            send(out, FrameKind.PART, part_body(part))
            for piece in part.pieces:
                if isinstance(piece, ArrowRows):
                    send(out, FrameKind.ROWS, rows_body(piece))
    except InputError as error:
        send(out, FrameKind.REFUSED, refusal_body(error.message, error.value))
    except MemoryError:
        send(out, FrameKind.REFUSED, refusal_body(TOO_MUCH, f"{memory_limit() >> 20:,} MiB"))
        return True
    except Exception as error:  # hostile bytes lead libraries into errors of many kinds
        value = f"{type(error).__name__}: {error}"
        send(out, FrameKind.REFUSED, refusal_body(UNREADABLE, value))
    return memory_peak() > memory_limit() // _MEMORY_SHARE


TOO_MUCH = Text(
    "reading this file needs more memory than one file is allowed; nothing was read. "
    "Save it as CSV, or split it into several files",
    "读取该文件所需内存超过单个文件的上限，未读入任何内容；请另存为 CSV 或拆成几个文件",
)

if __name__ == "__main__":
    main()
