"""A change of the rules for running matters: one person proposes it, another one carries it out.

Everybody whose matter it moves is listed, before and after, and has the notice in the matter.
Carrying it out is a transaction a matter: what is interrupted goes on where it was when the same
approval is given again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from suyuan.casework.checks import RefusedError
from suyuan.casework.declare import names
from suyuan.casework.office import Office, ReadTransaction
from suyuan.casework.rebinding import Preview, preview, rebind
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event

PROPOSED_CHANGE = "rule_change.proposed"
CHANGE = "rule_change"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What came of a change: every matter it moved or left as it was."""

    procedure: str
    version: str
    previews: tuple[Preview, ...]
    rest: int


def affected_matters(previews: Iterable[Preview]) -> list[Preview]:
    """Those whom the change touches: a term that moves, a duty that comes or goes, a lost act."""
    return [matter for matter in previews if matter.changes or matter.unknown_acts]


def propose_change(
    office: Office, procedure: str, version: str, person: str, now: datetime
) -> Event:
    """Propose to move the running matters of `procedure` to `version`; nothing moves yet."""
    office.registry.current(procedure).since(version)
    _has_post(office, procedure, person)
    previews = preview(office, procedure, version, now)
    body = {
        "version": version,
        "matters": len(previews),
        "affected": len(affected_matters(previews)),
    }
    chain = _chain(procedure)
    draft = Draft(chain, PROPOSED_CHANGE, person, now, now, procedure, body)
    return office.ledger.write(lambda t: t.append(draft), [chain])


def approve_change(
    office: Office, procedure: str, proposal: int, person: str, now: datetime
) -> RuleChange:
    """Carry out what another person proposed; each person affected finds the notice."""
    event = _proposal(office, procedure, proposal)
    if event.actor == person:
        raise RefusedError(CHANGE, [Text("A second person has to agree.", "须由另一人同意。")])
    _has_post(office, procedure, person)
    version = str(event.body["version"])
    previews = preview(office, procedure, version, now)
    for entry in previews:
        rebind(office, entry.matter, version, (event.actor, person), now)
    hits = affected_matters(previews)
    body = {"version": version, "proposal": proposal, "moved": len(previews)}
    chain = _chain(procedure)
    draft = Draft(chain, CHANGE, person, now, now, procedure, body, f"{proposal}:{now}")
    office.ledger.write(lambda t: t.append(draft), [chain])
    return RuleChange(procedure, version, tuple(hits), len(previews) - len(hits))


def _proposal(office: Office, procedure: str, number: int) -> Event:
    for event in ReadTransaction(office.ledger).events(_chain(procedure)):
        if event.number == number and event.kind == PROPOSED_CHANGE:
            return event
    raise InputError(Text("No such proposal.", "没有这个提请。"), value=f"{procedure} {number}")


def _has_post(office: Office, procedure: str, person: str) -> None:
    may = names(office.registry.current(procedure).spec.rebound_by)
    if not any(post.role in may for post in office.posts(person)):
        raise RefusedError(CHANGE, [Text(f"{person} has no post.", f"{person} 没有岗位。")])


def _chain(procedure: str) -> str:
    return f"rules:{procedure}"
