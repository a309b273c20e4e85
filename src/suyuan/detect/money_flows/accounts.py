"""What the payments alone say about every account: needs no report, no name and no other table."""

from datetime import UTC
from functools import partial
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.detect.money_flows.kernels import Ints32, Lists, Sizes
from suyuan.detect.money_flows.patterns import patterns
from suyuan.detect.money_flows.walks import ORDER, WALK_SCHEMA, walk_rows
from suyuan.money.ledger import Ledger, unnamed_ledger
from suyuan.money.order import NO_BALANCE
from suyuan.store.engine import Engine
from suyuan.store.tables import Tables


def measure_accounts(tables: Tables, transfers: ir.Table) -> ir.Table:
    """One row for each account that payments touch.

    Columns: account_no; incoming, outgoing (fen); n_in, n_out; payers, payees; once (share of
    payers that paid only once); passed, passed_day, passed_hour (shares of incoming that left
    again, at all and within that time); rest_hours (geometric mean of hours before it left); echo
    (Fisher's sum of coincidences between sums in and sums out, as standard deviations over what
    chance gives) and echo_most (nats, the strongest one); the shapes of
    :mod:`suyuan.detect.money_flows.patterns` (nats); night (share of payments between 22 and 6
    o'clock); first_seen, last_seen.
    Where the books give days without hours, what needs hours is null.
    `transfers` is ``money.settlement.settled_payments``.
    """
    engine = tables.engine
    walks = _walk(engine, transfers, tables.zone)
    pairs = engine.derive(_pairs, transfers)
    shapes = engine.arrow(_shapes(unnamed_ledger(engine, transfers)))
    return engine.derive(_join, walks, pairs, transfers, shapes)


def _join(walks: ir.Table, pairs: ir.Table, transfers: ir.Table, shapes: ir.Table) -> ir.Table:
    conduct = _shares(walks)
    for part in (_counts(_sides(transfers), pairs), shapes):
        conduct = conduct.left_join(part, "account_no").drop("account_no_right")
    return conduct


def _sides(transfers: ir.Table) -> ir.Table:
    """Every payment twice: once for each account, with the other one."""
    return ibis.union(
        transfers.select(account_no="payee", other="payer", came=ibis.literal(1), at="at"),
        transfers.select(account_no="payer", other="payee", came=ibis.literal(0), at="at"),
    )


def _pairs(transfers: ir.Table) -> ir.Table:
    sides = _sides(transfers)
    return sides.group_by("account_no", "other", "came").aggregate(n=sides.count())


def _counts(sides: ir.Table, pairs: ir.Table) -> ir.Table:
    inflow, single = pairs["came"] == 1, pairs["n"] == 1
    peers = pairs.group_by("account_no").aggregate(
        payers=inflow.sum(), payees=(~inflow).sum(), single=(inflow & single).sum()
    )
    peers = peers.mutate(once=peers["single"].cast("float64") / peers["payers"].nullif(0)).drop(
        "single"
    )
    sight = sides.group_by("account_no").aggregate(
        first_seen=sides["at"].min(), last_seen=sides["at"].max()
    )
    return peers.join(sight, "account_no")


def _legs(transfers: ir.Table) -> ir.Table:
    """Every payment at both its ends, with what the walks need and nothing else.

    Within an instant money comes in before it goes out, and of payments out the statement's falling
    balances give the order; legs that agree in all columns are one to the walks.
    """
    balance_fall = -transfers["balance_after"].fill_null(NO_BALANCE)
    common = {"at": transfers["at"], "amount": transfers["amount"]}
    inflow, outflow = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    return ibis.union(
        transfers.select(
            account_no="payee", out=inflow, falling=ibis.literal(0, "int64"), **common
        ),
        transfers.select(account_no="payer", out=outflow, falling=balance_fall, **common),
    )


def _walk(engine: Engine, transfers: ir.Table, zone: str) -> ir.Table:
    """What the kernels count, which need the payments of an account in order."""
    legs, sizes = _legs(transfers), _sizes(engine, transfers)
    kernel = partial(walk_rows, sizes=sizes, offset=_offset(engine, transfers, zone))
    return engine.fold(legs, by="account_no", order=ORDER, kernel=kernel, schema=WALK_SCHEMA)


def _shares(walks: ir.Table) -> ir.Table:
    """What the walks counted, as shares and deviations."""
    inflow, n_in = walks["incoming"].cast("float64"), walks["n_in"].cast("float64")
    return walks.select(
        "account_no", "incoming", "outgoing", "n_in", "n_out", "rest_hours", "echo_most",
        passed=walks["passed"] / inflow.nullif(0.0),
        passed_day=walks["passed_day"] / inflow.nullif(0.0),
        passed_hour=walks["passed_hour"] / inflow.nullif(0.0),
        echo=(walks["echo"] - n_in) / n_in.nullif(0.0).sqrt(),
        night=walks["nights"] / (walks["n_in"] + walks["n_out"]).cast("float64"),
    )  # fmt: skip


def _sizes(engine: Engine, transfers: ir.Table) -> Sizes:
    """How often each sum was paid: the only thing that the walk of an account asks of others."""
    counts = engine.gather(_amounts, transfers)
    before = np.concatenate([[0], np.cumsum(counts["n"].to_numpy())])
    return Sizes(counts["amount"].to_numpy(), before.astype(np.int64))


def _amounts(transfers: ir.Table) -> ir.Table:
    return transfers.group_by("amount").aggregate(n=transfers.count()).order_by("amount")


def _hours(transfers: ir.Table) -> ir.Table:
    at = transfers["at"]
    second = at.epoch_seconds().cast("int64") % 86_400  # Spark's second() keeps the fraction
    return transfers.aggregate(first=at.min(), last=at.max(), low=second.min(), high=second.max())


def _offset(engine: Engine, transfers: ir.Table, zone: str) -> int | None:
    """From UTC to the clock of the case in the middle of its time (µs); None where the books give
    days without hours.
    """
    (row,) = engine.gather(_hours, transfers).to_pylist()
    if row["first"] is None or row["low"] == row["high"]:
        return None
    middle = row["first"] + (row["last"] - row["first"]) / 2
    offset = middle.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) * 1_000_000 if offset else 0


def _shapes(book: Ledger) -> pa.Table:
    """Shapes that run across accounts: these need all payments in this process."""
    size = len(book.accounts)
    patterns_found = patterns(book, _by_account(book.payer, size), _by_account(book.payee, size))
    columns = {
        name: pa.array(values, mask=~np.isfinite(values)) for name, values in patterns_found.items()
    }
    return pa.table({"account_no": book.accounts} | columns)


def _by_account(key: Ints32, size: int) -> Lists:
    first = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=size))])
    return Lists(np.argsort(key, kind="stable").astype(np.int64), first.astype(np.int64))
