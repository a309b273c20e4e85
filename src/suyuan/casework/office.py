"""The office: every verb that people and programs have. The clock is handed in with each of them.

Each verb that writes is one transaction: first what time has brought about, then the conditions,
then the event. A refused act leaves nothing but what time had brought about anyway.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from suyuan.casework.attempts import Attempt, once
from suyuan.casework.checks import MissingError, Post
from suyuan.casework.committed_rows import ReadTransaction
from suyuan.casework.compiled import Procedure
from suyuan.casework.law import Law
from suyuan.casework.matters import Registry, load
from suyuan.casework.posts import end_posts, grant_post, posts_of
from suyuan.casework.sealing import Sealer
from suyuan.casework.state import MatterState
from suyuan.casework.submissions import ActForm, Opening
from suyuan.casework.verbs import StandingCheck, Verbs
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event, stamp
from suyuan.store.ledger.seam import EventLedger, LedgerTransaction

__all__ = ["ActForm", "Office", "Opening", "ReadTransaction"]
_BATCH: Final = 500
#: The next matters for which time alone may bring something about.
DUE: Final = (
    "SELECT wake, id, subject FROM matter WHERE wake <= ? AND (wake, id) > (?, ?)"
    f" ORDER BY wake, id LIMIT {_BATCH}"
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What a verb does inside a transaction, and the names it locks: for the ledger to do."""

    work: Callable[[LedgerTransaction], Event]
    locks: Sequence[str]


@contextmanager
def no_collection() -> Iterator[None]:
    """Nothing of a batch is part of a circle: the cycle collector would look for one in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Office:
    """Matters, duties and measures over a ledger.

    An `attempt` names one try of a program: the same one again gives the same event, whatever has
    happened since.
    """

    def __init__(
        self,
        ledger: EventLedger,
        procedures: Mapping[str, Procedure],
        law: Law,
        sealer: Sealer | None = None,
    ) -> None:
        self.ledger = ledger
        self.registry = Registry(procedures, law, sealer, {})

    # --- writing ---
    def grant(self, post: Post, by: str, now: datetime) -> Event:
        """Give a person a post; the first one of an office anybody may give."""
        return self.ledger.write(lambda t: grant_post(t, post, by, now), ["posts"])

    def end_posts(
        self, person: str, role: str, party: str, by: str, now: datetime
    ) -> Sequence[Event]:
        """End what a person holds in a role for a party; nothing is deleted."""
        return self.ledger.write(lambda t: end_posts(t, person, role, party, by, now), ["posts"])

    def begin(
        self, opening: Opening, person: str, now: datetime, attempt: Attempt | None = None
    ) -> str:
        """Begin a matter and give its id; the same reason again is the same matter."""
        self._do(self.beginning(opening, person, now, attempt))
        return opening.matter

    def beginning(
        self, opening: Opening, person: str, now: datetime, attempt: Attempt | None = None
    ) -> Deed:
        """What :meth:`begin` does, for whoever hands it to the ledger and does not wait."""
        locks = [opening.matter, opening.subject]
        return self._deed(lambda verbs: verbs.begin(opening, person, now), locks, now, attempt)

    def act(
        self,
        form: ActForm,
        person: str,
        now: datetime,
        attempt: Attempt | None = None,
        check: StandingCheck | None = None,
    ) -> Event:
        """Do an act, or propose it where it needs two persons; the event that was written.

        Raises :class:`RefusedError` with every reason why not; `check` is asked before them.
        """
        return self._do(self.act_deed(form, person, now, attempt, check))

    def act_deed(
        self,
        form: ActForm,
        person: str,
        now: datetime,
        attempt: Attempt | None = None,
        check: StandingCheck | None = None,
    ) -> Deed:
        """What :meth:`act` does, for whoever hands it to the ledger and does not wait."""
        locks = self._locks(form.matter)
        return self._deed(lambda verbs: verbs.act(form, person, now, check), locks, now, attempt)

    def approve(
        self,
        matter: str,
        proposal: int,
        person: str,
        now: datetime,
        attempt: Attempt | None = None,
        expected_number: int | None = None,
    ) -> Event:
        """The second person's event: what was proposed is done now."""
        deed = self._deed(
            lambda verbs: verbs.approve(matter, proposal, person, now, expected_number),
            self._locks(matter),
            now,
            attempt,
        )
        return self._do(deed)

    def withdraw(
        self,
        matter: str,
        proposal: int,
        person: str,
        now: datetime,
        attempt: Attempt | None = None,
    ) -> Event:
        """Take a proposal back; whoever may propose it may."""
        deed = self._deed(
            lambda verbs: verbs.withdraw(matter, proposal, person, now),
            self._locks(matter),
            now,
            attempt,
        )
        return self._do(deed)

    def tick(self, now: datetime) -> int:
        """Write what time alone has brought about by `now`; how many events that were."""
        count, last = 0, ("", "")
        while True:
            rows = self.ledger.read(DUE, (stamp(now), *last))
            if not rows:
                return count
            count += self._pass_time(rows, now)
            last = (rows[-1][0], rows[-1][1])

    # --- reading ---
    def state(self, matter: str, moment: datetime, known_at: datetime | None = None) -> MatterState:
        """How a matter stands at `moment`, as it was known at `known_at` (by default, as now)."""
        return load(self.registry, ReadTransaction(self.ledger), matter, moment, known_at)

    def posts(self, person: str) -> list[Post]:
        return posts_of(ReadTransaction(self.ledger), person)

    # --- inside ---
    def _do(self, deed: Deed) -> Event:
        return self.ledger.write(deed.work, deed.locks)

    def _deed(
        self,
        work: Callable[[Verbs], Event],
        locks: Sequence[str],
        now: datetime,
        attempt: Attempt | None,
    ) -> Deed:
        def inside(transaction: LedgerTransaction) -> Event:
            verbs = Verbs(self.registry, transaction)
            return once(transaction, attempt, lambda: work(verbs), now)

        return Deed(inside, [*locks, *(attempt.locks if attempt else ())])

    def _pass_time(self, rows: Sequence[tuple[str, ...]], now: datetime) -> int:
        def inside(transaction: LedgerTransaction) -> int:
            with no_collection():
                return Verbs(self.registry, transaction).tick(rows, now)

        return self.ledger.write(inside, [name for row in rows for name in row[1:]])

    def _locks(self, matter: str) -> list[str]:
        if self.ledger.one_writer:
            return []
        rows = self.ledger.read("SELECT subject FROM matter WHERE id = ?", (matter,))
        if not rows:
            raise MissingError(Text("No such matter.", "没有这个事项。"), value=matter)
        return [matter, rows[0][0]]
