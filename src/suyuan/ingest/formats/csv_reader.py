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

from suyuan.ingest.formats.decoding import BLOCK, DecodingRecord, utf8_blocks
from suyuan.ingest.formats.layout import PartLayout
from suyuan.ingest.formats.line_count import LineCount
from suyuan.ingest.formats.pieces import ArrowRows, CsvRows, Piece
from suyuan.ingest.formats.scanning import BLANKS, NUL, QUOTES, STRAY, Scan, scan
from suyuan.ingest.formats.second_tables import (
    ABOVE,
    HEADER_REPEAT,
    SECOND,
    above_of,
    is_header,
    is_same_table,
    leads_up,
    prints,
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
    quotes: bool
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
    label: str,
    layout: PartLayout,
    finder: Finder,
    problems: list[Problem],
    count: LineCount | None = None,
) -> Iterator[tuple[PartLayout, Iterator[Piece]]]:
    """The tables of the text file at `path`: how each is written, and its rows, 32 MB at a time.

    The rows of a table are to be taken before the next table. What had to be mended is added to
    `problems`, and what the lines are to `count`, once the last piece was taken.
    """
    pieces = _pieces(path, label, layout, finder, problems, count or LineCount())
    for table_layout, rows in groupby(pieces, key=itemgetter(0)):
        yield table_layout, (piece for _, piece in rows if piece is not None)


def _pieces(
    path: Path,
    label: str,
    layout: PartLayout,
    finder: Finder,
    problems: list[Problem],
    count: LineCount,
) -> Iterator[tuple[PartLayout, Piece | None]]:
    record = DecodingRecord()
    open_quote = False
    count.header += layout.body_line - 1
    yield layout, None
    for body in _bodies(count.count_lines(utf8_blocks(path, layout, record)), layout, finder):
        open_quote |= not body.quotes
        record.nul |= bool(body.view.marks & NUL)
        count.blank += body.line_count - body.view.lines.size
        for layout, part in _split_tables(body, layout, finder, label, problems, count):  # noqa: B020, PLR1704
            count.rows += part.view.lines.size
            yield layout, _piece(part, layout) if part.view.lines.size else None
    texts: tuple[tuple[int, Text, Action], ...] = (
        (record.foreign, _FOREIGN, "repaired"),
        (record.bad_bytes, _BAD_BYTES, "kept"),
        (record.nul, _NUL, "repaired"),
        (open_quote, _OPEN_QUOTE, "repaired"),
    )
    for hits, text, action in texts:
        if hits:
            number = None if isinstance(hits, bool) else str(hits)
            problems.append(Problem(label, text, action, value=number))


def _split_tables(
    body: _Body,
    layout: PartLayout,
    finder: Finder,
    label: str,
    problems: list[Problem],
    count: LineCount,
) -> Iterator[tuple[PartLayout, _Body]]:
    """`body` cut where other headers stand in it, each part with its layout."""
    position = taken_rows = 0
    for offset, place in body.view.wordy.tolist():
        cells = _cells(body.data[offset:].partition(b"\n")[0], layout)
        if not (is_header(cells, finder.words) or is_same_table(cells, layout.headers)):
            continue
        line = int(body.view.lines[place]) + body.above
        above, start = _lead_up(body.data, position, offset, layout)
        before = _cut(body, position, start)
        yield layout, before
        taken_rows += before.view.lines.size
        count.header_repeats += 1
        count.above += place - taken_rows
        taken_rows = place + 1
        if is_same_table(cells, layout.headers) and not above:
            problems.append(Problem(label, HEADER_REPEAT, "kept", line=line))
        else:
            problems.append(Problem(f"{label}!{line}", SECOND, "kept", line, value=above[:200]))
            above = above_of(above, layout.above, alike=is_same_table(cells, layout.headers))
            layout = replace(layout, headers=tuple(cells), header_line=line, above=above)
        position = body.data.find(b"\n", offset) + 1 or len(body.data)
    yield layout, _cut(body, position, len(body.data)) if position else body


def _cells(record: bytes, layout: PartLayout) -> list[str]:
    text = record.decode("utf-8", "replace")
    return next(csv.reader([text], delimiter=layout.delimiter), [])


def _lead_up(data: bytes, first: int, offset: int, layout: PartLayout) -> tuple[str, int]:
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


def _bodies(blocks: Iterator[bytes], layout: PartLayout, finder: Finder) -> Iterator[_Body]:
    blocks = _under_header(blocks, layout.body_line - 1)
    rest, above, quotes = b"", layout.body_line - 1, True
    header_prints = finder.beside(layout.headers)
    for block, last in _with_last(blocks):
        data = rest + block if rest else block
        view = scan(data, layout.delimiter, last=last, quotes=quotes, prints=header_prints)
        if quotes and view.open_quote and (last or len(data) - view.end > _OPEN_LIMIT):
            if view.end and not last:
                yield _Body(data[: view.end], above, view, quotes, view.line_count)
                data, above = data[view.end :], above + view.line_count
            quotes = False
            view = scan(data, layout.delimiter, last=last, quotes=False, prints=header_prints)
        if view.end == 0 and not last:
            rest = data
            continue
        if view.line_count or view.lines.size:
            # The last line may have no end of its own.
            lines = view.line_count + (last and view.end > 0 and data[view.end - 1] != _NEWLINE)
            yield _Body(data[: view.end], above, view, quotes, lines)
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
    previous: bytes | None = None
    for block in blocks:
        if previous is not None:
            yield previous, False
        previous = block
    if previous is not None:
        yield previous, True


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
        has_quotes=bool(view.marks & QUOTES and body.quotes),
        width=width,
        longest=view.longest,
        slowly=lambda wide: _slowly(data, body, layout.delimiter, wide, wide - width),
        trim=bool(view.marks & BLANKS),
        extra=extra,
        has_wrappers=_has_wrappers(data),
    )


def _has_wrappers(data: bytes) -> bool:
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
        quoting=csv.QUOTE_MINIMAL if body.quotes else csv.QUOTE_NONE,
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
    return ArrowRows(table, extra=extra, has_wrappers=_has_wrappers(data))


_FOREIGN = Text(
    "parts of the file are in another encoding; each was read in its own",
    "文件中混有另一种编码，已按其实际编码读取",
)
_BAD_BYTES = Text(
    "bytes that are no character in any known encoding, shown as \ufffd",
    "含有无法识别的字节，以 \ufffd 代替",
)
_NUL = Text("NUL bytes were removed", "含有空字节，已去除")
_OPEN_QUOTE = Text(
    "a quotation mark opens a cell and never closes it; read as an ordinary character",
    "有引号开启后未闭合，已按普通字符处理",
)
