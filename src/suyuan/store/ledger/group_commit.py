"""Appends of many clients in one transaction of PostgreSQL: four statements, two trips, one wait.

What one client appends is kept whole or not at all, and what is wrong with it concerns nobody else.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from suyuan.model.errors import SuyuanError
from suyuan.store.ledger.event import GENESIS, Draft, Event
from suyuan.store.ledger.rows import COLUMNS, End, event_of, row_behind, same_event

if TYPE_CHECKING:
    import psycopg

_encode: Final = msgspec.json.Encoder().encode
_ENDS: Final = (
    b"SELECT asked.chain, last.number, last.hash, last.recorded"
    b" FROM unnest(%s::text[]) AS asked(chain), LATERAL (SELECT number, hash, recorded FROM event"
    b" WHERE event.chain = asked.chain ORDER BY number DESC LIMIT 1) AS last"
)
_KEYS: Final = (
    f"SELECT {COLUMNS} FROM event"
    " WHERE (chain, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
).encode()
#: Rows as one text: a parameter a column, or a statement a row, costs several times as much.
_INSERT: Final = (
    "INSERT INTO event (chain, number, at, recorded, actor, kind, subject, body, key, previous,"
    " hash) SELECT "
    + ", ".join(f"row ->> {n}" if n != 1 else "(row ->> 1)::bigint" for n in range(11))
    + " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS given(row, place)"
    " ORDER BY place RETURNING sequence, chain, number"
).encode()


def append_group(
    connection: "psycopg.Connection[tuple[Any, ...]]", lock: str, requests: list[Sequence[Draft]]
) -> list[list[Event] | Exception]:
    """For each client its events, or why its drafts cannot be kept; durable when it returns."""
    every = [draft for drafts in requests for draft in drafts]
    with connection.pipeline(), connection.transaction():
        stage = _stage(connection, lock, every)
        outcomes = [stage.take(drafts) for drafts in requests]
        sequences = _insert(connection, stage.rows)
        # Within the transaction: nothing may go wrong once it is kept, or it would be kept twice.
        return [
            outcome if isinstance(outcome, Exception) else placed_in(outcome, sequences)
            for outcome in outcomes
        ]


def _stage(
    connection: "psycopg.Connection[tuple[Any, ...]]", lock: str, every: list[Draft]
) -> "_Stage":
    """The ends of the chains and what stands under the keys, once the chains are locked."""
    chains = sorted({draft.chain for draft in every})
    pairs = sorted({(d.chain, d.key) for d in every if d.key is not None})
    connection.execute(lock.encode(), (chains,))
    ends = connection.execute(_ENDS, (chains,))
    keys = connection.execute(_KEYS, ([c for c, _ in pairs], [k for _, k in pairs]))
    there = {(row[1], row[9]): event_of(row) for row in keys.fetchall()}
    return _Stage({row[0]: (row[1], row[2], row[3]) for row in ends.fetchall()}, there)


class _Stage:
    """Rows to be inserted, each behind the one before it in its chain."""

    def __init__(self, ends: dict[str, End], there: dict[tuple[str, str], Event]) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self._ends, self._there = ends, there

    def take(self, drafts: Sequence[Draft]) -> list[Event] | Exception:
        """The events of one client; where one of them is wrong, none of them."""
        ends, there, rows = dict(self._ends), dict(self._there), len(self.rows)
        try:
            return [self._event(draft) for draft in drafts]
        except (SuyuanError, ValueError, TypeError) as error:
            self._ends, self._there = ends, there
            del self.rows[rows:]
            return error

    def _event(self, draft: Draft) -> Event:
        key = None if draft.key is None else (draft.chain, draft.key)
        if key is not None and key in self._there:
            return same_event(self._there[key], draft)
        end = self._ends.get(draft.chain, (0, GENESIS, ""))
        row, self._ends[draft.chain] = row_behind(draft, end)
        self.rows.append(row)
        event = event_of((0, *row))
        if key is not None:
            self._there[key] = event
        return event


def _insert(
    connection: "psycopg.Connection[tuple[Any, ...]]", rows: list[tuple[Any, ...]]
) -> dict[tuple[str, int], int]:
    """Insert in order; the sequence of each by chain and number."""
    if not rows:
        return {}
    placements = connection.execute(_INSERT, (_encode(rows).decode(),)).fetchall()
    return {(chain, number): sequence for sequence, chain, number in placements}


def placed_in(events: list[Event], sequences: dict[tuple[str, int], int]) -> list[Event]:
    """`events` with the sequences that the database gave to those of them that are new."""
    return [
        Event(sequences[event.chain, event.number], *_rest(event)) if not event.sequence else event
        for event in events
    ]


def _rest(event: Event) -> tuple[Any, ...]:
    return tuple(getattr(event, name) for name in event.__struct_fields__[1:])
