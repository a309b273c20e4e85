"""One file in: opened by what it holds, matched to a table, cut into pieces for the workers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.ingest.formats.csv_reader import Finder, read_csv
from suyuan.ingest.formats.headers import normal
from suyuan.ingest.formats.layout import HEAD, sniff
from suyuan.ingest.formats.parquet_reader import headers_of, read_parquet
from suyuan.ingest.formats.pieces import Piece
from suyuan.ingest.formats.second_tables import same
from suyuan.ingest.formats.statements import HEADERS, format_of, read_statement
from suyuan.ingest.formats.xlsx_reader import MERGED, read_sheets, sheet_piece
from suyuan.ingest.loads import Origin
from suyuan.ingest.manifest import Unit
from suyuan.ingest.mapping.expressions import own_account
from suyuan.ingest.mapping.matching import Match, columns_of, match
from suyuan.ingest.mapping.profiles import Profile
from suyuan.ingest.problems import Problem
from suyuan.ingest.settings import CaseSettings
from suyuan.ingest.sources import Source, source_key
from suyuan.ingest.storing import Store, Stored
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text

_PARQUET: Final = b"PAR1"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"RIFF", b"\x7fELF", b"MZ\x90")
_STANDARD: Final = frozenset(
    normal(column.name) for table in RECORDS.values() for column in columns_of(table)
)


@dataclass(frozen=True, slots=True)
class Part:
    """A table-bearing part of a file: a text table, a sheet, a Parquet file."""

    shown: str
    headers: tuple[str, ...]
    pieces: Iterator[Piece]
    above: str = ""
    like: str | None = None  # the name by which case.toml speaks of it, if not `shown`


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a source needs to know: the case's settings, profiles, and where to store."""

    settings: CaseSettings
    profiles: tuple[Profile, ...]
    store: Store
    known: Finder

    @classmethod
    def of(cls, settings: CaseSettings, profiles: tuple[Profile, ...], store: Store) -> "Reader":
        known = _STANDARD.union(*(p.headers | p.ignore for p in profiles))
        return cls(settings, profiles, store, Finder.of(known))


@dataclass(slots=True)
class Reading:
    """A source on its way in: parts that are being stored, parts that failed, what was wrong."""

    source: Source
    parts: list[tuple[Part, Match, Stored]] = field(default_factory=list)
    failed: list[Unit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def large(self) -> bool:
        return any(stored.large for _, _, stored in self.parts)

    def fail(
        self, shown: str, what: Text, value: object = None, found: Match | None = None
    ) -> None:
        short = None if value is None else str(value).strip().partition("\n")[0][:200]
        self.problems.append(Problem(shown, what, "quarantined", value=short))
        table, profile = (found.table.name, found.profile.name) if found else (None, None)
        self.failed.append(Unit(shown, self.source.sha256, table=table, profile=profile))

    def finish(self) -> list[Unit]:
        """Wait for what is being stored; what cannot be read becomes a problem, no exception."""
        units = []
        for part, found, stored in self.parts:
            try:
                units.append(stored.unit(part.shown, self.source.sha256, found))
            except (duckdb.Error, pa.ArrowException) as error:
                stored.discard()
                self.fail(part.shown, UNREADABLE, error, found)
        return [*units, *self.failed]


def read_source(reader: Reader, source: Source) -> Reading:
    """Begin to store all that `source` holds."""
    reading = Reading(source)
    shown = source.shown
    try:
        for part in _parts(reader, source, reading):
            shown = part.shown
            _begin(reader, reading, part)
    except InputError as error:
        reading.fail(shown, error.what, error.value)
    except Exception as error:  # hostile bytes: one file never stops the others
        reading.fail(shown, UNREADABLE, f"{type(error).__name__}: {error}")
    if not (reading.parts or reading.failed):
        reading.fail(shown, _EMPTY)
    return reading


def _parts(reader: Reader, source: Source, reading: Reading) -> Iterator[Part]:
    with source.path.open("rb") as file:
        head = file.read(HEAD)
    given = reader.settings.of(source.shown)

    def fits(headers: Sequence[str]) -> bool:
        found = match(source.shown, headers, given, reader.profiles)
        return found is not None and not found.lacking

    if head.startswith(_PARQUET):
        headers = headers_of(source.path)
        yield Part(source.shown, headers, read_parquet(source.path))
    elif head.startswith((_ZIP, _OLE)):
        for sheet in read_sheets(source.path, reader.known.words, given.header_row, fits):
            shown = f"{source.shown}#{sheet.name}"
            reading.problems += [
                Problem(shown, text, "repaired" if text is MERGED else "kept", line=line)
                for line, text in sheet.told
            ]
            yield Part(shown, sheet.headers, iter([sheet_piece(sheet)]), sheet.above)
    elif kind := format_of(head):
        yield Part(source.shown, HEADERS, read_statement(source.path, kind))
    elif head.startswith(_PICTURES):
        raise InputError(_NO_TABLE)
    elif head.strip():
        first = sniff(head, given, reader.known.words, fits)
        if first is None:
            raise InputError(_NO_TABLE)
        tables = read_csv(source.path, source.shown, first, reader.known, reading.problems)
        for layout, pieces in tables:
            shown = source.shown if layout is first else f"{source.shown}!{layout.header_line}"
            like = source.shown if same(layout.headers, first.headers) else shown
            yield Part(shown, layout.headers, pieces, layout.above, like)


def _begin(reader: Reader, reading: Reading, part: Part) -> None:
    given = reader.settings.of(part.like or part.shown)
    found = match(part.shown, part.headers, given, reader.profiles)
    headers = ", ".join(part.headers)
    if found is None:
        return reading.fail(part.shown, _UNKNOWN_TABLE, headers)
    if found.lacking:
        what = Text(
            f"column {', '.join(found.lacking)} missing: no row of {found.table.name} can stand",
            f"缺少列 {'、'.join(found.lacking)}:表 {found.table.name} 的行均不成立",
        )
        return reading.fail(part.shown, what, headers, found)
    if found.left_over:
        left = ", ".join(found.left_over)[:500]
        reading.problems.append(Problem(part.shown, _LEFT_OVER, "kept", value=left))
    own = own_account(found, part.shown, part.above)
    key = source_key(part.shown, reading.source.sha256)
    origin = Origin(part.shown, reading.source.sha256, key, own)
    stored = reader.store.begin(found, origin)
    reading.parts.append((part, found, stored))
    try:
        for piece in part.pieces:
            stored.add(piece)
    except Exception:
        reading.parts.pop()
        stored.discard()
        raise
    return None


_EMPTY = Text("the file is empty", "文件为空")
_NO_TABLE = Text("this is not a table, whatever its name says", "这不是表格文件,与其扩展名不符")
UNREADABLE = Text("the file could not be read", "无法读取该文件")
_UNKNOWN_TABLE = Text(
    "no table known by this header or name; say which in case.toml, or make a profile with "
    "suyuan map",
    "无法由表头或文件名判断所属的表;请在 case.toml 中指明,或用 suyuan map 建立映射",
)
_LEFT_OVER = Text("columns neither mapped nor ignored by name", "既未映射也未注明忽略的列")
