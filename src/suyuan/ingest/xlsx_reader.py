"""Workbooks into pieces: each sheet is a table of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from suyuan.ingest.headers import normal
from suyuan.ingest.pieces import ArrowRows
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: Excel keeps fifteen digits of a number; what is longer has lost the rest.
_DIGITS_KEPT = 15
_HEADER_ROWS = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its headers, the 1-based row they stand in, and the rows as values."""

    name: str
    headers: tuple[str, ...]
    header_line: int
    above: str
    rows: list[list[Any]]


def read_sheets(path: Path, known: frozenset[str], header_row: int | None) -> Iterator[Sheet]:
    """The sheets of a workbook that hold anything; raises :class:`InputError` if it is broken."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
    except (CalamineError, OSError) as error:
        raise InputError(_BROKEN, value=error) from error
    for name in names:
        try:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise InputError(_BROKEN, value=error) from error
        if rows:
            first = _sheet(name, rows, known, header_row)
            yield from _parted(first, known)


def sheet_piece(sheet: Sheet) -> ArrowRows:
    """The rows under a sheet's header; a row with nothing in it is none."""
    width = len(sheet.headers)
    body = [
        (line, row)
        for line, row in enumerate(sheet.rows[sheet.header_line :], start=sheet.header_line + 1)
        if any(cell not in ("", None) for cell in row)
    ]
    columns = [pa.array([line for line, _ in body], pa.int64())]
    columns += [pa.array([_written(row[n]) for _, row in body], pa.string()) for n in range(width)]
    table = pa.Table.from_arrays(columns, ["line", *(f"c{n}" for n in range(width))])
    return ArrowRows(table)


def sheet_samples(sheet: Sheet, limit: int) -> list[list[object]]:
    """The first rows under the header, for people to look at."""
    rows = sheet.rows[sheet.header_line : sheet.header_line + limit]
    return [[_written(cell) for cell in row] for row in rows]


def _sheet(
    name: str, rows: list[list[Any]], known: frozenset[str], header_row: int | None
) -> Sheet:
    if header_row is not None and header_row <= len(rows):
        best = header_row - 1
    else:
        best = max(range(min(len(rows), _HEADER_ROWS)), key=lambda n: _rank(rows[n], known))
    headers = tuple(str(_written(cell) or "") for cell in rows[best])
    above = "\n".join(" ".join(_written(cell) or "" for cell in row) for row in rows[:best])
    return Sheet(name, headers, best + 1, above, rows)


def _parted(sheet: Sheet, known: frozenset[str]) -> Iterator[Sheet]:
    """The sheet, cut where a row of nothing but known headers begins another table."""
    for n in range(sheet.header_line, len(sheet.rows)):
        cells = [normal(cell) for cell in sheet.rows[n] if isinstance(cell, str) and cell.strip()]
        filled = [cell for cell in sheet.rows[n] if cell not in ("", None)]
        if len(filled) >= 3 and len(cells) == len(filled) and all(cell in known for cell in cells):
            yield replace(sheet, rows=sheet.rows[:n])
            rest = [[None]] * n + sheet.rows[n:]
            headers = tuple(str(_written(cell) or "") for cell in sheet.rows[n])
            name = f"{sheet.name.partition('!')[0]}!{n + 1}"
            yield from _parted(Sheet(name, headers, n + 1, "", rest), known)
            return
    yield sheet


def _rank(row: list[Any], known: frozenset[str]) -> tuple[int, int]:
    cells = [str(cell) for cell in row if isinstance(cell, str) and cell.strip()]
    hits = sum(normal(cell) in known for cell in cells)
    return hits, len(cells) if hits else min(len(cells), 2)


def _written(cell: Any) -> str | None:  # noqa: PLR0911  # a case for each type
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


_BROKEN = Text(
    "This workbook cannot be opened; it may be cut short or protected.",
    "无法打开该工作簿,可能已损坏、被截断或加密。",
)
