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
from suyuan.ingest.formats.layout import HEAD, NO_HEADER, numbered_headers, sniff
from suyuan.ingest.formats.line_count import BREACH, LineCount
from suyuan.ingest.formats.second_tables import is_same_table
from suyuan.ingest.formats.statements import refused_format
from suyuan.ingest.manifest import Unit
from suyuan.ingest.mapping.own_account import OwnAccount, find_own, in_column, own_column
from suyuan.ingest.mapping.period import find_period
from suyuan.ingest.mapping.profile_match import Match, columns_of, match, nearest
from suyuan.ingest.mapping.profiles import Profile
from suyuan.ingest.mapping.stated_unit import find_unit
from suyuan.ingest.parts import Part, Recognition, is_packed
from suyuan.ingest.problems import UNREADABLE, Problem
from suyuan.ingest.settings import CaseSettings, FileSettings
from suyuan.ingest.sources import Source
from suyuan.ingest.workers import PartWriter, Store
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text
from suyuan.store.row_ids import source_key

_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"RIFF", b"\x7fELF", b"MZ\x90")
_STANDARD: Final = frozenset(
    normal(column.name) for table in RECORDS.values() for column in columns_of(table)
)


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a source needs: by what headers are known, where to store, who parses."""

    recognition: Recognition
    store: Store
    finder: Finder
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
    known_headers = _STANDARD.union(*(p.headers | p.ignore for p in profiles))
    recognition = Recognition(settings, profiles, known_headers)
    with Parser(recognition) as parser:
        yield Reader(recognition, store, Finder.of(known_headers), parser)


@dataclass(slots=True)
class SourceRead:
    """A source on its way in: parts that are being stored, parts that failed, what was wrong."""

    source: Source
    parts: list[tuple[Part, Match, PartWriter]] = field(default_factory=list)
    count: LineCount | None = None
    failures: list[Unit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def large(self) -> bool:
        return any(writer.large for _, _, writer in self.parts)

    def fail(
        self, label: str, reason: Text, value: object = None, part_match: Match | None = None
    ) -> None:
        short = None if value is None else str(value).strip().partition("\n")[0][:200]
        self.problems.append(Problem(label, reason, "quarantined", value=short))
        table, profile = (
            (part_match.table.name, part_match.profile.name) if part_match else (None, None)
        )
        self.failures.append(Unit(label, self.source.sha256, table=table, profile=profile))

    def finish(self) -> list[Unit]:
        """Wait for what is being stored; what cannot be read becomes a problem, no exception."""
        units: list[Unit] = []
        if self._has_breach():
            for _, _, writer in self.parts:
                writer.discard()
            self.parts.clear()
            self.fail(self.source.label, BREACH, self.count)
            return self.failures
        for part, part_match, writer in self.parts:
            try:
                units.append(writer.unit(part.label, self.source.sha256, part_match))
            except InputError as error:
                writer.discard()
                self.fail(part.label, error.message, error.value, part_match)
            except (duckdb.Error, pa.ArrowException) as error:
                writer.discard()
                self.fail(part.label, UNREADABLE, error, part_match)
        return [*units, *self.failures]

    def _has_breach(self) -> bool:
        """Whether lines of the file became nothing: by the reader's count, or by the engine's."""
        count = self.count
        if any(problem.text is UNREADABLE for problem in self.problems):
            return False
        if count is not None and count.total != count.accounted_lines:
            return True
        return any(writer.has_loss for _, _, writer in self.parts)


def read_source(reader: Reader, source: Source) -> SourceRead:
    """Begin to store all that `source` holds."""
    reading = SourceRead(source)
    label = source.label
    try:
        for part in _parts(reader, source, reading):
            label = part.label
            _begin(reader, reading, part)
    except InputError as error:
        reading.count = None
        reading.fail(label, error.message, error.value)
    except Exception as error:  # hostile bytes: one file never stops the others
        reading.count = None
        reading.fail(label, UNREADABLE, f"{type(error).__name__}: {error}")
    if not (reading.parts or reading.failures):
        reading.fail(label, _EMPTY)
    return reading


def _parts(reader: Reader, source: Source, reading: SourceRead) -> Iterator[Part]:
    with source.path.open("rb") as file:
        head = file.read(HEAD)
    if is_packed(head):
        for part in reader.parser.parts(source.path, source.label):
            reading.problems += part.problems
            yield part
    elif head.strip():
        yield from _text_parts(reader, source, reading, head)


def _text_parts(reader: Reader, source: Source, reading: SourceRead, head: bytes) -> Iterator[Part]:
    _refuse(head)
    settings, fits = reader.settings.of(source.label), reader.recognition.fits(source.label)
    first = sniff(head, settings, reader.finder.words, fits, reader.recognition.name_columns)
    if first is None:
        raise InputError(_NO_TABLE)
    count = reading.count = LineCount()
    tables = read_csv(source.path, source.label, first, reader.finder, reading.problems, count)
    for layout, pieces in tables:
        label = source.label if layout is first else f"{source.label}!{layout.header_line}"
        like = source.label if is_same_table(layout.headers, first.headers) else label
        yield Part(label, layout.headers, pieces, layout.above, like)


def _refuse(head: bytes) -> None:
    if name := refused_format(head):
        raise InputError(_REFUSED_FORMAT, value=name)
    if head.startswith(_PICTURES):
        raise InputError(_NO_TABLE)


def _begin(reader: Reader, reading: SourceRead, part: Part) -> None:
    """Begin to store `part`, or say why it is set aside."""
    settings = reader.settings.of(part.like or part.label)
    part_match = match(part.label, part.headers, settings, reader.profiles)
    if part_match is None:
        return reading.fail(part.label, *_match_refusal(part, reader.profiles))
    if refusal := _refusal(part, part_match):
        return reading.fail(part.label, *refusal, part_match)
    if part_match.left_over:
        rest = ", ".join(part_match.left_over)[:500]
        reading.problems.append(Problem(part.label, _LEFT_OVER, "kept", value=rest))
    own, column = find_own(part_match, part.label, part.above, settings), own_column(part_match)
    if part_match.profile.sides and own is None and column is None:
        return reading.fail(part.label, NO_OWN, part_match=part_match)
    origin = _origin(reading.source, part, settings, own)
    if origin.unit:
        reading.problems.append(Problem(part.label, _UNIT, "repaired", value=origin.unit))
    how = in_column(column) if column else own.how if own else None
    return _store(reading, part, part_match, reader.store.begin(part_match, origin, how))


def _match_refusal(part: Part, profiles: Sequence[Profile]) -> tuple[Text, str]:
    """Why no profile matches, and the headers (or how many columns there are without any)."""
    if part.headers == numbered_headers(len(part.headers)):
        return NO_HEADER, f"{len(part.headers)} columns"
    return _unknown_table(part, profiles), ", ".join(part.headers)


def _refusal(part: Part, part_match: Match) -> tuple[Text, str] | None:
    """Why a table that is known is not read: columns that it lacks, or that the profile leaves."""
    if names := part_match.missing_columns:
        table = part_match.table.name
        reason = Text(
            f"column {', '.join(names)} missing: no row of {table} is usable; "
            "if the columns only have other names, make a profile with suyuan map",
            f"缺少列 {'、'.join(names)}：表 {table} 的行均不可用；"
            "若各列只是名称不同，请用 suyuan map 建立映射",
        )
        return reason, ", ".join(part.headers)
    if part_match.unread_columns:
        return _UNREAD_COLUMN, ", ".join(part_match.unread_columns)
    return None


def _origin(source: Source, part: Part, settings: FileSettings, own: OwnAccount | None) -> Origin:
    """Where the rows of `part` come from, and what holds for all of them."""
    return Origin(
        part.label,
        source.sha256,
        source_key(part.label, source.sha256),
        own.value if own else None,
        find_period(part.above, PurePosixPath(part.label.partition("#")[0]).name, settings.year),
        settings.days,
        settings.spent,
        find_unit(part.above),
    )


def _store(reading: SourceRead, part: Part, part_match: Match, writer: PartWriter) -> None:
    """Give the pieces of `part` to its writer; a part that breaks off leaves nothing."""
    reading.parts.append((part, part_match, writer))
    try:
        for piece in part.pieces:
            writer.add(piece)
    except Exception:
        reading.parts.pop()
        writer.discard()
        raise


def _unknown_table(part: Part, profiles: Sequence[Profile]) -> Text:
    """That no table is known, and what the nearest would ask for."""
    near = nearest(part.headers, profiles)
    if near is None:
        return _UNKNOWN_TABLE
    profile, missing_headers = near
    words = Text(missing_headers, missing_headers.replace(", ", "、"))
    return Text(
        _NEAREST.en.format(title=profile.title.en, lacking=words.en),
        _NEAREST.zh.format(title=profile.title.zh, lacking=words.zh),
    )


NO_OWN = Text(
    "neither a column, nor the text above the header, nor the file name says whose "
    'account this is; set it in case.toml: [[file]] path = …, own = "…"',
    "表内各列、表头上方与文件名均未写明这是谁的账户（或号码）；"
    '请在 case.toml 的 [[file]] 中写明 path 与 own = "……"',
)
_EMPTY = Text("the file is empty", "文件为空")
_NO_TABLE = Text("this is not a table, whatever its name says", "这不是表格文件，与其扩展名不符")
_REFUSED_FORMAT = Text(
    "an accounting format without payer and payee, which is not read; export the "
    "statement as CSV, XLSX, MT940, camt or OFX",
    "记账软件格式，不含交易双方，不予读取；请将流水导出为 CSV、XLSX、MT940、camt 或 OFX",
)
_UNKNOWN_TABLE = Text(
    "neither the header nor the file name matches a known table; name the table in "
    "case.toml, or make a profile with suyuan map",
    "无法由表头或文件名判断所属的表；请在 case.toml 中指明，或用 suyuan map 建立映射",
)
_NEAREST = Text(
    "neither the header nor the file name matches a known table; the nearest is "
    "“{title}”, which also needs {lacking}. Name the table in case.toml, or make a "
    "profile with suyuan map",
    "无法由表头或文件名判断所属的表；最接近的是“{title}”，尚缺 {lacking}；请在 case.toml "
    "中指明，或用 suyuan map 建立映射",
)
_UNREAD_COLUMN = Text(
    "a column seems to give the direction or the counterparty, but the matching layout "
    "ignores it. Map it with suyuan map, or list it under ignore in case.toml: [[file]]",
    "有一列似乎写明收支方向或对方，而匹配到的版式并不读取该列；请用 suyuan map 指明其含义"
    "，或在 case.toml 的 [[file]] 中列入 ignore",
)
_UNIT = Text(
    "amounts are in the unit named above the table; converted to yuan",
    "金额以表格上方所注的单位计，已折合为元",
)
_LEFT_OVER = Text("columns neither mapped nor ignored by name", "既未映射也未注明忽略的列")
