"""What the workbench itself keeps, in one SQLite file: people, sessions, boards, notes, grants.

Evidence and results are never here, and decisions are in ``CASE/decisions.csv``. One connection
under a lock: tens of users on one machine; a backup is a copy of the file.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")
#: One text a version; a file knows how many of them it went through.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE person (
      name TEXT PRIMARY KEY, secret TEXT NOT NULL, admin INTEGER NOT NULL DEFAULT 0,
      closed INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE member (
      person TEXT NOT NULL, case_id TEXT NOT NULL, post TEXT NOT NULL,
      PRIMARY KEY (person, case_id)) STRICT;
    CREATE TABLE session (
      hash TEXT PRIMARY KEY, person TEXT NOT NULL, began REAL NOT NULL, seen REAL NOT NULL,
      proved REAL NOT NULL, ended INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE thing (
      case_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
      person TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (case_id, kind, id, version)) STRICT;
    CREATE TABLE grant_ (
      id TEXT PRIMARY KEY, case_id TEXT NOT NULL, person TEXT NOT NULL, session TEXT NOT NULL,
      subjects TEXT NOT NULL, purpose TEXT NOT NULL, reason TEXT NOT NULL, basis TEXT NOT NULL,
      minutes INTEGER NOT NULL, asked REAL NOT NULL, state TEXT NOT NULL,
      approver TEXT NOT NULL DEFAULT '', until REAL NOT NULL DEFAULT 0) STRICT;
    """,
    """
    CREATE TABLE look (
      case_id TEXT NOT NULL, person TEXT NOT NULL, at TEXT NOT NULL, generation TEXT NOT NULL,
      body BLOB NOT NULL, PRIMARY KEY (case_id, person)) STRICT;
    """,
    # Posts end and are not deleted; somebody enrolled chooses a password by a link.
    """
    CREATE TABLE appointment (
      number INTEGER PRIMARY KEY, person TEXT NOT NULL, case_id TEXT NOT NULL, post TEXT NOT NULL,
      since REAL NOT NULL, given_by TEXT NOT NULL, until REAL,
      ended_by TEXT NOT NULL DEFAULT '') STRICT;
    CREATE UNIQUE INDEX appointment_live ON appointment (case_id, person, post)
      WHERE until IS NULL;
    INSERT INTO appointment (person, case_id, post, since, given_by)
      SELECT m.person, m.case_id, p.post, 0, '' FROM member m JOIN (
        SELECT 'viewer' AS post UNION ALL SELECT 'investigator' UNION ALL SELECT 'supervisor'
        UNION ALL SELECT 'auditor') p ON ',' || m.post || ',' LIKE '%,' || p.post || ',%';
    DROP TABLE member;
    CREATE TABLE invitation (
      hash TEXT PRIMARY KEY, person TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL,
      made_by TEXT NOT NULL, used REAL) STRICT;
    """,
    """
    CREATE TABLE identity (
      number INTEGER PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL,
      person TEXT NOT NULL, since REAL NOT NULL, until REAL) STRICT;
    CREATE UNIQUE INDEX identity_subject ON identity (issuer, subject) WHERE until IS NULL;
    CREATE UNIQUE INDEX identity_person ON identity (issuer, person) WHERE until IS NULL;
    """,
)


class State:
    """The file `path`, made where there is none."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.RLock()
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        path.chmod(0o600)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        self._migrate()

    def _migrate(self) -> None:
        version = self._file.execute("PRAGMA user_version").fetchone()[0]
        for number, text in enumerate(MIGRATIONS[version:], start=version + 1):
            self._file.executescript(f"BEGIN; {text}; PRAGMA user_version = {number}; COMMIT;")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._file.execute(sql, parameters).fetchall()

    def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do `work` in one transaction; nothing of it is kept where it raises."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._file)
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")
            return result

    def close(self) -> None:
        with self._lock:
            self._file.close()
