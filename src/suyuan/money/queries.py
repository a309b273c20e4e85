"""Questions to the payments themselves: paths in time order, cycles, who pays whom in a window.

They need no report. Every question is asked of the settled payments of a window and of a least
amount, held as an index (compressed rows by payer and by payee); walks are kernels over it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.money.arrays import Ints, Ints32
from suyuan.money.index import COLUMNS, PaymentIndex, build
from suyuan.money.ledger import find
from suyuan.money.owners import ACCOUNT
from suyuan.money.path_search import last_moments, search
from suyuan.money.settlement import settled_payments
from suyuan.money.traversal import EVER, NEVER, backward, forward, rows_from
from suyuan.store.tables import Tables

#: Payments to a path, and paths given back, unless asked otherwise.
HOPS: Final = 6
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Which payments a question is about: naive UTC (`until` excluded), least amount in fen."""

    since: datetime | None = None
    until: datetime | None = None
    least: int = 0


@dataclass(frozen=True, slots=True)
class Paths:
    """`steps`: path, step, payment_id, from, to, amount (fen), at. `complete` is False where the
    search was given up or more paths were found than asked for.
    """

    steps: pa.Table
    count: int
    complete: bool


@dataclass(frozen=True, slots=True)
class PaymentWindow:
    """The payments of a window, indexed; `ids` are payment ids by the index's `row`."""

    index: PaymentIndex
    ids: pa.ChunkedArray

    def codes(self, accounts: list[str]) -> Ints32:
        """Numbers of accounts; raises :class:`InputError` where none of them has a payment here."""
        places = find(pa.array(accounts, pa.string()), self.index.accounts)
        if not (places >= 0).any():
            raise InputError(
                Text("No payment of that window touches it.", "该时段内没有涉及它的交易。"),
                value=", ".join(accounts),
                hint=Text(
                    "Widen the window, or lower the least amount.", "请放宽时段或降低最低金额。"
                ),
            )
        return places[places >= 0]

    def rows(self, rows: Ints | Ints32) -> dict[str, pa.Array]:
        """Columns of payments by their place in the index."""
        index = self.index
        return {
            "payment_id": self.ids.take(pa.array(index.row[rows])).combine_chunks(),
            "from": index.accounts.take(pa.array(index.payer[rows])),
            "to": index.accounts.take(pa.array(index.payee[rows])),
            "amount": pa.array(index.amount[rows]),
            "at": pa.array(index.at[rows]).cast(pa.timestamp("us")),
        }


def payments_in(tables: Tables, window: TimeWindow) -> PaymentWindow:
    """Fetch and index the settled payments of a window."""
    payments = settled_payments(tables)
    payments = payments.filter(payments.amount >= window.least)
    if window.since is not None:
        payments = payments.filter(payments["at"] >= window.since)
    if window.until is not None:
        payments = payments.filter(payments["at"] < window.until)
    rows = tables.engine.fetch(payments.select(*COLUMNS, "payment_id").order_by("at", "payment_id"))
    return PaymentWindow(build(rows), rows["payment_id"])


def accounts_of(tables: Tables, subject: str) -> list[str]:
    """Accounts behind a subject: an account itself, else those of the person (``party:…``)."""
    if not subject.startswith("party:"):
        return [subject.removeprefix(ACCOUNT)]
    accounts, owners = tables["bank_accounts"], tables["owners"]
    registered_accounts = accounts.filter("party:" + accounts.holder_id == subject).select(
        "account_no"
    )
    holdings = owners.filter(owners.entity == subject, owners.subject.startswith(ACCOUNT))
    subjects = tables.engine.fetch(holdings.select("subject"))["subject"].to_pylist()
    account_numbers = tables.engine.fetch(registered_accounts)["account_no"].to_pylist()
    return sorted({*account_numbers, *(name.removeprefix(ACCOUNT) for name in subjects)})


def paths(
    window: PaymentWindow, source: str, target: str, *, hops: int = HOPS, most: int = MOST
) -> Paths:
    """Ways by which money of `source` can have come to `target`: payments in time order, no account
    twice, shortest first; from an account to itself they are cycles.
    """
    index = window.index
    (start,), (end,) = window.codes([source]), window.codes([target])
    latest = last_moments(index.at, index.payer, index.payee, len(index.accounts), int(end), hops)
    rows_found, sizes, complete = search(
        index.payer_start, index.by_payer, index.at, index.payee, latest, (start, end, hops, most)
    )
    number = np.repeat(np.arange(sizes.size), sizes)
    step = np.arange(rows_found.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    columns = {"path": pa.array(number), "step": pa.array(step), **window.rows(rows_found)}
    return Paths(pa.table(columns), sizes.size, bool(complete))


def reach(
    window: PaymentWindow, accounts: list[str], *, back: bool = False, hops: int = HOPS
) -> pa.Table:
    """Accounts that money of `accounts` can have come to, or (`back`) can have come from.

    Columns: account, at (forward the earliest, backward the latest such moment). Forward goes on
    for as long as there is money; backward `hops` payments at most.
    """
    index, seeds = window.index, window.codes(accounts)
    if back:
        rows = np.full(len(index.accounts), EVER, np.int64)
        rows[seeds] = index.at.size
        reach_found, _ = backward(index.payee_start, index.by_payee, index.payer, rows, hops)
    else:
        rows = np.full(len(index.accounts), NEVER, np.int64)
        rows[seeds] = rows_from(index.at, index.at[:1])[0]
        nowhere = np.zeros(len(index.accounts), np.bool_)
        reach_found, _ = forward(
            index.payer_start, index.by_payer, index.at, index.payee, rows, nowhere
        )
    reach_found = reach_found[~np.isin(reach_found, seeds)]
    table = pa.table(
        {
            "account": index.accounts.take(pa.array(reach_found)),
            "at": pa.array(index.at[rows[reach_found]]).cast(pa.timestamp("us")),
        }
    )
    return table.sort_by([("at", "descending" if back else "ascending"), ("account", "ascending")])


def counterparties(window: PaymentWindow, accounts: list[str]) -> pa.Table:
    """Who paid `accounts` and whom they paid: direction (in, out), account, payments, amount (fen),
    first_at, last_at; the largest first. Payments among `accounts` are left out.
    """
    index, own = window.index, window.codes(accounts)
    parts = []
    for direction, near_end, far_end in (
        ("in", index.payee, index.payer),
        ("out", index.payer, index.payee),
    ):
        rows = np.flatnonzero(np.isin(near_end, own) & ~np.isin(far_end, own))
        by_account = pa.table(
            {
                "account": index.accounts.take(pa.array(far_end[rows])),
                "fen": pa.array(index.amount[rows]),
                "at": pa.array(index.at[rows]).cast(pa.timestamp("us")),
            }
        )
        by_account = by_account.group_by("account").aggregate(
            [("fen", "count"), ("fen", "sum"), ("at", "min"), ("at", "max")]
        )
        rows_named = by_account.rename_columns(
            ["account", "payments", "amount", "first_at", "last_at"]
        )
        parts.append(
            rows_named.add_column(0, "direction", pa.repeat(direction, by_account.num_rows))
        )
    order = [("direction", "ascending"), ("amount", "descending"), ("account", "ascending")]
    return pa.concat_tables(parts).sort_by(order)


def gatherings(window: PaymentWindow, accounts: list[str], payers: int) -> pa.Table:
    """Who collected and then paid `accounts`: from at least so many different payers, before.

    Columns: account (the collector), payers, gathered (fen that came in before its last payment to
    `accounts`), paid (fen to them), first_at, last_at (of what came in); most paid first.
    """
    index, own = window.index, window.codes(accounts)
    out = np.flatnonzero(np.isin(index.payee, own) & ~np.isin(index.payer, own))
    middle, middle_of = np.unique(index.payer[out], return_inverse=True)
    amounts_paid = np.bincount(middle_of, index.amount[out], middle.size).astype(np.int64)
    last = np.full(middle.size, -1, np.int64)
    np.maximum.at(last, middle_of, out)
    # Payments stand in the index in time order, so a place is a moment.
    rows = np.flatnonzero(np.isin(index.payee, middle))
    at = np.searchsorted(middle, index.payee[rows])
    rows, at = rows[rows < last[at]], at[rows < last[at]]
    into = pa.table(
        {
            "account": index.accounts.take(pa.array(middle[at])),
            "payer": pa.array(index.payer[rows]),
            "fen": pa.array(index.amount[rows]),
            "at": pa.array(index.at[rows]).cast(pa.timestamp("us")),
        }
    )
    by_account = into.group_by("account").aggregate(
        [("payer", "count_distinct"), ("fen", "sum"), ("at", "min"), ("at", "max")]
    )
    by_account = by_account.rename_columns(["account", "payers", "gathered", "first_at", "last_at"])
    place = find(by_account["account"].combine_chunks(), index.accounts.take(pa.array(middle)))
    by_account = by_account.append_column("paid", pa.array(amounts_paid[place]))
    by_account = by_account.filter(pc.greater_equal(by_account["payers"], payers))
    return by_account.sort_by([("paid", "descending"), ("account", "ascending")])


def total(rows_by_direction: pa.Table, direction: str) -> int:
    """Fen in one direction of :func:`counterparties`."""
    rows = rows_by_direction.filter(pc.equal(rows_by_direction["direction"], direction))
    return int(pc.sum(rows["amount"]).as_py() or 0)
