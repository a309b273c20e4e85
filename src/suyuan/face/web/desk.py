"""A case as it lies open: its results, what may be shown of them, and names for its subjects."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from suyuan.face.case_decisions import (
    CaseDecisions,
    case_decisions,
    stamped_files,
    stored_decisions,
)
from suyuan.face.display import Display, clean
from suyuan.face.references import References
from suyuan.face.report.case_view import party_names
from suyuan.face.source import ResultTables, open_source
from suyuan.model.records import RECORDS
from suyuan.model.text import Text
from suyuan.privacy.keys import case_key
from suyuan.privacy.masking import Masking
from suyuan.store.case import Case, Results
from suyuan.store.last_words import LastWords

#: Columns of result tables that hold subjects.
_SUBJECTS = (
    ("findings", "subject"),
    ("chain", "source"),
    ("chain", "target"),
    ("hubs", "subject"),
    ("freeze_list", "account"),
    ("statements_wanted", "account"),
    ("exits", "exit"),
    ("at_risk", "source"),
    ("compliance", "subject"),
)


#: Seconds for which a look at the result files is good; whoever is told of a run looked after it.
LOOK = 0.05


@dataclass(frozen=True, slots=True)
class PartialMask(Masking):
    """Masked, but for subjects that a grant of this session names."""

    subjects: frozenset[str] = frozenset()

    def subject(self, subject: str) -> str:
        return subject if subject in self.subjects else Masking.subject(self, subject)

    def identifier(self, identifier: str) -> str:
        own = any(subject.partition(":")[2] == identifier for subject in self.subjects)
        return identifier if own else Masking.identifier(self, identifier)


@dataclass(slots=True)
class _OpenResults:
    generation: str
    source: ResultTables
    names: dict[str, tuple[str, str]]
    findings: dict[str, str]
    cache: dict[Any, Any] = field(default_factory=dict)


class Desk:
    """One case of the workbench. All reading goes through :meth:`source`, one at a time."""

    def __init__(self, id_: str, case: Case, results: Results, name: str) -> None:
        self.id = id_
        self.case = case
        self.results = results
        self.title = _title(clean(name or case.path.resolve().name))
        self.key = case_key(results.layout)
        self.references = References(self.key)
        self._lock = threading.RLock()
        self._opened: _OpenResults | None = None
        self._decisions: tuple[Any, CaseDecisions] | None = None
        self._look = ("", float("-inf"))

    @contextmanager
    def source(self) -> Iterator[ResultTables]:
        """The results as they are now; opened again when a run has written new ones."""
        with self._lock:
            yield self._current().source

    def _current(self) -> _OpenResults:
        """What is open; a request that asks several times looks at the files once."""
        generation, at = self._look
        if time.monotonic() - at > LOOK:
            generation = self.generation()
        if self._opened is None or self._opened.generation != generation:
            if self._opened:
                self._opened.source.engine.close()
            self._opened = self._open(generation)
        return self._opened

    def _open(self, generation: str) -> _OpenResults:
        self.results["findings"]
        source = open_source(self.results)
        for table, column in _SUBJECTS:
            self.references.meet(source.table(table)[column].to_pylist())
        self.references.meet(
            f"ring:{name}" for name in source.table("rings")["ring_id"].to_pylist()
        )
        ids = {
            self.key.digest("id", name): name
            for name in source.table("findings")["finding_id"].to_pylist()
        }
        return _OpenResults(generation, source, party_names(source), ids)

    def display(self, subjects: Iterable[str] = ()) -> Display:
        """How values leave: masked, but for `subjects`."""
        with self._lock:
            names = self._current().names
        masking = PartialMask(key=self.key, subjects=frozenset(subjects))
        return Display(self.case.zone, masking, names)

    def cache(self, key: Any, make: Any) -> Any:
        """What `make` gives, made once for each generation of the results."""
        with self._lock:
            cache = self._current().cache
            if key not in cache:
                cache[key] = make()
            return cache[key]

    def generation(self) -> str:
        """The generation of the results as the files are now."""
        generation = self.results.generation()
        self._look = (generation, time.monotonic())
        return generation

    def finding_id(self, digest: str) -> str | None:
        """The finding behind an id as it left."""
        with self._lock:
            return self._current().findings.get(digest)

    def decisions(self) -> CaseDecisions:
        """All decisions of the case, also those later than the run; read again when they change."""
        with self.source() as source:
            earlier = self.cache("decision files", partial(_decision_files, source))
            files = stamped_files(self.case.path, earlier)
            at = (self.generation(), files)
            if self._decisions is None or self._decisions[0] != at:
                work = self.results.layout.work
                self._decisions = (at, case_decisions(self.case.path, source, files, work))
            return self._decisions[1]

    def last_words(self) -> LastWords:
        """What people said last of each lead."""
        return self.decisions().last_words

    def lay_out(self, tables: Iterable[str]) -> None:
        """Open tables of records, so that the first row somebody asks for does not wait for it."""
        with self.source() as source:
            for name in RECORDS.keys() & set(tables):
                self.cache(("open", name), partial(stored_row_of, source, name, ""))

    def moment(self, value: datetime | None) -> str:
        """ISO 8601 in the case's zone, with its offset; empty where unknown."""
        if value is None:
            return ""
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(ZoneInfo(self.case.zone)).isoformat(timespec="seconds")


def _decision_files(source: ResultTables) -> list[str]:
    return sorted({row["file"] for row in stored_decisions(source)})


def _title(name: str) -> Text:
    """A case may be named in two languages, with `` / `` between."""
    en, slash, zh = name.partition(" / ")
    return Text(en, zh) if slash else Text(name, name)


def stored_row_of(source: ResultTables, table: str, row_id: str) -> dict[str, Any] | None:
    """The stored row of that id, where the table has it."""
    rows = source.records[table]
    return first_row(source.engine.fetch(rows.filter(rows["row_id"] == row_id).limit(1)))


def first_row(table: pa.Table) -> dict[str, Any] | None:
    """The first row, where there is one."""
    rows = table.slice(0, 1).to_pylist()
    return rows[0] if rows else None


def folder_id(path: Path) -> str:
    """A case's name in addresses: its folder's, of letters, digits and dashes."""
    name = "".join(c if c.isalnum() and c.isascii() else "-" for c in path.resolve().name)
    return name.strip("-").lower() or "case"
