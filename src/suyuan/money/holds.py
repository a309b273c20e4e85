"""What running measures (stop, freeze) hold of each account, as the office reported them back."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import Ints
from suyuan.money.ledger import Ledger, find
from suyuan.money.owners import ACCOUNT
from suyuan.store.tables import Tables

#: Kinds of measure that keep money where it lies.
KINDS: Final = ("stop", "freeze")
#: A measure that names no amount holds all of it.
NO_LIMIT: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class HeldFunds:
    """Cells of ``Ledger.accounts``: at most so many fen, and until when (null: unknown)."""

    most: Ints
    until: pa.Array


def held_funds(tables: Tables, book: Ledger) -> HeldFunds:
    """The measures that were running when the office reported them.

    Several on one account hold the largest amount of them: a freeze takes over what was stopped.
    """
    count = len(book.accounts)
    most = np.zeros(count, np.int64)
    if not tables.has("measures"):
        return HeldFunds(most, pa.nulls(count, pa.timestamp("us")))
    rows = _running_measures(tables)
    at = find(rows["account_no"], book.accounts)
    rows = rows.filter(pa.array(at >= 0))
    at = at[at >= 0]
    np.maximum.at(most, at, np.asarray(pc.fill_null(rows["amount"], NO_LIMIT), dtype=np.int64))
    until = np.full(count, np.iinfo(np.int64).min)
    ends = rows["until"].cast(pa.timestamp("us")).cast(pa.int64())
    np.maximum.at(until, at, np.asarray(pc.fill_null(ends, np.iinfo(np.int64).min), np.int64))
    no_end = until == np.iinfo(np.int64).min
    return HeldFunds(most, pa.array(until, mask=no_end).cast(pa.timestamp("us")))


def _running_measures(tables: Tables) -> pa.Table:
    rows = tables["measures"]
    runs = rows.ended.isnull() & (rows.until.isnull() | (rows.as_of < rows.until))
    rows_in_force = rows.filter(runs & rows.kind.isin(KINDS) & rows.subject.startswith(ACCOUNT))
    return tables.engine.fetch(
        rows_in_force.select(
            "amount", "until", account_no=rows_in_force.subject.substr(len(ACCOUNT))
        )
    )
