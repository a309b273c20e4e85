"""Workers that store pieces side by side, each with an engine of its own."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest.manifest import Unit
from suyuan.ingest.matching import Match
from suyuan.ingest.pieces import Piece
from suyuan.ingest.staging import Origin, Outcome, Ways, stage
from suyuan.model.results import QUALITY

#: What one worker's engine may hold before it spills to the scratch folder.
_MEMORY: Final = "768MB"
_WORKERS: Final = min(os.cpu_count() or 1, 8)


def records_path(records: Path, table: str, key: str, part: int) -> Path:
    """Where a part of a source lies; a small source has only part 0."""
    return records / table / (f"{key}.parquet" if part == 0 else f"{key}-{part:04}.parquet")


def sides_path(records: Path, key: str, part: int) -> Path:
    return records / "_sides" / f"{key}-{part:04}.parquet"


def quality_path(records: Path, key: str) -> Path:
    return records / "_quality" / f"{key}.parquet"


@dataclass(frozen=True, slots=True)
class Store:
    """Where rows go, and the workers that bring them there."""

    records: Path
    work: Path
    ways: Ways
    submit: Callable[[Callable[[duckdb.DuckDBPyConnection], Outcome]], Future[Outcome]]
    numbers: Iterator[int]

    def scratch(self) -> Path:
        """A name in the scratch folder that nothing else has."""
        return self.work / f"piece-{next(self.numbers)}.csv"

    def begin(self, match: Match, origin: Origin) -> "Stored":
        return Stored(self, match, origin)


@dataclass(slots=True)
class Stored:
    """A part of a source that is being stored, piece by piece."""

    store: Store
    match: Match
    origin: Origin
    pending: list[tuple[Path, Future[Outcome]]] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Hand `piece` to a worker; waits while they are all busy."""
        target = self.store.work / f"stored-{next(self.store.numbers)}.parquet"
        match, origin, ways = self.match, self.origin, self.store.ways
        self.pending.append(
            (target, self.store.submit(lambda con: stage(con, piece, match, origin, ways, target)))
        )

    def unit(self, shown: str, sha256: str, found: Match) -> Unit:
        """Wait for the pieces, put them in place, and say what became of the part."""
        outcome = Outcome()
        for _, future in self.pending:
            outcome.add(future.result())
        records, key = self.store.records, self.origin.key
        if outcome.quality.num_rows:
            self._put_quality(outcome.quality)
        for part, (target, _) in enumerate(self.pending):
            _put(target, records_path(records, found.table.name, key, part))
            side = target.with_suffix(".side")
            if side.exists():
                _put(side, sides_path(records, key, part))
        return Unit(
            file=shown,
            sha256=sha256,
            key=key,
            parts=len(self.pending),
            table=found.table.name,
            profile=found.profile.name,
            rows_read=outcome.read,
            rows_kept=outcome.kept,
            repaired=outcome.repaired,
            quarantined=outcome.quarantined,
            columns_left_over=found.left_over,
            has_quality=bool(outcome.quality.num_rows),
            has_sides=found.profile.sides is not None and found.table.name == "payments",
        )

    def discard(self) -> None:
        for target, future in self.pending:
            future.exception()
            target.unlink(missing_ok=True)
            target.with_suffix(".side").unlink(missing_ok=True)

    def _put_quality(self, quality: pa.Table) -> None:
        partial = self.store.work / f"quality-{next(self.store.numbers)}.parquet"
        pq.write_table(quality.cast(QUALITY.stored), partial)
        _put(partial, quality_path(self.store.records, self.origin.key))


def _put(partial: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial.replace(target)


@contextmanager
def open_store(records: Path, work: Path, ways: Ways) -> Iterator[Store]:
    """A store with its workers; on leaving, what they still do is waited for."""
    engines = threading.local()
    slots = threading.Semaphore(_WORKERS + 1)
    numbers = count()

    def run(job: Callable[[duckdb.DuckDBPyConnection], Outcome]) -> Outcome:
        try:
            if not hasattr(engines, "con"):
                spill = str(work / f"spill-{threading.get_ident()}")
                engines.con = duckdb.connect(
                    config={"threads": 1, "memory_limit": _MEMORY, "temp_directory": spill}
                )
            return job(engines.con)
        finally:
            slots.release()

    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="ingest") as pool:

        def submit(job: Callable[[duckdb.DuckDBPyConnection], Outcome]) -> Future[Outcome]:
            slots.acquire()
            return pool.submit(run, job)

        yield Store(records, work, ways, submit, numbers)
