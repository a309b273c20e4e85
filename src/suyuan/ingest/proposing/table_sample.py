"""The first rows of a file, whatever its kind, for a mapping to be proposed from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from suyuan.ingest.confinement.parser import Parser
from suyuan.ingest.formats.headers import normal
from suyuan.ingest.formats.layout import HEAD, numbered_headers, rows_of, sniff
from suyuan.ingest.formats.pieces import ArrowRows
from suyuan.ingest.parts import Recognition, is_packed
from suyuan.ingest.proposing.header_words import synonyms
from suyuan.ingest.settings import CaseSettings, FileSettings
from suyuan.model.errors import InputError
from suyuan.model.text import Text

_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class TableSample:
    """Headers, the first rows under them as texts, all of one width, and the text above.

    ``headless``: the file has no header, and the names of its columns are ours.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    above: str = ""
    headless: bool = False

    def cells(self, place: int) -> tuple[str, ...]:
        """The cells of one column by row, empty ones too."""
        return tuple(row[place] for row in self.rows)

    @property
    def columns(self) -> list[tuple[str, ...]]:
        return [self.cells(place) for place in range(len(self.headers))]


def sample_of(file: Path, settings: FileSettings) -> TableSample:
    """The table of `file` with the most rows; :class:`InputError` where it holds none."""
    with file.open("rb") as stream:
        head = stream.read(HEAD)
    known_headers = frozenset(synonyms())
    if is_packed(head):
        return _packed_sample(file, settings, known_headers)
    layout = sniff(head, settings, known_headers, namer=_number_columns)
    if layout is None:
        raise InputError(_NO_TABLE, value=file.name)
    sample = _sample(layout.headers, [[*row] for row in rows_of(head, layout, _LOOKED_AT)])
    return replace(sample, above=layout.above, headless=layout.header_line == 0)


def _packed_sample(
    file: Path, settings: FileSettings, known_headers: frozenset[str]
) -> TableSample:
    """The part of a packed file with the most rows; parsed as an import parses it."""
    case = CaseSettings(files=(replace(settings, path=file.name),))
    best, most = TableSample((), ()), -1
    with Parser(Recognition(case, (), known_headers)) as parser:
        for part in parser.parts(file, file.name):
            rows: list[list[object]] = []
            for piece in part.pieces:
                if isinstance(piece, ArrowRows) and len(rows) < _LOOKED_AT:
                    records = piece.table.slice(0, _LOOKED_AT).drop_columns("line").to_pylist()
                    rows += [[*row.values()] for row in records]
            if len(rows) > most:
                headless = part.headers == numbered_headers(len(part.headers))
                sample = _sample(part.headers, rows[:_LOOKED_AT])
                best, most = replace(sample, above=part.above, headless=headless), len(rows)
    if most < 0:
        raise InputError(_NO_TABLE, value=file.name)
    return best


def _number_columns(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return numbered_headers(max((len(row) for row in rows), default=0))


def _sample(headers: tuple[str, ...], rows: list[list[object]]) -> TableSample:
    places = [n for n, header in enumerate(headers) if header.strip() and normal(header)]
    texts = (
        tuple("" if n >= len(row) or row[n] is None else str(row[n]).strip() for n in places)
        for row in rows
    )
    full_rows = tuple(row for row in texts if sum(map(bool, row)) > min(1, len(places) - 1))
    return TableSample(tuple(headers[n].strip() for n in places), full_rows)


_NO_TABLE = Text("There is no table in this file.", "该文件中没有表格。")
