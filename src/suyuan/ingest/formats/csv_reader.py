"""Text tables into pieces, through DuckDB's CSV reader with nothing left to its guessing."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from suyuan.ingest.formats.decoding import BLOCK, Decoded, utf8_blocks
from suyuan.ingest.formats.layout import Layout
from suyuan.ingest.formats.pieces import ArrowRows, CsvRows, Piece
from suyuan.ingest.formats.scanning import BLANKS, NUL, QUOTES, STRAY, Scan, scan
from suyuan.ingest.formats.second_tables import (
    ABOVE,
    REPEATED,
    SECOND,
    is_header,
    leads_up,
    prints,
    same,
)
from suyuan.ingest.problems import Action, Problem
from suyuan.model.text import Text

#: A quoted cell that is still open after this much is no cell: its quote is a stray one.
_OPEN_LIMIT: Final = 4 * BLOCK
#: More columns than the header has are looked at up to here.
_EXTRA_LIMIT: Final = 64


@dataclass(frozen=True, slots=True)
class _Body:
    """Whole records: their bytes, the line of the file they begin on, what the scan saw."""

    data: bytes
    above: int
    seen: Scan
    quoting: bool


@dataclass(frozen=True, slots=True)
class Finder:
    """What headers are known, as words and as prints for the kernel."""

    words: frozenset[str]
    prints: NDArray[np.uint64]

    @classmethod
    def of(cls, words: frozenset[str]) -> "Finder":
        return cls(words, prints(words))


def read_csv(
    path: Path, shown: str, layout: Layout, known: Finder, problems: list[Problem]
) -> Iterator[tuple[Layout, Iterator[Piece]]]:
    """The tables of the text file at `path`: how each is written, and its rows, 32 MB at a time.

    The rows of a table are to be taken before the next table. What had to be mended is added to
    `problems` once the last piece was taken.
    """
    pieces = _pieces(path, shown, layout, known, problems)
    for one, rows in groupby(pieces, key=itemgetter(0)):
        yield one, (piece for _, piece in rows if piece is not None)


def _pieces(
    path: Path, shown: str, layout: Layout, known: Finder, problems: list[Problem]
) -> Iterator[tuple[Layout, Piece | None]]:
    told = Decoded()
    unclosed = False
    yield layout, None
    for body in _bodies(utf8_blocks(path, layout, told), layout, known):
        unclosed |= not body.quoting
        told.nul |= bool(body.seen.marks & NUL)
        for layout, part in _parted(body, layout, known, shown, problems):  # noqa: B020, PLR1704
            yield layout, _piece(part, layout) if part.seen.lines.size else None
    texts: tuple[tuple[int, Text, Action], ...] = (
        (told.foreign, _FOREIGN, "repaired"),
        (told.replaced, _REPLACED, "kept"),
        (told.nul, _NUL, "repaired"),
        (unclosed, _UNCLOSED, "repaired"),
    )
    for found, text, action in texts:
        if found:
            count = None if isinstance(found, bool) else str(found)
            problems.append(Problem(shown, text, action, value=count))


def _parted(
    body: _Body, layout: Layout, known: Finder, shown: str, problems: list[Problem]
) -> Iterator[tuple[Layout, _Body]]:
    """`body` cut where other headers stand in it, each part with its layout."""
    taken = 0
    for offset, place in body.seen.wordy.tolist():
        cells = _cells(body.data[offset:].partition(b"\n")[0], layout)
        if not is_header(cells, known.words):
            continue
        line = int(body.seen.lines[place]) + body.above
        above, start = _leading(body.data, taken, offset, layout)
        yield layout, _cut(body, taken, start)
        if same(cells, layout.headers) and not above:
            problems.append(Problem(shown, REPEATED, "kept", line=line))
        else:
            problems.append(Problem(f"{shown}!{line}", SECOND, "kept", line, value=above[:200]))
            above = above or layout.above
            layout = replace(layout, headers=tuple(cells), header_line=line, above=above)
        taken = body.data.find(b"\n", offset) + 1 or len(body.data)
    yield layout, _cut(body, taken, len(body.data)) if taken else body


def _cells(record: bytes, layout: Layout) -> list[str]:
    text = record.decode("utf-8", "replace")
    return next(csv.reader([text], delimiter=layout.delimiter), [])


def _leading(data: bytes, first: int, offset: int, layout: Layout) -> tuple[str, int]:
    """The lines from `first` on that lead up to the header at `offset`, and where they begin."""
    start, lines = offset, list[str]()
    while start > first and len(lines) < ABOVE:
        before = max(data.rfind(b"\n", first, start - 1) + 1, first)
        line = data[before:start]
        if b'"' in line or not leads_up(_cells(line.rstrip(b"\r\n"), layout)):
            break
        lines.append(line.decode("utf-8", "replace").strip())
        start = before
    return "\n".join(reversed(lines)).strip(), start


def _cut(body: _Body, start: int, stop: int) -> _Body:
    """The records of `body` between two offsets, with the lines that they have."""
    before = body.data.count(b"\n", 0, start)
    until = before + body.data.count(b"\n", start, stop) + (stop == len(body.data))
    lines = body.seen.lines
    inside = lines[(lines > before) & (lines <= until)]
    return replace(body, data=body.data[start:stop], seen=replace(body.seen, lines=inside))


def _bodies(blocks: Iterator[bytes], layout: Layout, known: Finder) -> Iterator[_Body]:
    blocks = _under_header(blocks, layout.body_line - 1)
    rest, above, quoting = b"", layout.body_line - 1, True
    for block, last in _with_last(blocks):
        data = rest + block if rest else block
        seen = scan(data, layout.delimiter, last=last, quoting=quoting, known=known.prints)
        if quoting and seen.open_quote and (last or len(data) - seen.end > _OPEN_LIMIT):
            if seen.end and not last:
                yield _Body(data[: seen.end], above, seen, quoting)
                data, above = data[seen.end :], above + seen.line_count
            quoting = False
            seen = scan(data, layout.delimiter, last=last, quoting=False, known=known.prints)
        if seen.end == 0 and not last:
            rest = data
            continue
        if seen.lines.size:
            yield _Body(data[: seen.end], above, seen, quoting)
        rest, above = data[seen.end :], above + seen.line_count


def _under_header(blocks: Iterator[bytes], lines: int) -> Iterator[bytes]:
    for block in blocks:
        start = 0
        while lines:
            start = block.find(b"\n", start) + 1
            if start == 0:
                break
            lines -= 1
        if not lines:
            yield block[start:]
            break
    yield from blocks


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    held: bytes | None = None
    for block in blocks:
        if held is not None:
            yield held, False
        held = block
    if held is not None:
        yield held, True


def _piece(body: _Body, layout: Layout) -> Piece:
    seen = body.seen
    data = body.data.replace(b"\0", b"") if seen.marks & NUL else body.data
    width = len(layout.headers)
    extra = min(max(seen.widest - width, 0), _EXTRA_LIMIT)
    if seen.marks & STRAY or seen.widest - width > _EXTRA_LIMIT:
        return _slowly(data, body, layout.delimiter, width + extra, extra)
    return CsvRows(
        data if data.endswith(b"\n") else data + b"\n",
        seen.lines + body.above,
        layout.delimiter,
        quoted=bool(seen.marks & QUOTES and body.quoting),
        width=width,
        longest=seen.longest,
        slowly=lambda wide: _slowly(data, body, layout.delimiter, wide, wide - width),
        trim=bool(seen.marks & BLANKS),
        extra=extra,
    )


def _slowly(data: bytes, body: _Body, delimiter: str, width: int, extra: int) -> ArrowRows:
    """For a piece whose quoting is broken: a forgiving parser with the kernel's own rules."""
    csv.field_size_limit(max(len(data), 1 << 17))
    reader = csv.reader(
        io.StringIO(data.decode(), newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if body.quoting else csv.QUOTE_NONE,
    )
    rows = [[*row[:width], *[None] * (width - len(row))] for row in reader if row]
    lines = (body.seen.lines + body.above)[: len(rows)]
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    names = [f"c{n}" for n in range(width)]
    return ArrowRows(pa.table([pa.array(lines), *columns], names=["line", *names]), extra=extra)


_FOREIGN = Text(
    "parts of the file are in another encoding; read as what they are",
    "文件中混有另一种编码,已按其实际编码读取",
)
_REPLACED = Text(
    "bytes that are no character in any known encoding, shown as \ufffd",
    "含有无法识别的字节,以 \ufffd 代替",
)
_NUL = Text("zero bytes were taken out", "含有空字节,已去除")
_UNCLOSED = Text(
    "a quotation mark opens a cell and never closes it; read as an ordinary character",
    "有引号开启后未闭合,已按普通字符处理",
)
