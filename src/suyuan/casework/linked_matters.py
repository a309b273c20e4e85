"""Matters that hang together: a firm's licence with its permits, a scan with its grants."""

import json
from dataclasses import dataclass
from datetime import datetime

from suyuan.casework.office import Office, Opening
from suyuan.casework.state import matter_state
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event

#: Its matters of one document are that document's grants.
GRANT = "document-grant"


@dataclass(frozen=True, slots=True)
class LinkedMatter:
    """A matter that an act of another one began."""

    matter: str
    title: Text
    state: Text
    fields: dict[str, object]


def begun_by(office: Office, matter: str, now: datetime) -> list[LinkedMatter]:
    """The matters that acts of `matter` began, in the order in which they were opened."""
    rows = office.ledger.read(
        "SELECT opened.chain, opened.body FROM event AS own JOIN event AS opened"
        " ON opened.subject = own.subject AND opened.kind = 'begin' AND opened.number = 1"
        " WHERE own.chain = ? AND own.number = 1 ORDER BY opened.sequence",
        (matter,),
    )
    matters = []
    for chain, text in rows:
        body = json.loads(text)
        if (body.get("origin") or {}).get("matter") != matter:
            continue
        state = office.state(chain, now)
        fields = {n: state.scope.get(n) for n in state.procedure.fields if n in body}
        name = matter_state(state)
        title = next((s.spec.title for s in state.version.states if s.name == name), Text("–", "–"))
        matters.append(LinkedMatter(chain, state.procedure.spec.title, title, fields))
    return matters


def opened_by(office: Office, event: Event) -> str | None:
    """The matter that this event opened; None where it opened none."""
    act = office.state(event.chain, event.at).version.acts.get(event.kind)
    if act is None or act.opens is None:
        return None
    reason = f"{event.chain}#{event.number}"
    subject = str(event.body[act.opens.subject])
    matter = Opening(act.opens.procedure, subject, {}, {}, reason).matter
    return matter if next(iter(office.ledger.events(matter)), None) else None


@dataclass(frozen=True, slots=True)
class DocumentGrant:
    """One agency's leave to use a document: for what, until when, how often and when last used."""

    matter: str
    agency: str
    purpose: str
    until: datetime
    uses: int
    last_use: datetime | None
    state: str


def grants_of(office: Office, document: str, now: datetime) -> list[DocumentGrant]:
    """Every grant of a scanned document, for its owner to see and to end."""
    rows = office.ledger.read(
        "SELECT id FROM matter WHERE subject = ? AND procedure = ? ORDER BY opened, id",
        (document, GRANT),
    )
    grants = []
    for (matter,) in rows:
        state = office.state(matter, now)
        scope = state.scope
        grants.append(
            DocumentGrant(
                matter,
                state.parties.get("agency", ""),
                str(scope["purpose"]),
                scope["until"],
                state.count(("use",)),
                state.last_at(("use",)),
                matter_state(state),
            )
        )
    return grants
