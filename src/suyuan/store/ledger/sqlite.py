"""The ledger in one SQLite file: WAL, ``synchronous=FULL``, one writer, group commit.

All writes of a process go through one thread. What waits there when the thread is free is done in
one transaction, each work in a savepoint of its own, and waits for the disk once. Other processes
may write the same file: each transaction begins with the file's write lock (``BEGIN IMMEDIATE``).
"""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.merkle import TreeHead
from suyuan.store.ledger.rows import (
    COLUMNS,
    append_in,
    chain_events,
    end_of,
    event_of,
    events_of_chains,
    head_of,
    insert_rows,
    write_seal,
)
from suyuan.store.ledger.seam import LedgerTransaction, Result, StoredRow, UnwrittenError

SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  sequence INTEGER PRIMARY KEY,
  chain TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, recorded TEXT NOT NULL,
  actor TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, key TEXT,
  previous TEXT NOT NULL, hash TEXT NOT NULL,
  UNIQUE (chain, number)) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (chain, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS event_subject ON event (subject, kind);
CREATE TABLE IF NOT EXISTS sealed (
  size INTEGER NOT NULL, root TEXT NOT NULL, at TEXT NOT NULL,
  last INTEGER NOT NULL, peaks TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS event_update BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS event_delete BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""
#: At most so many works share a transaction.
GROUP = 512
_WAIT_SECONDS = 30.0
_PAGE = 5_000

Work = Callable[[LedgerTransaction], Any]
_Job = tuple[Work, "Future[Any]"]


class SqliteLedger:
    """A ledger in the file `path`, made where there is none. Keeps :class:`EventLedger`."""

    one_writer = True

    def __init__(self, path: Path, schema: str = "") -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._readers = threading.local()
        self._schema = SCHEMA + schema
        with closing(self._connect()) as connection:
            connection.executescript(self._schema)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, _WAIT_SECONDS, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def write(
        self, work: Callable[[LedgerTransaction], Result], locks: Sequence[str] = ()
    ) -> Result:
        return self.submit(work, locks).result()

    def submit(
        self,
        work: Callable[[LedgerTransaction], Result],
        locks: Sequence[str] = (),  # noqa: ARG002  # there is one writer: every name is locked
    ) -> "Future[Result]":
        future: Future[Result] = Future()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="ledger", daemon=True)
                self._thread.start()
            self._jobs.put((work, future))
        return future

    def append(self, *drafts: Draft) -> list[Event]:
        return self.write(lambda transaction: [transaction.append(draft) for draft in drafts])

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._reader().execute(sql, parameters).fetchall()

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            connection = self._readers.connection = self._connect()
        return connection

    def events(self, chain: str | None = None, after: int = 0) -> Iterator[Event]:
        where = "WHERE sequence > ?" if chain is None else "WHERE chain = ? AND sequence > ?"
        parameters: tuple[Any, ...] = (after,) if chain is None else (chain, after)
        cursor = self._reader().execute(
            f"SELECT {COLUMNS} FROM event {where} ORDER BY sequence", parameters
        )
        yield from map(event_of, cursor)

    def rows(self) -> Iterator[StoredRow]:
        with closing(self._connect()) as connection:
            yield from connection.execute(
                "SELECT sequence, chain, CAST(number AS TEXT), at, recorded, actor, kind, subject,"
                " body, CASE WHEN key IS NULL THEN '' ELSE '=' || key END, previous, hash"
                " FROM event ORDER BY sequence"
            )

    def seal(self, at: datetime) -> TreeHead:
        return self.write(lambda transaction: write_seal(transaction, at))

    def heads(self) -> list[TreeHead]:
        return [
            head_of(row) for row in self.read("SELECT size, root, at FROM sealed ORDER BY rowid")
        ]

    def close(self) -> None:
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._jobs.put(None)
        if thread is not None:
            thread.join()
        reader: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if reader is not None:
            reader.close()
            del self._readers.connection

    def _serve(self) -> None:
        with closing(self._connect()) as connection:
            ends: dict[str, tuple[int, str, str]] = {}
            version = -1
            while (job := self._jobs.get()) is not None:
                jobs, more = self._next_jobs(job)
                latest = connection.execute("PRAGMA data_version").fetchone()[0]
                if latest != version:  # another process wrote
                    ends.clear()
                    version = latest
                if not self._group(connection, jobs, ends):
                    ends.clear()
                if not more:
                    return

    def _next_jobs(self, first: _Job) -> tuple[list[_Job], bool]:
        jobs = [first]
        with suppress(queue.Empty):
            while len(jobs) < GROUP:
                job = self._jobs.get_nowait()
                if job is None:
                    return jobs, False
                jobs.append(job)
        return jobs, True

    def _group(
        self,
        connection: sqlite3.Connection,
        jobs: list[_Job],
        ends: dict[str, tuple[int, str, str]],
    ) -> bool:
        """Do `jobs` in one transaction; False where nothing of it was kept."""
        outcomes: list[tuple[Future[Any], Any]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for work, future in jobs:
                _attempt(connection, work, future, ends, outcomes)
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            failure = _write_error(error)
            for _, future in jobs:
                if not future.done():
                    future.set_exception(failure)
            return False
        for future, result in outcomes:
            future.set_result(result)
        return True


def _attempt(
    connection: sqlite3.Connection,
    work: Work,
    future: "Future[Any]",
    ends: dict[str, tuple[int, str, str]],
    outcomes: list[tuple["Future[Any]", Any]],
) -> None:
    """One work in a savepoint; what it raises goes to its future, and the others go on."""
    connection.execute("SAVEPOINT work")
    new_ends = dict[str, tuple[int, str, str]]()
    transaction = _SqliteTransaction(connection, ends, new_ends)
    try:
        result = work(transaction)
    except BaseException as error:  # it belongs to the caller, whatever it is
        if not connection.in_transaction:  # SQLite undid everything: a full disk
            raise sqlite3.OperationalError(str(error)) from error
        connection.execute("ROLLBACK TO work")
        connection.execute("RELEASE work")
        future.set_exception(_write_error(error) if isinstance(error, sqlite3.Error) else error)
        return
    connection.execute("RELEASE work")
    ends.update(new_ends)
    outcomes.append((future, result))


class _SqliteTransaction:
    def __init__(
        self,
        connection: sqlite3.Connection,
        ends: dict[str, tuple[int, str, str]],
        new_ends: dict[str, tuple[int, str, str]],
    ) -> None:
        self._connection = connection
        self._ends = ends
        self._changed = new_ends

    def append(self, draft: Draft) -> Event:
        chain_end = self._changed.get(draft.chain) or self._ends.get(draft.chain)
        event, end = append_in(self, draft, chain_end)
        self._changed[draft.chain] = end
        return event

    def events(self, chain: str) -> list[Event]:
        return chain_events(self, chain)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(sql, rows)

    def insert(self, rows: Sequence[StoredRow]) -> None:
        insert_rows(self, rows)
        self._changed.update(map(end_of, rows))

    def events_of(self, chains: Sequence[str]) -> dict[str, list[Event]]:
        return events_of_chains(self, chains)


def _write_error(error: Exception) -> UnwrittenError:
    return UnwrittenError(
        Text(
            "The ledger could not be written; nothing was saved.", "账本写入失败，未保存任何内容。"
        ),
        value=error,
        hint=Text("Is the disk full, or the file in use?", "请检查磁盘空间及文件占用。"),
    )
