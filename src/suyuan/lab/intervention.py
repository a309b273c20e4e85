"""A measure that takes effect in a world at a date, and the truth of what it did.

From then on none of the measured numbers makes a call. A share of the calls that they would have
made is made from another number of the same ring, a new one for each; the others are not made, and
who would have been taken in by one of these is not.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Intervention:
    """Which numbers from when (naive UTC), and which share of their calls only moves."""

    numbers: frozenset[str]
    since: datetime
    moved: float
    seed: int


@dataclass(frozen=True, slots=True)
class Intervened:
    """The tables as they would have come, and the truth: calls not made by the numbers, moved."""

    calls: pa.Table
    reports: pa.Table
    prevented: int
    moved: int

    @property
    def net(self) -> int:
        return self.prevented - self.moved


def new_number(number: str) -> str:
    """The number that a ring goes on with in place of a measured one."""
    return f"{number}0"


def intervene(calls: pa.Table, reports: pa.Table, plan: Intervention) -> Intervened:
    """`calls` and `reports` of a world (standard tables) as `plan` would have changed them."""
    callers = calls["caller"].to_numpy(zero_copy_only=False).astype(object)
    hit = np.isin(callers, list(plan.numbers)) & _from(calls["started_at"], plan.since)
    moves = hit & (np.random.default_rng(plan.seed).random(len(callers)) < plan.moved)
    callers[moves] = [new_number(number) for number in callers[moves]]
    place = calls.column_names.index("caller")
    changed = calls.set_column(place, "caller", pa.array(callers, pa.string()))
    kept = _still_lost(calls, reports, plan, moves)
    return Intervened(
        changed.filter(pa.array(~hit | moves)),
        reports.filter(pa.array(kept)),
        int(hit.sum()),
        int(moves.sum()),
    )


def _still_lost(
    calls: pa.Table, reports: pa.Table, plan: Intervention, moves: np.ndarray
) -> np.ndarray:
    """Reports that come all the same: their call was not measured, or was made all the same."""
    replaced = calls.filter(pa.array(moves))
    pairs = set(zip(replaced["caller"].to_pylist(), replaced["callee"].to_pylist(), strict=True))
    after = _from(reports["contacted_at"], plan.since)
    rows = reports.select(["victim_phone", "caller_numbers"]).to_pylist()
    gone = [
        bool(plan.numbers.intersection(row["caller_numbers"] or ()))
        and not any((n, row["victim_phone"]) in pairs for n in row["caller_numbers"] or ())
        for row in rows
    ]
    return ~(after & np.array(gone, bool).reshape(after.shape))


def _from(moments: pa.ChunkedArray, since: datetime) -> np.ndarray:
    later = pc.greater_equal(moments.cast(pa.timestamp("us")), pa.scalar(since, pa.timestamp("us")))
    return np.asarray(pc.fill_null(later, False), dtype=np.bool_)  # noqa: FBT003
