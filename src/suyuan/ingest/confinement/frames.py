"""What passes between import and the process that parses: frames of a kind, a length and bytes.

What comes back is JSON and Arrow's stream format, never a pickle: the process that sends it has
handled hostile bytes and is not trusted.
"""

import json
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import IO, Any, Final

import pyarrow as pa

from suyuan.ingest.formats.pieces import ArrowRows
from suyuan.ingest.parts import Part
from suyuan.ingest.problems import Problem
from suyuan.model.text import Text

_HEAD: Final = struct.Struct("<BQ")
HEAD_SIZE: Final = _HEAD.size


class FrameKind(IntEnum):
    """What a frame carries."""

    FILE = 1  # to the parser: which file, and how it begins
    PART = 2  # a part begins
    ROWS = 3  # rows of the part
    REFUSED = 4  # the file cannot be used, and why
    DONE = 5  # all of the file was sent; the body is not empty where the parser goes away


def send(out: IO[bytes], kind: FrameKind, body: bytes = b"") -> None:
    """Write one frame."""
    out.write(_HEAD.pack(kind, len(body)))
    out.write(body)
    out.flush()


def head_of(raw: bytes) -> tuple[FrameKind, int]:
    """(kind, length of the body); raises ValueError for a kind that is none."""
    kind, length = _HEAD.unpack(raw)
    return FrameKind(kind), length


def part_body(part: Part) -> bytes:
    """A part without its rows."""
    problems = [
        {"file": p.file, "en": p.text.en, "zh": p.text.zh, "action": p.action, "line": p.line}
        for p in part.problems
    ]
    fields = {"label": part.label, "headers": part.headers, "above": part.above}
    return json.dumps(fields | {"problems": problems}).encode()


def part_of(body: bytes, rows: Callable[[], Any]) -> Part:
    """The part that `body` tells of; its rows come from `rows`."""
    fields = json.loads(body)
    problems = tuple(
        Problem(p["file"], Text(p["en"], p["zh"]), _action(p["action"]), line=p["line"])
        for p in fields["problems"]
    )
    headers = tuple(str(header) for header in fields["headers"])
    return Part(str(fields["label"]), headers, rows(), str(fields["above"]), problems=problems)


def _action(word: str) -> Any:
    if word not in ("quarantined", "repaired", "kept"):
        raise ValueError(word)
    return word


def rows_body(rows: ArrowRows) -> bytes:
    """Rows as a stream of Arrow, how they are written beside them."""
    how = {b"how": json.dumps([rows.trim, rows.extra, rows.has_wrappers]).encode()}
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.table.schema.with_metadata(how)) as stream:
        stream.write_table(rows.table)
    return bytes(sink.getvalue())


def rows_of(body: bytes) -> ArrowRows:
    """The rows that `body` holds; raises ArrowException or ValueError where it is not sound."""
    with pa.ipc.open_stream(pa.py_buffer(body)) as stream:
        table = stream.read_all()
    table.validate(full=True)
    trim, extra, has_wrappers = json.loads(table.schema.metadata[b"how"])
    return ArrowRows(
        table.replace_schema_metadata(None), bool(trim), int(extra), bool(has_wrappers)
    )


def refusal_body(reason: Text, value: object) -> bytes:
    """Why a file cannot be used."""
    text = None if value is None else str(value)[:1000]
    return json.dumps({"en": reason.en, "zh": reason.zh, "value": text}).encode()


def refusal_of(body: bytes) -> tuple[Text, str | None]:
    """(what, value) of a refusal."""
    fields = json.loads(body)
    return Text(str(fields["en"]), str(fields["zh"])), fields["value"]
