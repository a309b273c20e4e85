"""Workers that store pieces side by side, each with an engine of its own."""

import os
import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest.batch import CaseDefaults, Origin, Outcome, PieceBatch, Sums
from suyuan.ingest.conversion import convert
from suyuan.ingest.formats.pieces import Piece
from suyuan.ingest.manifest import Unit
from suyuan.ingest.mapping.profile_match import Match
from suyuan.ingest.problems import CELL_PROBLEMS, DAY_ORDER, SIGN, SIGN_AS_SEEN, Cell
from suyuan.model.errors import InputError
from suyuan.model.results import QUALITY
from suyuan.model.text import Text
from suyuan.store.drafts import put
from suyuan.store.layout import quality_path, records_path, sides_path

#: What one worker's engine may hold before it spills to the scratch folder.
_MEMORY: Final = "768MB"
_WORKERS: Final = min(os.cpu_count() or 1, 8)
#: Pieces up to here are stored together with others like them,
SMALL: Final = 1 << 20
#: as many as make so much, or so many files.
_BATCH: Final = 16 << 20
_MEMBERS: Final = 256

DIRECTION_CONFLICT: Final = Text(
    "the balances contradict the directions: what this profile reads as paid out "
    "increased the balance, or the other way round; nothing was imported. Describe the "
    "file with suyuan map",
    "余额与方向相矛盾：按该映射读作支出的金额反使余额增加（或相反），未读入任何行；"
    "请用 suyuan map 指明该文件的收支方式",
)
NO_SIGN: Final = Text(
    "no row (repayment, refund, purchase) shows whether amounts spent are positive or "
    "negative; nothing was imported. Set it in case.toml: [[file]] path = …, spent = "
    '"positive" or "negative"',
    "没有任何一行（还款、退款、消费等字样）可以说明支出金额是正数还是负数，未读入任何行；"
    '请在 case.toml 的 [[file]] 中写明 path 与 spent = "positive" 或 "negative"',
)
Job = Callable[[duckdb.DuckDBPyConnection], "list[Outcome | Exception]"]


@dataclass(slots=True, eq=False)
class Batch:
    """What goes to a worker at once: a large piece, or many small ones that are alike."""

    load: PieceBatch
    size: int = 0
    future: "Future[list[Outcome | Exception]] | None" = None


@dataclass(frozen=True, slots=True)
class Store:
    """Where rows go, and the workers that bring them there."""

    records: Path
    work: Path
    defaults: CaseDefaults
    submit: Callable[[Job], Future[list[Outcome | Exception]]]
    numbers: Iterator[int]
    open: dict[Hashable, Batch] = field(default_factory=dict)

    def scratch(self, ending: str) -> Path:
        """A name in the scratch folder that nothing else has."""
        return self.work / f"{next(self.numbers)}.{ending}"

    def begin(self, match: Match, origin: Origin, how: Text | None = None) -> "PartWriter":
        return PartWriter(self, match, origin, how)

    def gather(self, match: Match, piece: Piece, origin: Origin, target: Path) -> tuple[Batch, int]:
        """Put `piece` into a batch, and say which and at what place there."""
        key = (match.table.name, match.profile.name, match.headers, piece.alike)
        batch = self.open.get(key)
        if batch is not None and (piece.size > SMALL or batch.load.match != match):
            batch = None
        if batch is None:
            batch = Batch(PieceBatch(match, [], [], []))
            if piece.size <= SMALL:
                self.flush(self.open.pop(key, None))
                self.open[key] = batch
        batch.load.pieces.append(piece)
        batch.load.origins.append(origin)
        batch.load.targets.append(target)
        batch.size += piece.size
        place = len(batch.load.pieces) - 1
        if piece.size > SMALL or batch.size > _BATCH or place + 1 >= _MEMBERS:
            self.flush(batch)
        return batch, place

    def flush(self, batch: Batch | None) -> None:
        """Hand a batch to a worker; waits while they are all busy."""
        if batch is None or batch.future is not None:
            return
        for key in [key for key, candidate in self.open.items() if candidate is batch]:
            del self.open[key]
        load, defaults, scratch = batch.load, self.defaults, self.scratch
        batch.future = self.submit(lambda con: _convert_batch(con, load, defaults, scratch))
        # The job holds what it needs: rows must not stay in memory until someone asks.
        batch.load = PieceBatch(load.match, [], [], [])


def _convert_batch(
    con: duckdb.DuckDBPyConnection,
    load: PieceBatch,
    defaults: CaseDefaults,
    scratch: Callable[[str], Path],
) -> list[Outcome | Exception]:
    """What became of each piece; where they cannot be stored together, each for itself."""
    try:
        return [*convert(con, load, defaults, scratch("csv"))]
    except (duckdb.Error, pa.ArrowException) as error:
        if load.alone:
            return [error]
    parts = zip(load.pieces, load.origins, load.targets, strict=True)
    alone = [PieceBatch(load.match, [piece], [origin], [target]) for piece, origin, target in parts]
    return [
        outcome for single in alone for outcome in _convert_batch(con, single, defaults, scratch)
    ]


@dataclass(slots=True)
class PartWriter:
    """A part of a source that is being stored, piece by piece."""

    store: Store
    match: Match
    origin: Origin
    how: Text | None = None  # how the own account became known
    queue: list[tuple[Path, Batch, int]] = field(default_factory=list)
    records: int = 0  # what the readers handed on
    large: bool = False

    def add(self, piece: Piece) -> None:
        """Hand `piece` over; waits while the workers are all busy."""
        target = self.store.scratch("parquet")
        self.records += piece.records
        self.large |= piece.size > SMALL
        batch, place = self.store.gather(self.match, piece, self.origin, target)
        self.queue.append((target, batch, place))

    def _outcome(self, batch: Batch, place: int) -> Outcome | Exception:
        self.store.flush(batch)
        return batch.future.result()[place] if batch.future else Outcome()

    @property
    def has_loss(self) -> bool:
        """Whether the engine made fewer or more rows than the reader handed on."""
        try:
            outcome = self.outcome()
        except (duckdb.Error, pa.ArrowException):
            return False  # told as what it is
        return outcome.rows_read + outcome.no_rows != self.records

    def outcome(self) -> Outcome:
        """Wait for the pieces, and say what became of them together."""
        outcome = Outcome()
        for _, batch, place in self.queue:
            became = self._outcome(batch, place)
            if isinstance(became, Exception):
                raise became
            outcome.add(became)
        return outcome

    def unit(self, label: str, sha256: str, match: Match) -> Unit:
        """Wait for the pieces, put them in place, and say what became of the part.

        Raises :class:`InputError` where the balances of a statement contradict its directions.
        """
        outcome = self.outcome()
        balance_hits, balance_misses = outcome.balances.verdict
        if balance_misses > max(1, balance_hits):
            raise InputError(
                DIRECTION_CONFLICT, value=f"{balance_misses:,} / {balance_hits + balance_misses:,}"
            )
        if match.profile.sides and match.profile.sides.doubtful and outcome.rows_kept:
            self._check_sign(outcome)
        self._list_whole(outcome)
        records, key = self.store.records, self.origin.key
        if outcome.quality.num_rows:
            self._put_quality(outcome.quality)
        for part, (target, _, _) in enumerate(self.queue):
            put(target, records_path(records, match.table.name, key, part))
            side = target.with_suffix(".side")
            if side.exists():
                put(side, sides_path(records, key, part))
        return Unit(
            file=label,
            sha256=sha256,
            key=key,
            parts=len(self.queue),
            table=match.table.name,
            profile=match.profile.name,
            rows_read=outcome.rows_read,
            rows_kept=outcome.rows_kept,
            repaired=outcome.repairs,
            quarantined=outcome.rows_quarantined,
            columns_left_over=match.left_over,
            has_quality=bool(outcome.quality.num_rows),
            has_sides=match.profile.sides is not None and match.table.name == "payments",
            no_rows=outcome.no_rows,
            confirmed=balance_hits,
            refuted=balance_misses,
            **self._facts(outcome.sums),
        )

    def _check_sign(self, outcome: Outcome) -> None:
        if len(outcome.signs) != 1:
            raise InputError(NO_SIGN)

    def _facts(self, sums: Sums) -> dict[str, Any]:
        """What an accountant asks of a statement."""
        owns = sorted(sums.owns)
        how = self.how if owns else None
        return {
            "own": ", ".join(owns) or None,
            "own_from": how,
            "first": sums.first.isoformat() if sums.first else None,
            "last": sums.last.isoformat() if sums.last else None,
            "gone": sums.outflow,
            "come": sums.inflow,
        }

    def _list_whole(self, outcome: Outcome) -> None:
        """What is said once of a part: columns with more than two decimals, the order of days."""
        text = CELL_PROBLEMS[Cell.ROUNDED]
        rows = [
            self._once(text, f"{count:,}", header)
            for header, count in sorted(outcome.rounded_cells.items())
        ]
        rows += [self._once(DAY_ORDER, order) for order in sorted(outcome.orders)]
        rows += self._signs(outcome)
        if rows:
            listing = pa.Table.from_pylist(rows, schema=QUALITY.schema)
            outcome.quality = pa.concat_tables([outcome.quality, listing])

    def _signs(self, outcome: Outcome) -> list[dict[str, Any]]:
        """How the sign of a card's amounts was read, unless a person said it."""
        sides = self.match.profile.sides
        if sides is None or not sides.inverted or self.origin.spent_sign or not outcome.rows_kept:
            return []
        signs = ", ".join(sorted(outcome.signs))
        return [self._once(SIGN if signs else SIGN_AS_SEEN, signs or "positive")]

    def _once(self, problem: Text, value: str, column: str | None = None) -> dict[str, Any]:
        return {
            "file": self.origin.file,
            "column": column,
            "problem": problem.en,
            "problem_zh": problem.zh,
            "value": value,
            "action": "kept",
        }

    def discard(self) -> None:
        for target, batch, place in self.queue:
            self._outcome(batch, place)
            target.unlink(missing_ok=True)
            target.with_suffix(".side").unlink(missing_ok=True)

    def _put_quality(self, quality: pa.Table) -> None:
        partial = self.store.scratch("quality")
        pq.write_table(quality.cast(QUALITY.schema), partial)
        put(partial, quality_path(self.store.records, self.origin.key))


@contextmanager
def open_store(records: Path, work: Path, defaults: CaseDefaults) -> Iterator[Store]:
    """A store with its workers; on leaving, what they still do is waited for."""
    engines = threading.local()
    slots = threading.Semaphore(_WORKERS + 1)

    def run_job(job: Job) -> list[Outcome | Exception]:
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

        def submit(job: Job) -> Future[list[Outcome | Exception]]:
            slots.acquire()
            return pool.submit(run_job, job)

        yield Store(records, work, defaults, submit, count())
