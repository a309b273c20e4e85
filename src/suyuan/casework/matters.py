"""One matter inside a transaction: read it, let time pass, take an act in, write its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suyuan.casework.checks import MissingError
from suyuan.casework.compiled import ActRule, Procedure, compile_procedure
from suyuan.casework.consequences import endless, next_consequence
from suyuan.casework.declare import ProcedureSpec
from suyuan.casework.folding import apply, fold, fold_events, known_by
from suyuan.casework.law import Law
from suyuan.casework.projections import elsewhere, project
from suyuan.casework.sealing import Sealer
from suyuan.casework.state import MatterState
from suyuan.model.catalog_files import as_shape, plain_text
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.seam import LedgerTransaction


@dataclass(frozen=True, slots=True)
class Registry:
    """The procedures of now, and the law; what old matters are bound to, the office keeps."""

    procedures: Mapping[str, Procedure]
    law: Law
    sealer: Sealer | None
    by_text: dict[str, Procedure]

    def current(self, name: str) -> Procedure:
        if name not in self.procedures:
            raise InputError(
                Text("No such procedure.", "没有这个程序。"),
                value=name,
                hint=Text(
                    f"Procedures: {', '.join(self.procedures)}.",
                    f"现有程序：{'、'.join(self.procedures)}。",
                ),
            )
        return self.procedures[name]

    def procedure_of(self, transaction: LedgerTransaction, sha256: str) -> Procedure:
        """The procedure whose file had this hash, as it was when the office first used it."""
        if sha256 not in self.by_text:
            now = next((p for p in self.procedures.values() if p.sha256 == sha256), None)
            self.by_text[sha256] = now or _stored_procedure(transaction, sha256)
        return self.by_text[sha256]


def _stored_procedure(transaction: LedgerTransaction, sha256: str) -> Procedure:
    rows = transaction.execute("SELECT text FROM procedure_text WHERE sha256 = ?", (sha256,))
    if not rows:
        raise InputError(
            Text("The text of the procedure is missing.", "程序文本缺失。"), value=sha256
        )
    return compile_procedure(
        as_shape(plain_text(rows[0][0], sha256), ProcedureSpec, sha256), rows[0][0]
    )


def keep_text(transaction: LedgerTransaction, procedure: Procedure) -> None:
    # Asked first: the text is long, and there already for all matters but the first.
    query = "SELECT 1 FROM procedure_text WHERE sha256 = ?"
    if not transaction.execute(query, (procedure.sha256,)):
        transaction.execute(
            "INSERT INTO procedure_text VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (procedure.sha256, procedure.id, procedure.text),
        )


def sha_of(events: Sequence[Event]) -> str:
    """The text that a matter is bound to: that of its start, or of the last rebinding."""
    binding_event = next((e for e in reversed(events) if e.kind == "rebound"), events[0])
    return str(binding_event.body["sha256"])


def load(
    registry: Registry,
    transaction: LedgerTransaction,
    matter: str,
    moment: datetime,
    known_at: datetime | None = None,
    events: list[Event] | None = None,
) -> MatterState:
    """The state of a matter at `moment`; raises where there is none. `events`, where at hand."""
    events = transaction.events(matter) if events is None else events
    if not events:
        raise MissingError(Text("No such matter.", "没有这个事项。"), value=matter)
    selection = known_by(events, moment, known_at)
    procedure = registry.procedure_of(transaction, sha_of(selection or events))
    return fold_events(procedure, registry.law, selection, moment)


def settle(
    registry: Registry, transaction: LedgerTransaction, state: MatterState, now: datetime
) -> tuple[MatterState, int]:
    """Write what time alone has brought about by `now`; the state after it, and how much it was."""
    steps = 0
    while (consequence := next_consequence(state, now)) is not None:
        event = transaction.append(consequence.draft(state, now))
        state = taken_in(registry, state, event, now)
        steps += 1
        endless(state, steps)
    state.now = state.scope["now"] = now
    return state, steps


def taken_in(registry: Registry, state: MatterState, event: Event, now: datetime) -> MatterState:
    """`state` with one event more; what lies before the last one makes the fold begin anew."""
    if state.events and event.at < state.events[-1].at:
        return fold(state.procedure, registry.law, [*state.events, event], max(now, event.at))
    apply(state, event)
    return state


def with_elsewhere(transaction: LedgerTransaction, state: MatterState, act: ActRule) -> None:
    """Let the conditions of `act` see the measures on the same subject in other matters."""
    if act.asks_elsewhere:
        state.elsewhere = elsewhere(transaction, state.subject, state.matter)


def sealed_body(
    registry: Registry, transaction: LedgerTransaction, state: MatterState, form: Mapping[str, Any]
) -> dict[str, Any]:
    """`form` with its personal fields sealed for whom they tell of."""
    body = dict(form)
    for name, value in form.items():
        owner = state.procedure.spec.fields[name].personal
        if owner is None or not isinstance(value, str):
            continue
        if registry.sealer is None:
            raise InputError(
                Text(
                    "This office has no key to seal personal fields.",
                    "本机构没有个人信息加密密钥。",
                ),
                value=name,
            )
        person = (
            state.subject if owner == "subject" else str(form.get(owner) or state.scope.get(owner))
        )
        body[name] = registry.sealer.seal(transaction, person, value)
    return body


def append(
    registry: Registry,
    transaction: LedgerTransaction,
    state: MatterState,
    draft: Draft,
    now: datetime,
) -> tuple[MatterState, Event]:
    """Append, take in, and write the rows anew."""
    event = transaction.append(draft)
    if any(there.number == event.number for there in state.events):
        return state, event  # it stood there already, under its key
    state = taken_in(registry, state, event, now)
    state, _ = settle(registry, transaction, state, now)
    project(transaction, at_last_event(state))
    return state, event


def at_last_event(state: MatterState) -> MatterState:
    """The state as rows keep it: at its last event, whenever it is asked."""
    state.now = state.scope["now"] = state.events[-1].at
    return state
