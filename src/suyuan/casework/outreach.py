"""Outreach events for others to see: which kinds of venue they reached, and a calendar of them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from suyuan.casework.exports import Export, calendars, new_calendar
from suyuan.casework.office import Office
from suyuan.casework.state import matter_state
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text
from suyuan.store.ledger.event import stamp

EVENT: Final = "outreach-event"
#: The kinds of venue as the procedure's form has them, in words.
VENUES: Final = {
    "school": Text("schools", "学校"),
    "community": Text("communities", "社区"),
    "firm": Text("firms", "企业"),
    "authority": Text("authorities", "机关"),
    "village": Text("villages", "农村"),
    "network": Text("the network", "网络"),
}


@dataclass(frozen=True, slots=True)
class VenueCoverage:
    """A kind of venue: events announced and held there, people who came, people visited at home."""

    venue: str
    title: Text
    events: int
    events_held: int
    visitors: int
    home_visits: int

    @property
    def is_missing(self) -> bool:
        return self.events_held == 0


def coverage(
    office: Office, since: datetime | None = None, until: datetime | None = None
) -> list[VenueCoverage]:
    """Every kind of venue, those that no event has reached too; of events begun in the period."""
    rows = office.ledger.read(
        "SELECT event.chain, event.kind, event.body FROM event JOIN matter"
        " ON matter.id = event.chain WHERE matter.procedure = ? AND matter.opened >= ?"
        " AND matter.opened < ? ORDER BY event.chain, event.number",
        (EVENT, stamp(since or datetime.min), stamp(until or datetime.max)),
    )
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    venue = ""
    for _, kind, text in rows:
        body: dict[str, Any] = json.loads(text)
        if kind == "begin":
            venue = str(body["venue"])
        there = counts[venue]
        there[kind] += 1
        there["attended"] += len(body.get("items") or ()) if kind == "check_in" else 0
        there["visited"] += int(body.get("visits") or 0) if kind == "visit" else 0
    return [
        VenueCoverage(
            name,
            title,
            counts[name]["begin"],
            counts[name]["hold"],
            counts[name]["attended"],
            counts[name]["visited"],
        )
        for name, title in VENUES.items()
    ]


def event_calendar(
    office: Office, matters: Iterable[str], now: datetime, language: Language
) -> Export:
    """Events as iCalendar: when, where, how many seats; nobody's name.

    An event without a written end has none here either (RFC 5545: it takes no time).
    """
    icalendar = calendars()
    calendar = new_calendar()
    for matter in matters:
        state = office.state(matter, now)
        if state.procedure.id != EVENT:
            raise InputError(
                Text("This is not an outreach event.", "该事项不是活动。"), value=matter
            )
        scope, entry = state.scope, icalendar.Event()
        title = state.procedure.spec.title.in_(language)
        entry.add("summary", f"{title} · {VENUES[scope['venue']].in_(language)}")
        entry.add("uid", f"{matter}@suyuan")
        entry.add("sequence", len(state.events))
        entry.add("dtstamp", now.replace(tzinfo=UTC))
        entry.add("dtstart", scope["starts"].replace(tzinfo=UTC))
        if scope.get("ends") is not None:
            entry.add("dtend", scope["ends"].replace(tzinfo=UTC))
        entry.add("location", scope["place"])
        seats = Text(f"{scope['seats']} seats", f"名额 {scope['seats']} 个").in_(language)
        entry.add("description", f"{seats} · {_stands(state, language)}")
        entry.add("status", "CONFIRMED")
        calendar.add_component(entry)
    return Export("events.ics", calendar.to_ical())


def _stands(state: Any, language: Language) -> str:
    name = matter_state(state)
    return next((s.spec.title.in_(language) for s in state.version.states if s.name == name), "")
