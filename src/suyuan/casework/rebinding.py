"""Moving running matters to another version of their procedure: first seen, then by two persons.

Rebinding is another fold. What was done stays; what the new version would not know or would
refuse is marked, not undone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.casework.checks import NoPostError, RefusedError
from suyuan.casework.clock import DueDate
from suyuan.casework.compiled import BEGIN, CLOCK, PROPOSAL, REBIND, WITHDRAWAL, Procedure
from suyuan.casework.declare import names
from suyuan.casework.folding import fold
from suyuan.casework.matters import Registry, at_last_event, keep_text, load, settle
from suyuan.casework.office import Office, ReadTransaction
from suyuan.casework.projections import project
from suyuan.casework.runs import DutyRun
from suyuan.casework.state import MatterState
from suyuan.model.text import Text
from suyuan.rulebook.dates import beijing_day
from suyuan.store.ledger.event import Draft, Event, stamp
from suyuan.store.ledger.seam import LedgerTransaction


@dataclass(frozen=True, slots=True)
class DutyChange:
    """A duty that another version moves: `was` or `now` is None where it appears or vanishes."""

    matter: str
    duty: str
    was: DueDate | None
    now: DueDate | None
    was_owed_by: str | None = None
    now_owed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What rebinding would do to one matter; `unknown_acts` the new version does not have."""

    matter: str
    changes: tuple[DutyChange, ...]
    unknown_acts: tuple[str, ...]


def preview(office: Office, procedure: str, version: str, now: datetime) -> list[Preview]:
    """What would move in every running matter of `procedure` bound to another version."""
    rows = office.ledger.read(
        "SELECT id FROM matter WHERE procedure = ? AND bound <> ? ORDER BY id", (procedure, version)
    )
    target = office.registry.current(procedure)
    reading = ReadTransaction(office.ledger)
    return [_preview(office.registry, reading, row[0], target, version, now) for row in rows]


def _preview(
    registry: Registry,
    transaction: LedgerTransaction,
    matter: str,
    target: Procedure,
    version: str,
    now: datetime,
) -> Preview:
    before = load(registry, transaction, matter, now)
    after = _as_if(registry, transaction, before, target, version, now)
    return Preview(matter, tuple(_duty_changes(before, after, now)), _unknown_acts(after))


def _as_if(
    registry: Registry,
    transaction: LedgerTransaction,
    before: MatterState,
    target: Procedure,
    version: str,
    now: datetime,
) -> MatterState:
    """The fold with a rebinding that nobody has written."""
    events = transaction.events(before.matter)
    last = events[-1]
    body = {"version": version, "sha256": target.sha256}
    event = Event(
        0, last.chain, last.number + 1, now, now, "", REBIND, "", body, None, last.hash, ""
    )
    return fold(target, registry.law, [*events, event], now)


def _duty_changes(before: MatterState, after: MatterState, now: datetime) -> list[DutyChange]:
    old, new = _by_id(before), _by_id(after)
    known_on = beijing_day(now)
    changes = []
    for name in sorted(old.keys() | new.keys()):
        was, then = old.get(name), new.get(name)
        if was is not None and was.is_settled:
            continue
        dues = tuple(None if duty is None else duty.due(known_on) for duty in (was, then))
        owners = tuple(None if duty is None else duty.rule.spec.by for duty in (was, then))
        if dues[0] != dues[1] or owners[0] != owners[1]:
            changes.append(DutyChange(before.matter, name, dues[0], dues[1], owners[0], owners[1]))
    return changes


def _by_id(state: MatterState) -> dict[str, DutyRun]:
    return {duty.id: duty for duty in state.duties}


def _unknown_acts(state: MatterState) -> tuple[str, ...]:
    kinds = state.version.acts.keys() | {BEGIN, REBIND}
    acts = {
        event.kind.removesuffix(PROPOSAL).removesuffix(WITHDRAWAL)
        for event in state.events
        if event.actor != CLOCK
    }
    return tuple(sorted(acts - kinds))


def _notice(
    registry: Registry,
    transaction: LedgerTransaction,
    before: MatterState,
    target: Procedure,
    version: str,
    now: datetime,
) -> dict[str, Any]:
    """What the person in the matter is told: why, and each duty that moves, from when to when."""
    after = _as_if(registry, transaction, before, target, version, now)
    changes = [
        {
            "duty": change.duty,
            "was": None if change.was is None else _moment(change.was.moment),
            "now": None if change.now is None else _moment(change.now.moment),
        }
        for change in _duty_changes(before, after, now)
    ]
    note = next(v.note for v in target.spec.versions if v.since.isoformat() == version)
    return {"moved": changes} | ({} if note is None else {"note": {"en": note.en, "zh": note.zh}})


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


@dataclass(frozen=True, slots=True)
class ChangedTerm:
    """A duty whose term a change of the rules moved, as the person in the matter is told."""

    title: Text
    was: datetime | None
    now: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """The notice of a change of the rules in a running matter."""

    at: datetime
    note: Text | None
    terms: tuple[ChangedTerm, ...]


def change_notices(state: MatterState) -> list[ChangeNotice]:
    """Every change of the rules that moved this matter, oldest first."""
    titles = {name: rule.spec.title for name, rule in state.version.duties.items()}
    notices = []
    for event in state.events:
        if event.kind != REBIND:
            continue
        note = event.body.get("note")
        terms = tuple(
            ChangedTerm(
                titles.get(entry["duty"].partition("#")[0], Text(entry["duty"], entry["duty"])),
                _read(entry["was"]),
                _read(entry["now"]),
            )
            for entry in event.body.get("moved") or ()
        )
        notices.append(ChangeNotice(event.at, None if note is None else Text(**note), terms))
    return notices


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _no_authority(target: Procedure, roles: tuple[str, ...], person: str) -> NoPostError:
    words = [target.spec.roles[role] for role in roles]
    return NoPostError(
        REBIND,
        [
            Text(
                f"{person}: only {' or '.join(w.en for w in words)} may rebind it.",
                f"{person}：仅{'或'.join(w.zh for w in words)}可换版。",
            )
        ],
    )


def rebind(
    office: Office, matter: str, version: str, persons: tuple[str, str], now: datetime
) -> Event:
    """Bind a matter to another version: one event, with the names of both persons.

    Both must hold a post, for this matter and today, in a role that the procedure names for it
    (`rebound_by`): whoever only answers in it (a bank, an applicant) moves no terms.
    """
    first, second = persons
    if first == second:
        raise RefusedError(REBIND, [Text("A second person has to agree.", "须由另一人同意。")])

    def work(transaction: LedgerTransaction) -> Event:
        state = load(office.registry, transaction, matter, now)
        target = office.registry.current(state.procedure.id)
        target.since(version)
        roles = names(target.spec.rebound_by)
        for person in persons:
            if not any(post.covers(state, roles, now) for post in office.posts(person)):
                raise _no_authority(target, roles, person)
        keep_text(transaction, target)
        body = {"version": version, "sha256": target.sha256, "agreed_by": second}
        body |= _notice(office.registry, transaction, state, target, version, now)
        draft = Draft(
            matter, REBIND, first, now, now, state.subject, body, f"rebound:{version}:{now}"
        )
        event = transaction.append(draft)
        after = load(office.registry, transaction, matter, now)
        after, _ = settle(office.registry, transaction, after, now)
        project(transaction, at_last_event(after))
        return event

    return office.ledger.write(work, [matter])
