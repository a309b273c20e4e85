"""Tables over the events, for lists and for limits that count over matters.

They say nothing that the events do not: :func:`project` makes a matter's rows from its state at
its last event, and `suyuan office rebuild` makes all of them again, byte for byte.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from suyuan.casework.items import item_state
from suyuan.casework.runs import DutyRun
from suyuan.casework.state import Elsewhere, MatterState, matter_state
from suyuan.rulebook.dates import beijing_day
from suyuan.store.ledger.event import stamp
from suyuan.store.ledger.seam import LedgerTransaction

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS matter (
  id TEXT NOT NULL PRIMARY KEY, procedure TEXT NOT NULL, bound TEXT NOT NULL, sha256 TEXT NOT NULL,
  subject TEXT NOT NULL, state TEXT NOT NULL, opened TEXT NOT NULL, number INTEGER NOT NULL,
  hash TEXT NOT NULL, wake TEXT, finding TEXT) STRICT;
DROP INDEX IF EXISTS matter_wake;
CREATE INDEX IF NOT EXISTS matter_due ON matter (wake, id, subject) WHERE wake IS NOT NULL;
CREATE INDEX IF NOT EXISTS matter_subject ON matter (subject);
CREATE TABLE IF NOT EXISTS duty (
  matter TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, party TEXT,
  since TEXT NOT NULL, due TEXT, certainty TEXT NOT NULL, state TEXT NOT NULL, done TEXT,
  clause TEXT NOT NULL, PRIMARY KEY (matter, id)) STRICT;
CREATE INDEX IF NOT EXISTS duty_due ON duty (state, due);
CREATE TABLE IF NOT EXISTS measure (
  matter TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  nth INTEGER NOT NULL, amount INTEGER, since TEXT NOT NULL, until TEXT, ended TEXT, why TEXT,
  PRIMARY KEY (matter, id)) STRICT;
CREATE INDEX IF NOT EXISTS measure_subject ON measure (subject, kind);
CREATE TABLE IF NOT EXISTS item (
  matter TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (matter, subject)) STRICT;
CREATE TABLE IF NOT EXISTS post (
  number INTEGER NOT NULL PRIMARY KEY, person TEXT NOT NULL, role TEXT NOT NULL,
  party TEXT NOT NULL, scope TEXT NOT NULL, since TEXT NOT NULL, until TEXT) STRICT;
CREATE INDEX IF NOT EXISTS post_person ON post (person);
CREATE TABLE IF NOT EXISTS procedure_text (
  sha256 TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL, text TEXT NOT NULL) STRICT;
"""
_NUMBER: Final = attrgetter("number")
#: What `rebuild` empties and fills again, in order.
PROJECTIONS: Final = ("matter", "duty", "measure", "item", "post", "draft", "token")


def _upsert(table: str, key: str, columns: str) -> str:
    """Writes a row or, of one that is there, the columns that may change: no index but theirs."""
    names = columns.split()
    marks = ", ".join("?" * (_WIDTH[table]))
    sets = ", ".join(f"{name} = excluded.{name}" for name in names)
    return f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {sets}"


_WIDTH: Final = {"matter": 11, "duty": 11, "measure": 10, "item": 3}
_MATTER: Final = _upsert("matter", "id", "bound sha256 state number hash wake")
_PARTS: Final = {
    "duty": _upsert("duty", "matter, id", "role party since due certainty state done clause"),
    "measure": _upsert("measure", "matter, id", "subject nth amount since until ended why"),
    "item": _upsert("item", "matter, subject", "state"),
}
_PART_KEY: Final = {"duty": "id", "measure": "id", "item": "subject"}


class RowsThere:
    """The rows that some matters have, each table read once for all of them.

    They are as they were when read: good for one projection of each matter.
    """

    def __init__(self, transaction: LedgerTransaction, matters: Sequence[str]) -> None:
        self._transaction = transaction
        self._matters = matters
        self._tables: dict[str, dict[str, list[tuple[Any, ...]]]] = {}

    def of(self, table: str, matter: str) -> Sequence[tuple[Any, ...]]:
        if table not in self._tables:
            index = self._tables[table] = dict[str, list[tuple[Any, ...]]]()
            marks = ", ".join("?" * len(self._matters))
            for row in self._transaction.execute(
                f"SELECT * FROM {table} WHERE matter IN ({marks})", self._matters
            ):
                index.setdefault(row[0], []).append(row)
        return self._tables[table].get(matter, ())


def project(
    transaction: LedgerTransaction,
    state: MatterState,
    there: RowsThere | None = None,
    *,
    fresh: bool = False,
) -> None:
    """Write the rows of a matter as of its last event: those that differ from what is there.

    `fresh` where it has none yet; `there` where its rows were read with those of others.
    """
    there = there or RowsThere(transaction, [state.matter])
    _part(transaction, "duty", state.matter, _duties(state), None if fresh else there)
    if state.procedure.has_measures:
        _part(transaction, "measure", state.matter, _measures(state), None if fresh else there)
    if state.items:
        _part(transaction, "item", state.matter, _items(state), None if fresh else there)
    transaction.execute(_MATTER, _matter(state))


def _part(
    transaction: LedgerTransaction,
    table: str,
    matter: str,
    rows: list[tuple[Any, ...]],
    there: RowsThere | None,
) -> None:
    before = () if there is None else there.of(table, matter)
    leftovers = {row[1]: row for row in before}
    differ = [row for row in rows if leftovers.pop(row[1], None) != row]
    if differ:
        transaction.execute_many(_PARTS[table], differ)
    if leftovers:
        delete = f"DELETE FROM {table} WHERE matter = ? AND {_PART_KEY[table]} = ?"
        transaction.execute_many(delete, [(matter, name) for name in sorted(leftovers)])


def _items(state: MatterState) -> list[tuple[Any, ...]]:
    items = state.items.values()
    return [(state.matter, item.subject, item_state(item, state.now)) for item in items]


def _matter(state: MatterState) -> tuple[Any, ...]:
    last = max(state.events, key=_NUMBER)
    assert state.started is not None
    return (
        state.matter,
        state.procedure.id,
        state.bound,
        state.procedure.sha256,
        state.subject,
        matter_state(state),
        stamp(state.started),
        last.number,
        last.hash,
        _text(wake(state)),
        state.origin.get("finding"),
    )


def wake(state: MatterState) -> datetime | None:
    """The next moment at which time alone may bring something about; None where none will."""
    known_on = beijing_day(state.now)
    moments = [
        run.until for run in state.measures if run.ended_at is None and run.until is not None
    ]
    for run in state.duties:
        if _waits(run):
            due = run.due(known_on)
            if due.moment is not None:
                moments.append(due.not_before or due.moment)
    return min(moments, default=None)


def _waits(duty: DutyRun) -> bool:
    return duty.rule.spec.then is not None and not duty.is_settled and duty.breach is None


def _duties(state: MatterState) -> list[tuple[Any, ...]]:
    known_on = beijing_day(state.now)
    rows = []
    matter, now = state.matter, state.now
    for duty in state.duties:
        due = duty.due(known_on)
        rows.append(
            (
                matter,
                duty.id,
                duty.rule.name,
                duty.rule.spec.by,
                duty.party,
                stamp(duty.since),
                _text(due.moment),
                due.certainty,
                "breached" if duty.breach and not duty.is_settled else duty.state(due, now),
                _text(duty.done_at),
                duty.rule.clause,
            )
        )
    return rows


def _measures(state: MatterState) -> list[tuple[Any, ...]]:
    return [
        (
            state.matter,
            measure.id,
            measure.rule.name,
            measure.subject,
            measure.nth,
            measure.amount,
            stamp(measure.since),
            _text(measure.until),
            _text(measure.ended_at),
            measure.why,
        )
        for measure in state.measures
    ]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def elsewhere(transaction: LedgerTransaction, subject: str, matter: str) -> tuple[Elsewhere, ...]:
    """The measures on `subject` in other matters: kind and times only, nothing of those matters."""
    rows: Sequence[tuple[Any, ...]] = transaction.execute(
        "SELECT matter, kind, since, until, ended FROM measure WHERE subject = ? AND matter <> ?"
        " ORDER BY since, matter",
        (subject, matter),
    )
    return tuple(
        Elsewhere(row[0], row[1], _moment(row[2]) or datetime.min, _moment(row[3]), _moment(row[4]))
        for row in rows
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
