"""Committed rows, read as a transaction would read them."""

from collections.abc import Sequence
from typing import Any

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.seam import EventLedger, StoredRow


class ReadTransaction:
    """Committed rows, as a transaction that only reads."""

    def __init__(self, ledger: EventLedger) -> None:
        self._ledger = ledger

    def append(self, draft: Draft) -> Event:
        raise InputError(Text("This is read-only.", "此处只读。"), value=draft.kind)

    def events(self, chain: str) -> list[Event]:
        return list(self._ledger.events(chain))

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._ledger.read(sql, parameters)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:  # noqa: ARG002
        raise InputError(Text("This is read-only.", "此处只读。"), value=sql)

    def insert(self, rows: Sequence[StoredRow]) -> None:
        raise InputError(Text("This is read-only.", "此处只读。"), value=len(rows))

    def events_of(self, chains: Sequence[str]) -> dict[str, list[Event]]:
        return {chain: self.events(chain) for chain in chains}
