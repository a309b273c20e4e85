"""How a text table is written: encoding, delimiter, where its header stands."""

import codecs
import csv
from dataclasses import dataclass
from typing import Final

from suyuan.ingest.headers import normal
from suyuan.ingest.settings import FileSettings

DELIMITERS: Final = (",", "\t", ";", "|")
#: How much of a file is looked at to learn how it is written.
HEAD: Final = 1 << 20
_HEADER_ROWS: Final = 60
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

@dataclass(frozen=True, slots=True)
class Layout:
    """``header_line`` is 1-based; ``body_line`` the first line after the header."""

    encoding: str
    bom: int
    delimiter: str
    headers: tuple[str, ...]
    header_line: int
    body_line: int
    above: str = ""


def sniff(head: bytes, given: FileSettings, known: frozenset[str]) -> Layout | None:
    """How the text in `head` (the first :data:`HEAD` bytes) is written; None if it is no text.

    The header is the row with most headers in `known`, else the first with more than one cell.
    """
    encoding, bom = _encoding(head, given.encoding)
    if encoding is None:
        return None
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head[bom:])
    if encoding == "utf-16":
        bom = 0
    best: tuple[int, int, str, list[str], int, int] | None = None
    delimiters = (given.delimiter,) if given.delimiter else DELIMITERS
    for delimiter in delimiters:
        for header_line, body_line, cells in _rows(text, delimiter):
            if given.header_row is not None and header_line != given.header_row:
                continue
            hits = sum(normal(cell) in known for cell in cells)
            filled = sum(bool(cell.strip()) for cell in cells)
            rank = (hits, min(filled, 2) if hits == 0 else filled)
            if best is None or rank > best[:2]:
                best = (*rank, delimiter, cells, header_line, body_line)
    if best is None:
        return None
    _, _, delimiter, cells, header_line, body_line = best
    above = "\n".join(text.split("\n", header_line)[: header_line - 1])
    return Layout(encoding, bom, delimiter, tuple(cells), header_line, body_line, above)


def _rows(text: str, delimiter: str) -> list[tuple[int, int, list[str]]]:
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
            if len(rows) >= _HEADER_ROWS:
                break
    except csv.Error:  # a cell over csv's limit: what came before it will do
        pass
    return rows


def _encoding(head: bytes, given: str | None) -> tuple[str | None, int]:
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, len(bom) if name == "utf-8" else 0
    if given is not None:
        return codecs.lookup(given).name, 0
    for name in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(name)("strict").decode(head, final=False)
        except UnicodeDecodeError:
            continue
        return (None, 0) if b"\0" in head[:4096] and name == "gb18030" else (name, 0)
    return None, 0
