"""Settled payments as arrays: accounts numbered, payments in the order in which they happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import Flags, Ints, Ints32
from suyuan.money.order import in_before_out
from suyuan.money.payment_columns import IDS, SCHEMA, Columns, find, instants, number_accounts
from suyuan.store.engine import Engine

__all__ = ["COLUMNS", "Ledger", "find", "in_order", "instants", "ledger", "unnamed_ledger"]
COLUMNS: Final = tuple(SCHEMA.names)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Payments by number, in order; `accounts` holds the names of the accounts, sorted.

    `after` is the payer's balance after the payment, or ``NO_BALANCE``. `tied` counts payments that
    share their instant with another, `circles` those instants whose order could not be told.
    """

    accounts: pa.Array
    row_id: pa.Array
    payment_id: pa.Array
    at: Ints
    payer: Ints32
    payee: Ints32
    amount: Ints
    after: Ints
    cash: Flags
    fee: Flags
    tied: int
    circles: int

    def codes(self, names: pa.Array | pa.ChunkedArray) -> Ints32:
        """The numbers of accounts; -1 for a name that no payment has."""
        return find(names, self.accounts)

    def columns(self) -> Columns:
        """The payments by :data:`NAMES`, in their order."""
        return {name: getattr(self, name) for name in NAMES}


#: Columns of a ledger, one cell for each payment.
NAMES: Final = (*IDS, "at", "payer", "payee", "amount", "after", "cash", "fee")


def ledger(engine: Engine, payments: ir.Table) -> Ledger:
    """Read the rows of ``settlement.settled_payments`` (or a part of them) into arrays."""
    return _in_order(engine, payments.select(*COLUMNS))


def unnamed_ledger(engine: Engine, payments: ir.Table) -> Ledger:
    """The same without the ids of rows and payments (null), which are half of the memory.

    Payments that agree in all but their ids come in any order.
    """
    return _in_order(engine, payments.select(*(name for name in COLUMNS if name not in IDS)))


def _in_order(engine: Engine, payments: ir.Table) -> Ledger:
    accounts, columns = number_accounts(engine.stream(payments))
    engine.trim()
    return order_payments(accounts, columns)


def in_order(batches: Iterable[pa.RecordBatch]) -> Ledger:
    """The ledger of these payments; the order of the rows plays no part."""
    return order_payments(*number_accounts(batches))


def order_payments(accounts: pa.Array, columns: Columns) -> Ledger:
    """The ledger of these columns (:data:`NAMES`), which are taken out of `columns` one by one.

    Payments of one instant and payer come in the order of their falling balances where a statement
    gives those; then money comes in before it goes out.
    """
    at, payer, payee = (columns[name] for name in ("at", "payer", "payee"))
    order = np.lexsort((payee, columns["amount"], -columns["after"], payer, at))
    order = _break_ties(columns, order)
    sequence, tied, circles = in_before_out(at[order], payer[order], payee[order], len(accounts))
    order = order[sequence]
    del at, payer, payee, sequence
    in_sequence = {name: _take(columns.pop(name), order) for name in NAMES}
    return Ledger(accounts, **in_sequence, tied=int(tied), circles=int(circles))


def _take(column: pa.Array | np.ndarray, order: Ints) -> pa.Array | np.ndarray:
    if isinstance(column, np.ndarray):
        return column[order]
    return column if column.null_count == len(column) else column.take(pa.array(order))


def _break_ties(columns: Columns, order: Ints) -> Ints:
    """`order` with payments that agree in all numbers put in that of their ids: few do, and texts
    are slow to sort.
    """
    again = np.ones(max(order.size - 1, 0), np.bool_)
    for name in ("at", "payer", "after", "amount", "payee"):
        key = columns[name][order]
        again &= key[1:] == key[:-1]
    alike = np.zeros(order.size, np.bool_)
    alike[1:] |= again
    alike[:-1] |= again
    places = np.flatnonzero(alike)
    if places.size == 0:
        return order
    group = np.cumsum(np.concatenate([[True], ~again]))[places]
    doubtful = pa.array(order[places])
    by_id = pc.rank(columns["payment_id"].take(doubtful), tiebreaker="dense")
    last_resort = pc.rank(columns["row_id"].take(doubtful))
    order = order.copy()
    order[places] = order[places][np.lexsort((last_resort, by_id, group))]
    return order
