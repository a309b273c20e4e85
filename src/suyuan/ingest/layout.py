"""How a text table is written: encoding, delimiter, where its header stands."""

import codecs
import csv
from dataclasses import dataclass
from typing import Final

from suyuan.ingest.headers import normal
from suyuan.ingest.settings import FileSettings
from suyuan.model.errors import InputError
from suyuan.model.text import Text

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
        return _asked_for(given), 0
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
        found = codecs.lookup(name).name
        b"".decode(found)
    except LookupError as error:
        raise InputError(
            Text("Unknown encoding.", "未知的编码。"),
            value=name,
            hint=Text("Correct it in case.toml.", "请在 case.toml 中更正。"),
        ) from error
    return {"gbk": "gb18030", "gb2312": "gb18030"}.get(found, found)


def _by_lines(head: bytes) -> str | None:
    """The encoding of most lines that are not plain ASCII; None if too many fit neither."""
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    if len(head) >= HEAD:
        lines = lines[:-1]  # may be cut short
    utf8 = sum(_fits(line, "utf-8") for line in lines)
    if utf8 == len(lines):
        return "utf-8"
    others = sum(_fits(line, "gb18030") for line in lines if not _fits(line, "utf-8"))
    if utf8 + others < 0.9 * len(lines):
        return None
    return "utf-8" if utf8 >= others else "gb18030"


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
