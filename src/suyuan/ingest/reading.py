"""One file in: opened by what it holds, matched to a table, cleaned and stored."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest.csv_reader import read_csv
from suyuan.ingest.layout import HEAD, sniff
from suyuan.ingest.manifest import Unit
from suyuan.ingest.matching import Match, columns_of, match, normal
from suyuan.ingest.parquet_reader import headers_of, read_parquet
from suyuan.ingest.pieces import Piece
from suyuan.ingest.problems import Problem
from suyuan.ingest.settings import CaseSettings
from suyuan.ingest.sources import Source, source_key
from suyuan.ingest.staging import Origin, stage
from suyuan.ingest.xlsx_reader import read_sheets, sheet_piece
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.results import QUALITY
from suyuan.model.text import Text

_PARQUET: Final = b"PAR1"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"BM", b"RIFF")
KNOWN: Final = frozenset(
    normal(column.name) for table in RECORDS.values() for column in columns_of(table)
)


@dataclass(frozen=True, slots=True)
class Part:
    """A table-bearing part of a file: a text table, a sheet, a Parquet file."""

    shown: str
    headers: tuple[str, ...]
    pieces: Iterator[Piece]


@dataclass(slots=True)
class Room:
    """Where one import works: the engine, its output, a scratch folder, what went wrong."""

    con: duckdb.DuckDBPyConnection
    records: Path
    work: Path
    settings: CaseSettings
    problems: list[Problem] = field(default_factory=list)


def read_source(room: Room, source: Source) -> list[Unit]:
    """Store all that `source` holds; what cannot be read is a quality row, not an exception."""
    units: list[Unit] = []
    try:
        for part in _parts(room, source):
            units.append(_read_part(room, source, part))
    except InputError as error:
        what = error.what if error.value is None else error.what
        units.append(_failed(room, source, source.shown, what, _short(error.value)))
    except (duckdb.Error, pa.ArrowException) as error:
        units.append(_failed(room, source, source.shown, _UNREADABLE, _short(error)))
    if not units:
        units.append(_failed(room, source, source.shown, _EMPTY))
    return units


def _parts(room: Room, source: Source) -> Iterator[Part]:
    with source.path.open("rb") as file:
        head = file.read(HEAD)
    given = room.settings.of(source.shown)
    if not head.strip():
        return
    if head.startswith(_PARQUET):
        headers = headers_of(source.path)
        yield Part(source.shown, headers, iter([read_parquet(source.path, headers)]))
    elif head.startswith((_ZIP, _OLE)):
        for sheet in read_sheets(source.path, KNOWN, given.header_row):
            shown = f"{source.shown}#{sheet.name}"
            yield Part(shown, sheet.headers, iter([sheet_piece(sheet)]))
    elif head.startswith(_PICTURES):
        raise InputError(_NO_TABLE)
    else:
        layout = sniff(head, given, KNOWN)
        if layout is None:
            raise InputError(_NO_TABLE)
        yield Part(source.shown, layout.headers, read_csv(source.path, layout, room.work))


def _read_part(room: Room, source: Source, part: Part) -> Unit:
    found = match(part.shown, list(part.headers), room.settings.of(part.shown))
    if found is None:
        return _failed(room, source, part.shown, _UNKNOWN_TABLE, ", ".join(part.headers)[:200])
    if found.lacking:
        what = Text(
            f"column {', '.join(found.lacking)} missing: no row of {found.table.name} can stand",
            f"缺少列 {'、'.join(found.lacking)}:表 {found.table.name} 的行均不成立",
        )
        return _failed(room, source, part.shown, what, ", ".join(part.headers)[:200], found)
    return _stored(room, source, part, found)


def _stored(room: Room, source: Source, part: Part, found: Match) -> Unit:
    key = source_key(part.shown, source.sha256)
    target = room.records / found.table.name / f"{key}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = room.work / "stored.parquet"
    origin = Origin(part.shown, source.sha256, key)
    (piece,) = part.pieces
    counts, quality = stage(
        room.con, piece, found, origin, room.settings.timezone, room.settings.currency, partial
    )
    if quality.num_rows:
        write_quality(room.records, room.work, key, quality)
    partial.replace(target)
    if found.left_over:
        names = ", ".join(found.left_over)
        room.problems.append(Problem(part.shown, _LEFT_OVER, "kept", value=names[:500]))
    return Unit(
        file=part.shown,
        sha256=source.sha256,
        key=key,
        table=found.table.name,
        profile=found.profile,
        rows_read=counts.read,
        rows_kept=counts.kept,
        repaired=counts.repaired,
        quarantined=counts.quarantined,
        columns_left_over=found.left_over,
        has_quality=bool(quality.num_rows),
    )


def _failed(
    room: Room,
    source: Source,
    shown: str,
    what: Text,
    value: str | None = None,
    found: Match | None = None,
) -> Unit:
    room.problems.append(Problem(shown, what, "quarantined", value=value))
    return Unit(
        file=shown,
        sha256=source.sha256,
        table=found.table.name if found else None,
        profile=found.profile if found else None,
    )


def quality_path(records: Path, key: str) -> Path:
    return records / "_quality" / f"{key}.parquet"


def write_quality(records: Path, work: Path, key: str, quality: pa.Table) -> None:
    partial = work / "quality.parquet"
    pq.write_table(quality.cast(QUALITY.stored), partial)
    target = quality_path(records, key)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial.replace(target)


def _short(value: object) -> str | None:
    return None if value is None else str(value).splitlines()[0][:200]


_EMPTY = Text("the file is empty", "文件为空")
_NO_TABLE = Text("this is not a table, whatever its name says", "这不是表格文件,与其扩展名不符")
_UNREADABLE = Text("the file could not be read", "无法读取该文件")
_UNKNOWN_TABLE = Text(
    "no table known by this header or name; say which in case.toml, or make a profile with "
    "suyuan map",
    "无法由表头或文件名判断所属的表;请在 case.toml 中指明,或用 suyuan map 建立映射",
)
_LEFT_OVER = Text("columns neither mapped nor ignored by name", "既未映射也未注明忽略的列")
