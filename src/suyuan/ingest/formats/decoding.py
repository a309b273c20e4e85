"""Bytes of any encoding into UTF-8, block by block."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from suyuan.ingest.formats.layout import PartLayout

#: What is read at a time: enough rows for a piece, little enough for a small machine.
BLOCK: Final = 32 << 20
_SEGMENT: Final = 1 << 16
_GB_RUN: Final = re.compile(
    rb"(?:[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x81-\xfe][0-9][\x81-\xfe][0-9])+"
)
#: Lead bytes of UTF-8 characters that are no CJK.
_OTHER_SCRIPT: Final = re.compile(rb"[\xc2-\xe2\xea-\xee\xf0-\xf4]")


@dataclass(slots=True)
class DecodingRecord:
    """What had to be done to the bytes of a file while it was decoded."""

    foreign: int = 0  # places in another encoding than the rest
    bad_bytes: int = 0  # bytes that are no character of any
    nul: bool = False


def utf8_blocks(path: Path, layout: PartLayout, record: DecodingRecord) -> Iterator[bytes]:
    """The file in blocks of valid UTF-8 without its byte order mark; `record` is filled on the way.

    Blocks end wherever they end, but never within a character.
    """
    if layout.encoding == "utf-8":
        return _checked_utf8(path, layout.bom, record)
    if layout.encoding == "gb18030":
        return _from_gb18030(path, record)
    return _transcode(path, layout.encoding, record)


def _checked_utf8(path: Path, bom: int, record: DecodingRecord) -> Iterator[bytes]:
    handler = _foreign_handler(record)
    codecs.register_error(handler[0], handler[1])
    with path.open("rb") as file:
        file.seek(bom)
        rest = b""
        while block := file.read(BLOCK):
            whole = rest + block if rest else block
            cut = _character_end(whole)
            rest, whole = whole[cut:], whole[:cut]
            yield _valid(whole, handler[0])
        if rest:
            yield _valid(rest, handler[0])


def _valid(block: bytes, handler: str) -> bytes:
    try:
        block.decode()
    except UnicodeDecodeError:
        return block.decode("utf-8", handler).encode()
    return block


def _character_end(block: bytes) -> int:
    """Where the last whole character ends: at most three bytes before the end."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte < 0x80:
            return len(block)
        if byte >= 0xC0:
            needs = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(block) if needs <= back else len(block) - back
    return len(block)


def _foreign_handler(record: DecodingRecord):  # type: ignore[no-untyped-def]
    def handle(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        stretch = _GB_RUN.match(error.object, error.start)
        if stretch:
            try:
                text = stretch.group().decode("gb18030")
            except UnicodeDecodeError:
                pass
            else:
                record.foreign += 1
                return text, stretch.end()
        record.bad_bytes += 1
        return "\ufffd", error.start + 1

    return f"suyuan-{id(record)}", handle


def _from_gb18030(path: Path, record: DecodingRecord) -> Iterator[bytes]:
    with path.open("rb") as file:
        rest = b""
        while block := file.read(BLOCK):
            whole = rest + block
            cut = whole.rfind(b"\n") + 1
            if cut == 0:
                if len(whole) < 4 * BLOCK:
                    rest = whole
                    continue
                cut = len(whole)
            rest = whole[cut:]
            yield _gb_lines(whole[:cut], record)
        if rest:
            yield _gb_lines(rest, record)


def _gb_lines(block: bytes, record: DecodingRecord) -> bytes:
    """Whole lines of GB18030; stretches that are UTF-8 after all are left as they are."""
    segments, start = [], 0
    while start < len(block):
        stop = block.find(b"\n", min(start + _SEGMENT, len(block))) + 1 or len(block)
        segments.append(block[start:stop])
        start = stop
    # GB18030 is hardly ever valid UTF-8 over a whole stretch; the reverse it often is.
    foreign = [_is_utf8(segment) for segment in segments]
    fragments = []
    for n, segment in enumerate(segments):
        if foreign[n]:
            record.foreign += not segment.isascii()
            fragments.append(segment)
        else:
            edge = len(segments) == 1 or any(foreign[max(n - 1, 0) : n + 2])
            fragments.append(_gb_segment(segment, record, by_line=edge))
    return b"".join(fragments)


def _is_utf8(segment: bytes) -> bool:
    try:
        segment.decode()
    except UnicodeDecodeError:
        return False
    return True


def _gb_segment(segment: bytes, record: DecodingRecord, *, by_line: bool) -> bytes:
    """A stretch that is not UTF-8 as a whole; `by_line` where some of its lines may be."""
    if by_line:
        lines = segment.splitlines(keepends=True)
        if sum(_is_chinese_utf8(line) for line in lines) * 20 > len(lines):
            return b"".join(_gb_line(line, record) for line in lines)
    try:
        return segment.decode("gb18030").encode()
    except UnicodeDecodeError:
        return b"".join(_gb_line(line, record) for line in segment.splitlines(keepends=True))


def _is_chinese_utf8(line: bytes) -> bool:
    """Whether the line is UTF-8 and holds nothing but ASCII and Chinese: no chance hit."""
    return not line.isascii() and _is_utf8(line) and not _OTHER_SCRIPT.search(line)


def _gb_line(line: bytes, record: DecodingRecord) -> bytes:
    if _is_chinese_utf8(line):
        record.foreign += 1
        return line
    try:
        return line.decode("gb18030").encode()
    except UnicodeDecodeError:
        record.bad_bytes += 1
    return line.decode("gb18030", "replace").encode()


def _transcode(path: Path, encoding: str, record: DecodingRecord) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = decoder.decode(block)
            record.bad_bytes += text.count("\ufffd")
            # A lone surrogate of UTF-16 has no form in UTF-8.
            yield text.encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")
