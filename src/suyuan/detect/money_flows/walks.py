"""The walks of each account over its own payments, as a kernel of ``Engine.fold``."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.money_flows.kernels import DAY, HOUR, Floats, Ints, Legs, Sizes, echoes, transit

NIGHT_FROM, NIGHT_TO = 22, 6
#: The order of an account's payments: see ``accounts._legs``.
ORDER: Final = ("at", "out", "falling", "amount")
#: Fen, counts, and what the shares are made of; null is what cannot be known.
WALK_SCHEMA: Final = pa.schema(
    [
        ("account_no", pa.string()),
        *((name, pa.int64()) for name in ("incoming", "outgoing", "n_in", "n_out")),
        *((name, pa.float64()) for name in ("passed", "passed_day", "passed_hour", "rest_hours")),
        *((name, pa.float64()) for name in ("echo", "echo_most", "nights")),
    ]
)


def walk_rows(rows: pa.Table, *, sizes: Sizes, offset: int | None) -> pa.Table:
    """One row of :data:`WALK_SCHEMA` for each account of `rows` (account_no, at, out, amount;
    sorted).

    `sizes` are the amounts of all payments of the case, `offset` the clock of the case less UTC in
    µs, or None where the books give days without hours.
    """
    accounts, first = _runs(rows["account_no"])
    out = np.asarray(rows["out"], dtype=np.int64) == 1
    at = np.asarray(rows["at"].cast(pa.timestamp("us")).cast(pa.int64()), dtype=np.int64)
    amount = np.asarray(rows["amount"], dtype=np.int64)
    legs = Legs(first, at, out, amount)
    throughput, in_day, in_hour, rest_sums = transit(legs)
    echo, most = echoes(legs, sizes)
    n_in = _sums(~out, first)
    no_value = np.full(len(accounts), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.exp(rest_sums / throughput)
    columns = {
        "incoming": _sums(np.where(out, 0, amount), first),
        "outgoing": _sums(np.where(out, amount, 0), first),
        "n_in": n_in,
        "n_out": _sums(out, first),
        "passed": throughput.astype(np.float64),
        "passed_day": no_value if offset is None else in_day.astype(np.float64),
        "passed_hour": no_value if offset is None else in_hour.astype(np.float64),
        "rest_hours": no_value if offset is None else rest,
        "echo": echo,
        "echo_most": np.where(n_in > 0, most, np.nan),
        "nights": no_value if offset is None else _sums(_dark(at, offset), first).astype(float),
    }
    return pa.table(
        {"account_no": accounts}
        | {name: pa.array(column, mask=~np.isfinite(column)) for name, column in columns.items()}
    )


def _runs(keys: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Each key once, and where its rows begin (with the end behind); equal keys are neighbours."""
    encoding = keys.combine_chunks().dictionary_encode()
    code = np.asarray(encoding.indices, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
    return pc.take(encoding.dictionary, code[starts]), np.append(starts, len(code)).astype(np.int64)


def _sums(values: np.ndarray, first: Ints) -> Ints:
    """By account."""
    return np.add.reduceat(values.astype(np.int64), first[:-1])


def _dark(at: Ints, offset: int) -> Floats:
    """1 for payments at night by the clock of the case."""
    hour = (at + offset) % DAY // HOUR
    return ((hour >= NIGHT_FROM) | (hour < NIGHT_TO)).astype(np.float64)
