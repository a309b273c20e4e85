"""Many matters at once: what is written to each is kept until all are done, then goes in together.

Only for work whose matters are locked, whose events are at hand, and which reads nothing that it
has written itself: the passing of time. One statement for all rows costs a tenth of one for each.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from suyuan.model.errors import ContractError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event, stamp
from suyuan.store.ledger.rows import End, event_of, row_behind, same_event
from suyuan.store.ledger.seam import LedgerTransaction, StoredRow


class BufferedTransaction:
    """Keeps :class:`LedgerTransaction` over one that does the work at :meth:`flush`."""

    def __init__(self, behind: LedgerTransaction, events: Mapping[str, list[Event]]) -> None:
        self._behind = behind
        self._events = events
        self._keys: dict[str, dict[str, Event]] = {}
        self._ends: dict[str, End] = {}
        self._rows: list[StoredRow] = []
        self._statements: dict[str, list[Sequence[Any]]] = {}

    def append(self, draft: Draft) -> Event:
        keys = self._keys.get(draft.chain)
        if keys is None:
            keys = self._load_keys(draft.chain)
        if draft.key is not None and draft.key in keys:
            return same_event(keys[draft.key], draft)
        row, self._ends[draft.chain] = row_behind(draft, self._ends[draft.chain])
        event = event_of((0, *row))
        if draft.key is not None:
            keys[draft.key] = event
        self._rows.append(row)
        return event

    def _load_keys(self, chain: str) -> dict[str, Event]:
        """The keys that a chain has; few chains get more, so that it is looked at only then."""
        events = self._events[chain]
        self._ends[chain] = _end(events)
        keys = self._keys[chain] = {e.key: e for e in events if e.key is not None}
        return keys

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if not sql.startswith(("INSERT", "DELETE", "UPDATE")):
            return self._behind.execute(sql, parameters)
        self._statements.setdefault(sql, []).append(tuple(parameters))
        return []

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._statements.setdefault(sql, []).extend(rows)

    def events(self, chain: str) -> list[Event]:
        raise _read_error(chain)

    def events_of(self, chains: Sequence[str]) -> dict[str, list[Event]]:
        raise _read_error(chains[0] if chains else "")

    def insert(self, rows: Sequence[StoredRow]) -> None:
        self._rows.extend(rows)

    def flush(self) -> int:
        """Write all of it: events, then what is removed, then what is added; how many events."""
        if self._rows:
            self._behind.insert(self._rows)
        for removes in (True, False):
            for sql, rows in self._statements.items():
                if sql.startswith("DELETE") == removes:
                    self._behind.execute_many(sql, rows)
        return len(self._rows)


def _end(events: Sequence[Event]) -> End:
    last = max(events, key=lambda event: event.number)
    return last.number, last.hash, stamp(last.recorded)


def _read_error(chain: str) -> ContractError:
    return ContractError(
        Text("What is buffered cannot be read again.", "缓冲写入期间不可再读取。"), value=chain
    )
