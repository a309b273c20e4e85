"""The same ledger in PostgreSQL, for many who write at once (extra ``office``).

Who writes locks the names of what it writes (chains, subjects), never the whole ledger, so that
writers of different matters share the disk's wait. Sealing waits for those who are writing.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

from suyuan.model.errors import EngineError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.group_commit import append_group
from suyuan.store.ledger.merkle import TreeHead
from suyuan.store.ledger.rows import (
    COLUMNS,
    End,
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

try:
    import psycopg
    from psycopg import errors
except ImportError as error:
    raise EngineError(
        Text("PostgreSQL needs the extra `office`.", "使用 PostgreSQL 需安装 office 扩展。"),
        hint=Text("pip install 'suyuan[office]'", "pip install 'suyuan[office]'"),
    ) from error

SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
  sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  chain TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, recorded TEXT NOT NULL,
  actor TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, key TEXT,
  previous TEXT NOT NULL, hash TEXT NOT NULL,
  UNIQUE (chain, number));
CREATE UNIQUE INDEX IF NOT EXISTS event_key ON event (chain, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS event_subject ON event (subject, kind);
CREATE TABLE IF NOT EXISTS sealed (
  size INTEGER NOT NULL, root TEXT NOT NULL, at TEXT NOT NULL,
  last INTEGER NOT NULL, peaks TEXT NOT NULL);
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE OR REPLACE TRIGGER event_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
#: What who seals locks alone, and who writes shares.
_SEAL: Final = 7_302_019
_LOCK = (
    f"SELECT pg_advisory_xact_lock_shared({_SEAL}), "
    "(SELECT count(pg_advisory_xact_lock(h)) FROM (SELECT DISTINCT hashtextextended(n, 0) AS h"
    " FROM unnest(%s::text[]) AS n ORDER BY 1) AS names)"
)
_TRIES = 8
#: Rows that come at once, where libpq can (17 or newer).
_CHUNK: Final = 2_000
_WRITERS = 8
#: At most so many appends share a transaction.
_GROUP: Final = 512
#: How often, and how many seconds, a group waits for those who were in the last one.
_GRACES: Final = 10
_GRACE: Final = 0.0002
#: What one client appends, and what it waits for.
_AppendRequest = tuple[Sequence[Draft], "Future[list[Event]]"]


class PostgresLedger:
    """A ledger in the database at `address` (a libpq string). Keeps :class:`EventLedger`."""

    one_writer = False

    def __init__(self, address: str, schema: str = "") -> None:
        self.address = address
        self._own = threading.local()
        self._open: dict[threading.Thread, psycopg.Connection[tuple[Any, ...]]] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._waiting: queue.SimpleQueue[_AppendRequest | None] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(_WRITERS, thread_name_prefix="ledger")
        with self._connection().transaction():
            self._connection().execute("SELECT pg_advisory_xact_lock(%s)", (_SEAL + 1,))
            for statement in (translate_schema(SCHEMA), translate_schema(schema)):
                if statement.strip():
                    self._connection().execute(statement.encode())

    def _connection(self) -> "psycopg.Connection[tuple[Any, ...]]":
        connection: psycopg.Connection[tuple[Any, ...]] | None = getattr(
            self._own, "connection", None
        )
        if connection is None or connection.closed:
            self._close_of(lambda thread: not thread.is_alive())
            connection = self._own.connection = psycopg.connect(self.address, autocommit=True)
            with self._guard:
                self._open[threading.current_thread()] = connection
        return connection

    def _close_of(self, condition: Callable[[threading.Thread], bool]) -> None:
        """Close connections of threads: a server's come and go, and would use all of them up."""
        with self._guard:
            for thread in [candidate for candidate in self._open if condition(candidate)]:
                self._open.pop(thread).close()

    def write(
        self, work: Callable[[LedgerTransaction], Result], locks: Sequence[str] = ()
    ) -> Result:
        for attempt in range(_TRIES):
            try:
                with self._connection().transaction():
                    return work(_PostgresTransaction(self._connection(), locks))
            except (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation):
                if attempt == _TRIES - 1:
                    raise
                time.sleep(random.uniform(0, 0.01) * 2**attempt)
            except psycopg.OperationalError as error:  # the server is gone, or its disk is full
                raise _write_error(error) from error
        raise AssertionError("unreachable")

    def submit(
        self, work: Callable[[LedgerTransaction], Result], locks: Sequence[str] = ()
    ) -> "Future[Result]":
        return self._pool.submit(self.write, work, locks)

    def append(self, *drafts: Draft) -> list[Event]:
        """Many that wait share one transaction."""
        own: Future[list[Event]] = Future()
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="appends", daemon=True)
                self._thread.start()
            self._waiting.put((drafts, own))
        return own.result()

    def _serve(self) -> None:
        company = 1
        while (first := self._waiting.get()) is not None:
            group, more = self._group(first, company)
            company = len(group)
            outcomes = self._outcomes([drafts for drafts, _ in group])
            for (_, future), outcome in zip(group, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
            if not more:
                return

    def _group(self, first: _AppendRequest, company: int) -> tuple[list[_AppendRequest], bool]:
        """Those who wait; for as many as in the last group it waits a little, they come again."""
        group, graces = [first], _GRACES
        while len(group) < _GROUP:
            try:
                request = self._waiting.get_nowait()
            except queue.Empty:
                if len(group) >= company or graces == 0:
                    break
                graces -= 1
                time.sleep(_GRACE)
                continue
            if request is None:
                return group, False
            group.append(request)
        return group, True

    def _outcomes(self, requests: list[Sequence[Draft]]) -> list[list[Event] | Exception]:
        if len(requests) > 1:
            try:
                return append_group(self._connection(), _LOCK, requests)
            except Exception as error:
                if _is_lost(error):  # it may be kept: to append it again could keep it twice
                    return [_write_error(error)] * len(requests)
        # Where one of them cannot be written, each is by itself, to know which.
        return [self._append_alone(drafts) for drafts in requests]

    def _append_alone(self, drafts: Sequence[Draft]) -> list[Event] | Exception:
        chains = sorted({draft.chain for draft in drafts})
        try:
            return self.write(
                lambda transaction: [transaction.append(draft) for draft in drafts], chains
            )
        except Exception as error:  # it belongs to whoever asked
            return error

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(with_placeholders(sql), parameters).fetchall()
        except psycopg.OperationalError as error:
            raise _write_error(error) from error

    def events(self, chain: str | None = None, after: int = 0) -> Iterator[Event]:
        if chain is None:
            query = f"SELECT {COLUMNS} FROM event WHERE sequence > %s ORDER BY sequence"
            yield from map(event_of, self._stream_rows(query, (after,)))
            return
        # A chain is short: a connection of its own would cost more than all else of a request.
        query = f"SELECT {COLUMNS} FROM event WHERE chain = ? AND sequence > ? ORDER BY sequence"
        yield from map(event_of, self.read(query, (chain, after)))

    def rows(self) -> Iterator[StoredRow]:
        yield from self._stream_rows(
            "SELECT sequence, chain, number::text, at, recorded, actor, kind, subject, body,"
            " CASE WHEN key IS NULL THEN '' ELSE '=' || key END, previous, hash"
            " FROM event ORDER BY sequence"
        )

    def _stream_rows(
        self, query: str, parameters: tuple[Any, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Rows as the server makes them, over a connection of its own, so that both work at once.

        A cursor on the server would make each side wait for the other.
        """
        chunk = _CHUNK if psycopg.capabilities.has_stream_chunked() else 1
        with psycopg.connect(self.address) as connection, connection.cursor() as cursor:
            yield from cursor.stream(query.encode(), parameters, size=chunk)

    def seal(self, at: datetime) -> TreeHead:
        connection = self._connection()
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SEAL,))
            return write_seal(_Statements(connection), at)

    def heads(self) -> list[TreeHead]:
        return [
            head_of(row) for row in self.read("SELECT size, root, at FROM sealed ORDER BY size")
        ]

    def close(self) -> None:
        with self._guard:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._waiting.put(None)
        if thread is not None:
            thread.join()
        self._pool.shutdown()
        self._close_of(lambda _: True)


class _Statements:
    def __init__(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(with_placeholders(sql), parameters)
        return cursor.fetchall() if cursor.description else []

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            self._connection.cursor().executemany(with_placeholders(sql), rows)


class _PostgresTransaction(_Statements):
    def __init__(
        self, connection: "psycopg.Connection[tuple[Any, ...]]", locks: Sequence[str]
    ) -> None:
        super().__init__(connection)
        self._held = set(locks)
        self._ends: dict[str, End] = {}
        connection.execute(_LOCK, (list(locks),))

    def append(self, draft: Draft) -> Event:
        if draft.chain not in self._held:
            self._connection.execute(_LOCK, ([draft.chain],))
            self._held.add(draft.chain)
        event, self._ends[draft.chain] = append_in(self, draft, self._ends.get(draft.chain))
        return event

    def events(self, chain: str) -> list[Event]:
        return chain_events(self, chain)

    def insert(self, rows: Sequence[StoredRow]) -> None:
        insert_rows(self, rows)
        self._ends.update(map(end_of, rows))

    def events_of(self, chains: Sequence[str]) -> dict[str, list[Event]]:
        return events_of_chains(self, chains)


def _is_lost(error: Exception) -> bool:
    """Whether the server went before it could say what became of the transaction."""
    state = error.sqlstate if isinstance(error, psycopg.OperationalError) else "00000"
    return state is None or state[:2] in {"08", "57"}


def _write_error(error: Exception) -> UnwrittenError:
    refusal = Text(
        "The database cannot write; nothing was saved.", "数据库无法写入，未保存任何内容。"
    )
    outage = Text(
        "The database does not respond; it is unknown whether this was saved.",
        "数据库无响应，无法确认本次内容是否已保存。",
    )
    return UnwrittenError(
        outage if _is_lost(error) else refusal,
        value=type(error).__name__,
        hint=Text(
            "Is the server up, and its disk not full? With the same key nothing is saved twice.",
            "请检查数据库服务及磁盘空间；以相同的键重试不会重复保存。",
        ),
    )


def with_placeholders(sql: str) -> bytes:
    """``?`` as psycopg writes parameters; statements hold no ``?`` and no ``%`` of their own."""
    return sql.replace("?", "%s").encode()


def translate_schema(schema: str) -> str:
    """A schema written for SQLite; text sorts by its bytes on both."""
    return (
        schema.replace(" TEXT", ' TEXT COLLATE "C"')
        .replace(" INTEGER", " BIGINT")
        .replace(") STRICT", ")")
    )
