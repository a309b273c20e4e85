"""Drafts kept in the ledger: drafted, changed by a later run, confirmed or dropped by a person.

A draft's chain is ``draft:ID``; the table `draft` is made from these events like all others.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from suyuan.casework.arising import DraftMatter
from suyuan.casework.office import Office, Opening
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.seam import LedgerTransaction

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS draft (
  id TEXT NOT NULL PRIMARY KEY, "case" TEXT NOT NULL, procedure TEXT NOT NULL,
  subject TEXT NOT NULL, party TEXT, rank TEXT NOT NULL, state TEXT NOT NULL,
  changed INTEGER NOT NULL, matter TEXT, body TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS draft_state ON draft (state, procedure);
"""
CHAIN: Final = "draft:"


@dataclass(frozen=True, slots=True)
class DraftCounts:
    """What a run of arising did: new drafts, drafts that say something else now, the same ones."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft as the office holds it."""

    id: str
    procedure: str
    subject: str
    party: str | None
    rank: float
    state: str
    changes: int
    matter: str | None
    body: dict[str, Any]


def record(office: Office, drafts: Iterable[DraftMatter], case: str, now: datetime) -> DraftCounts:
    """Keep the drafts of a run; a draft that was confirmed or dropped is not drafted again."""
    batch = list(drafts)

    def work(transaction: LedgerTransaction) -> DraftCounts:
        counts = {"new": 0, "changed": 0, "same": 0}
        for draft in batch:
            counts[_record(transaction, draft, case, now)] += 1
        return DraftCounts(**counts)

    return office.ledger.write(work, [CHAIN + draft.id for draft in batch])


def _record(transaction: LedgerTransaction, draft: DraftMatter, case: str, now: datetime) -> str:
    chain = CHAIN + draft.id
    there = transaction.events(chain)
    versions = [event for event in there if event.kind in ("drafted", "changed")]
    as_before = bool(versions) and (versions[-1].key or "").partition(":")[0] == draft.digest
    if as_before and there[-1].kind != "withdrawn":
        return "same"
    kind = "changed" if there else "drafted"
    body = {
        "arising": draft.arising_id,
        "case": case,
        "procedure": draft.procedure,
        "role": draft.role,
        "party": draft.party,
        "party_found_by": draft.party_found_by,
        "fields": dict(draft.fields),
        "rank": f"{draft.rank:.6f}",
        "saves": draft.saves,
        "because": {"en": draft.because.en, "zh": draft.because.zh},
    }
    key = f"{draft.digest}:{len(there)}"  # it may say again what it said before another run
    transaction.append(Draft(chain, kind, "finding", now, now, draft.subject, body, key))
    project_draft(transaction, chain)
    return "changed" if there else "new"


def withdraw_missing(
    office: Office, arising_id: str, drafts: Iterable[DraftMatter], case: str, now: datetime
) -> int:
    """Mark open drafts that this run of the case does not draw any more; how many that were.

    Nothing is lost: one that comes back in a later run is open again.
    """
    there = {draft.id for draft in drafts}
    lines = [line for line in draft_lines(office) if line.body["case"] == case]
    withdrawals = [
        line for line in lines if line.body["arising"] == arising_id and line.id not in there
    ]

    def work(transaction: LedgerTransaction) -> None:
        for line in withdrawals:
            chain = CHAIN + line.id
            number = len(transaction.events(chain))
            draft = Draft(
                chain, "withdrawn", "finding", now, now, line.subject, {}, f"out:{number}"
            )
            transaction.append(draft)
            project_draft(transaction, chain)

    if withdrawals:
        office.ledger.write(work, [CHAIN + line.id for line in withdrawals])
    return len(withdrawals)


@dataclass(frozen=True, slots=True)
class DraftChange:
    """What a later run says differently; `was` or `now` is None where it says nothing."""

    name: str
    was: str | None
    now: str | None


def draft_changes(office: Office, draft: str) -> list[DraftChange]:
    """What the last run that changed a draft changed in it; nothing where none did."""
    events = office.ledger.events(CHAIN + draft)
    versions = [_content(event) for event in events if event.kind in ("drafted", "changed")]
    if len(versions) < 2:
        return []
    was, now = versions[-2:]
    return [
        DraftChange(name, was.get(name), now.get(name))
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    ]


def _content(event: Event) -> dict[str, str]:
    body = event.body
    fields = {name: str(value) for name, value in body["fields"].items()}
    return fields | {"party": str(body["party"]), "rank": str(body["rank"])}


def project_draft(transaction: LedgerTransaction, chain: str) -> None:
    """The row of a draft, from its events."""
    events = transaction.events(chain)
    versions = [event for event in events if event.kind in ("drafted", "changed")]
    end = next((e for e in reversed(events) if e.kind in ("confirmed", "dropped")), None)
    last = versions[-1]
    transaction.execute("DELETE FROM draft WHERE id = ?", (chain.removeprefix(CHAIN),))
    transaction.execute(
        "INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            chain.removeprefix(CHAIN),
            last.body["case"],
            last.body["procedure"],
            last.subject,
            last.body["party"],
            last.body["rank"],
            _state(events, end),
            len(versions) - 1,
            None if end is None else end.body.get("matter"),
            json.dumps(last.body, ensure_ascii=False, sort_keys=True),
        ),
    )


def _state(events: Sequence[Event], end: Event | None) -> str:
    if end is not None:
        return end.kind
    return "withdrawn" if events[-1].kind == "withdrawn" else "open"


def draft_lines(office: Office, state: str | None = "open") -> list[DraftLine]:
    """Drafts, those first where a call now would save most."""
    where, parameters = ("WHERE state = ?", (state,)) if state else ("", ())
    rows = office.ledger.read(
        "SELECT id, procedure, subject, party, rank, state, changed, matter, body FROM draft"
        f" {where}",
        parameters,
    )
    lines = [
        DraftLine(id_, procedure, subject, party, float(rank), state_, changes, matter, content)
        for id_, procedure, subject, party, rank, state_, changes, matter, body in rows
        for content in (json.loads(body),)
    ]
    return sorted(
        lines, key=lambda line: (not line.body["saves"], line.procedure, -line.rank, line.id)
    )


def confirm(
    office: Office,
    ids: Sequence[str],
    person: str,
    reason: str,
    parties: dict[str, str],
    now: datetime,
) -> list[str]:
    """Begin a matter for each draft, with one reason; the ids of the matters.

    Whoever confirms does not approve afterwards what follows. A draft without a recipient needs
    one in `parties`.
    """
    there = {line.id: line for line in draft_lines(office, None)}
    for draft in ids:
        if draft not in there:
            raise InputError(Text("No such draft.", "没有这条草案。"), value=draft)
    return [_confirm(office, there[draft], person, reason, parties, now) for draft in ids]


def _confirm(
    office: Office,
    line: DraftLine,
    person: str,
    reason: str,
    parties: dict[str, str],
    now: datetime,
) -> str:
    if line.state == "confirmed" and line.matter is not None:
        return line.matter
    if line.state != "open":
        raise InputError(Text("The draft was dropped.", "该草案已撤销。"), value=line.id)
    role = line.body["role"]
    recipients = {**parties, **({role: line.party} if line.party else {})}
    if role not in recipients:
        raise InputError(
            Text("No recipient is known for this draft.", "该草案没有已知的接收单位。"),
            value=f"{line.id} {line.subject}",
            hint=Text(f"Name one: --party {role}=…", f"请指明：--party {role}=…"),
        )
    roles = office.registry.current(line.procedure).spec.roles
    origin = {"finding": line.id, "case": line.body["case"], "reason": reason}
    opening = Opening(
        line.procedure,
        line.subject,
        line.body["fields"],
        {name: party for name, party in recipients.items() if name in roles},
        f"draft:{line.id}",
        origin=origin,
    )
    matter = office.begin(opening, person, now)
    _end(office, line.id, "confirmed", person, {"matter": matter, "reason": reason}, now)
    return matter


def drop(office: Office, draft: str, person: str, reason: str, now: datetime) -> Event:
    """Set a draft aside for good, with a reason; a later run does not draft it again."""
    return _end(office, draft, "dropped", person, {"reason": reason}, now)


def _end(
    office: Office, draft: str, kind: str, person: str, body: dict[str, Any], now: datetime
) -> Event:
    chain = CHAIN + draft

    def work(transaction: LedgerTransaction) -> Event:
        there = transaction.events(chain)
        if not there:
            raise InputError(Text("No such draft.", "没有这条草案。"), value=draft)
        event = transaction.append(
            Draft(chain, kind, person, now, now, there[0].subject, body, kind)
        )
        project_draft(transaction, chain)
        return event

    return office.ledger.write(work, [chain])
