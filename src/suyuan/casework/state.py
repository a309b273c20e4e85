"""How a matter stands at a moment, and what conditions may ask of it.

Nothing but events is stored as truth: :mod:`suyuan.casework.folding` makes a state from them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from suyuan.casework.compiled import Procedure, Version
from suyuan.casework.items import ItemRun, first_state, in_order, item_state
from suyuan.casework.law import Law
from suyuan.casework.runs import DutyRun, History, MeasureRun
from suyuan.casework.surroundings import Scope
from suyuan.model.times import is_within, utc
from suyuan.rulebook.dates import beijing_day
from suyuan.store.ledger.event import Event


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A measure on the same subject in another matter."""

    matter: str
    kind: str
    since: datetime
    until: datetime | None
    ended_at: datetime | None


class MatterState:
    """A matter at a moment."""

    __slots__ = (
        "__weakref__",
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
        return any(entry.rule.name == measure and entry.is_running(now) for entry in self.measures)

    def active_anywhere(self, measure: str, now: datetime) -> bool:
        return self.active(measure, now) or any(
            foreign.kind == measure
            and is_within(now, foreign.since, foreign.until)
            and is_within(now, foreign.since, foreign.ended_at)
            for foreign in self.elsewhere
        )

    def times(self, measure: str) -> int:
        own = sum(entry.rule.name == measure for entry in self.measures)
        return own + sum(foreign.kind == measure for foreign in self.elsewhere)

    def duty_open(self, duty: str) -> bool:
        return any(entry.rule.name == duty and not entry.is_settled for entry in self.duties)

    def duty_breached(self, duty: str, now: datetime) -> bool:
        known_on = beijing_day(now)
        return any(
            entry.rule.name == duty and not entry.is_settled and entry.due(known_on).is_past(now)
            for entry in self.duties
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
        key = (len(self.events), mode, act, without, seed)
        if self.ranking is None or self.ranking[0] != key:
            self.ranking = (key, in_order(self.items.values(), mode, act, without, seed))
        return self.ranking[1]

    def in_window(self, window: str, now: datetime) -> bool:
        return now in self.version.windows[window]


def matter_state(state: MatterState) -> str:
    """The first state of the matter that is true; ``""`` where none is."""
    return first_state(state.version.states, state.scope)


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
    reason = event.body.get("reason") or event.body.get("why") or ""
    return reason if isinstance(reason, str) else ""
