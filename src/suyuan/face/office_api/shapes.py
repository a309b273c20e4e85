"""Matters, duties and events as JSON. Times are UTC with their offset, money is whole fen."""

from datetime import datetime
from typing import Any

from suyuan.casework.checks import Post, no_post
from suyuan.casework.clock import DueDate
from suyuan.casework.compiled import ActRule, Procedure
from suyuan.casework.explain import DutyLine, Possible, duty_lines, possible, why
from suyuan.casework.office import Office
from suyuan.casework.runs import MeasureRun
from suyuan.casework.sealing import is_sealed
from suyuan.casework.state import MatterState, matter_state
from suyuan.casework.visibility import Sight
from suyuan.face.office_api.refusal import bilingual_json
from suyuan.store.ledger.event import Event, stamp

#: Keys of an event's body that are no fields of its form.
_OWN = frozenset({"role", "items", "parties", "origin", "procedure", "version", "sha256"})

Json = dict[str, Any]


def iso_moment(moment: datetime | None) -> str | None:
    """A naive UTC moment with its offset."""
    return None if moment is None else f"{stamp(moment)}+00:00"


def event_json(event: Event) -> Json:
    """An event; what is sealed says only that it is."""
    fields = {n: _open(value) for n, value in event.body.items() if n not in _OWN}
    return {
        "number": event.number,
        "kind": event.kind,
        "at": iso_moment(event.at),
        "recorded": iso_moment(event.recorded),
        "actor": event.actor,
        "role": event.body.get("role"),
        "fields": fields,
        "items": event.body.get("items", []),
        "hash": event.hash,
    }


def _open(value: object) -> object:
    return {"sealed": True} if is_sealed(value) else value


def receipt_json(event: Event) -> Json:
    """What the doer of an act gets: the event that now stands for it."""
    return {"matter": event.chain, **event_json(event)}


def matter_json(office: Office, state: MatterState, view: Sight, posts: tuple[Post, ...]) -> Json:
    """A matter as one of its parties sees it."""
    name = matter_state(state)
    title = next((s.spec.title for s in state.version.states if s.name == name), None)
    lines = [d for d in duty_lines(state, days=True) if view.whole or d.role in view.roles]
    return {
        "id": state.matter,
        "procedure": state.procedure.id,
        "title": bilingual_json(state.procedure.spec.title),
        "version": state.bound,
        "subject": state.subject,
        "state": {"name": name, "title": None if title is None else bilingual_json(title)},
        "why": bilingual_json(why(state)),
        "opened": iso_moment(state.started),
        "number": last_number(state),
        "parties": state.parties if view.whole else _own_parties(state, view),
        "duties": [duty_json(line) for line in lines],
        "measures": [measure_json(run) for run in state.measures],
        "items": sorted(state.items),
        "acts": acts_json(office, state, view, posts),
        "proposals": sorted(state.proposals) if view.whole else [],
        "events": [event_json(event) for event in view.events(state)],
    }


def _own_parties(state: MatterState, view: Sight) -> dict[str, str]:
    return {role: party for role, party in state.parties.items() if role in view.roles}


def last_number(state: MatterState) -> int:
    return max(event.number for event in state.events)


def last_hash(state: MatterState) -> str:
    return max(state.events, key=lambda event: event.number).hash


def duty_json(line: DutyLine) -> Json:
    """A duty with the ledger of its due date, day by day."""
    return {
        "id": line.id,
        "title": bilingual_json(line.title),
        "role": line.role,
        "party": line.party,
        "state": line.state,
        **due_json(line.due),
        "rule": line.clause,
        "cited": line.citation,
        "quality": line.quality,
        "days": [
            {"day": day.day.isoformat(), "counted": day.counts, "why": bilingual_json(day.why)}
            for day in line.ledger
        ],
    }


def due_json(due: DueDate) -> Json:
    return {"due": iso_moment(due.moment), "certainty": due.certainty}


def measure_json(run: MeasureRun) -> Json:
    return {
        "id": run.id,
        "kind": run.rule.name,
        "subject": run.subject,
        "nth": run.nth,
        "amount_fen": run.amount,
        "since": iso_moment(run.since),
        "until": iso_moment(run.until),
        "ended": iso_moment(run.ended_at),
        "why": run.why,
    }


def acts_json(
    office: Office, state: MatterState, view: Sight, posts: tuple[Post, ...]
) -> list[Json]:
    """Each act of one's own roles: whether it may be done now, and every reason why not."""
    lines = []
    for act in possible(office, state, posts):
        rule = state.version.acts[act.act]
        if no_post(rule, state) not in act.reasons and not view.roles.isdisjoint(rule.by):
            lines.append(_act_json(act, rule, state.procedure))
    return lines


def _act_json(act: Possible, rule: ActRule, procedure: Procedure) -> Json:
    return {
        "act": act.act,
        "title": bilingual_json(act.title),
        "may": not act.reasons,
        "reasons": [bilingual_json(reason) for reason in act.reasons],
        "asks": [bilingual_json(text) for text in act.asks],
        "two_persons": act.four_eyes,
        "form": form_json(rule.form, procedure),
    }


def form_json(form: dict[str, bool], procedure: Procedure) -> list[Json]:
    """The fields of a form, in their order."""
    return [
        {
            "name": name,
            "required": must,
            "type": procedure.fields[name].type,
            "title": bilingual_json(procedure.fields[name].title),
            "words": procedure.fields[name].words,
        }
        for name, must in form.items()
    ]
