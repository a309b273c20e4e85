"""What a trace is made of, and the flow that is built from it."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from suyuan.money.account_facts import AccountFacts
from suyuan.money.arrays import CLEAN, Flags, Flow, Ints, Ints32
from suyuan.money.cards import CardEvents
from suyuan.money.ledger import Ledger
from suyuan.money.order import NO_BALANCE
from suyuan.money.places import Places
from suyuan.money.statement_gaps import StatementGaps

_NO_VALUES: Final = {"payment": -1, "card": -1, "shown_from": -1, "shown_to": -1}
_WIDE: Final = ("at", "amount", "after")
_COLUMNS: Final = ("at", "source", "target", "amount", "label", *_NO_VALUES, "after")


@dataclass(frozen=True, slots=True)
class Claims:
    """What the reports claim, by row of the ledger and by event of a card; -1 for nothing.

    `reports` names the labels. `own` marks accounts of victims; `own_pairs` holds, for each of
    them, label * accounts + account.
    """

    reports: pa.Array
    payment: Ints32
    card: Ints32
    card_amount: Ints
    own: Flags
    own_pairs: Ints


@dataclass(frozen=True, slots=True)
class TraceInputs:
    """What a flow graph is built from."""

    book: Ledger
    known: AccountFacts
    cards: CardEvents
    claims: Claims
    gaps: StatementGaps


@dataclass(frozen=True, slots=True)
class TraceGraph:
    """A flow with what its events and nodes stand for.

    `payment` is the ledger's row and `card` the card's event behind each event (-1 for none);
    `shown_from` and `shown_to` are the places to show, where they are not source and target.
    Accounts of the ledger are the first places, numbered as there. `stated` marks places whose
    opening balance is known. `pools_by_flow` are accounts that no institution declares to be pools
    and whose flow is one's; `prices_unpaid` counts prices of middlemen, at which nothing was sold.
    """

    flow: Flow
    places: Places
    at: Ints
    payment: Ints32
    card: Ints32
    shown_from: Ints32
    shown_to: Ints32
    stated: Flags
    tied: int
    circles: int
    pools_by_flow: Ints
    prices_unpaid: int


class Events:
    """Collects the events of a flow as columns; every value is an array, or one number for all."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Ints | Ints32]] = {name: [] for name in _COLUMNS}

    def add(self, count: int, **values: Ints | Ints32 | int) -> None:
        """Take `count` events in; columns left out say "none", "nobody" or "unknown"."""
        row = {**_NO_VALUES, "label": CLEAN, "after": NO_BALANCE, **values}
        for name, parts in self._parts.items():
            parts.append(np.broadcast_to(np.asarray(row[name], _type(name)), (count,)))

    def columns(self) -> dict[str, Any]:
        """The columns; the parts that they are made of are gone then, one column at a time."""
        return {name: np.concatenate(self._parts.pop(name)) for name in _COLUMNS}


def _type(name: str) -> type[np.int64 | np.int32]:
    return np.int64 if name in _WIDE else np.int32
