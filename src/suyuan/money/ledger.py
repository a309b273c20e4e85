"""Settled payments as arrays: accounts numbered, payments in the order in which they happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import Flags, Ints, Ints32
from suyuan.money.order import UNKNOWN, in_before_out
from suyuan.store.engine import Engine

COLUMNS: Final = (
    "row_id",
    "payment_id",
    "at",
    "payer",
    "payee",
    "amount",
    "balance_after",
    "cash",
    "fee",
)
IDS: Final = ("row_id", "payment_id")


@dataclass(frozen=True, slots=True)
class Ledger:
    """Payments by number, in order; `accounts` holds the names of the accounts, sorted.

    `after` is the payer's balance after the payment, or ``UNKNOWN``. `tied` counts payments that
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

    def rows(self) -> pa.Table:
        """The payments as a table of :data:`COLUMNS`, in their order."""
        columns = {
            "row_id": self.row_id,
            "payment_id": self.payment_id,
            "at": pa.array(self.at).cast(pa.timestamp("us")),
            "payer": self.accounts.take(pa.array(self.payer)),
            "payee": self.accounts.take(pa.array(self.payee)),
            "amount": pa.array(self.amount),
            "balance_after": pa.array(self.after, mask=self.after == UNKNOWN),
            "cash": pa.array(self.cash),
            "fee": pa.array(self.fee),
        }
        return pa.table(columns)


def find(names: pa.Array | pa.ChunkedArray, among: pa.Array) -> Ints32:
    """Where each name stands (first) in `among`, else -1; null stands nowhere."""
    found = pc.fill_null(pc.index_in(names, value_set=among, skip_nulls=True), -1)
    return np.array(found, dtype=np.int32)


def instants(times: pa.Array | pa.ChunkedArray) -> Ints:
    """Microseconds since 1970 of a time column."""
    return np.asarray(times.cast(pa.timestamp("us")).cast(pa.int64()), dtype=np.int64)


def ledger(engine: Engine, moved: ir.Table) -> Ledger:
    """Read the rows of ``settled.settled`` (or a part of them) into arrays."""
    return in_order(engine.fetch(moved.select(*COLUMNS)))


def unnamed_ledger(engine: Engine, moved: ir.Table) -> Ledger:
    """The same without the ids of rows and payments (null), which are half of the memory.

    Payments that agree in all but their ids come in any order.
    """
    columns = [name for name in COLUMNS if name not in IDS]
    return in_order(unnamed_rows(engine.fetch(moved.select(*columns))))


def unnamed_rows(rows: pa.Table) -> pa.Table:
    """`rows` of all other :data:`COLUMNS`, with ids that are null."""
    for name in IDS:
        rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.string()))
    return rows


def in_order(rows: pa.Table) -> Ledger:
    """The ledger of these payments.

    Payments of one instant and payer come in the order of their falling balances where a statement
    gives those; then money comes in before it goes out. The order of the rows plays no part.
    """
    names = pa.chunked_array([*rows["payer"].chunks, *rows["payee"].chunks], pa.string())
    accounts = pc.unique(names)
    accounts = accounts.take(pc.sort_indices(accounts))
    payer, payee = find(rows["payer"], accounts), find(rows["payee"], accounts)
    at = instants(rows["at"])
    amount = np.asarray(rows["amount"], dtype=np.int64)
    after = np.asarray(pc.fill_null(rows["balance_after"], UNKNOWN), dtype=np.int64)
    rows = rows.select([*IDS, "cash", "fee"])  # the rest is numbers now, and no text any more
    del names
    order = np.lexsort((payee, amount, -after, payer, at))
    order = _told_apart(rows, order, (at, payer, after, amount, payee))
    untied, tied, circles = in_before_out(at[order], payer[order], payee[order], len(accounts))
    order = order[untied]
    return Ledger(
        accounts,
        rows["row_id"].combine_chunks().take(order),
        rows["payment_id"].combine_chunks().take(order),
        at[order],
        payer[order],
        payee[order],
        amount[order],
        after[order],
        np.asarray(rows["cash"], dtype=np.bool_)[order],
        np.asarray(rows["fee"], dtype=np.bool_)[order],
        int(tied),
        int(circles),
    )


def _told_apart(rows: pa.Table, order: Ints, keys: Sequence[Ints | Ints32]) -> Ints:
    """`order` with rows that agree in all `keys` put in that of their ids: few do, and texts are
    slow to sort.
    """
    again = np.ones(max(order.size - 1, 0), np.bool_)
    for key in keys:
        again &= key[order[1:]] == key[order[:-1]]
    alike = np.zeros(order.size, np.bool_)
    alike[1:] |= again
    alike[:-1] |= again
    places = np.flatnonzero(alike)
    if places.size == 0:
        return order
    group = np.cumsum(np.concatenate([[True], ~again]))[places]
    doubtful = rows.select(["payment_id", "row_id"]).take(pa.array(order[places]))
    by_id = np.asarray(pc.rank(doubtful["payment_id"], tiebreaker="dense"), dtype=np.int64)
    last_resort = np.asarray(pc.rank(doubtful["row_id"]), dtype=np.int64)
    order = order.copy()
    order[places] = order[places][np.lexsort((last_resort, by_id, group))]
    return order
