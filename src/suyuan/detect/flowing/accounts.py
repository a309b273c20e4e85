"""What the payments alone say about every account: needs no report, no name and no other table."""

from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.detect.flowing.kernels import DAY, HOUR, Floats, Ints, Ints32, Lists, echoes, transit
from suyuan.money.ledger import Ledger, ledger
from suyuan.store.engine import Engine
from suyuan.store.tables import Tables

NIGHT_FROM, NIGHT_TO = 22, 6


def measured(tables: Tables, moved: ir.Table) -> ir.Table:
    """One row for each account that payments touch.

    Columns: account_no; incoming, outgoing (fen); n_in, n_out; payers, payees; once (share of
    payers that paid only once); passed, passed_day, passed_hour (shares of incoming that left
    again, at all and within that time); rest_hours (geometric mean of hours before it left); echo
    (Fisher's sum of coincidences between sums in and sums out, as standard deviations over what
    chance gives) and echo_most (nats, the strongest one); split (most equal payments between two
    accounts in a day); night (share of payments between 22 and 6 o'clock); first_seen, last_seen.
    Where the books give days without hours, what needs hours is null.
    `moved` is ``money.settled.settled``.
    """
    engine = tables.engine
    sides = engine.keep(_sides(moved))
    walked = engine.arrow(_walked(ledger(engine, moved), tables.zone))
    counted = _counted(engine, sides)
    found = walked.left_join(counted, "account_no").drop("account_no_right")
    return engine.keep(found.left_join(_split(moved), "account_no").drop("account_no_right"))


def _sides(moved: ir.Table) -> ir.Table:
    """Every payment twice: once for each account, with the other one."""
    return ibis.union(
        moved.select(account_no="payee", other="payer", came=ibis.literal(1), at="at"),
        moved.select(account_no="payer", other="payee", came=ibis.literal(0), at="at"),
    )


def _counted(engine: Engine, sides: ir.Table) -> ir.Table:
    pairs = engine.keep(sides.group_by("account_no", "other", "came").aggregate(n=sides.count()))
    came, one = pairs["came"] == 1, pairs["n"] == 1
    others = pairs.group_by("account_no").aggregate(
        payers=came.sum(), payees=(~came).sum(), single=(came & one).sum()
    )
    others = others.mutate(once=others["single"].cast("float64") / others["payers"].nullif(0)).drop(
        "single"
    )
    seen = sides.group_by("account_no").aggregate(
        first_seen=sides["at"].min(), last_seen=sides["at"].max()
    )
    return others.join(seen, "account_no")


def _split(moved: ir.Table) -> ir.Table:
    """``split``: the most payments of one amount from one account to another on one day."""
    alike = moved.group_by("payer", "payee", "amount", day=moved["at"].truncate("D")).aggregate(
        n=moved.count()
    )
    both = ibis.union(
        alike.select(account_no="payer", n="n"), alike.select(account_no="payee", n="n")
    )
    return both.group_by("account_no").aggregate(split=both["n"].max())


def _walked(book: Ledger, zone: str) -> pa.Table:
    """The measures that need the payments in order."""
    size = len(book.accounts)
    payer, payee = book.payer, book.payee
    incoming = np.bincount(payee, book.amount, minlength=size)
    outgoing = np.bincount(payer, book.amount, minlength=size)
    n_in, n_out = np.bincount(payee, minlength=size), np.bincount(payer, minlength=size)
    passed, in_day, in_hour, rested = transit(book.at, payer, payee, book.amount, size)
    out, into = _by_account(payer, size), _by_account(payee, size)
    total, most = echoes(out, into, book.at, book.amount, np.sort(book.amount))
    fine = _to_the_hour(book.at)
    dark = _dark(book.at, zone) if fine else np.full(book.at.size, np.nan)
    nights = np.bincount(payer, dark, minlength=size) + np.bincount(payee, dark, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {
            "passed": passed / incoming,
            "passed_day": in_day / incoming if fine else np.full(size, np.nan),
            "passed_hour": in_hour / incoming if fine else np.full(size, np.nan),
            "rest_hours": np.exp(rested / passed) if fine else np.full(size, np.nan),
            "echo": (total - n_in) / np.sqrt(n_in),
            "echo_most": np.where(n_in > 0, most, np.nan),
            "night": nights / (n_in + n_out),
        }
    counts = {"incoming": incoming, "outgoing": outgoing, "n_in": n_in, "n_out": n_out}
    return pa.table(
        {"account_no": book.accounts}
        | {name: pa.array(column.astype(np.int64)) for name, column in counts.items()}
        | {name: pa.array(column, mask=~np.isfinite(column)) for name, column in columns.items()}
    )


def _by_account(key: Ints32, size: int) -> Lists:
    first = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=size))])
    return Lists(np.argsort(key, kind="stable").astype(np.int64), first.astype(np.int64))


def _to_the_hour(at: Ints) -> bool:
    """False where the books give days without hours."""
    clock = at % DAY
    return bool(at.size) and not bool((clock == clock[0]).all())


def _dark(at: Ints, zone: str) -> Floats:
    """1 for payments at night by the clock of the case (its offset in the middle of the time)."""
    hour = (at + _offset(at, zone)) % DAY // HOUR
    return ((hour >= NIGHT_FROM) | (hour < NIGHT_TO)).astype(np.float64)


def _offset(at: Ints, zone: str) -> int:
    middle = datetime.fromtimestamp(float(np.median(at)) / 1e6, ZoneInfo(zone))
    offset = middle.utcoffset()
    return int(offset.total_seconds()) * 1_000_000 if offset else 0
