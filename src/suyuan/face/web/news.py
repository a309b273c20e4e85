"""What changed since somebody looked: leads that came, that went, whose score or side moved."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from suyuan.face.web.state import State

#: A score that moved less is held to be the same.
SCORE_CHANGE = 0.01
#: Leads that are remembered of one look; those over the threshold come first.
LEADS_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class LeadMark:
    """A lead as it stood: ``role`` and ``reference`` name it from run to run."""

    role: str
    reference: str
    label: str
    score: float
    decided: bool
    ring: str | None

    @property
    def name(self) -> tuple[str, str]:
        return self.role, self.reference


@dataclass(frozen=True, slots=True)
class LastLook:
    """When somebody last looked, at which results, and how each lead stood."""

    at: str
    generation: str
    stands: dict[tuple[str, str], LeadMark]


@dataclass(frozen=True, slots=True)
class News:
    """Leads that came, that went, and that moved (how they stood, how they stand)."""

    came: list[LeadMark]
    went: list[LeadMark]
    shifts: list[tuple[LeadMark, LeadMark]]


def remember(
    state: State, case_id: str, person: str, generation: str, stands: Iterable[LeadMark]
) -> LastLook:
    """Keep this as what the person has seen."""
    marks = sorted(stands, key=lambda mark: (not mark.decided, -mark.score))[:LEADS_KEPT]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    sentence = [[s.role, s.reference, s.label, s.score, s.decided, s.ring] for s in marks]
    body = zlib.compress(json.dumps(sentence, ensure_ascii=False).encode())
    state.write(
        lambda file: file.execute(
            "INSERT INTO look (case_id, person, at, generation, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (case_id, person) DO UPDATE SET at = excluded.at, "
            "generation = excluded.generation, body = excluded.body",
            (case_id, person, now, generation, body),
        )
    )
    return LastLook(now, generation, {mark.name: mark for mark in marks})


def last_look(state: State, case_id: str, person: str) -> LastLook | None:
    rows = state.rows(
        "SELECT at, generation, body FROM look WHERE case_id = ? AND person = ?", (case_id, person)
    )
    if not rows:
        return None
    at, generation, body = rows[0]
    stands = [LeadMark(*mark) for mark in json.loads(zlib.decompress(body))]
    return LastLook(at, generation, {mark.name: mark for mark in stands})


def compare(before: Mapping[tuple[str, str], LeadMark], now: Iterable[LeadMark]) -> News:
    """Came and went: among those over the threshold then or now. Moved: by score, or across it."""
    today = {mark.name: mark for mark in now}
    arrivals = [mark for name, mark in today.items() if mark.decided and name not in before]
    departures = [mark for name, mark in before.items() if mark.decided and name not in today]
    shifts = [
        (before[name], mark)
        for name, mark in today.items()
        if name in before and _differs(before[name], mark)
    ]
    return News(
        sorted(arrivals, key=lambda mark: -mark.score),
        sorted(departures, key=lambda mark: -mark.score),
        sorted(shifts, key=lambda pair: -abs(pair[1].score - pair[0].score)),
    )


def _differs(then: LeadMark, now: LeadMark) -> bool:
    if then.decided != now.decided:
        return True
    return (then.decided or now.decided) and abs(now.score - then.score) >= SCORE_CHANGE


def stand(role: str, reference: str, label: str, row: Mapping[str, Any]) -> LeadMark:
    return LeadMark(role, reference, label, round(row["score"], 4), row["decided"], row["ring_id"])
