"""Text tables into pieces, through DuckDB's CSV reader with nothing left to its guessing."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from suyuan.ingest.formats.decoding import BLOCK, Decoded, utf8_blocks
from suyuan.ingest.formats.layout import PartLayout
from suyuan.ingest.formats.line_count import LineCount
from suyuan.ingest.formats.pieces import ArrowRows, CsvRows, Piece
from suyuan.ingest.formats.scanning import BLANKS, NUL, QUOTES, STRAY, Scan, scan
from suyuan.ingest.formats.second_tables import (
    ABOVE,
    REPEATED,
    SECOND,
    above_of,
    is_header,
    leads_up,
    prints,
    same,
)
from suyuan.ingest.problems import Action, Problem
from suyuan.model.text import Text

#: A quoted cell that is still open after this much is no cell: its quote is a stray one.
_NEWLINE: Final = 10
_OPEN_LIMIT: Final = 4 * BLOCK
#: Stands for a carriage return while the csv module reads, which would end the line there.
_RETURN: Final = "\ue00d"
#: More columns than the header has are looked at up to here.
_EXTRA_LIMIT: Final = 64


@dataclass(frozen=True, slots=True)
class _Body:
    """Whole records: their bytes, the line of the file they begin on, what the scan saw."""

    data: bytes
    above: int
    view: Scan
    quoting: bool
    line_count: int = 0


@dataclass(frozen=True, slots=True)
class Finder:
    """What headers are known, as words and as prints for the kernel."""

    words: frozenset[str]
    prints: NDArray[np.uint64]

    @classmethod
    def of(cls, words: frozenset[str]) -> "Finder":
        return cls(words, prints(words))

    def beside(self, headers: Sequence[str]) -> NDArray[np.uint64]:
        """The prints of what is known, and of the first of `headers`, which a page may repeat."""
        return np.union1d(self.prints, prints(headers[:1]))


def read_csv(
    path: Path,
    shown: str,
    layout: PartLayout,
    known: Finder,
    problems: list[Problem],
    count: LineCount | None = None,
) -> Iterator[tuple[PartLayout, Iterator[Piece]]]:
    """The tables of the text file at `path`: how each is written, and its rows, 32 MB at a time.

    The rows of a table are to be taken before the next table. What had to be mended is added to
    `problems`, and what the lines are to `count`, once the last piece was taken.
    """
    pieces = _pieces(path, shown, layout, known, problems, count or LineCount())
    for one, rows in groupby(pieces, key=itemgetter(0)):
        yield one, (piece for _, piece in rows if piece is not None)


def _pieces(
    path: Path,
    shown: str,
    layout: PartLayout,
    known: Finder,
    problems: list[Problem],
    count: LineCount,
) -> Iterator[tuple[PartLayout, Piece | None]]:
    decoded = Decoded()
    unclosed = False
    count.header += layout.body_line - 1
    yield layout, None
    for body in _bodies(count.counted(utf8_blocks(path, layout, decoded)), layout, known):
        unclosed |= not body.quoting
        decoded.nul |= bool(body.view.marks & NUL)
        count.blank += body.line_count - body.view.lines.size
        for layout, part in _parted(body, layout, known, shown, problems, count):  # noqa: B020, PLR1704
            count.rows += part.view.lines.size
            yield layout, _piece(part, layout) if part.view.lines.size else None
    texts: tuple[tuple[int, Text, Action], ...] = (
        (decoded.foreign, _FOREIGN, "repaired"),
        (decoded.replaced, _REPLACED, "kept"),
        (decoded.nul, _NUL, "repaired"),
        (unclosed, _UNCLOSED, "repaired"),
    )
    for found, text, action in texts:
        if found:
            number = None if isinstance(found, bool) else str(found)
            problems.append(Problem(shown, text, action, value=number))


def _parted(
    body: _Body,
    layout: PartLayout,
    known: Finder,
    shown: str,
    problems: list[Problem],
    count: LineCount,
) -> Iterator[tuple[PartLayout, _Body]]:
    """`body` cut where other headers stand in it, each part with its layout."""
    taken = taken_rows = 0
    for offset, place in body.view.wordy.tolist():
        cells = _cells(body.data[offset:].partition(b"\n")[0], layout)
        if not (is_header(cells, known.words) or same(cells, layout.headers)):
            continue
        line = int(body.view.lines[place]) + body.above
        above, start = _leading(body.data, taken, offset, layout)
        before = _cut(body, taken, start)
        yield layout, before
        taken_rows += before.view.lines.size
        count.repeated += 1
        count.above += place - taken_rows
        taken_rows = place + 1
        if same(cells, layout.headers) and not above:
            problems.append(Problem(shown, REPEATED, "kept", line=line))
        else:
            problems.append(Problem(f"{shown}!{line}", SECOND, "kept", line, value=above[:200]))
            above = above_of(above, layout.above, alike=same(cells, layout.headers))
            layout = replace(layout, headers=tuple(cells), header_line=line, above=above)
        taken = body.data.find(b"\n", offset) + 1 or len(body.data)
    yield layout, _cut(body, taken, len(body.data)) if taken else body


def _cells(record: bytes, layout: PartLayout) -> list[str]:
    text = record.decode("utf-8", "replace")
    return next(csv.reader([text], delimiter=layout.delimiter), [])


def _leading(data: bytes, first: int, offset: int, layout: PartLayout) -> tuple[str, int]:
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
    lines = body.view.lines
    inside = lines[(lines > before) & (lines <= until)]
    return replace(body, data=body.data[start:stop], view=replace(body.view, lines=inside))


def _bodies(blocks: Iterator[bytes], layout: PartLayout, known: Finder) -> Iterator[_Body]:
    blocks = _under_header(blocks, layout.body_line - 1)
    rest, above, quoting = b"", layout.body_line - 1, True
    begun = known.beside(layout.headers)
    for block, last in _with_last(blocks):
        data = rest + block if rest else block
        view = scan(data, layout.delimiter, last=last, quoting=quoting, known=begun)
        if quoting and view.open_quote and (last or len(data) - view.end > _OPEN_LIMIT):
            if view.end and not last:
                yield _Body(data[: view.end], above, view, quoting, view.line_count)
                data, above = data[view.end :], above + view.line_count
            quoting = False
            view = scan(data, layout.delimiter, last=last, quoting=False, known=begun)
        if view.end == 0 and not last:
            rest = data
            continue
        if view.line_count or view.lines.size:
            # The last line may have no end of its own.
            lines = view.line_count + (last and view.end > 0 and data[view.end - 1] != _NEWLINE)
            yield _Body(data[: view.end], above, view, quoting, lines)
        rest, above = data[view.end :], above + view.line_count


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


def _piece(body: _Body, layout: PartLayout) -> Piece:
    view = body.view
    data = body.data.replace(b"\0", b"") if view.marks & NUL else body.data
    width = len(layout.headers)
    extra = min(max(view.widest - width, 0), _EXTRA_LIMIT)
    if view.marks & STRAY or view.widest - width > _EXTRA_LIMIT:
        return _slowly(data, body, layout.delimiter, width + extra, extra)
    return CsvRows(
        data if data.endswith(b"\n") else data + b"\n",
        view.lines + body.above,
        layout.delimiter,
        quoted=bool(view.marks & QUOTES and body.quoting),
        width=width,
        longest=view.longest,
        slowly=lambda wide: _slowly(data, body, layout.delimiter, wide, wide - width),
        trim=bool(view.marks & BLANKS),
        extra=extra,
        wrapped=_wrapped(data),
    )


def _wrapped(data: bytes) -> bool:
    """Whether some cell may be written so that a spreadsheet takes it for text."""
    return b'="' in data or b"`" in data or b",'" in data


def _slowly(data: bytes, body: _Body, delimiter: str, width: int, extra: int) -> ArrowRows:
    """For a piece whose quoting is broken: a forgiving parser with the kernel's own rules."""
    csv.field_size_limit(max(len(data), 1 << 17))
    # A lone carriage return ends no line here, nor for the kernel; a row of them before one is one.
    text = re.sub("\r+\n", "\n", data.decode()).replace("\r", _RETURN)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if body.quoting else csv.QUOTE_NONE,
    )
    rows = [
        [*(cell.replace(_RETURN, "\r") for cell in row[:width]), *[None] * (width - len(row))]
        for row in reader
        if row
    ]
    lines = (body.view.lines + body.above)[: len(rows)]
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(width)]
    names = [f"c{n}" for n in range(width)]
    table = pa.table([pa.array(lines), *columns], names=["line", *names])
    return ArrowRows(table, extra=extra, wrapped=_wrapped(data))


_FOREIGN = Text(
    "parts of the file are in another encoding; read as what they are",
    "文件中混有另一种编码，已按其实际编码读取",
)
_REPLACED = Text(
    "bytes that form no character in any known encoding, shown as \ufffd",
    "含有无法识别的字节，以 \ufffd 代替",
)
_NUL = Text("NUL bytes were removed", "含有空字节，已去除")
_UNCLOSED = Text(
    "a quotation mark opens a cell and never closes it; read as an ordinary character",
    "有引号开启后未闭合，已按普通字符处理",
)
