"""The line of the file behind a stored row, read again from the case's folder, masked by column."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from suyuan.face.display import Display, clean
from suyuan.ingest.mapping.profile_files import profiles_of
from suyuan.model.columns import Type
from suyuan.model.records import RECORDS
from suyuan.model.text import Text
from suyuan.store.seal import file_digest

#: Characters of a line that are read; a hostile file may be one line of a gigabyte.
LONGEST_LINE = 200_000
_TIME = re.compile(
    r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)?[ T]?"
    r"(?:\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?"
)
NOT_HERE = Text("The file is no longer in the case folder.", "该文件已不在案件文件夹中。")
NO_LINES = Text(
    "This kind of file is not shown line by line; its stored row is above.",
    "此类文件不逐行显示，入库记录见上。",
)


@dataclass(frozen=True, slots=True)
class OriginalLine:
    """A physical line as cells; ``is_target`` marks the one that was asked for."""

    number: int
    cells: list[str]
    is_target: bool


@dataclass(frozen=True, slots=True)
class Original:
    """What was found: the file's hash now, its header, and lines around the wanted one."""

    sha256: str
    header: list[str]
    lines: list[OriginalLine]
    note: Text | None = None


def warm_up() -> None:
    """Load what reads workbooks, so that the first line that somebody asks for does not wait."""
    import openpyxl  # noqa: F401, PLC0415  # 0.3 s, in a thread of its own


def read_original(
    case: Path, row: Mapping[str, Any], table: str, around: int, display: Display, profile: str = ""
) -> Original:
    """The line of ``row`` (``file, line``) with `around` more on either side.

    `profile` is the mapping that read the file: it says which column a header stands for.
    """
    name, _, member = str(row["file"]).partition("#")
    path = (case / name).resolve()
    if not path.is_relative_to(case.resolve()) or not path.is_file():
        return Original("", [], [], NOT_HERE)
    stat = path.stat()
    digest = _digest(path, stat.st_mtime_ns, stat.st_size)
    raw = _cells(path, member, int(row["line"]), around)
    if raw is None:
        return Original(digest, [], [], NO_LINES)
    header, lines = raw
    names = [_column(case, profile, table, word) for word in header]
    masked_lines = [
        OriginalLine(number, _mask_cells(cells, names, table, display), number == row["line"])
        for number, cells in lines
    ]
    return Original(digest, [clean(word) for word in header], masked_lines)


@lru_cache(maxsize=256)
def _digest(path: Path, mtime: int, size: int) -> str:  # noqa: ARG001  # they make it anew
    return file_digest(path)


def _cells(
    path: Path, member: str, line: int, around: int
) -> tuple[list[str], list[tuple[int, list[str]]]] | None:
    suffix = path.suffix.lower()
    if suffix in {".csv", ".tsv", ".txt"} and not member:
        return _read_delimited(path, line, around, "\t" if suffix == ".tsv" else ",")
    if suffix == ".xlsx":
        return _sheet(path, member, line, around)
    return None


def _read_delimited(
    path: Path, line: int, around: int, delimiter: str
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    first, last = max(line - around, 2), line + around
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        head = file.readline(LONGEST_LINE)
        lines = [(n, text) for n, text in enumerate(islice(file, last - 1), 2) if n >= first]
    split = next(csv.reader([head], delimiter=delimiter), [])
    return split, [
        (number, next(csv.reader([text[:LONGEST_LINE].rstrip("\r\n")], delimiter=delimiter), []))
        for number, text in lines
    ]


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(65_536)
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.start > len(start) - 4 else "gb18030"
    return "utf-8"


def _sheet(
    path: Path, member: str, line: int, around: int
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    from openpyxl import load_workbook  # noqa: PLC0415  # only where a workbook is asked for

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book[member] if member in book.sheetnames else book.worksheets[0]
        first = max(line - around, 2)
        head = next(sheet.iter_rows(1, 1, values_only=True), ())
        rows = list(sheet.iter_rows(first, line + around, values_only=True))
    finally:
        book.close()
    return [_word(cell) for cell in head], [
        (first + index, [_word(cell) for cell in cells]) for index, cells in enumerate(rows)
    ]


def _word(cell: object) -> str:
    return "" if cell is None else str(cell)


def _column(case: Path, profile: str, table: str, header: str) -> str | None:
    """The declared column that a header stands for; nothing where nobody knows."""
    record = RECORDS[table]
    word = header.strip().lstrip("\ufeff")
    if word in record.names:
        return word
    return _profile_columns(case, profile, table).get(word)


@lru_cache(maxsize=512)
def _profile_columns(case: Path, profile: str, table: str) -> dict[str, str]:
    """Headers of a profile by the column that they fill."""
    return {
        header: column
        for mapping in profiles_of(case)
        if mapping.name == profile and mapping.table == table
        for column, source in mapping.columns.items()
        for header in source.headers
        if column in RECORDS[table].names
    }


def _mask_cells(
    cells: Sequence[str], names: Sequence[str | None], table: str, display: Display
) -> list[str]:
    """Each cell as its column asks; one without a known column shows only its shape."""
    record = RECORDS[table]
    sentence = []
    for index, cell in enumerate(cells):
        name = names[index] if index < len(names) else None
        column = record.column(name) if name else None
        if column is None or name is None or not _fits(cell, column.type):
            sentence.append(clean(display.masking.raw(cell)))
        else:
            parts = cell.split(";") if column.type is Type.LIST else cell
            sentence.append(display.cell(record, {name: parts}, name) if cell else "")
    return sentence


def _fits(cell: str, type_: Type) -> bool:
    """A figure or time that is none (a row out of step) may be somebody's number."""
    if type_ in {Type.TEXT, Type.LIST}:
        return True
    digits = sum(sign.isdigit() for sign in cell)
    if type_ is Type.TIME:
        return bool(_TIME.fullmatch(cell.strip()))
    return digits <= 10 and len(cell) <= 24
