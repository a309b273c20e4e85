"""Events and heads as rows of a database: what both ledgers share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import GENESIS, Draft, Event, digest, stamp, stored_fields
from suyuan.store.ledger.merkle import Tree, TreeHead

COLUMNS = "sequence, chain, number, at, recorded, actor, kind, subject, body, key, previous, hash"
_INSERT = (
    "INSERT INTO event (chain, number, at, recorded, actor, kind, subject, body, key, previous,"
    " hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
#: Gives no row where the key stands already: most keys are new, and need not be asked for before.
_INSERT_ONCE = (
    f"{_INSERT} ON CONFLICT (chain, key) WHERE key IS NOT NULL DO NOTHING RETURNING sequence"
)
_decode = msgspec.json.Decoder(dict).decode
#: The last event of a chain: its number, hash and ``recorded``.
End = tuple[int, str, str]


class Statements(Protocol):
    """What runs a statement inside a transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]: ...
    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None: ...


def event_of(row: Sequence[Any]) -> Event:
    sequence, chain, number, at, recorded, actor, kind, subject, body, key, previous, hash_ = row
    return Event(
        sequence,
        chain,
        number,
        datetime.fromisoformat(at),
        datetime.fromisoformat(recorded),
        actor,
        kind,
        subject,
        _decode(body),
        key,
        previous,
        hash_,
    )


def chain_events(statements: Statements, chain: str) -> list[Event]:
    rows = statements.execute(
        f"SELECT {COLUMNS} FROM event WHERE chain = ? ORDER BY number", (chain,)
    )
    return [event_of(row) for row in rows]


def events_of_chains(statements: Statements, chains: Sequence[str]) -> dict[str, list[Event]]:
    """The events of several chains in one statement."""
    marks = ", ".join("?" * len(chains))
    events: dict[str, list[Event]] = {chain: [] for chain in chains}
    for row in statements.execute(
        f"SELECT {COLUMNS} FROM event WHERE chain IN ({marks}) ORDER BY chain, number", chains
    ):
        events[row[1]].append(event_of(row))
    return events


def append_in(statements: Statements, draft: Draft, chain_end: End | None) -> tuple[Event, End]:
    """The event and the chain's new end; `chain_end` is its end where the caller has it."""
    last = chain_end or _end(statements, draft.chain)
    row, end = row_behind(draft, last)
    sequence_rows = statements.execute(_INSERT_ONCE, row)
    if not sequence_rows:
        return same_event(_under_key(statements, draft), draft), last
    return event_of((sequence_rows[0][0], *row)), end


def row_behind(draft: Draft, last: End) -> tuple[tuple[Any, ...], End]:
    """The stored row of `draft` behind the end of its chain, and the end after it."""
    number, previous, recorded_last = last
    # What was learnt later is never recorded earlier, even where the wall clock leapt back.
    recorded = max(stamp(draft.recorded), recorded_last)
    fields = stored_fields(draft, number + 1, recorded)
    hash_ = digest(previous, *fields)
    row = (draft.chain, number + 1, *fields[2:8], draft.key, previous, hash_)
    return row, (number + 1, hash_, recorded)


def end_of(row: Sequence[Any]) -> tuple[str, End]:
    """The chain of a stored row (without its sequence) and its end there."""
    return row[0], (row[1], row[10], row[3])


def insert_rows(statements: Statements, rows: Sequence[Sequence[Any]]) -> None:
    """Many rows that :func:`row_behind` made, in one statement."""
    statements.execute_many(_INSERT, rows)


def _end(statements: Statements, chain: str) -> End:
    rows = statements.execute(
        "SELECT number, hash, recorded FROM event WHERE chain = ? ORDER BY number DESC LIMIT 1",
        (chain,),
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else (0, GENESIS, "")


def _under_key(statements: Statements, draft: Draft) -> Event:
    [row] = statements.execute(
        f"SELECT {COLUMNS} FROM event WHERE chain = ? AND key = ?", (draft.chain, draft.key)
    )
    return event_of(row)


def same_event(there: Event, draft: Draft) -> Event:
    if there.records(draft):
        return there
    raise InputError(
        Text("Something else was done under this key.", "该键已对应另一事项。"),
        value=f"{draft.chain} {draft.key}: {there.kind}",
        hint=Text("A key names one act; use another.", "一键一事，请另用新键。"),
    )


def head_of(row: Sequence[Any]) -> TreeHead:
    return TreeHead(row[0], row[1], datetime.fromisoformat(row[2]))


def last_tree(statements: Statements) -> tuple[Tree, int]:
    """The tree as it was last sealed, and the last sequence in it."""
    rows = statements.execute("SELECT size, last, peaks FROM sealed ORDER BY size DESC LIMIT 1")
    if not rows:
        return Tree(), 0
    size, last, peaks = rows[0]
    return Tree(size, peaks.split()), last


def write_seal(statements: Statements, at: datetime) -> TreeHead:
    """Take the events since the last head into the tree and keep the new head."""
    tree, last = last_tree(statements)
    fresh = statements.execute(
        "SELECT sequence, hash FROM event WHERE sequence > ? ORDER BY sequence", (last,)
    )
    if fresh:
        tree.extend(hash_ for _, hash_ in fresh)
        last = fresh[-1][0]
    head = TreeHead(tree.size, tree.root(), at)
    statements.execute(
        "INSERT INTO sealed (size, root, at, last, peaks) VALUES (?, ?, ?, ?, ?)",
        (head.size, head.root, stamp(at), last, " ".join(tree.peaks)),
    )
    return head
