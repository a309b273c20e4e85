"""What a ledger does, whichever database holds it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol, TypeVar

from suyuan.model.errors import InputError
from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.merkle import TreeHead

Result = TypeVar("Result")
#: One stored row: sequence, the nine stored fields, previous, hash.
StoredRow = tuple[Any, ...]


class UnwrittenError(InputError):
    """The database did not take it, and nothing was kept: the disk is full, the file in use."""


class LedgerTransaction(Protocol):
    """What work inside one transaction may do; all of it is kept, or nothing."""

    def append(self, draft: Draft) -> Event:
        """The event, appended; or the one that stands already under the draft's key.

        Raises :class:`InputError` where the key stands for something else.
        """
        ...

    def events(self, chain: str) -> list[Event]:
        """The events of a chain in order, those just appended among them."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a statement on tables that stand beside the ledger; ``?`` marks a parameter."""
        ...

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """The same statement for each of `rows`."""
        ...

    def insert(self, rows: Sequence[StoredRow]) -> None:
        """Rows that :func:`suyuan.store.ledger.rows.row_behind` made of chains that are locked.

        For many at once; the database refuses all of them where one chain has gone on since.
        """
        ...

    def events_of(self, chains: Sequence[str]) -> dict[str, list[Event]]:
        """The events of several chains, each in order."""
        ...


class EventLedger(Protocol):
    """Append-only events in chains, and sealed heads over all of them."""

    @property
    def one_writer(self) -> bool:
        """True where all writes stand in one line: no locks need names, and reads are local."""
        ...

    def write(
        self, work: Callable[[LedgerTransaction], Result], locks: Sequence[str] = ()
    ) -> Result:
        """Do `work` in one durable transaction and give its result once it is on the disk.

        While it runs nobody else writes who named one of the same `locks` (chains, subjects).
        `work` must do nothing outside the transaction: it may run again.
        """
        ...

    def submit(
        self, work: Callable[[LedgerTransaction], Result], locks: Sequence[str] = ()
    ) -> "Future[Result]":
        """The same without waiting; many that wait share one write to the disk."""
        ...

    def append(self, *drafts: Draft) -> list[Event]:
        """Append all of `drafts`, or none."""
        ...

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query, of what was committed."""
        ...

    def events(self, chain: str | None = None, after: int = 0) -> Iterator[Event]:
        """Events in order of their sequence, of one chain or of all, behind a sequence."""
        ...

    def rows(self) -> Iterator[StoredRow]:
        """All events as they are stored, in order, for :func:`verify`."""
        ...

    def seal(self, at: datetime) -> TreeHead:
        """A head over all events so far, kept in the ledger and to be given away."""
        ...

    def heads(self) -> list[TreeHead]:
        """Every head that was sealed, oldest first."""
        ...

    def close(self) -> None:
        """Wait for what was submitted, then let go of the database."""
        ...
