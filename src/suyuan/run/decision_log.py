"""Which decisions were made and which an investigation obeyed, in the ledger of the output folder.

``decisions.csv`` stays a file that people write by hand. What is decided by a command or in the
workbench leaves an event at once, what is obeyed another; what reads otherwise later, or is gone,
leaves one too, obeyed or not, and ``verify`` says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from suyuan.model.records import DECISIONS
from suyuan.model.text import Text
from suyuan.privacy.keys import CaseKey, case_key
from suyuan.store.claim import is_ours
from suyuan.store.last_words import decision_subject
from suyuan.store.layout import Layout
from suyuan.store.ledger import Draft, Event, SqliteLedger

CHAIN: Final = "log:decisions"
DECISION_MADE, DECISION_OBEYED, DECISION_CHANGED, DECISION_GONE = (
    "decision_made",
    "decision_obeyed",
    "decision_changed",
    "decision_gone",
)
#: In place of the content of a decision that was made and that no run has read.
NOT_READ: Final = ""


@dataclass(frozen=True, slots=True)
class DecisionHistory:
    """How many decisions stand as they were first obeyed, and what became of the others.

    ``backlog`` were made and are for the next run.
    """

    in_force: int
    changes: tuple[str, ...]
    removals: tuple[str, ...]
    backlog: int = 0

    @property
    def text(self) -> Text:
        """In a line, for people."""
        en, zh = [f"{self.in_force} as first obeyed"], [f"{self.in_force} 项与首次采用时一致"]
        if self.backlog:
            en.append(f"{self.backlog} made, for the next run")
            zh.append(f"{self.backlog} 项已作出，待下次运行采用")
        if self.changes:
            en.append(f"changed since: {', '.join(self.changes)}")
            zh.append(f"其后被改动：{'、'.join(self.changes)}")
        if self.removals:
            en.append(f"taken out since: {', '.join(self.removals)}")
            zh.append(f"其后被删去：{'、'.join(self.removals)}")
        return Text("; ".join(en), "；".join(zh))


def record_made(layout: Layout, rows: Iterable[Mapping[str, str]]) -> None:
    """Write down at once that these decisions were made; each row is as it was written.

    Nothing is written before anything was read into this output folder: then nobody has looked at
    results there.
    """
    if not is_ours(layout):
        return
    key, moment = case_key(layout), datetime.now(UTC).replace(tzinfo=None)
    drafts = [
        _draft(
            DECISION_MADE,
            decision_subject(row["decision_id"]),
            moment,
            {"written": key.digest("decision", _words(row))},
            f"person:{row['by']}",
        )
        for row in rows
    ]
    with closing(SqliteLedger(layout.ledger)) as ledger:
        ledger.append(*drafts)


def record_decisions(layout: Layout, decisions: pa.Table, *, partial: bool = False) -> None:
    """Write down which of `decisions` are new, changed or gone since they were last obeyed.

    Of `partial` ones, as they were known at an earlier moment, none counts as gone.
    """
    path = layout.ledger
    if not decisions.num_rows and not path.is_file():
        return
    contents = dict(_contents(decisions, case_key(layout)))
    with closing(SqliteLedger(path)) as ledger:
        before = _latest_contents(ledger.events(CHAIN))
        drafts = [*_drafts(before, contents)]
        if partial:
            drafts = [draft for draft in drafts if draft.kind != DECISION_GONE]
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
    contents = _latest_contents(events)
    removals = {id_ for id_, content in contents.items() if content is None}
    backlog_ids = {id_ for id_, content in contents.items() if content == NOT_READ}
    changes = {event.subject for event in events if event.kind == DECISION_CHANGED} - removals
    every = {event.subject for event in events}
    intact_ids = every - changes - removals - backlog_ids
    return DecisionHistory(len(intact_ids), _ids(changes), _ids(removals), len(backlog_ids))


def _latest_contents(events: Iterator[Event] | list[Event]) -> dict[str, str | None]:
    """What each decision said when it was last obeyed; None for those that went away.

    :data:`NOT_READ` for those that were made and that no run has read.
    """
    by_kind = {DECISION_MADE: NOT_READ}
    return {e.subject: by_kind.get(e.kind, e.body.get("content")) for e in events}


def _contents(decisions: pa.Table, key: CaseKey) -> Iterator[tuple[str, str]]:
    """Each decision with a keyed digest of what it says: the ledger names no person by it."""
    for row in decisions.select(list(DECISIONS.names)).to_pylist():
        yield decision_subject(row["decision_id"]), key.digest("decision", _words(row))


def _words(row: Mapping[str, object]) -> str:
    return "\x1f".join(_cell_text(row.get(name)) for name in DECISIONS.names)


def _cell_text(value: object) -> str:
    if isinstance(value, list):
        return "\x1e".join(map(str, value))
    return "" if value is None else str(value)


def _drafts(before: Mapping[str, str | None], now: Mapping[str, str]) -> Iterator[Draft]:
    moment = datetime.now(UTC).replace(tzinfo=None)
    for subject, content in sorted(now.items()):
        if before.get(subject) in (None, NOT_READ):
            yield _draft(DECISION_OBEYED, subject, moment, {"content": content})
        elif before[subject] != content:
            yield _draft(DECISION_CHANGED, subject, moment, {"content": content})
    for subject in sorted(before.keys() - now.keys()):
        if before[subject] is not None:
            yield _draft(DECISION_GONE, subject, moment, {})


def _draft(
    kind: str,
    subject: str,
    moment: datetime,
    body: dict[str, Any],
    by: str = "system:investigate",
) -> Draft:
    return Draft(CHAIN, kind, by, moment, moment, subject=subject, body=body)


def _ids(subjects: Iterable[str]) -> tuple[str, ...]:
    return tuple(subject.partition(":")[2] for subject in sorted(subjects))
