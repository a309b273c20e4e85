"""The office beside the cases: duties that arose from findings, through the room `casework`.

People of the workbench are ``person:NAME`` there. Who may decide on a case acts for the house in
:data:`OWN_ROLES`; whoever else acts has a post that an administrator gave.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suyuan.casework.arising import drafts, load_arising
from suyuan.casework.checks import Post
from suyuan.casework.drafting import DraftCounts, DraftLine, confirm, draft_lines, record
from suyuan.casework.institutions import institutions
from suyuan.casework.office import Office
from suyuan.casework.opening import open_office
from suyuan.face.web.desk import Desk

REGISTRAR, HOUSE = "person:registrar", "party:office"
#: In which roles those who may decide on a case act for the house.
OWN_ROLES = ("police", "regulator", "desk")


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def person_of(name: str) -> str:
    return f"person:{name}"


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty as lists show it; ``due`` is naive UTC."""

    matter: str
    procedure: str
    subject: str
    id: str
    name: str
    party: str
    due: datetime | None
    certainty: str
    state: str
    clause: str


def _row(row: Sequence[Any]) -> DutyRow:
    due = datetime.fromisoformat(row[6]) if row[6] else None
    return DutyRow(row[0], row[1], row[2], row[3], row[4], row[5], due, row[7], row[8], row[9])


class OfficeDesk:
    """The office of one workbench, opened when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._office: Office | None = None

    @property
    def office(self) -> Office:
        with self._lock:
            if self._office is None:
                self._office = open_office(self.folder)
                if not self._office.posts(REGISTRAR):
                    self._grant(REGISTRAR, "registrar", HOUSE)
            return self._office

    def _grant(self, person: str, role: str, party: str) -> None:
        assert self._office is not None
        at = now()
        self._office.grant(Post(person, role, party, "", at, None), REGISTRAR, at)

    def appoint(self, name: str, role: str, party: str) -> None:
        """Give a person a post; the same again is one."""
        if not any(post.role == role and post.party == party for post in self.posts_of(name)):
            self._grant(person_of(name), role, party)

    def end(self, name: str, role: str, party: str) -> None:
        """End a person's post; what was done in it stands."""
        self.office.end_posts(person_of(name), role, party, REGISTRAR, now())

    def posts_of(self, name: str) -> list[Post]:
        """The posts that a person has now."""
        at = now()
        posts = self.office.posts(person_of(name))
        return [post for post in posts if post.until is None or post.until > at]

    def posts(self, name: str, *, decides: bool) -> list[Post]:
        """Posts of a person; who decides on a case has those of the house."""
        if decides:
            for role in OWN_ROLES:
                self.appoint(name, role, HOUSE)
        return self.posts_of(name)

    def leave(self, name: str) -> None:
        """Who decides on no case any more acts no more for the house."""
        for post in self.posts_of(name):
            if post.party == HOUSE and post.role in OWN_ROLES:
                self.end(name, post.role, HOUSE)

    def draw(self, desk: Desk) -> DraftCounts:
        """Draft what the results of a case ask somebody to do; the same again is one draft."""
        registers = institutions(desk.case.path / "card_prefixes.csv")
        counts = [0, 0, 0]
        for spec in load_arising().values():
            with desk.source() as source:
                rows = source.table(spec.table).to_pylist()
            tally = record(
                self.office, drafts(spec, rows, registers, now(), desk.id), desk.id, now()
            )
            counts = [
                a + b for a, b in zip(counts, (tally.new, tally.changed, tally.same), strict=True)
            ]
        return DraftCounts(*counts)

    def lines(self, desk: Desk, state: str | None = "open") -> list[DraftLine]:
        """Drafts of a case, those first that save most yuan now."""
        return [line for line in draft_lines(self.office, state) if line.body["case"] == desk.id]

    def confirm(
        self, ids: Sequence[str], name: str, reason: str, parties: Mapping[str, str]
    ) -> int:
        """Begin a matter for each draft; how many."""
        person = person_of(name)
        own = {post.role: post.party for post in self.posts_of(name)}
        return len(confirm(self.office, ids, person, reason, {**own, **parties}, now()))

    def tick(self) -> None:
        self.office.tick(now())

    def duties(self, matters: Sequence[str] | None, parties: Sequence[str] | None) -> list[DutyRow]:
        """Duties of these matters, or of these parties, those due first on top."""
        column = "matter" if matters is not None else "party"
        names = list(matters if matters is not None else parties or ())
        duty_rows: list[DutyRow] = []
        for start in range(0, len(names), 400):
            batch = names[start : start + 400]
            marks = ",".join("?" * len(batch))
            rows = self.office.ledger.read(
                "SELECT d.matter, m.procedure, m.subject, d.id, d.name, COALESCE(d.party, d.role),"
                " d.due, d.certainty, d.state, d.clause"
                " FROM duty d JOIN matter m ON m.id = d.matter"
                f" WHERE d.{column} IN ({marks})",
                batch,
            )
            duty_rows += [_row(row) for row in rows]
        return sorted(
            duty_rows,
            key=lambda duty_row: (duty_row.due or datetime.max, duty_row.matter, duty_row.id),
        )

    def matters(self, desk: Desk) -> list[str]:
        """Matters that a case's drafts began, and those on the same subjects that they opened."""
        matters = {line.matter for line in self.lines(desk, None) if line.matter}
        subjects = {line.subject for line in self.lines(desk, None) if line.matter}
        rows: list[tuple[Any, ...]] = list(
            self.office.ledger.read("SELECT id, subject, finding FROM matter")
        )
        own = {id_ for id_, subject, finding in rows if subject in subjects and finding is None}
        return sorted(matters | own)

    def close(self) -> None:
        with self._lock:
            if self._office is not None:
                self._office.ledger.close()
