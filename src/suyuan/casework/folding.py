"""How a matter came to stand as it does: its events, taken in one after the other.

The same events give the same state, whoever asks and when; what was not recorded yet at
`known_at` is left out, so that the past looks later as it looked then.
"""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Final

from suyuan.casework.compiled import BEGIN, CLOCK, PROPOSAL, REBIND, Procedure
from suyuan.casework.items import ItemRun
from suyuan.casework.law import Law
from suyuan.casework.run_changes import move_duties, move_measures, open_duties, start_measures
from suyuan.casework.state import MatterState, read
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event

_ORDER: Final = attrgetter("at", "number")


def fold(
    procedure: Procedure,
    law: Law,
    events: Iterable[Event],
    moment: datetime,
    known_at: datetime | None = None,
) -> MatterState:
    """The state at `moment` of the matter whose events these are, as known at `known_at`."""
    return fold_events(procedure, law, known_by(events, moment, known_at), moment)


def known_by(events: Iterable[Event], moment: datetime, known_at: datetime | None) -> list[Event]:
    """What had happened at `moment`, as it was known at `known_at`, in its order."""
    selection = [
        e for e in events if e.at <= moment and (known_at is None or e.recorded <= known_at)
    ]
    selection.sort(key=_ORDER)
    return selection


def fold_events(
    procedure: Procedure, law: Law, events: list[Event], moment: datetime
) -> MatterState:
    """The state at `moment` after the events `events`, which are in their order."""
    if not events or events[0].kind != BEGIN:
        raise InputError(
            Text("The matter had not begun at that time.", "该事项当时尚未开始。"), value=moment
        )
    state = MatterState(procedure, law, events[0].chain)
    binding_event = next((e for e in reversed(events) if e.kind == REBIND), events[0])
    state.bound = str(binding_event.body["version"])
    state.version = procedure.since(state.bound)
    for event in events:
        apply(state, event)
    state.now = state.scope["now"] = moment
    return state


def apply(state: MatterState, event: Event) -> None:
    """Take in an event that is not before those taken in."""
    kind, at = event.kind, event.at
    state.events.append(event)
    state.now = state.scope["now"] = at
    sequel = state.version.sequels[kind]
    if sequel.formal:
        _propose(state, event)
        return
    if kind == REBIND:
        return  # the fold was begun under the version it names
    if event.actor == CLOCK and _groundless(state, event):
        state.overtaken.append(event)
        return
    if kind == BEGIN:
        _begin(state, event)
    elif state.procedure.spec.binds == "act":
        state.version = state.procedure.on(at) or state.version
        sequel = state.version.sequels[kind]
    _take_facts(state, event)
    state.history.add(kind, at)
    if sequel.ends:
        move_measures(state, sequel.ends, event)
    if sequel.starts:
        start_measures(state, sequel.starts, event)
    if sequel.moves:
        move_duties(state, sequel.moves, event)
    if sequel.opens:
        open_duties(state, sequel.opens, event)


def _begin(state: MatterState, event: Event) -> None:
    body = event.body
    state.subject = event.subject
    state.started = event.at
    state.parties = dict(body.get("parties") or {})
    state.origin = dict(body.get("origin") or {})
    for subject in body.get("items") or ():
        state.items[subject] = ItemRun(subject, state)


def _propose(state: MatterState, event: Event) -> None:
    if event.kind.endswith(PROPOSAL):
        state.proposals[event.number] = event
    else:
        state.proposals.pop(event.body["proposal"], None)


def _take_facts(state: MatterState, event: Event) -> None:
    """The fields of the act become facts, of the matter and of the items that it names."""
    body, fields, moment_fields = (
        event.body,
        state.procedure.spec.fields,
        state.procedure.moment_fields,
    )
    if "proposal" in body:
        state.proposals.pop(body["proposal"], None)
    entries = {name: value for name, value in body.items() if name in fields}
    for name, value in entries.items():
        if name in moment_fields or type(value) is dict:
            entries[name] = read(value, fields[name].type)
    state.scope.update(entries)
    if state.version.items is None:
        return
    subjects = body.get("items") or ()
    if not subjects or event.kind == BEGIN:
        # What was said of the matter itself holds for each of its items.
        state.shared.update(entries)
        for there in state.items.values():
            there.scope.update(entries)
    for subject in subjects:
        item = state.items.get(subject)
        if item is None:
            item = state.items[subject] = ItemRun(subject, state)
            item.scope.update(state.shared)
        item.scope.update(entries)
        item.history.add(event.kind, event.at)


def _groundless(state: MatterState, event: Event) -> bool:
    """True where what the clock found had been done in time, as was learnt later."""
    cause = event.body.get("cause", "")
    for duty in state.duties:
        if duty.id == cause:
            duty.breach = None if duty.is_settled else event.number
            return duty.is_settled
    for measure in state.measures:
        if measure.id == cause:
            return measure.ended_at is not None or measure.until != event.at
    return True
