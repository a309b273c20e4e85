"""A day of live as a folder: ``case`` with standard tables, and ``decisions.jsonl`` beside it.

The tables hold what happened in the span, and of what came before it only what a decision rests on
and the registers of those concerned. ``decisions.jsonl`` has a line for each payment that was not
simply allowed, with the rows behind each of its reasons.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from suyuan.live.day_tables import LogTables, reports_of
from suyuan.live.events import EventKind
from suyuan.live.fold import SIGNALS
from suyuan.live.history import JournalHistory
from suyuan.live.log_index import LogIndex
from suyuan.live.names import KeyNames, keys_of
from suyuan.live.policy import Action
from suyuan.live.signal_events import SignalEvents, signal_events
from suyuan.store.drafts import write_text

CASE: Final = "case"
DECISIONS: Final = "decisions.jsonl"
_REGISTERS: Final = [int(EventKind.LINK), int(EventKind.OPENED)]


class DayCounts(NamedTuple):
    """Rows of each table, decisions; ``earlier`` rows from before the span, ``nameless`` keys."""

    rows: dict[str, int]
    decisions: int
    earlier: int
    nameless: int
    subjects: int


class LiveDecision(NamedTuple):
    """A payment that was not allowed: its verdict, and what its reasons rest on."""

    verdict: np.void
    behind: dict[str, SignalEvents]


def write_day(
    journal: JournalHistory, names: KeyNames, start: int, end: int, into: Path
) -> DayCounts:
    """Write the events of ``start <= at < end`` (µs UTC) and the decisions on them to `into`."""
    events = journal.events
    inside = (events["at"] >= start) & (events["at"] < end)
    decisions = _decisions(journal, inside)
    evidence = {n for decision in decisions for g in decision.behind.values() for n in g.events}
    numbers = np.union1d(np.flatnonzero(inside), np.fromiter(evidence, np.int64, len(evidence)))
    numbers = np.union1d(_whole_reports(events, numbers), _with_registers(events, numbers, end))
    tables = LogTables(events, numbers, names)
    rows = tables.write(into / CASE)
    write_text(into / CASE / "case.toml", 'timezone = "Asia/Shanghai"\n')
    lines = (
        json.dumps(_line(decision, tables, journal), ensure_ascii=False) for decision in decisions
    )
    write_text(into / DECISIONS, "".join(f"{line}\n" for line in lines))
    keys = keys_of(events[numbers]).tolist()
    earlier = int(np.count_nonzero(~inside[numbers]))
    return DayCounts(rows, len(decisions), earlier, names.count_nameless(keys), len(keys))


def _decisions(journal: JournalHistory, inside: np.ndarray) -> list[LiveDecision]:
    index = LogIndex(journal.events)
    verdicts = journal.verdicts[journal.verdicts["action"] > int(Action.ALLOW)]
    return [
        LiveDecision(verdict, signal_events(index, int(verdict["log"]), _reasons(verdict)))
        for verdict in verdicts[inside[verdicts["log"]]]
    ]


def _reasons(verdict: np.void) -> tuple[str, ...]:
    return tuple(SIGNALS[place] for place in verdict["reasons"].tolist() if place >= 0)


def _whole_reports(events: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """`numbers`, with every fact of a report of which it has one."""
    first_of, members = reports_of(events), set(numbers.tolist())
    firsts = {first for fact, first in first_of.items() if fact in members}
    more = [fact for fact, first in first_of.items() if first in firsts]
    return np.union1d(numbers, np.array(more, np.int64))


def _with_registers(events: np.ndarray, numbers: np.ndarray, end: int) -> np.ndarray:
    """Links and openings of the subjects of `numbers` before `end`, and `numbers`."""
    rows = events[numbers]
    subjects = np.unique(np.concatenate([rows["a"], rows["b"]]))
    register = np.isin(events["kind"], _REGISTERS) & (events["at"] < end)
    about = register & np.isin(events["a"], subjects)
    return np.union1d(numbers, np.flatnonzero(about))


def _line(decision: LiveDecision, tables: LogTables, journal: JournalHistory) -> dict[str, Any]:
    verdict = decision.verdict
    log = int(verdict["log"])
    return {
        "payment": tables.row(log)[1],
        "log": log,
        "at": _iso_time(int(journal.events["at"][log])),
        "action": Action(int(verdict["action"])).name.lower(),
        "score": float(verdict["score"]),
        "because": list(_because(decision, tables)),
    }


def _because(decision: LiveDecision, tables: LogTables) -> Iterator[dict[str, Any]]:
    verdict = decision.verdict
    for rank, name in enumerate(_reasons(verdict)):
        basis = decision.behind[name]
        rows = dict.fromkeys(tables.row(number) for number in basis.events)
        yield {
            "signal": name,
            "value": round(float(verdict["values"][rank]), 4),
            "weight": round(float(verdict["weights"][rank]), 4),
            "rows": [{"table": table, "key": key} for table, key in rows],
            "more": basis.more,
        }


def _iso_time(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).isoformat()
