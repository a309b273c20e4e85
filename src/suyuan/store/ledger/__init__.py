"""The ledger: append-only, hash-chained events under one sealed tree head; see docs/ledger.md."""

from suyuan.store.ledger.event import Draft, Event
from suyuan.store.ledger.merkle import TreeHead
from suyuan.store.ledger.seam import EventLedger, LedgerTransaction
from suyuan.store.ledger.sqlite import SqliteLedger
from suyuan.store.ledger.verify import Fault, Verdict, verify

__all__ = [
    "Draft",
    "Event",
    "EventLedger",
    "Fault",
    "LedgerTransaction",
    "SqliteLedger",
    "TreeHead",
    "Verdict",
    "verify",
]
