"""Workbooks into pieces: each sheet is a table of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from suyuan.ingest.formats.data_cells import looks_like_row
from suyuan.ingest.formats.header_rows import two_rows
from suyuan.ingest.formats.layout import ColumnNamer, Fits, header_hits, numbered_headers
from suyuan.ingest.formats.line_count import BREACH
from suyuan.ingest.formats.markup_tables import tables_in
from suyuan.ingest.formats.pieces import ArrowRows
from suyuan.ingest.formats.second_tables import (
    ABOVE,
    HEADER_REPEAT,
    SECOND,
    above_of,
    is_header,
    is_same_table,
    leads_up,
)
from suyuan.ingest.formats.workbook_size import check_size
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: Excel keeps fifteen digits of a number; what is longer has lost the rest.
_DIGITS_KEPT = 15
_HEADER_ROWS = 60
#: Rows of merged cells are listed one by one up to here.
_LIST_LIMIT = 1_000
#: The first and the last cell of a merged range, as (row, column) from 0.
_Range = tuple[tuple[int, int], tuple[int, int]]
MERGED_CELL = Text(
    "a cell merged over several rows counts for each of them", "跨行合并的单元格，其值计入每一行"
)
BESIDE = Text(
    "cells to the right of the last header; not read", "最后一个表头右侧另有单元格，未读取"
)


@dataclass(frozen=True, slots=True)
class BookSheet:
    """A sheet: its headers, the 1-based row they stand in, and the rows as values.

    ``header_line`` is the row above the first where there is no header; then a profile has named
    the columns, or they are numbered.
    """

    name: str
    headers: tuple[str, ...]
    header_line: int
    above: str
    rows: list[list[Any]]
    remarks: list[tuple[int, Text]] = field(default_factory=list)  # by line


def read_sheets(
    path: Path,
    known_headers: frozenset[str],
    header_row: int | None,
    fits: Fits | None = None,
    namer: ColumnNamer | None = None,
) -> Iterator[BookSheet]:
    """The sheets of a workbook that hold anything; raises :class:`InputError` if it is broken."""
    check_size(path)
    with _library_errors():
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
    for name in names:
        with _library_errors():
            worksheet = book.get_sheet_by_name(name)
            rows, ranges = worksheet.to_python(skip_empty_area=False), worksheet.merged_cell_ranges
        if rows:
            first = _sheet(name, rows, known_headers, header_row, fits, namer)
            lines = _fill_merged(rows, ranges or (), first.header_line)
            first.remarks.extend((line, MERGED_CELL) for line in lines[:_LIST_LIMIT])
            if len(lines) > _LIST_LIMIT:
                first.remarks.append((lines[-1], MERGED_CELL))
            yield from _conserved_parts(first, known_headers)


def read_markup(
    data: bytes,
    known_headers: frozenset[str],
    header_row: int | None,
    fits: Fits | None = None,
    namer: ColumnNamer | None = None,
) -> Iterator[BookSheet]:
    """The tables of a web page, or of a workbook in XML, as sheets."""
    for table in tables_in(data):
        first = _sheet(table.name, table.rows, known_headers, header_row, fits, namer)
        yield from _conserved_parts(first, known_headers)


@contextmanager
def _library_errors() -> Iterator[None]:
    """Whatever the library says of a broken workbook; in some it panics, which is no Exception."""
    try:
        yield
    except (CalamineError, OSError) as error:
        raise InputError(_BROKEN_BOOK, value=error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise InputError(_BROKEN_BOOK, value=error) from error


def sheet_piece(sheet: BookSheet) -> ArrowRows:
    """The rows under a sheet's header; a row with nothing in it is none."""
    width = len(sheet.headers)
    body = [
        (line, [*row, *[None] * (width - len(row))])
        for line, row in enumerate(sheet.rows[sheet.header_line :], start=sheet.header_line + 1)
        if _is_filled(row)
    ]
    columns = [pa.array([line for line, _ in body], pa.int64())]
    columns += [
        pa.array([_cell_text(row[n]) for _, row in body], pa.string()) for n in range(width)
    ]
    table = pa.Table.from_arrays(columns, ["line", *(f"c{n}" for n in range(width))])
    return ArrowRows(table, has_wrappers=True)


def _sheet(
    name: str,
    rows: list[list[Any]],
    known_headers: frozenset[str],
    header_row: int | None,
    fits: Fits | None,
    namer: ColumnNamer | None,
) -> BookSheet:
    if header_row is not None and header_row <= len(rows):
        best = header_row - 1
    else:
        best = max(range(min(len(rows), _HEADER_ROWS)), key=lambda n: _rank(rows[n], known_headers))
        if fits is not None:
            earlier = (
                n
                for n in range(best)
                if is_header(rows[n], known_headers) and fits(_texts(rows[n]))
            )
            best = next(earlier, best)
    if (
        header_row is None
        and looks_like_row(rows[best])
        and not _rank(rows[best], known_headers)[0]
    ):
        return _headless(name, rows, namer)
    above = _text(rows[:best])
    joint_headers = (
        two_rows(rows[best], rows[best + 1], known_headers) if best + 1 < len(rows) else None
    )
    if joint_headers and header_row is None:
        return BookSheet(name, joint_headers, best + 2, above, rows)
    return BookSheet(name, _texts(rows[best]), best + 1, above, rows)


def _headless(name: str, rows: list[list[Any]], namer: ColumnNamer | None) -> BookSheet:
    """A sheet without a header; its columns are numbered where nothing knows them."""
    first = next(n for n, row in enumerate(rows) if looks_like_row(row))
    body = [[_cell_text(cell) or "" for cell in row] for row in rows[first : first + _HEADER_ROWS]]
    width = max(max((n for n, cell in enumerate(row, 1) if cell), default=0) for row in body)
    headers = (namer(body) if namer else None) or numbered_headers(width)
    return BookSheet(name, headers, first, _text(rows[:first]), rows)


def _conserved_parts(sheet: BookSheet, known_headers: frozenset[str]) -> Iterator[BookSheet]:
    """The parts of a sheet; every line with something in it is in one of them, or above one.

    Raises :class:`InputError` where one is not, which is an error of this program.
    """
    used_lines = {n for n, row in enumerate(sheet.rows, start=1) if _is_filled(row)}
    accounted_lines = {*range(1, sheet.header_line + 1)}
    last = sheet.header_line
    for part in _split_tables(sheet, known_headers):
        # Between the last line of a part and the next header stands what leads up to it.
        accounted_lines.update(range(last + 1, part.header_line + 1))
        accounted_lines.update(range(part.header_line + 1, len(part.rows) + 1))
        accounted_lines.update(line for line, text in part.remarks if text is HEADER_REPEAT)
        last = len(part.rows)
        part.remarks.extend(_beside(part))
        yield part
    if missing_lines := used_lines - accounted_lines:
        raise InputError(BREACH, value=f"{len(missing_lines):,} of {len(used_lines):,}")


def _is_filled(row: Sequence[Any]) -> bool:
    return any(cell not in ("", None) for cell in row)


def _beside(sheet: BookSheet) -> Iterator[tuple[int, Text]]:
    """Rows with something to the right of the last header, which no column takes."""
    width, count = len(sheet.headers), 0
    for line, row in enumerate(sheet.rows[sheet.header_line :], start=sheet.header_line + 1):
        if _is_filled(row[width:]):
            count += 1
            if count <= _LIST_LIMIT:
                yield line, BESIDE


def _split_tables(sheet: BookSheet, known_headers: frozenset[str]) -> Iterator[BookSheet]:
    """The sheet, cut where a row of headers begins another table; repeated headers are no rows."""
    for n in range(sheet.header_line, len(sheet.rows)):
        if not is_header(sheet.rows[n], known_headers):
            continue
        headers = _texts(sheet.rows[n])
        start = n
        while start > max(sheet.header_line, n - ABOVE) and leads_up(sheet.rows[start - 1]):
            start -= 1
        above = _text(sheet.rows[start:n])
        if is_same_table(headers, sheet.headers) and not above:
            sheet.rows[n] = []
            sheet.remarks.append((n + 1, HEADER_REPEAT))
            continue
        yield replace(sheet, rows=sheet.rows[:start])
        rest: list[list[Any]] = [[]] * n + sheet.rows[n:]
        name, remarks = f"{sheet.name.partition('!')[0]}!{n + 1}", [(n + 1, SECOND)]
        above = above_of(above, sheet.above, alike=is_same_table(headers, sheet.headers))
        yield from _split_tables(
            BookSheet(name, headers, n + 1, above, rest, remarks), known_headers
        )
        return
    yield sheet


def _texts(row: list[Any]) -> tuple[str, ...]:
    """The headers in `row`, up to the last that is there."""
    width = max((n for n, cell in enumerate(row, start=1) if str(cell or "").strip()), default=0)
    return tuple(str(_cell_text(cell) or "") for cell in row[:width])


def _text(rows: list[list[Any]]) -> str:
    return "\n".join("\t".join(_cell_text(cell) or "" for cell in row) for row in rows).strip()


def _fill_merged(rows: list[list[Any]], ranges: Sequence[_Range], below: int) -> list[int]:
    """Fill cells that were merged downwards with what stands in the first; the rows it was done in.

    Only below the header, and only within one column: a cell merged across columns is a title.
    """
    lines = []
    for (top, left), (bottom, right) in ranges:
        if left == right and top >= below and bottom < len(rows) and left < len(rows[top]):
            for n in range(top + 1, bottom + 1):
                rows[n][left] = rows[top][left]
                lines.append(n + 1)
    return sorted(set(lines))


def _rank(row: list[Any], known_headers: frozenset[str]) -> tuple[int, int]:
    cells = [str(cell) for cell in row if isinstance(cell, str) and cell.strip()]
    hits = header_hits(row, known_headers)
    return hits, len(cells) if hits else min(len(cells), 2)


def _cell_text(cell: Any) -> str | None:  # noqa: PLR0911  # a case for each type
    """A cell as the text that cleaning reads."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, timedelta):
        return str(round(cell.total_seconds()))
    if isinstance(cell, float | int):
        return _number(cell)
    return str(cell)


def _number(cell: float) -> str:
    if cell != int(cell):
        return repr(cell)
    digits = str(int(cell))
    return f"{cell:.5E}" if len(digits.lstrip("-")) > _DIGITS_KEPT else digits


_BROKEN_BOOK = Text(
    "This workbook cannot be opened; it may be cut short or protected.",
    "无法打开该工作簿，可能已损坏、被截断或加密。",
)
