"""What people decided of a case up to now: what its last run read, and what its files say since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from suyuan.face.source import ResultTables
from suyuan.ingest.formats.archives import is_archive
from suyuan.ingest.rows_anew import rows_anew
from suyuan.ingest.sources import READ, Stamp, readable, stamp_of
from suyuan.store.last_words import LastWords
from suyuan.store.seal import file_digest

_TABLE: Final = "decisions"
#: A file of the case by its label, its path, and what tells that it is still the same.
FileStamp = tuple[str, Path, Stamp]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class CaseDecisions:
    """All decisions, the oldest first, each once; and which of them the last run does not know."""

    rows: Sequence[Row]
    unheard_ids: frozenset[str]

    @cached_property
    def last_words(self) -> LastWords:
        return LastWords(self.rows)


def stamped_files(case: Path, earlier_files: Sequence[str]) -> list[FileStamp]:
    """Files that held decisions at the last run, and those called so since; without archives.

    What an archive holds is heard by the next run.
    """
    labels = {_label(case, file) for file in earlier_files} | set(decision_files(case))
    paths = [(label, case / label) for label in sorted(labels)]
    return [
        (label, path, stamp_of(path))
        for label, path in paths
        if path.is_file() and not is_archive(path)
    ]


def decision_files(case: Path) -> Iterator[str]:
    """Labels of the files of `case` that are called ``decisions…`` and are of a kind we read."""
    for path in case.glob(f"{_TABLE}*"):
        if path.is_file() and path.suffix.lower() in READ:
            yield readable(path.relative_to(case))


def case_decisions(
    case: Path, source: ResultTables, files: Sequence[FileStamp], work: Path
) -> CaseDecisions:
    """The decisions of the last run, those of changed or new `files` read anew."""
    stored_rows = stored_decisions(source)
    hashes = {(_label(case, row["file"]), row["sha256"]) for row in stored_rows}
    anew = [label for label, path, _ in files if (label, file_digest(path)) not in hashes]
    rows = [row for row in stored_rows if _label(case, row["file"]) not in anew]
    parts = rows_anew(case, anew, _TABLE, work) if anew else ()
    rows += [row for part in parts for row in part.to_pylist()]
    once = {row["decision_id"]: row for row in reversed(rows)}
    order = sorted(once.values(), key=lambda row: (row["at"], row["line"], row["decision_id"]))
    return CaseDecisions(order, frozenset(once) - {row["decision_id"] for row in stored_rows})


def stored_decisions(source: ResultTables) -> list[Row]:
    """The decisions as the last run read them."""
    if not source.records.has(_TABLE):
        return []
    rows: list[Row] = source.engine.fetch(source.records[_TABLE]).to_pylist()
    return rows


def _label(case: Path, file: str) -> str:
    """The file of the case that a stored row's ``file`` is of: without its sheet or part."""
    if (case / file).is_file():
        return file
    return file.partition("#")[0].partition("!")[0]
