"""What is seen only over all files together: rows that stand twice, gaps in balances, clocks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from suyuan.ingest.manifest import ManifestEntry, Unit
from suyuan.ingest.problems import Problem
from suyuan.ingest.quality.duplicates import find_duplicates, write_excluded
from suyuan.ingest.quality.gaps import find_gaps
from suyuan.ingest.quality.overlap_files import restore_overlaps, take_out_overlaps
from suyuan.ingest.quality.sides import overlaps, second_sides
from suyuan.model.progress import Progress
from suyuan.model.records import RECORDS
from suyuan.model.results import QUALITY
from suyuan.store.layout import Layout, quality_path, records_path, sides_path


@dataclass(frozen=True, slots=True)
class CrossFileResult:
    """What is seen only over all files: rows that stand twice, gaps, clocks."""

    duplicates: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def compare(
    con: duckdb.DuckDBPyConnection,
    layout: Layout,
    entries: Sequence[ManifestEntry],
    progress: Progress,
) -> CrossFileResult:
    """List the rows that stand elsewhere already, and look for gaps in what is left."""
    across = CrossFileResult()
    records, files = layout.records, tables_of(layout.records, entries)
    restore_overlaps(layout)
    for n, (name, paths) in enumerate(sorted(files.items()), start=1):
        exclusions = find_duplicates(con, RECORDS[name], paths)
        if name == "payments":
            sides = _sides(records, entries)
            overlap = overlaps(con, paths, sides, exclusions, across.problems)
            exclusions = pa.concat_tables([exclusions, overlap])
            twice = second_sides(con, paths, sides, exclusions, across.problems)
            exclusions = pa.concat_tables([exclusions, twice])
        write_excluded(layout.exclusions(name), exclusions)
        across.duplicates.update(exclusions.column("file").to_pylist())
        if name == "payments":
            progress.advance(0, None)
            exclusion_path = layout.exclusions(name)
            across.gaps.update(find_gaps(con, paths, sides, exclusion_path, across.problems))
            take_out_overlaps(records, paths, overlap)
        progress.advance(n, len(files))
    return across


def _sides(records: Path, entries: Sequence[ManifestEntry]) -> list[Path]:
    return [
        sides_path(records, unit.key, part)
        for entry in entries
        for unit in entry.units
        if unit.has_sides
        for part in range(unit.parts)
    ]


def tables_of(records: Path, entries: Iterable[ManifestEntry]) -> dict[str, list[Path]]:
    """The Parquet files of each table."""
    files: dict[str, list[Path]] = {}
    for entry in entries:
        for unit in entry.units:
            for part in range(unit.parts):
                path = records_path(records, str(unit.table), unit.key, part)
                files.setdefault(str(unit.table), []).append(path)
    return files


def paths_of(records: Path, unit: Unit) -> Iterator[Path]:
    """All that is stored of `unit`."""
    for part in range(unit.parts):
        yield records_path(records, str(unit.table), unit.key, part)
        if unit.has_sides:
            yield sides_path(records, unit.key, part)
    if unit.has_quality:
        yield quality_path(records, unit.key)


def quality_rows(problems: Sequence[Problem]) -> pa.Table:
    rows = [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "problem": problem.text.en,
            "problem_zh": problem.text.zh,
            "value": problem.value,
            "action": problem.action,
        }
        for problem in problems
    ]
    return pa.Table.from_pylist(rows, schema=QUALITY.schema)


def summarise(unit: Unit, across: CrossFileResult) -> dict[str, object]:
    duplicates = across.duplicates[unit.file]
    return {
        "file": unit.file,
        "table": unit.table,
        "profile": unit.profile,
        "rows_read": unit.rows_read,
        "rows_kept": unit.rows_kept - duplicates,
        "repaired": unit.repaired,
        "quarantined": unit.quarantined,
        "duplicates": duplicates,
        "statement_gaps": across.gaps[unit.file],
        "columns_left_over": list(unit.columns_left_over),
        "own_account": unit.own,
        "own_from": unit.own_from.en if unit.own_from else None,
        "own_from_zh": unit.own_from.zh if unit.own_from else None,
        "first_at": _time(unit.first),
        "last_at": _time(unit.last),
        "paid_out": unit.gone if unit.own else None,
        "paid_in": unit.come if unit.own else None,
        "balances_confirmed": unit.confirmed,
        "balances_refuted": unit.refuted,
        "no_rows": unit.no_rows,
    }


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
