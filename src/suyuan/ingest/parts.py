"""The tables of a packed file: a workbook, a web page, Parquet, a bank's exchange format.

What is packed is decoded by libraries that trust their input, so this runs in a process of its
own (:mod:`suyuan.ingest.confinement`); plain text is read by :mod:`suyuan.ingest.formats` itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from suyuan.ingest.formats.entries import rows_of_entries
from suyuan.ingest.formats.layout import Fits
from suyuan.ingest.formats.markup_tables import is_markup
from suyuan.ingest.formats.parquet_reader import headers_of, read_parquet
from suyuan.ingest.formats.pieces import Piece
from suyuan.ingest.formats.statements import HEADERS, format_of, read_statement
from suyuan.ingest.formats.xlsx_reader import (
    MERGED_CELL,
    BookSheet,
    read_markup,
    read_sheets,
    sheet_piece,
)
from suyuan.ingest.mapping.profile_match import columns_by_shape, match
from suyuan.ingest.mapping.profiles import Profile
from suyuan.ingest.problems import Problem
from suyuan.ingest.settings import CaseSettings

_PARQUET: Final = b"PAR1"
_BOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


@dataclass(frozen=True, slots=True)
class Part:
    """A table-bearing part of a file: a text table, a sheet, a Parquet file."""

    label: str
    headers: tuple[str, ...]
    pieces: Iterator[Piece]
    above: str = ""
    like: str | None = None  # the name by which case.toml speaks of it, if not `label`
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """By what a header is known: the case's settings, its profiles, and all words in these."""

    settings: CaseSettings
    profiles: tuple[Profile, ...]
    words: frozenset[str] = field(default=frozenset(), repr=False)

    def fits(self, label: str) -> Fits:
        """Whether headers of the file `label` make a table of which rows can stand."""
        settings = self.settings.of(label)

        def stands(headers: Sequence[str]) -> bool:
            candidate = match(label, headers, settings, self.profiles)
            return candidate is not None and not candidate.missing_columns

        return stands

    def name_columns(self, rows: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
        """The names of the columns of rows without a header, where a profile knows their shapes."""
        return columns_by_shape(rows, self.profiles)


def is_packed(head: bytes) -> bool:
    """Whether a file that begins with `head` needs a library to be read."""
    return head.startswith((_PARQUET, *_BOOK)) or is_markup(head) or format_of(head) is not None


def packed_parts(path: Path, label: str, head: bytes, recognition: Recognition) -> Iterator[Part]:
    """The parts of the packed file at `path`; raises :class:`InputError` where it is broken."""
    if head.startswith(_PARQUET):
        yield Part(label, headers_of(path), read_parquet(path))
    elif head.startswith(_BOOK) or is_markup(head):
        for sheet in _sheets(path, label, head, recognition):
            yield _sheet_part(label, sheet)
    elif kind := format_of(head):
        statement = read_statement(path, kind)
        problems = tuple(Problem(label, text, "kept", line=n) for n, text in statement.remarks)
        rows = iter([rows_of_entries(statement.entries)])
        yield Part(label, HEADERS, rows, problems=problems)


def _sheets(path: Path, label: str, head: bytes, recognition: Recognition) -> Iterator[BookSheet]:
    row, fits = recognition.settings.of(label).header_row, recognition.fits(label)
    if head.startswith(_BOOK):
        return read_sheets(path, recognition.words, row, fits, recognition.name_columns)
    return read_markup(path.read_bytes(), recognition.words, row, fits, recognition.name_columns)


def _sheet_part(label: str, sheet: BookSheet) -> Part:
    name = f"{label}#{sheet.name}"
    problems = tuple(
        Problem(name, text, "repaired" if text is MERGED_CELL else "kept", line=line)
        for line, text in sheet.remarks
    )
    return Part(name, sheet.headers, iter([sheet_piece(sheet)]), sheet.above, problems=problems)
