"""Matters, duties and acts of the office as answers write them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from suyuan.casework.explain import DutyLine, Possible, duty_lines, possible
from suyuan.casework.office import Office
from suyuan.casework.runs import MeasureRun
from suyuan.casework.state import MatterState, matter_state
from suyuan.face.web.office_desk import DutyRow
from suyuan.face.web.words import Json, text
from suyuan.model.text import Text
from suyuan.store.ledger.event import Event

Moment = Callable[[datetime | None], str]


def party(name: str) -> str:
    """A party's name as people write it; parties are organisations, and not masked."""
    return name.removeprefix("party:").removeprefix("operator:")


def title_of(office: Office, procedure: str) -> Json:
    return text(office.registry.current(procedure).spec.title)


def duty_title(office: Office, procedure: str, name: str) -> Text:
    for version in reversed(office.registry.current(procedure).versions):
        if name in version.duties:
            return version.duties[name].spec.title
    return Text(name, name)


def duty_shown(office: Office, row: DutyRow, moment: Moment, now: datetime) -> Json:
    """A duty with its date; `overdue` where that has passed and nobody did it."""
    waits = row.state in {"open", "late", "breached"}
    return {
        "matter": row.matter,
        "duty": row.id,
        "procedure": title_of(office, row.procedure),
        "title": text(duty_title(office, row.procedure, row.name)),
        "party": party(row.party),
        "due": moment(row.due),
        "certainty": row.certainty,
        "state": row.state,
        "breached": bool(waits and row.due and row.due < now and row.certainty == "exact"),
        "clause": row.clause,
    }


def state_title(state: MatterState) -> Text:
    """The state's own title, without the condition that gave it."""
    name = matter_state(state)
    return next(
        (state_rule.spec.title for state_rule in state.version.states if state_rule.name == name),
        Text(name, name),
    )


def matter_shown(office: Office, state: MatterState, person: str, moment: Moment) -> Json:
    """State and why, duties with their clauses, measures, acts with their forms, what happened."""
    spec = state.procedure.spec
    return {
        "matter": state.matter,
        "procedure": text(spec.title),
        "about": text(spec.about),
        "state": text(state_title(state)),
        "parties": [
            {"role": text(spec.roles[role]), "party": party(name)}
            for role, name in state.parties.items()
            if role in spec.roles
        ],
        "duties": [_line(line, moment) for line in duty_lines(state)],
        "measures": [_measure(run, moment) for run in state.measures],
        "acts": [_act(state, option) for option in possible(office, state, office.posts(person))],
        "proposals": [
            _proposal(state, number, event, person, moment)
            for number, event in state.proposals.items()
        ],
        "events": [_event(state, event, moment) for event in state.events],
        "version": len(state.events),
    }


def _line(line: DutyLine, moment: Moment) -> Json:
    return {
        "duty": line.id,
        "title": text(line.title),
        "party": party(line.party or line.role),
        "due": moment(line.due.moment),
        "certainty": line.due.certainty,
        "state": line.state,
        "cited": line.citation,
        "quality": line.quality,
    }


def _measure(run: MeasureRun, moment: Moment) -> Json:
    return {
        "name": text(run.rule.spec.title),
        "since": moment(run.since),
        "until": moment(run.until),
        "ended": moment(run.ended_at),
    }


def _proposal(state: MatterState, number: int, event: Event, person: str, moment: Moment) -> Json:
    return {
        "number": number,
        "act": text(_act_title(state, event.kind.rpartition(".")[0])),
        "by": event.actor.removeprefix("person:"),
        "mine": event.actor == person,
        "at": moment(event.at),
    }


def _event(state: MatterState, event: Event, moment: Moment) -> Json:
    name = event.kind.rpartition(".proposed")[0] or event.kind
    return {
        "number": event.number,
        "at": moment(event.at),
        "title": text(_act_title(state, name)),
        "proposed": event.kind.endswith(".proposed"),
        "by": event.actor.removeprefix("person:"),
        "overtaken": event in state.overtaken,
    }


def _act_title(state: MatterState, name: str) -> Text:
    own = state.version.acts.get(name)
    return own.spec.title if own else Text(name, {"begin": "启动"}.get(name, name))


def _act(state: MatterState, option: Possible) -> Json:
    fields = state.procedure.fields
    return {
        "act": option.act,
        "title": text(option.title),
        "four_eyes": option.four_eyes,
        "reasons": [text(reason) for reason in option.reasons],
        "asks": [text(reason) for reason in option.asks],
        "form": [_field(fields, name) for name in option.form],
    }


def _field(fields: Any, mark: str) -> Json:
    name = mark.removesuffix("?")
    spec = fields[name]
    return {
        "name": name,
        "title": text(spec.title),
        "type": str(getattr(spec.type, "value", spec.type)),
        "words": spec.words,
        "optional": mark.endswith("?"),
        "personal": spec.personal is not None,
    }
