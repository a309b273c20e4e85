"""Tables in HTML, and in the XML of Excel 2003, whatever the file's name says.

Banks save web pages as ``.xls``. The standard library's parser takes both; it expands no entity
of the file's own and follows no link.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

_ROWS: Final = frozenset({"tr", "row", "ss:row"})
_CELLS: Final = frozenset({"td", "th", "cell", "ss:cell"})
_SHEETS: Final = frozenset({"worksheet", "ss:worksheet"})
_SILENT: Final = frozenset({"script", "style", "head", "title"})
#: Cells that are laid out at most, spans counted.
_LIMIT: Final = 20_000_000
_START: Final = re.compile(
    rb"\s*(<!doctype html|<html|<head|<body|<table|<meta|<style|<div|"
    rb"<\?xml[^>]*>\s*(<\?mso|<workbook|<html|<!doctype html))",
    re.IGNORECASE,
)


def is_markup(head: bytes) -> bool:
    """Whether a file begins like HTML or a workbook in XML."""
    start = head[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    return _START.match(start) is not None


@dataclass(slots=True)
class MarkupTable:
    """The rows of a table as texts; ``name`` is the sheet's, where it has one."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)


def tables_in(data: bytes) -> list[MarkupTable]:
    """Every table that holds anything; a table within another stands for itself."""
    parser = _Parser()
    parser.feed(_decode(data))
    parser.close()
    return [table for table in parser.tables if any(any(row) for row in table.rows)]


def _decode(data: bytes) -> str:
    match = re.search(rb"charset=[\"']?([\w-]+)|encoding=[\"']([\w-]+)", data[:4096])
    attributes = (match[1] or match[2]).decode().lower() if match else "utf-8"
    first = "gb18030" if attributes in {"gb2312", "gbk", "gb18030"} else attributes
    for encoding in (first, "utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("gb18030", "replace")


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[MarkupTable] = []
        self._open: list[MarkupTable] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1
        self._silent = 0
        self._cells = 0
        self._sheets = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif self._is_table(tag):
            name = attributes.get("ss:name") or f"table{len(self.tables) + 1}"
            self._end_row()
            self._open.append(MarkupTable(name))
            self.tables.append(self._open[-1])
        elif tag in _ROWS:
            self._end_row()
            self._row = []
        elif tag in _CELLS:
            self._end_cell()
            self._begin_cell(attributes)

    def _is_table(self, tag: str) -> bool:
        """In a workbook's XML a sheet is the table, and what it calls a table is not another."""
        self._sheets = self._sheets or tag in _SHEETS
        return tag in _SHEETS or (tag == "table" and not self._sheets)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        if self._row is None:
            self._row = []
        place = attributes.get("ss:index", "")
        if place.isdigit() and int(place) <= 16_384:
            self._row += [""] * (int(place) - 1 - len(self._row))
        span = attributes.get("colspan", "1")
        self._span = min(int(span), 256) if span.isdigit() and int(span) else 1
        self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _ROWS:
            self._end_row()
        elif self._open and self._is_table(tag):
            self._end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        text = " ".join("".join(self._cell).replace("\u00a0", " ").split())
        self._row += [text, *[""] * (self._span - 1)]
        self._cells += self._span
        if self._cells > _LIMIT:
            raise ValueError("too many cells")
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None and self._open:
            self._open[-1].rows.append(self._row)
        self._row = None

    def close(self) -> None:
        super().close()
        self._end_row()
