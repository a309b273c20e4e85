"""A case folder in: every file read once, stored as canonical Parquet, with what was wrong.

The manifest is written last, so an import that was cut off leaves the one before it in force,
and the next run reads again what is not in it.
"""

import hashlib
import shutil
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import suyuan
from suyuan.ingest.batch import CaseDefaults
from suyuan.ingest.formats.archives import CaseBudget, is_archive, members_of
from suyuan.ingest.manifest import (
    ImportManifest,
    ManifestEntry,
    Unit,
    read_manifest,
    write_manifest,
)
from suyuan.ingest.mapping.own_account import in_name
from suyuan.ingest.mapping.profile_files import profiles_of
from suyuan.ingest.mapping.profiles import Profile
from suyuan.ingest.problems import UNREADABLE, Problem
from suyuan.ingest.quality.cross_file import (
    CrossFileResult,
    compare,
    paths_of,
    quality_rows,
    summarise,
    tables_of,
)
from suyuan.ingest.settings import NAME, CaseSettings, read_settings
from suyuan.ingest.source_reader import SourceRead, open_reader, read_source
from suyuan.ingest.sources import READ, UNKNOWN_KIND, Source, find, stamp_of
from suyuan.ingest.workers import open_store
from suyuan.model.errors import InputError
from suyuan.model.progress import Progress, Silent
from suyuan.model.results import QUALITY_SUMMARY
from suyuan.model.system_errors import system_error
from suyuan.model.text import Text
from suyuan.store.drafts import is_draft
from suyuan.store.layout import Layout, quality_path, whole_path
from suyuan.store.record_seals import discard_altered, record_seals, seal_records
from suyuan.store.row_ids import source_of_file
from suyuan.store.seal import file_digest

#: What DuckDB may hold before it spills to the scratch folder.
MEMORY: Final = "2GB"
#: How many files may be on their way at a time, and how many of them large ones.
_AHEAD, _LARGE = 600, 8
_KINDS: Final = ("phone", "bank_account")
_EMPTY_SHA256: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class CaseImport:
    """What an import leaves behind: the tables that have rows, and the two quality tables."""

    tables: frozenset[str]
    quality: pa.Table
    quality_summary: pa.Table
    settings: CaseSettings = field(default_factory=CaseSettings)


def import_case(case: Path, out: Path, *, progress: Progress | None = None) -> CaseImport:
    """Read the case folder `case` and store its rows under ``out/records``.

    Only files that changed since the last import into `out` are read. `progress` is told of all of
    it as of one step. Raises :class:`InputError` where `case` is no folder, case.toml is wrong, or
    `out` cannot be written; whatever is wrong with a file or a row is told in the quality tables
    instead.
    """
    if not case.is_dir():
        raise InputError(Text("Case folder not found.", "找不到案件文件夹。"), value=case)
    settings = read_settings(case)
    progress, start = progress or Silent(), time.perf_counter()
    progress.start(_READING)
    try:
        case_import = _import(case, out, settings, progress)
    except duckdb.IOException as error:
        raise system_error(OSError(str(error))) from error
    except OSError as error:
        raise system_error(error) from error
    rows = sum(case_import.quality_summary["rows_kept"].to_pylist())
    progress.finish(rows, time.perf_counter() - start)
    return case_import


def _import(case: Path, out: Path, settings: CaseSettings, progress: Progress) -> CaseImport:
    layout = Layout(out)
    records = layout.records
    work = records / ".work"
    discard_altered(layout)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    problems = _settings_problems(case, settings)
    try:
        profiles = profiles_of(case)
        before = read_manifest(out, _recipe(settings, profiles))
        sources = _sources(find(case, out, problems), before, work, problems, progress)
        entries = _read(records, work, settings, profiles, sources, before, progress)
        with _engine(work) as con:
            across = compare(con, layout, entries, progress)
        seal_records(layout, _sweep(layout, entries))
        write_manifest(out, before.recipe, entries)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _case_import(records, settings, entries, problems, across)


def _settings_problems(case: Path, settings: CaseSettings) -> list[Problem]:
    """Files that case.toml speaks of and that are not there, or not in the folder."""
    root, problems = case.resolve(), []
    for file in settings.files:
        path = root / file.path.partition("#")[0]
        if not path.resolve().is_relative_to(root):
            problems.append(Problem(NAME, _LEAVES, "quarantined", value=file.path))
        elif not path.exists() and not any(root.glob(file.path.partition("#")[0])):
            problems.append(Problem(NAME, _ABSENT, "kept", value=file.path))
    return problems


def _recipe(settings: CaseSettings, profiles: tuple[Profile, ...]) -> str:
    recipe = f"{suyuan.__version__} {settings!r} {sorted(map(_words, profiles))}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def _words(profile: Profile) -> str:
    # A set has no order of its own, and would make another recipe in every process.
    return f"{replace(profile, ignore=frozenset())!r} {sorted(profile.ignore)}"


def _engine(work: Path) -> duckdb.DuckDBPyConnection:
    spill = str(work / "spill")
    return duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill})


def _sources(
    files: Sequence[tuple[str, Path]],
    before: ImportManifest,
    work: Path,
    problems: list[Problem],
    progress: Progress,
) -> list[tuple[Source, str | None]]:
    """Each file with its hash, and the name under which the same content came already."""
    first: dict[tuple[str, ...], str] = {}
    sources = []
    budget = CaseBudget()
    for n, (label, path) in enumerate(files, start=1):
        try:
            members = list(_sources_in(label, path, before, work, problems, budget))
        except OSError as error:  # no right to read it, or it went away meanwhile
            problems.append(Problem(label, UNREADABLE, "quarantined", value=error.strerror))
            continue
        for source in members:
            # A statement may say whose it is in its name only: then the same bytes are two.
            content = (source.sha256, *(in_name(source.label, kind) or "" for kind in _KINDS))
            sources.append((source, first.get(content)))
            if source.sha256 != _EMPTY_SHA256:
                first.setdefault(content, source.label)
        progress.advance(n, len(files))
    return sources


def _sources_in(
    label: str,
    path: Path,
    before: ImportManifest,
    work: Path,
    problems: list[Problem],
    budget: CaseBudget,
) -> Iterator[Source]:
    """The file itself, or each member of an archive."""
    stamp = stamp_of(path)
    if is_archive(path):
        for member in members_of(label, path, work, problems, budget):
            if PurePosixPath(member.label).suffix.lower() in READ:
                yield Source(member.label, member.path, stamp, file_digest(member.path))
            else:
                problems.append(Problem(member.label, UNKNOWN_KIND, "kept"))
        return
    entry = before.entries.get(label)
    sha256 = entry.sha256 if entry and entry.stamp == stamp else file_digest(path)
    yield Source(label, path, stamp, sha256)


def _read(
    records: Path,
    work: Path,
    settings: CaseSettings,
    profiles: tuple[Profile, ...],
    sources: Sequence[tuple[Source, str | None]],
    before: ImportManifest,
    progress: Progress,
) -> list[ManifestEntry]:
    """What became of each source; several are on their way at a time."""
    entries: list[ManifestEntry] = []
    ahead: deque[ManifestEntry | SourceRead] = deque()
    large = 0

    def settle(until: int) -> None:
        nonlocal large
        while len(ahead) > until or large > _LARGE:
            reading = ahead.popleft()
            large -= _is_large(reading)
            entries.append(_entry_of(reading))
            progress.advance(len(entries), len(sources))

    defaults = CaseDefaults(settings.timezone, settings.currency)
    with (
        open_store(records, work, defaults) as store,
        open_reader(settings, profiles, store) as reader,
    ):
        for source, same_as in sources:
            entry = before.entries.get(source.label)
            if entry is not None and _still_good(records, entry, source, same_as):
                ahead.append(replace(entry, stamp=source.stamp))
            elif same_as is not None:
                ahead.append(_duplicate(source, same_as))
            else:
                reading = read_source(reader, source)
                ahead.append(reading)
                large += reading.large
            settle(_AHEAD)
        settle(0)
    return entries


def _is_large(reading: ManifestEntry | SourceRead) -> bool:
    return isinstance(reading, SourceRead) and reading.large


def _entry_of(reading: ManifestEntry | SourceRead) -> ManifestEntry:
    if isinstance(reading, ManifestEntry):
        return reading
    source, units = reading.source, tuple(reading.finish())
    return ManifestEntry(
        source.label, source.sha256, source.stamp, None, units, tuple(reading.problems)
    )


def _still_good(records: Path, entry: ManifestEntry, source: Source, same_as: str | None) -> bool:
    return (
        entry.sha256 == source.sha256
        and entry.duplicate_of == same_as
        and all(path.exists() for unit in entry.units for path in paths_of(records, unit))
    )


def _duplicate(source: Source, same_as: str) -> ManifestEntry:
    text = Text(f"the same file as {same_as}; counted once", f"与 {same_as} 是同一文件，只计一次")
    unit = Unit(source.label, source.sha256)
    problem = Problem(source.label, text, "kept")
    return ManifestEntry(source.label, source.sha256, source.stamp, same_as, (unit,), (problem,))


def _sweep(layout: Layout, entries: Sequence[ManifestEntry]) -> list[Path]:
    """Remove what an earlier import stored of files that are gone or have changed; what is left.

    That is what it noted, and what one that was cut off could not note but has named.
    """
    records = layout.records
    live_paths = {
        path for entry in entries for unit in entry.units for path in paths_of(records, unit)
    }
    tables = tables_of(records, entries)
    live_paths |= {layout.exclusions(table) for table in tables}
    live_paths |= {whole_path(records, path) for path in live_paths}
    stored_paths = {
        path for path in records.glob("[!.]*/*") if source_of_file(path) or is_draft(path)
    }
    for path in stored_paths | {records / name for name in record_seals(layout) or ()}:
        if path not in live_paths:
            path.unlink(missing_ok=True)
    return [path for path in live_paths if path.exists()]


def _case_import(
    records: Path,
    settings: CaseSettings,
    entries: Sequence[ManifestEntry],
    problems: Sequence[Problem],
    across: CrossFileResult,
) -> CaseImport:
    units = [(entry, unit) for entry in entries for unit in entry.units]
    lists = [
        quality_rows(
            [*problems, *across.problems, *(p for entry in entries for p in entry.problems)]
        )
    ]
    lists += [pq.read_table(quality_path(records, u.key)) for _, u in units if u.has_quality]
    summary = QUALITY_SUMMARY.schema
    rows = [summarise(unit, across) for _, unit in units]
    return CaseImport(
        tables=frozenset(str(unit.table) for _, unit in units if unit.rows_kept),
        quality=pa.concat_tables(lists).combine_chunks(),
        quality_summary=pa.Table.from_pylist(rows, schema=summary),
        settings=settings,
    )


_READING = Text("Reading the files", "读取文件")
_LEAVES = Text(
    "case.toml names a file outside the case folder; not read",
    "case.toml 指向案件文件夹之外的文件，未读取",
)
_ABSENT = Text("case.toml names a file that is not there", "case.toml 指明的文件不存在")
