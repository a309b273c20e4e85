"""What the office's verbs do inside a transaction, and nothing outside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.casework import admission
from suyuan.casework.checks import RefusedError, refusals
from suyuan.casework.compiled import BEGIN, PROPOSAL, WITHDRAWAL, ActRule, Version, form_of
from suyuan.casework.folding import apply
from suyuan.casework.forms import fill_form
from suyuan.casework.matters import (
    Registry,
    append,
    at_last_event,
    keep_text,
    load,
    sealed_body,
    settle,
    with_elsewhere,
)
from suyuan.casework.projections import RowsThere, project
from suyuan.casework.sealing import is_sealed
from suyuan.casework.state import MatterState
from suyuan.casework.submissions import ActForm, Opening
from suyuan.casework.write_buffer import BufferedTransaction
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.seam import LedgerTransaction

#: Raises where whoever asks has no part in a matter: before anything is said of it.
StandingCheck = Callable[[MatterState], object]


@dataclass(frozen=True, slots=True)
class Verbs:
    """The verbs of one transaction: first what time has brought about, then conditions, then it."""

    registry: Registry
    transaction: LedgerTransaction

    def begin(self, opening: Opening, person: str, now: datetime) -> Event:
        """The event that begins the matter; the one there is where the same reason began it."""
        procedure = self.registry.current(opening.procedure)
        version = admission.in_force(procedure, now)
        there = self.transaction.events(opening.matter)
        if there:
            form = form_of(version.opening.form)
            entries = fill_form(form, procedure.fields, opening.fields)
            return _same_opening(there[0], entries, opening)
        state = MatterState(procedure, self.registry.law, opening.matter)
        state.subject, state.parties = opening.subject, dict(opening.parties)
        admission.check_opener(self.transaction, state, version, person, now)
        return self._start(state, version, opening, person, now)

    def act(
        self, form: ActForm, person: str, now: datetime, check: StandingCheck | None = None
    ) -> Event:
        """The act's event, or its proposal where it needs two persons."""
        transaction = self.transaction
        now = admission.steady(transaction, form.matter, now)
        state, act = self._ready(form.matter, form.act, now, check)
        entries = fill_form(act.form, state.procedure.fields, form.fields)
        key = form.key or admission.deed_key(act, entries)
        for there in state.events:
            if key is not None and there.key == key and there.kind in _kinds(act):
                return there
        admission.check_expected(state, form.expected_number)
        post = admission.acting_post(transaction, act, state, person, now)
        at = admission.moment_of(act, form, state, now)
        admission.allot(act, state, entries)
        reasons = refusals(act, state, entries, at)
        reasons += admission.item_refusals(act, state, form.items)
        reasons += admission.others_items(act, post, form.items, person)
        if reasons:
            raise RefusedError(act.name, reasons)
        body = sealed_body(self.registry, transaction, state, entries) | {"role": post.role}
        if form.items:
            body["items"] = list(form.items)
        kind = act.name + PROPOSAL if act.spec.four_eyes else act.name
        draft = Draft(form.matter, kind, person, at, now, state.subject, body, key)
        state, event = append(self.registry, transaction, state, draft, now)
        if not act.spec.four_eyes:
            self._opens(state, act, person, now)
        return event

    def approve(
        self,
        matter: str,
        number: int,
        person: str,
        now: datetime,
        expected_number: int | None = None,
    ) -> Event:
        """The second person's event: what was proposed is done."""
        transaction = self.transaction
        now = admission.steady(transaction, matter, now)
        name = admission.proposed_act(transaction, matter, number)
        state, act = self._ready(matter, name, now)
        admission.check_expected(state, expected_number)
        proposal = admission.pending_proposal(state, number)
        post = admission.acting_post(transaction, act, state, person, now)
        reasons = admission.two_persons(state, proposal, person)
        reasons += admission.lapse_refusals(self.registry.law, act, proposal, now)
        entries = {n: value for n, value in proposal.body.items() if n in act.form}
        reasons += refusals(act, state, entries, now)
        if reasons:
            raise RefusedError(act.name, reasons)
        body = {**proposal.body, "proposal": number, "proposed_by": proposal.actor}
        body["role"] = post.role
        draft = Draft(matter, name, person, now, now, state.subject, body, f"proposal:{number}")
        state, event = append(self.registry, transaction, state, draft, now)
        self._opens(state, act, person, now)
        return event

    def withdraw(self, matter: str, number: int, person: str, now: datetime) -> Event:
        """The event that takes a proposal back."""
        now = admission.steady(self.transaction, matter, now)
        name = admission.proposed_act(self.transaction, matter, number)
        state, act = self._ready(matter, name, now)
        admission.pending_proposal(state, number)
        admission.acting_post(self.transaction, act, state, person, now)
        body = {"proposal": number}
        draft = Draft(matter, name + WITHDRAWAL, person, now, now, state.subject, body)
        return append(self.registry, self.transaction, state, draft, now)[1]

    def tick(self, rows: Sequence[Sequence[Any]], now: datetime) -> int:
        """Let time pass for the matters of `rows` (wake, id, subject); events written."""
        matters = [row[1] for row in rows]
        chains = self.transaction.events_of(matters)
        there = RowsThere(self.transaction, matters)
        buffer = BufferedTransaction(self.transaction, chains)
        for matter, events in chains.items():
            state = load(self.registry, buffer, matter, now, None, events)
            state, steps = settle(self.registry, buffer, state, now)
            if steps:
                project(buffer, at_last_event(state), there)
        return buffer.flush()

    def _start(
        self, state: MatterState, version: Version, opening: Opening, person: str, now: datetime
    ) -> Event:
        procedure = state.procedure
        unknown_roles = opening.parties.keys() - procedure.spec.roles.keys()
        if unknown_roles:
            raise InputError(
                Text("The procedure has no such role.", "程序没有该角色。"),
                value=", ".join(sorted(unknown_roles)),
            )
        form = fill_form(form_of(version.opening.form), procedure.fields, opening.fields)
        keep_text(self.transaction, procedure)
        body = sealed_body(self.registry, self.transaction, state, form) | {
            "procedure": procedure.id,
            "version": version.since.isoformat(),
            "sha256": procedure.sha256,
            "parties": dict(opening.parties),
        }
        if opening.items:
            body["items"] = list(opening.items)
        if opening.origin:
            body["origin"] = dict(opening.origin)
        draft = Draft(opening.matter, BEGIN, person, now, now, opening.subject, body, BEGIN)
        event = self.transaction.append(draft)
        state.bound, state.version = version.since.isoformat(), version
        apply(state, event)
        state, _ = settle(self.registry, self.transaction, state, now)
        project(self.transaction, at_last_event(state), fresh=True)
        return event

    def _ready(
        self, matter: str, name: str, now: datetime, check: StandingCheck | None = None
    ) -> tuple[MatterState, ActRule]:
        """The matter after what time brought about by `now`, and the act as its version has it."""
        state = load(self.registry, self.transaction, matter, now)
        if check is not None:
            check(state)
        state, steps = settle(self.registry, self.transaction, state, now)
        if steps:
            project(self.transaction, at_last_event(state))
            state.now = state.scope["now"] = now
        version = state.version
        if state.procedure.spec.binds == "act":
            version = state.procedure.on(now) or version
        if name not in version.acts:
            acts = list(version.acts)
            raise InputError(
                Text("The procedure has no such act.", "程序没有该行为。"),
                value=name,
                hint=Text(f"Acts: {', '.join(acts)}.", f"可用：{'、'.join(acts)}。"),
            )
        act = version.acts[name]
        with_elsewhere(self.transaction, state, act)
        return state, act

    def _opens(self, state: MatterState, act: ActRule, person: str, now: datetime) -> None:
        """Begin the matter that this act opens, in the same transaction."""
        opens = act.opens
        if opens is None or (act.opens_if is not None and act.opens_if(state.scope) is not True):
            return
        procedure = self.registry.current(opens.procedure)
        version = admission.in_force(procedure, now)
        last = state.events[-1]
        fields = {name: last.body.get(there) for name, there in opens.fields.items()}
        parties = {role: state.parties.get(there, there) for role, there in opens.parties.items()}
        opening = Opening(
            opens.procedure,
            str(last.body[opens.subject]),
            {n: v for n, v in fields.items() if v is not None},
            parties,
            f"{state.matter}#{last.number}",
            origin={"matter": state.matter, "event": last.hash},
        )
        if not self.transaction.events(opening.matter):
            target = MatterState(procedure, self.registry.law, opening.matter)
            target.subject = opening.subject
            self._start(target, version, opening, person, now)


def _kinds(act: ActRule) -> tuple[str, str]:
    return act.name, act.name + PROPOSAL


def _same_opening(there: Event, entries: Mapping[str, Any], opening: Opening) -> Event:
    """The first opening's event, where this one says the same; what is sealed cannot be seen."""
    body = there.body
    agrees = body.get("parties") == dict(opening.parties)
    agrees &= list(body.get("items") or ()) == list(opening.items)
    agrees &= all(body.get(n) == v for n, v in entries.items() if not is_sealed(body.get(n)))
    if not agrees:
        raise InputError(
            Text("This reason has already started another matter.", "该事由已用于启动另一事项。"),
            value=f"{opening.matter} {opening.key}",
            hint=Text("One reason, one matter: use another key.", "一事一由，请另用新的事由编号。"),
        )
    return there
