"""One file in: opened by what it holds, matched to a table, cut into pieces for the workers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.ingest.batch import Origin
from suyuan.ingest.confinement.parser import Parser
from suyuan.ingest.formats.csv_reader import Finder, read_csv
from suyuan.ingest.formats.headers import normal
from suyuan.ingest.formats.layout import HEAD, NO_HEADER, numbered, sniff
from suyuan.ingest.formats.line_count import BREACH, LineCount
from suyuan.ingest.formats.second_tables import same
from suyuan.ingest.formats.statements import refused_format
from suyuan.ingest.manifest import Unit
from suyuan.ingest.mapping.own_account import find_own, in_column, own_column
from suyuan.ingest.mapping.period import find_period
from suyuan.ingest.mapping.profile_match import Match, columns_of, match, nearest
from suyuan.ingest.mapping.profiles import Profile
from suyuan.ingest.mapping.stated_unit import find_unit
from suyuan.ingest.parts import Part, Recognition, is_packed
from suyuan.ingest.problems import UNREADABLE, Problem
from suyuan.ingest.settings import CaseSettings
from suyuan.ingest.sources import Source, source_key
from suyuan.ingest.workers import Store, Stored
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text

_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"RIFF", b"\x7fELF", b"MZ\x90")
_STANDARD: Final = frozenset(
    normal(column.name) for table in RECORDS.values() for column in columns_of(table)
)


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a source needs: by what headers are known, where to store, who parses."""

    recognition: Recognition
    store: Store
    known: Finder
    parser: Parser

    @property
    def settings(self) -> CaseSettings:
        return self.recognition.settings

    @property
    def profiles(self) -> tuple[Profile, ...]:
        return self.recognition.profiles


@contextmanager
def open_reader(
    settings: CaseSettings, profiles: tuple[Profile, ...], store: Store
) -> Iterator[Reader]:
    """A reader of sources; on leaving, the process that parsed packed files is ended."""
    known = _STANDARD.union(*(p.headers | p.ignore for p in profiles))
    recognition = Recognition(settings, profiles, known)
    with Parser(recognition) as parser:
        yield Reader(recognition, store, Finder.of(known), parser)


@dataclass(slots=True)
class SourceRead:
    """A source on its way in: parts that are being stored, parts that failed, what was wrong."""

    source: Source
    parts: list[tuple[Part, Match, Stored]] = field(default_factory=list)
    count: LineCount | None = None
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
        units: list[Unit] = []
        if self._breached():
            for _, _, stored in self.parts:
                stored.discard()
            self.parts.clear()
            self.fail(self.source.shown, BREACH, self.count)
            return self.failed
        for part, found, stored in self.parts:
            try:
                units.append(stored.unit(part.shown, self.source.sha256, found))
            except InputError as error:
                stored.discard()
                self.fail(part.shown, error.message, error.value, found)
            except (duckdb.Error, pa.ArrowException) as error:
                stored.discard()
                self.fail(part.shown, UNREADABLE, error, found)
        return [*units, *self.failed]

    def _breached(self) -> bool:
        """Whether lines of the file became nothing: by the reader's count, or by the engine's."""
        count = self.count
        if any(problem.text is UNREADABLE for problem in self.problems):
            return False
        if count is not None and count.total != count.accounted:
            return True
        return any(stored.lost for _, _, stored in self.parts)


def read_source(reader: Reader, source: Source) -> SourceRead:
    """Begin to store all that `source` holds."""
    reading = SourceRead(source)
    shown = source.shown
    try:
        for part in _parts(reader, source, reading):
            shown = part.shown
            _begin(reader, reading, part)
    except InputError as error:
        reading.count = None
        reading.fail(shown, error.message, error.value)
    except Exception as error:  # hostile bytes: one file never stops the others
        reading.count = None
        reading.fail(shown, UNREADABLE, f"{type(error).__name__}: {error}")
    if not (reading.parts or reading.failed):
        reading.fail(shown, _EMPTY)
    return reading


def _parts(reader: Reader, source: Source, reading: SourceRead) -> Iterator[Part]:
    with source.path.open("rb") as file:
        head = file.read(HEAD)
    if is_packed(head):
        for part in reader.parser.parts(source.path, source.shown):
            reading.problems += part.problems
            yield part
    elif head.strip():
        yield from _text_parts(reader, source, reading, head)


def _text_parts(reader: Reader, source: Source, reading: SourceRead, head: bytes) -> Iterator[Part]:
    _refuse(head)
    settings, fits = reader.settings.of(source.shown), reader.recognition.fits(source.shown)
    first = sniff(head, settings, reader.known.words, fits, reader.recognition.unnamed)
    if first is None:
        raise InputError(_NO_TABLE)
    count = reading.count = LineCount()
    tables = read_csv(source.path, source.shown, first, reader.known, reading.problems, count)
    for layout, pieces in tables:
        shown = source.shown if layout is first else f"{source.shown}!{layout.header_line}"
        like = source.shown if same(layout.headers, first.headers) else shown
        yield Part(shown, layout.headers, pieces, layout.above, like)


def _refuse(head: bytes) -> None:
    if name := refused_format(head):
        raise InputError(_REFUSED, value=name)
    if head.startswith(_PICTURES):
        raise InputError(_NO_TABLE)


def _begin(reader: Reader, reading: SourceRead, part: Part) -> None:
    settings = reader.settings.of(part.like or part.shown)
    found = match(part.shown, part.headers, settings, reader.profiles)
    headers = ", ".join(part.headers)
    if found is None and part.headers == numbered(len(part.headers)):
        return reading.fail(part.shown, NO_HEADER, f"{len(part.headers)} columns")
    if found is None:
        return reading.fail(part.shown, _unknown(part, reader.profiles), headers)
    if found.lacking:
        what = Text(
            f"column {', '.join(found.lacking)} missing: no row of {found.table.name} can stand; "
            "if the columns are only called otherwise, make a profile with suyuan map",
            f"缺少列 {'、'.join(found.lacking)}：表 {found.table.name} 的行均不成立；"
            "若各列只是名称不同，请用 suyuan map 建立映射",
        )
        return reading.fail(part.shown, what, headers, found)
    if found.unread:
        return reading.fail(part.shown, _UNREAD, ", ".join(found.unread), found)
    if found.left_over:
        left = ", ".join(found.left_over)[:500]
        reading.problems.append(Problem(part.shown, _LEFT_OVER, "kept", value=left))
    own, column = find_own(found, part.shown, part.above, settings), own_column(found)
    if found.profile.sides and own is None and column is None:
        return reading.fail(part.shown, NO_OWN, found=found)
    unit = find_unit(part.above)
    if unit:
        reading.problems.append(Problem(part.shown, _UNIT, "repaired", value=unit))
    origin = Origin(
        part.shown,
        reading.source.sha256,
        source_key(part.shown, reading.source.sha256),
        own.value if own else None,
        find_period(part.above, PurePosixPath(part.shown.partition("#")[0]).name, settings.year),
        settings.days,
        settings.spent,
        unit,
    )
    how = in_column(column) if column else own.how if own else None
    stored = reader.store.begin(found, origin, how)
    reading.parts.append((part, found, stored))
    try:
        for piece in part.pieces:
            stored.add(piece)
    except Exception:
        reading.parts.pop()
        stored.discard()
        raise
    return None


def _unknown(part: Part, profiles: Sequence[Profile]) -> Text:
    """That no table is known, and what the nearest would ask for."""
    near = nearest(part.headers, profiles)
    if near is None:
        return _UNKNOWN_TABLE
    profile, lacking = near
    asked = Text(lacking, lacking.replace(", ", "、"))
    return Text(
        _NEAREST.en.format(title=profile.title.en, lacking=asked.en),
        _NEAREST.zh.format(title=profile.title.zh, lacking=asked.zh),
    )


NO_OWN = Text(
    "whose account this list is of stands neither in a column, nor above the header, nor in the "
    'file\'s name; say it in case.toml, under [[file]] with its path: own = "…"',
    "表内各列、表头上方与文件名均未写明这是谁的账户（或号码）；"
    '请在 case.toml 的 [[file]] 中写明 path 与 own = "……"',
)
_EMPTY = Text("the file is empty", "文件为空")
_NO_TABLE = Text("this is not a table, whatever its name says", "这不是表格文件，与其扩展名不符")
_REFUSED = Text(
    "a format of accounting programs that names no parties and is not read; export the statement "
    "as CSV, XLSX, MT940, camt or OFX",
    "记账软件格式，不含交易双方，不予读取；请将流水导出为 CSV、XLSX、MT940、camt 或 OFX",
)
_UNKNOWN_TABLE = Text(
    "no table known by this header or name; say which in case.toml, or make a profile with "
    "suyuan map",
    "无法由表头或文件名判断所属的表；请在 case.toml 中指明，或用 suyuan map 建立映射",
)
_NEAREST = Text(
    "no table known by this header or name; the nearest is “{title}”, which asks for {lacking} "
    "too. Say which table it is in case.toml, or make a profile with suyuan map",
    "无法由表头或文件名判断所属的表；最接近的是“{title}”，尚缺 {lacking}；"
    "请在 case.toml 中指明,或用 suyuan map 建立映射",
)
_UNREAD = Text(
    "a column looks as if it told which way each row went, or who the other side is, and the "
    "layout that fits does not read it; say with suyuan map what it is, or under [[file]] "
    "in case.toml that it is nothing: ignore",
    "有一列似乎写明收支方向或对方，而所适用的布局并不读取它；"
    "请用 suyuan map 指明其含义,或在 case.toml 的 [[file]] 中以 ignore 注明忽略",
)
_UNIT = Text(
    "amounts are in the unit that the text above the table names; brought to yuan",
    "金额以表格上方所注的单位计，已折合为元",
)
_LEFT_OVER = Text("columns neither mapped nor ignored by name", "既未映射也未注明忽略的列")
