"""Which decisions an investigation obeyed, in the ledger of the output folder.

``decisions.csv`` stays a file that people write by hand; what was obeyed once and reads otherwise
later, or is gone, leaves an event, and ``verify`` says so.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from suyuan.model.records import DECISIONS
from suyuan.model.text import Text
from suyuan.privacy.keys import CaseKey, case_key
from suyuan.store.last_words import decision_subject
from suyuan.store.layout import Layout
from suyuan.store.ledger import Draft, Event, SqliteLedger

CHAIN: Final = "log:decisions"
DECISION_OBEYED, DECISION_CHANGED, DECISION_GONE = (
    "decision_obeyed",
    "decision_changed",
    "decision_gone",
)


@dataclass(frozen=True, slots=True)
class DecisionHistory:
    """How many decisions stand as they were first obeyed, and what became of the others."""

    in_force: int
    changes: tuple[str, ...]
    removals: tuple[str, ...]

    @property
    def text(self) -> Text:
        """In a line, for people."""
        en, zh = [f"{self.in_force} as first obeyed"], [f"{self.in_force} 项与首次采用时一致"]
        if self.changes:
            en.append(f"changed since: {', '.join(self.changes)}")
            zh.append(f"其后被改动：{'、'.join(self.changes)}")
        if self.removals:
            en.append(f"taken out since: {', '.join(self.removals)}")
            zh.append(f"其后被删去：{'、'.join(self.removals)}")
        return Text("; ".join(en), ";".join(zh))


def record_decisions(layout: Layout, decisions: pa.Table) -> None:
    """Write down which of `decisions` are new, changed or gone since they were last obeyed."""
    path = layout.ledger
    if not decisions.num_rows and not path.is_file():
        return
    contents = dict(_contents(decisions, case_key(layout)))
    with closing(SqliteLedger(path)) as ledger:
        drafts = [*_drafts(_latest_contents(ledger.events(CHAIN)), contents)]
        if drafts:
            ledger.append(*drafts)


def decision_history(layout: Layout) -> DecisionHistory | None:
    """What the ledger says of decisions; None where none was ever obeyed."""
    path = layout.ledger
    if not path.is_file():
        return None
    with closing(SqliteLedger(path)) as ledger:
        events = [*ledger.events(CHAIN)]
    if not events:
        return None
    removals = {id_ for id_, content in _latest_contents(events).items() if content is None}
    changes = {event.subject for event in events if event.kind == DECISION_CHANGED} - removals
    every = {event.subject for event in events}
    names = (
        tuple(_id(subject) for subject in sorted(subjects)) for subjects in (changes, removals)
    )
    return DecisionHistory(len(every - changes - removals), *names)


def _latest_contents(events: Iterator[Event] | list[Event]) -> dict[str, str | None]:
    """What each decision said when it was last obeyed; None for those that went away."""
    return {event.subject: event.body.get("content") for event in events}


def _contents(decisions: pa.Table, key: CaseKey) -> Iterator[tuple[str, str]]:
    """Each decision with a keyed digest of what it says: the ledger names no person by it."""
    for row in decisions.select(list(DECISIONS.names)).to_pylist():
        words = "\x1f".join(_cell_text(row[name]) for name in DECISIONS.names)
        yield decision_subject(row["decision_id"]), key.digest("decision", words)


def _cell_text(value: object) -> str:
    if isinstance(value, list):
        return "\x1e".join(map(str, value))
    return "" if value is None else str(value)


def _drafts(before: Mapping[str, str | None], now: Mapping[str, str]) -> Iterator[Draft]:
    moment = datetime.now(UTC).replace(tzinfo=None)
    for subject, content in sorted(now.items()):
        if before.get(subject) is None:
            yield _draft(DECISION_OBEYED, subject, moment, {"content": content})
        elif before[subject] != content:
            yield _draft(DECISION_CHANGED, subject, moment, {"content": content})
    for subject in sorted(before.keys() - now.keys()):
        if before[subject] is not None:
            yield _draft(DECISION_GONE, subject, moment, {})


def _draft(kind: str, subject: str, moment: datetime, body: dict[str, Any]) -> Draft:
    return Draft(CHAIN, kind, "system:investigate", moment, moment, subject=subject, body=body)


def _id(subject: str) -> str:
    return subject.partition(":")[2]
