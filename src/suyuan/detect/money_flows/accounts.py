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
from suyuan.detect.money_flows.walks import ORDER, WALKED, walked
from suyuan.money.ledger import Ledger, unnamed_ledger
from suyuan.money.order import UNKNOWN
from suyuan.store.engine import Engine
from suyuan.store.tables import Tables


def measured(tables: Tables, moved: ir.Table) -> ir.Table:
    """One row for each account that payments touch.

    Columns: account_no; incoming, outgoing (fen); n_in, n_out; payers, payees; once (share of
    payers that paid only once); passed, passed_day, passed_hour (shares of incoming that left
    again, at all and within that time); rest_hours (geometric mean of hours before it left); echo
    (Fisher's sum of coincidences between sums in and sums out, as standard deviations over what
    chance gives) and echo_most (nats, the strongest one); the shapes of
    :mod:`suyuan.detect.money_flows.patterns` (nats); night (share of payments between 22 and 6
    o'clock); first_seen, last_seen.
    Where the books give days without hours, what needs hours is null.
    `moved` is ``money.settled.settled``.
    """
    engine = tables.engine
    found = _walked(engine, moved, tables.zone)
    pairs = engine.derive(_pairs, moved)
    shapes = engine.arrow(_shapes(unnamed_ledger(engine, moved)))
    return engine.derive(_joined, found, pairs, moved, shapes)


def _joined(walks: ir.Table, pairs: ir.Table, moved: ir.Table, shapes: ir.Table) -> ir.Table:
    found = _shares(walks)
    for part in (_counted(_sides(moved), pairs), shapes):
        found = found.left_join(part, "account_no").drop("account_no_right")
    return found


def _sides(moved: ir.Table) -> ir.Table:
    """Every payment twice: once for each account, with the other one."""
    return ibis.union(
        moved.select(account_no="payee", other="payer", came=ibis.literal(1), at="at"),
        moved.select(account_no="payer", other="payee", came=ibis.literal(0), at="at"),
    )


def _pairs(moved: ir.Table) -> ir.Table:
    sides = _sides(moved)
    return sides.group_by("account_no", "other", "came").aggregate(n=sides.count())


def _counted(sides: ir.Table, pairs: ir.Table) -> ir.Table:
    came, one = pairs["came"] == 1, pairs["n"] == 1
    others = pairs.group_by("account_no").aggregate(
        payers=came.sum(), payees=(~came).sum(), single=(came & one).sum()
    )
    others = others.mutate(once=others["single"].cast("float64") / others["payers"].nullif(0)).drop(
        "single"
    )
    sight = sides.group_by("account_no").aggregate(
        first_seen=sides["at"].min(), last_seen=sides["at"].max()
    )
    return others.join(sight, "account_no")


def _legs(moved: ir.Table) -> ir.Table:
    """Every payment at both its ends, with what the walks need and nothing else.

    Within an instant money comes in before it goes out, and of payments out the statement's falling
    balances give the order; legs that agree in all columns are one to the walks.
    """
    falling = -moved["balance_after"].fill_null(UNKNOWN)
    common = {"at": moved["at"], "amount": moved["amount"]}
    came, went = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    return ibis.union(
        moved.select(account_no="payee", out=came, falling=ibis.literal(0, "int64"), **common),
        moved.select(account_no="payer", out=went, falling=falling, **common),
    )


def _walked(engine: Engine, moved: ir.Table, zone: str) -> ir.Table:
    """What the kernels count, which need the payments of an account in order."""
    legs, sizes = _legs(moved), _sizes(engine, moved)
    kernel = partial(walked, sizes=sizes, offset=_offset(engine, moved, zone))
    return engine.fold(legs, by="account_no", order=ORDER, kernel=kernel, schema=WALKED)


def _shares(found: ir.Table) -> ir.Table:
    """What the walks counted, as shares and deviations."""
    incoming, n_in = found["incoming"].cast("float64"), found["n_in"].cast("float64")
    return found.select(
        "account_no", "incoming", "outgoing", "n_in", "n_out", "rest_hours", "echo_most",
        passed=found["passed"] / incoming.nullif(0.0),
        passed_day=found["passed_day"] / incoming.nullif(0.0),
        passed_hour=found["passed_hour"] / incoming.nullif(0.0),
        echo=(found["echo"] - n_in) / n_in.nullif(0.0).sqrt(),
        night=found["nights"] / (found["n_in"] + found["n_out"]).cast("float64"),
    )  # fmt: skip


def _sizes(engine: Engine, moved: ir.Table) -> Sizes:
    """How often each sum was paid: the only thing that the walk of an account asks of others."""
    counted = engine.gather(_amounts, moved)
    before = np.concatenate([[0], np.cumsum(counted["n"].to_numpy())])
    return Sizes(counted["amount"].to_numpy(), before.astype(np.int64))


def _amounts(moved: ir.Table) -> ir.Table:
    return moved.group_by("amount").aggregate(n=moved.count()).order_by("amount")


def _hours(moved: ir.Table) -> ir.Table:
    at = moved["at"]
    second = at.epoch_seconds().cast("int64") % 86_400  # Spark's second() keeps the fraction
    return moved.aggregate(first=at.min(), last=at.max(), low=second.min(), high=second.max())


def _offset(engine: Engine, moved: ir.Table, zone: str) -> int | None:
    """From UTC to the clock of the case in the middle of its time (µs); None where the books give
    days without hours.
    """
    (row,) = engine.gather(_hours, moved).to_pylist()
    if row["first"] is None or row["low"] == row["high"]:
        return None
    middle = row["first"] + (row["last"] - row["first"]) / 2
    offset = middle.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) * 1_000_000 if offset else 0


def _shapes(book: Ledger) -> pa.Table:
    """Shapes that run across accounts: these need all payments in this process."""
    size = len(book.accounts)
    found = patterns(book, _by_account(book.payer, size), _by_account(book.payee, size))
    columns = {name: pa.array(each, mask=~np.isfinite(each)) for name, each in found.items()}
    return pa.table({"account_no": book.accounts} | columns)


def _by_account(key: Ints32, size: int) -> Lists:
    first = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=size))])
    return Lists(np.argsort(key, kind="stable").astype(np.int64), first.astype(np.int64))
