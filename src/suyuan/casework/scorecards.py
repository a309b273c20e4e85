"""Who does its duties in time: for each party, the authorities themselves among them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from suyuan.casework.office import Office


@dataclass(frozen=True, slots=True)
class PartyScore:
    """Duties of one party. Hours are from the start of the term to the act that fulfilled it.

    `upheld` are objections against its matters that were upheld: they count against us.
    """

    party: str
    duties: int
    done: int
    late: int
    breaches: int
    open: int
    median_hours: float | None
    p90_hours: float | None
    upheld: int


def scores(office: Office) -> list[PartyScore]:
    """One line a party, the one with most breaches first."""
    rows = office.ledger.read(
        "SELECT COALESCE(party, role), state, since, done FROM duty ORDER BY matter, id"
    )
    by_party: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for party, state, since, end in rows:
        by_party[party].append((state, _hours(since, end)))
    upheld = _upheld(office)
    lines = [
        _score(party, by_party.get(party, []), upheld.get(party, 0))
        for party in by_party.keys() | upheld.keys()
    ]
    return sorted(lines, key=lambda score: (-score.breaches, -score.late, score.party))


def _score(party: str, duties: Iterable[tuple[str, float | None]], upheld: int) -> PartyScore:
    all_duties = list(duties)
    states = [state for state, _ in all_duties]
    hours = sorted(h for _, h in all_duties if h is not None)
    return PartyScore(
        party,
        len(all_duties),
        states.count("done"),
        states.count("done_late"),
        states.count("breached") + states.count("late"),
        states.count("open"),
        median(hours) if hours else None,
        hours[min(len(hours) - 1, int(0.9 * len(hours)))] if hours else None,
        upheld,
    )


def _hours(since: str, end: str | None) -> float | None:
    if end is None:
        return None
    return (datetime.fromisoformat(end) - datetime.fromisoformat(since)).total_seconds() / 3600


def _upheld(office: Office) -> dict[str, int]:
    """Objections that were upheld, by the authority whose matter it was."""
    rows = office.ledger.read(
        "SELECT begun.body, event.body FROM event"
        " JOIN event AS begun ON begun.chain = event.chain AND begun.number = 1"
        " WHERE event.kind = 'uphold'"
    )
    counts: dict[str, int] = defaultdict(int)
    for opening, upheld in rows:
        parties = json.loads(opening)["parties"]
        counts[parties.get(json.loads(upheld)["role"], "")] += 1
    return dict(counts)
