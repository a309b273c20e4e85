"""How a matter stands: a fold of its events up to a moment, under the version it is bound to.

Nothing but events is stored as truth. The same events give the same state, whoever asks and when;
what was not recorded yet at `known` is left out, so that the past looks later as it looked then.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from suyuan.casework.clock import Extension
from suyuan.casework.compiled import (
    BEGIN,
    CLOCK,
    PROPOSED,
    REBOUND,
    DutyRule,
    MeasureRule,
    Procedure,
    StateRule,
    Version,
)
from suyuan.casework.declare import names
from suyuan.casework.law import Law
from suyuan.casework.runs import DutyRun, History, MeasureRun
from suyuan.casework.surroundings import Scope
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.model.times import utc
from suyuan.rulebook.dates import beijing_day
from suyuan.rulebook.rows import after_months
from suyuan.store.ledger.event import Event

_ORDER: Final = attrgetter("at", "number")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A measure on the same subject in another matter."""

    matter: str
    kind: str
    since: datetime
    until: datetime | None
    ended: datetime | None


class ItemRun:
    """One subject among the many of a matter."""

    __slots__ = ("history", "matter", "scope", "subject")

    def __init__(self, subject: str, matter: "MatterState") -> None:
        self.subject = subject
        self.matter = matter
        self.history = History()
        self.scope = Scope(_ItemSurrounding(self))


class MatterState:
    """A matter at a moment."""

    __slots__ = (
        "_settled_from",
        "bound",
        "duties",
        "elsewhere",
        "events",
        "facts",
        "history",
        "items",
        "law",
        "matter",
        "measures",
        "now",
        "origin",
        "overtaken",
        "parties",
        "procedure",
        "proposals",
        "ranking",
        "scope",
        "shared",
        "started",
        "subject",
        "version",
    )

    def __init__(self, procedure: Procedure, law: Law, matter: str) -> None:
        self.procedure, self.law, self.matter = procedure, law, matter
        self.version: Version = procedure.versions[0]
        self.bound = ""
        self.subject = ""
        self.parties: dict[str, str] = {}
        self.origin: dict[str, Any] = {}
        self.started: datetime | None = None
        self.now = datetime.min
        self.events: list[Event] = []
        self.history = History()
        self.duties: list[DutyRun] = []
        self.measures: list[MeasureRun] = []
        self.items: dict[str, ItemRun] = {}
        self.proposals: dict[int, Event] = {}
        self.overtaken: list[Event] = []
        self.elsewhere: tuple[Elsewhere, ...] = ()
        self.shared: dict[str, Any] = {}
        self.ranking: tuple[tuple[object, ...], dict[str, int]] | None = None
        self.scope = Scope(self)

    # --- what conditions ask (Surrounding) ---
    def count(self, acts: tuple[str, ...]) -> int:
        counts = self.history.counts
        if len(acts) == 1:
            return counts.get(acts[0], 0)
        return sum([counts.get(act, 0) for act in acts])

    def first_at(self, acts: tuple[str, ...]) -> datetime | None:
        return min((self.history.first[a] for a in acts if a in self.history.first), default=None)

    def last_at(self, acts: tuple[str, ...]) -> datetime | None:
        return max((self.history.last[a] for a in acts if a in self.history.last), default=None)

    def active(self, measure: str, now: datetime) -> bool:
        return any(run.rule.name == measure and run.running(now) for run in self.measures)

    def active_anywhere(self, measure: str, now: datetime) -> bool:
        return self.active(measure, now) or any(
            other.kind == measure
            and other.since <= now
            and (other.until is None or now < other.until)
            and (other.ended is None or now < other.ended)
            for other in self.elsewhere
        )

    def times(self, measure: str) -> int:
        own = sum(run.rule.name == measure for run in self.measures)
        return own + sum(other.kind == measure for other in self.elsewhere)

    def duty_open(self, duty: str) -> bool:
        return any(run.rule.name == duty and not run.settled for run in self.duties)

    def duty_breached(self, duty: str, now: datetime) -> bool:
        known_on = beijing_day(now)
        return any(
            run.rule.name == duty
            and not run.settled
            and run.due(self.law.calendar, known_on).passed(now)
            for run in self.duties
        )

    def total(self, act: str, field: str) -> int:
        return sum(e.body.get(field) or 0 for e in self.events if e.kind == act)

    def items_in(self, state: str) -> int:
        return sum(item_state(item, self.now) == state for item in self.items.values())

    def items_total(self) -> int:
        return len(self.items)

    def place(self, mode: str, act: str, without: str, seed: str | None) -> int | None:  # noqa: ARG002
        return None  # a matter has no place; its items have

    def places(self, mode: str, act: str, without: str, seed: str | None) -> dict[str, int]:
        """The items that did `act` and did not undo it by `without`, in their order, from 1."""
        asked = (len(self.events), mode, act, without, seed)
        if self.ranking is None or self.ranking[0] != asked:
            self.ranking = (asked, in_order(self.items.values(), mode, act, without, seed))
        return self.ranking[1]

    def in_window(self, window: str, now: datetime) -> bool:
        return now in self.version.windows[window]

    # --- the fold ---
    def apply(self, event: Event) -> None:
        """Take in an event that is not before those taken in."""
        kind, at = event.kind, event.at
        self.events.append(event)
        self.now = self.scope["now"] = at
        sequel = self.version.sequels[kind]
        if sequel.formal:
            self._propose(event)
            return
        if kind == REBOUND:
            return  # the fold was begun under the version it names
        if event.actor == CLOCK and self._groundless(event):
            self.overtaken.append(event)
            return
        if kind == BEGIN:
            self._begin(event)
        elif self.procedure.spec.binds == "act":
            self.version = self.procedure.on(at) or self.version
            sequel = self.version.sequels[kind]
        self._take_in(event)
        self.history.add(kind, at)
        if sequel.ends:
            self._move_measures(sequel.ends, event)
        if sequel.starts:
            self._start_measures(sequel.starts, event)
        if sequel.moves:
            self._move_duties(sequel.moves, event)
        if sequel.opens:
            self._open_duties(sequel.opens, event)

    def _begin(self, event: Event) -> None:
        body = event.body
        self.subject = event.subject
        self.started = event.at
        self.parties = dict(body.get("parties") or {})
        self.origin = dict(body.get("origin") or {})
        for subject in body.get("items") or ():
            self.items[subject] = ItemRun(subject, self)

    def _propose(self, event: Event) -> None:
        if event.kind.endswith(PROPOSED):
            self.proposals[event.number] = event
        else:
            self.proposals.pop(event.body["proposal"], None)

    def _take_in(self, event: Event) -> None:
        """The fields of the act become facts, of the matter and of the items that it names."""
        body, fields, dated = event.body, self.procedure.spec.fields, self.procedure.dated
        if "proposal" in body:
            self.proposals.pop(body["proposal"], None)
        entries = {name: value for name, value in body.items() if name in fields}
        for name, value in entries.items():
            if name in dated or type(value) is dict:
                entries[name] = read(value, fields[name].type)
        self.scope.update(entries)
        if self.version.items is None:
            return
        named = body.get("items") or ()
        if not named or event.kind == BEGIN:
            # What was said of the matter itself holds for each of its items.
            self.shared.update(entries)
            for there in self.items.values():
                there.scope.update(entries)
        for subject in named:
            item = self.items.get(subject)
            if item is None:
                item = self.items[subject] = ItemRun(subject, self)
                item.scope.update(self.shared)
            item.scope.update(entries)
            item.history.add(event.kind, event.at)

    def _groundless(self, event: Event) -> bool:
        """True where what the clock found had been done in time, as was learnt later."""
        cause = event.body.get("cause", "")
        for duty in self.duties:
            if duty.id == cause:
                duty.breach = None if duty.settled else event.number
                return duty.settled
        for run in self.measures:
            if run.id == cause:
                return run.ended is not None or run.until != event.at
        return True

    def _move_measures(self, rules: tuple[MeasureRule, ...], event: Event) -> None:
        kind, at = event.kind, event.at
        for rule in rules:
            for run in self.measures:
                if run.rule.name != rule.name or run.ended is not None:
                    continue
                if kind == rule.spec.expired:
                    if run.id == event.body.get("cause"):
                        run.ended, run.why = at, "expired"
                elif kind == rule.spec.renewed_by:
                    if run.running(at) and run.until is not None:
                        run.until = self._until(rule.name, run.until, at)
                        run.renewals += 1
                elif run.until is None or at < run.until:
                    run.ended = at
                    run.why = "released" if kind in rule.release else "superseded"

    def _start_measures(self, rules: tuple[MeasureRule, ...], event: Event) -> None:
        at = event.at
        for rule in rules:
            amount = None if rule.amount is None else rule.amount(self.scope)
            nth = 1 + sum(run.rule.name == rule.name for run in self.measures)
            until = self._until(rule.name, at, at)
            self.measures.append(
                MeasureRun(rule, event.number, self.subject, nth, at, until, amount)
            )

    def _until(self, name: str, start: datetime, at: datetime) -> datetime | None:
        spec = self.version.measures[name].spec
        budget = self.law.budget(spec.lasts, self._law_day(spec.law, at))
        if budget is None:
            return None
        if budget.unit == "hours":
            return start + timedelta(hours=budget.amount)
        if budget.unit == "days":
            return start + timedelta(days=budget.amount)
        return after_months(start, budget.amount)

    def _law_day(self, law: str, at: datetime) -> datetime:
        if law == "act":
            return at
        if law == "start":
            return self.started or at
        found = self.scope.get(law)
        return found if isinstance(found, datetime) else at

    def _move_duties(self, rules: tuple[DutyRule, ...], event: Event) -> None:
        kind, at = event.kind, event.at
        for rule in rules:
            for run in self.duties:
                if run.rule.place == rule.place and not run.settled:
                    self._move(run, rule, event, kind, at)

    def _move(self, run: DutyRun, rule: DutyRule, event: Event, kind: str, at: datetime) -> None:
        if kind in rule.void:
            run.void_at = at
        elif kind in rule.done and (rule.done_test is None or rule.done_test(self.scope) is True):
            run.done_at, run.done_by = at, event.number
        if kind in rule.paused_by:
            run.pause(at, event.actor, reason_of(event))
        if kind in rule.resumed_by:
            run.resume(at)
        if kind == rule.spec.extended_by and rule.spec.extension is not None:
            budget = self.law.budget(rule.spec.extension, self._law_day(rule.spec.law, at))
            if budget is not None:
                run.extend(Extension(at, budget.amount, event.actor, reason_of(event)))

    def _open_duties(self, rules: tuple[DutyRule, ...], event: Event) -> None:
        at = event.at
        for rule in rules:
            if rule.test is not None and rule.test(self.scope) is not True:
                continue
            law_day = self._law_day(rule.spec.law, at)
            if not self.law.in_force(rule.clause, law_day):
                continue
            spec = rule.spec
            budget = None if spec.within is None else self.law.budget(spec.within, law_day)
            since = at if spec.start is None else self._start(spec.start, at)
            fixed = None if spec.until is None else self._fixed(spec.until)
            party = self.parties.get(spec.by)
            self.duties.append(DutyRun(rule, event.number, at, since, budget, fixed, party))

    def _start(self, start: str, at: datetime) -> datetime:
        """The first time of an act, or the moment that a field holds."""
        found = self.history.first.get(start) or self.scope.get(start)
        return found if isinstance(found, datetime) else at

    def _fixed(self, until: str) -> datetime | None:
        if until in self.version.windows:
            return self.version.windows[until].last
        if until in self.procedure.spec.fields:
            found = self.scope.get(until)
            return found if isinstance(found, datetime) else None
        return utc(datetime.fromisoformat(until))


class _ItemSurrounding:
    """An item's own acts; the rest is the matter's."""

    __slots__ = ("item",)

    def __init__(self, item: ItemRun) -> None:
        self.item = item

    @property
    def law(self) -> Law:
        return self.item.matter.law

    def count(self, acts: tuple[str, ...]) -> int:
        return sum(self.item.history.counts.get(act, 0) for act in acts)

    def first_at(self, acts: tuple[str, ...]) -> datetime | None:
        first = self.item.history.first
        return min((first[act] for act in acts if act in first), default=None)

    def last_at(self, acts: tuple[str, ...]) -> datetime | None:
        last = self.item.history.last
        return max((last[act] for act in acts if act in last), default=None)

    def place(self, mode: str, act: str, without: str, seed: str | None) -> int | None:
        return self.item.matter.places(mode, act, without, seed).get(self.item.subject)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.item.matter, name)


def in_order(
    items: Iterable[ItemRun], mode: str, act: str, without: str, seed: str | None
) -> dict[str, int]:
    """Places from 1: by ``order`` of coming, or by ``lottery``: SHA-256 of the seed and the item.

    Whoever undid it and came again stands at the end. Without a seed there is no lottery.
    """
    there = [i for i in items if i.history.counts.get(act, 0) > i.history.counts.get(without, 0)]
    if mode == "lottery":
        if seed is None:
            return {}
        there.sort(key=lambda i: hashlib.sha256(f"{seed}\0{i.subject}".encode()).digest())
    else:
        there.sort(
            key=lambda i: (i.history.last if without in i.history.counts else i.history.first)[act]
        )
    return {item.subject: place for place, item in enumerate(there, 1)}


def item_state(item: ItemRun, now: datetime) -> str:
    """The first state of the item that is true; ``""`` where none is."""
    item.scope["now"] = now
    return _first(item.matter.version.item_states, item.scope)


def matter_state(state: MatterState) -> str:
    """The first state of the matter that is true; ``""`` where none is."""
    return _first(state.version.states, state.scope)


def _first(rules: tuple[StateRule, ...], scope: Scope) -> str:
    return next((rule.name for rule in rules if rule.test(scope) is True), "")


def read(value: Any, type_: str) -> Any:
    """A field as conditions see it; what is sealed is not known to them."""
    if type_ == "time" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if type_ == "day" and isinstance(value, str):
        day = date.fromisoformat(value)
        return utc(datetime(day.year, day.month, day.day))  # read in Beijing
    return None if isinstance(value, dict) else value


def reason_of(event: Event) -> str:
    """The reason an act gave, in the words of its form."""
    found = event.body.get("reason") or event.body.get("why") or ""
    return found if isinstance(found, str) else ""


def fold(
    procedure: Procedure,
    law: Law,
    events: Iterable[Event],
    moment: datetime,
    known: datetime | None = None,
) -> MatterState:
    """The state at `moment` of the matter whose events these are, as known at `known`."""
    return folded(procedure, law, known_by(events, moment, known), moment)


def known_by(events: Iterable[Event], moment: datetime, known: datetime | None) -> list[Event]:
    """What had happened at `moment`, as it was known at `known`, in its order."""
    taken = [e for e in events if e.at <= moment and (known is None or e.recorded <= known)]
    taken.sort(key=_ORDER)
    return taken


def folded(procedure: Procedure, law: Law, taken: list[Event], moment: datetime) -> MatterState:
    """The state at `moment` after the events `taken`, which are in their order."""
    if not taken or taken[0].kind != BEGIN:
        raise InputError(
            Text("The matter had not begun by then.", "该事项当时尚未开始。"), value=moment
        )
    state = MatterState(procedure, law, taken[0].chain)
    bound = next((e for e in reversed(taken) if e.kind == REBOUND), taken[0])
    state.bound = str(bound.body["version"])
    state.version = procedure.since(state.bound)
    for event in taken:
        state.apply(event)
    state.now = state.scope["now"] = moment
    return state


def known_parties(state: MatterState, role: str) -> tuple[str, ...]:
    """The party that plays a role in the matter, where one was named."""
    party = state.parties.get(role)
    return () if party is None else names(party)
