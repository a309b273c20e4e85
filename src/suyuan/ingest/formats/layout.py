"""How a text table is written: encoding, delimiter, where its header stands."""

import codecs
import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from suyuan.ingest.formats.data_cells import count_data, looks_like_row
from suyuan.ingest.formats.header_rows import two_rows
from suyuan.ingest.formats.headers import forms
from suyuan.ingest.formats.second_tables import is_header
from suyuan.ingest.settings import FileSettings
from suyuan.model.errors import InputError
from suyuan.model.text import Text

DELIMITERS: Final = (",", "\t", ";", "|")
#: How much of a file is looked at to learn how it is written.
HEAD: Final = 1 << 20
#: Whether a row of headers is one of a table that is known.
Fits = Callable[[Sequence[str]], bool]
#: The names of the columns of rows without a header; None where nothing knows them.
ColumnNamer = Callable[[Sequence[Sequence[str]]], tuple[str, ...] | None]
#: A row of a text: its line, the line after it, its cells.
Row = tuple[int, int, list[str]]
NO_HEADER: Final = Text(
    "the first line looks like data, and no header was found; name the columns with suyuan map",
    "首行像是数据，未见表头；请用 suyuan map 指明各列",
)
_HEADER_ROWS: Final = 60
#: Encodings that are looked for only where GB18030 shows no header, and how much is looked at.
_RARE: Final = ("cp950", "cp932")
_HEADER_BYTES: Final = 1 << 16
_FEW_HEADERS: Final = 3
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class PartLayout:
    """``header_line`` is 1-based; ``body_line`` the first line after the header."""

    encoding: str
    bom: int
    delimiter: str
    headers: tuple[str, ...]
    header_line: int
    body_line: int
    above: str = ""


def sniff(
    head: bytes,
    settings: FileSettings,
    known_headers: frozenset[str],
    fits: Fits | None = None,
    namer: ColumnNamer | None = None,
) -> PartLayout | None:
    """How the text in `head` (the first :data:`HEAD` bytes) is written; None if it is no text.

    The header is the first row that `fits` a table, else the row with most of `known_headers`,
    else the first with more than one cell. A line that looks like data is no header: then
    `namer` may know the columns by what they hold, else :class:`InputError` is raised.
    """
    encoding, bom = _encoding_in_use(head, settings.encoding, known_headers)
    if encoding is None:
        return None
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head[bom:])
    table = _likeliest_table(text, settings, known_headers)
    if table is None:
        return None
    bom = 0 if encoding == "utf-16" else bom
    delimiter, rows, place = table
    if settings.header_row is not None:
        header, above = rows[-place], _above(text, rows[-place])
        return PartLayout(encoding, bom, delimiter, tuple(header[2]), *header[:2], above)
    header = _first_fit(rows[:-place], known_headers, fits) or rows[-place]
    if looks_like_row(header[2]) and not header_hits(header[2], known_headers):
        names, first_line = _column_names(rows, namer), rows[0][0]
        return PartLayout(encoding, bom, delimiter, names, 0, first_line)
    line, body_line, cells = _joint_header(header, rows, known_headers) or header
    return PartLayout(encoding, bom, delimiter, tuple(cells), line, body_line, _above(text, header))


def _encoding_in_use(
    head: bytes, encoding: str | None, known_headers: frozenset[str]
) -> tuple[str | None, int]:
    """The encoding, as it was set or as it shows, and how many bytes of a mark come first."""
    guess, bom = _encoding(head, encoding)
    if encoding is None and guess in {None, "gb18030"}:
        guess = _by_words(head, known_headers) or guess
    return guess, bom


def _likeliest_table(
    text: str, settings: FileSettings, known_headers: frozenset[str]
) -> tuple[str, list[Row], int] | None:
    """The delimiter that shows the best header, the rows, and the header's place from the end."""
    there = tuple(mark for mark in DELIMITERS if mark in text) or DELIMITERS[:1]
    delimiters = (settings.delimiter,) if settings.delimiter else there
    (rank, place), delimiter = max(
        (_header(_rows(text, delimiter), known_headers, settings.header_row), delimiter)
        for delimiter in reversed(delimiters)
    )
    return None if rank < (0, 0.0, 1) else (delimiter, _rows(text, delimiter), place)


def _first_fit(rows: list[Row], known_headers: frozenset[str], fits: Fits | None) -> Row | None:
    """The first row of headers that fits a table that is known."""
    if fits is None:
        return None
    return next((row for row in rows if is_header(row[2], known_headers) and fits(row[2])), None)


def _column_names(rows: list[Row], namer: ColumnNamer | None) -> tuple[str, ...]:
    """Names for the columns of a table without a header, by what they hold."""
    names = namer([cells for _, _, cells in rows]) if namer else None
    if names is None:
        raise InputError(NO_HEADER, value=f"{len(rows[0][2])} columns")
    return names


def _joint_header(header: Row, rows: list[Row], known_headers: frozenset[str]) -> Row | None:
    """A header together with the row below it, where the two are one header in two lines."""
    below = next((row for row in rows if row[0] >= header[1]), None)
    cells = two_rows(header[2], below[2], known_headers) if below else None
    return (below[0], below[1], list(cells)) if below and cells else None


def _above(text: str, header: Row) -> str:
    """The lines that stand above the header."""
    return "\n".join(text.split("\n", header[0])[: header[0] - 1])


def _header(
    rows: list[Row], known_headers: frozenset[str], header_row: int | None
) -> tuple[tuple[int, float, int], int]:
    """How good the best header among `rows` is, and where it stands, counted from the end.

    Known headers count first; where there are none, that most rows are as wide as it is.
    """
    widths = Counter(len(cells) for _, _, cells in rows)
    best = ((-1, 0.0, 0), 0)
    for n, (line, _, cells) in enumerate(rows):
        if header_row is None or line == header_row:
            hits = header_hits(cells, known_headers)
            cell_count = sum(bool(cell.strip()) for cell in cells)
            share = round(widths[len(cells)] / len(rows), 1) if len(cells) > 1 else 0.0
            # the first of equals is the header: places are counted from the end
            best = max(best, ((hits, share, cell_count if hits else len(cells)), len(rows) - n))
    return best


def numbered_headers(width: int) -> tuple[str, ...]:
    """Names for the columns of a table that has none, and that nothing knows."""
    return tuple(f"列{n}" for n in range(1, width + 1))


def header_hits(cells: Sequence[object], known_headers: frozenset[str]) -> int:
    """How many of `cells` are known headers; none in a row that holds more values than these.

    A word for a direction (支出) may be a header elsewhere.
    """
    words = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    hits = sum(any(form in known_headers for form in forms(word)) for word in words)
    return hits if count_data(cells) < max(2, hits) else 0


def rows_of(head: bytes, layout: PartLayout, limit: int) -> list[list[str]]:
    """The first rows under the header, for people to look at."""
    text = codecs.getincrementaldecoder(layout.encoding)("replace").decode(head[layout.bom :])
    rows = _rows(text, layout.delimiter, limit + layout.header_line)
    return [cells for line, _, cells in rows if line > layout.header_line][:limit]


def _rows(text: str, delimiter: str, limit: int = _HEADER_ROWS) -> list[Row]:
    """The first rows as (line, line after it, cells); blank lines are no rows."""
    lines = text.split("\n")
    if len(lines) > 1 and len(text) >= HEAD // 4:
        lines.pop()  # may be cut short
    reader = csv.reader((line.removesuffix("\r") + "\n" for line in lines), delimiter=delimiter)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, reader.line_num + 1, cells))
            line = reader.line_num + 1
            if len(rows) >= limit:
                break
    except csv.Error:  # a cell over csv's limit: what came before it will do
        pass
    return rows


def _encoding(head: bytes, settings: str | None) -> tuple[str | None, int]:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, len(bom) if name == "utf-8" else 0
    if settings is not None:
        return _asked_for(settings), 0
    if head.count(0) > len(head) // 100:
        return _without_bom(head), 0
    return _by_lines(head), 0


def _without_bom(head: bytes) -> str | None:
    """UTF-16 that does not say so: ASCII in it has every other byte zero."""
    half = len(head) // 2
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if high.count(0) > 0.3 * half and head.count(0) < 1.1 * high.count(0):
            return name
    return None


def _asked_for(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
        b"".decode(codec)
    except LookupError as error:
        raise InputError(
            Text("Unknown encoding.", "未知的编码。"),
            value=name,
            hint=Text("Correct it in case.toml.", "请在 case.toml 中更正。"),
        ) from error
    return {"gbk": "gb18030", "gb2312": "gb18030"}.get(codec, codec)


def _by_lines(head: bytes) -> str | None:
    """The encoding of most lines that are not plain ASCII; None if too many fit neither."""
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    if len(head) >= HEAD:
        lines = lines[:-1]  # may be cut short
    utf8 = sum(_fits(line, "utf-8") for line in lines)
    if utf8 == len(lines):
        return "utf-8"
    gb_lines = sum(_fits(line, "gb18030") for line in lines if not _fits(line, "utf-8"))
    if utf8 + gb_lines < 0.9 * len(lines):
        return None
    return "utf-8" if utf8 >= gb_lines else "gb18030"


def _by_words(head: bytes, known_headers: frozenset[str]) -> str | None:
    """Big5 or Shift_JIS, whose bytes pass for GB18030: where only so a header can be read."""
    start = head[:_HEADER_BYTES].rpartition(b"\n")[0]

    def hits(encoding: str) -> int:
        text = start.decode(encoding, "replace")
        marks = [mark for mark in DELIMITERS if mark in text]
        rows = (cells for mark in marks for _, _, cells in _rows(text, mark))
        return max((header_hits(cells, known_headers) for cells in rows), default=0)

    if hits("gb18030") >= _FEW_HEADERS:
        return None
    candidates = (name for name in _RARE if _fits(start, name) and hits(name) >= _FEW_HEADERS)
    return next(candidates, None)


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
