"""One attempt of a program, done once: the same key again gives the event that it gave.

The row is written in the transaction of the deed itself, so that there is never one without the
other. What was refused left nothing behind, and is asked anew.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event, stamp
from suyuan.store.ledger.seam import LedgerTransaction

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS attempt (
  person TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, chain TEXT NOT NULL,
  number INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (person, key)) STRICT;
"""


class ReusedKeyError(InputError):
    """A key that stood for another request already."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, under which key, and the digest of all that was asked."""

    person: str
    key: str
    digest: str

    @classmethod
    def of(cls, person: str, key: str, *parts: bytes) -> "Attempt":
        """`parts` are the parts of the request that must be the same the next time."""
        frame = b"".join(str(len(part)).encode() + b":" + part for part in parts)
        return cls(person, key, hashlib.sha256(frame).hexdigest())

    @property
    def locks(self) -> tuple[str]:
        return (f"attempt:{self.person}:{self.key}",)


def once(
    transaction: LedgerTransaction,
    attempt: Attempt | None,
    work: Callable[[], Event],
    now: datetime,
) -> Event:
    """What `work` writes, or wrote when the same attempt came before."""
    if attempt is None:
        return work()
    rows = transaction.execute(
        "SELECT digest, chain, number FROM attempt WHERE person = ? AND key = ?",
        (attempt.person, attempt.key),
    )
    if rows:
        return _before(transaction, attempt, *rows[0])
    event = work()
    transaction.execute(
        "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?)",
        (attempt.person, attempt.key, attempt.digest, event.chain, event.number, stamp(now)),
    )
    return event


def _before(
    transaction: LedgerTransaction, attempt: Attempt, digest: str, chain: str, number: int
) -> Event:
    if digest != attempt.digest:
        raise ReusedKeyError(
            Text("This key was used for a different request.", "该幂等键已用于另一请求。"),
            value=attempt.key,
            hint=Text("A new request needs a new key.", "新的请求须用新的键。"),
        )
    return next(event for event in transaction.events(chain) if event.number == number)
