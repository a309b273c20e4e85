"""What an event does to duties and measures: it begins them, moves their dates, ends them."""

from datetime import datetime, timedelta

from suyuan.casework.clock import Extension
from suyuan.casework.compiled import DutyRule, MeasureRule
from suyuan.casework.runs import DutyRun, MeasureRun
from suyuan.casework.state import MatterState, reason_of
from suyuan.model.times import utc
from suyuan.rulebook.rows import after_months
from suyuan.store.ledger.event import Event


def move_measures(state: MatterState, rules: tuple[MeasureRule, ...], event: Event) -> None:
    kind, at = event.kind, event.at
    for rule in rules:
        for measure in state.measures:
            if measure.rule.name != rule.name or measure.ended_at is not None:
                continue
            if kind == rule.spec.expired:
                if measure.id == event.body.get("cause"):
                    measure.ended_at, measure.why = at, "expired"
            elif kind == rule.spec.renewed_by:
                if measure.is_running(at) and measure.until is not None:
                    measure.until = _until(state, rule.name, measure.until, at)
                    measure.renewals += 1
            elif measure.until is None or at < measure.until:
                measure.ended_at = at
                measure.why = "released" if kind in rule.release else "superseded"


def start_measures(state: MatterState, rules: tuple[MeasureRule, ...], event: Event) -> None:
    at = event.at
    for rule in rules:
        amount = None if rule.amount is None else rule.amount(state.scope)
        nth = 1 + sum(measure.rule.name == rule.name for measure in state.measures)
        until = _until(state, rule.name, at, at)
        state.measures.append(MeasureRun(rule, event.number, state.subject, nth, at, until, amount))


def _until(state: MatterState, name: str, start: datetime, at: datetime) -> datetime | None:
    spec = state.version.measures[name].spec
    budget = state.law.budget(spec.lasts, _law_day(state, spec.law, at))
    if budget is None:
        return None
    if budget.unit == "hours":
        return start + timedelta(hours=budget.amount)
    if budget.unit == "days":
        return start + timedelta(days=budget.amount)
    return after_months(start, budget.amount)


def _law_day(state: MatterState, law: str, at: datetime) -> datetime:
    if law == "act":
        return at
    if law == "start":
        return state.started or at
    value = state.scope.get(law)
    return value if isinstance(value, datetime) else at


def move_duties(state: MatterState, rules: tuple[DutyRule, ...], event: Event) -> None:
    kind, at = event.kind, event.at
    for rule in rules:
        for duty in state.duties:
            if duty.rule.place == rule.place and not duty.is_settled:
                _move(state, duty, rule, event, kind, at)


def _move(
    state: MatterState, duty: DutyRun, rule: DutyRule, event: Event, kind: str, at: datetime
) -> None:
    if kind in rule.void:
        duty.void_at = at
    elif kind in rule.done_acts and (rule.done_test is None or rule.done_test(state.scope) is True):
        duty.done_at, duty.done_by = at, event.number
    if kind in rule.paused_by:
        duty.pause(at, event.actor, reason_of(event))
    if kind in rule.resumed_by:
        duty.resume(at)
    if kind == rule.spec.extended_by and rule.spec.extension is not None:
        budget = state.law.budget(rule.spec.extension, _law_day(state, rule.spec.law, at))
        if budget is not None:
            duty.extend(Extension(at, budget.amount, event.actor, reason_of(event)))


def open_duties(state: MatterState, rules: tuple[DutyRule, ...], event: Event) -> None:
    at = event.at
    for rule in rules:
        if rule.test is not None and rule.test(state.scope) is not True:
            continue
        law_day = _law_day(state, rule.spec.law, at)
        if not state.law.in_force(rule.clause, law_day):
            continue
        spec = rule.spec
        budget = None if spec.within is None else state.law.budget(spec.within, law_day)
        since = at if spec.start is None else _start(state, spec.start, at)
        fixed_end = None if spec.until is None else _fixed_end(state, spec.until)
        party = state.parties.get(spec.by)
        calendar = state.law.calendar_of(party, at)
        duty = DutyRun(rule, event.number, at, since, budget, fixed_end, party, calendar)
        state.duties.append(duty)


def _start(state: MatterState, start: str, at: datetime) -> datetime:
    """The first time of an act, or the moment that a field holds."""
    value = state.history.first.get(start) or state.scope.get(start)
    return value if isinstance(value, datetime) else at


def _fixed_end(state: MatterState, until: str) -> datetime | None:
    if until in state.version.windows:
        return state.version.windows[until].last
    if until in state.procedure.spec.fields:
        value = state.scope.get(until)
        return value if isinstance(value, datetime) else None
    return utc(datetime.fromisoformat(until))
