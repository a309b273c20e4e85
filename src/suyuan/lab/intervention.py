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
    move_share: float
    seed: int


@dataclass(frozen=True, slots=True)
class InterventionResult:
    """The tables as they would have come, and the truth: calls not made by the numbers, moved."""

    calls: pa.Table
    reports: pa.Table
    prevented_calls: int
    moved_calls: int

    @property
    def net(self) -> int:
        return self.prevented_calls - self.moved_calls


def new_number(number: str) -> str:
    """The number that a ring goes on with in place of a measured one."""
    return f"{number}0"


def intervene(calls: pa.Table, reports: pa.Table, plan: Intervention) -> InterventionResult:
    """`calls` and `reports` of a world (standard tables) as `plan` would have changed them."""
    callers = calls["caller"].to_numpy(zero_copy_only=False).astype(object)
    hit = np.isin(callers, list(plan.numbers)) & _from(calls["started_at"], plan.since)
    moves = hit & (np.random.default_rng(plan.seed).random(len(callers)) < plan.move_share)
    callers[moves] = [new_number(number) for number in callers[moves]]
    place = calls.column_names.index("caller")
    new_calls = calls.set_column(place, "caller", pa.array(callers, pa.string()))
    is_filed = _still_lost(calls, reports, plan, moves)
    return InterventionResult(
        new_calls.filter(pa.array(~hit | moves)),
        reports.filter(pa.array(is_filed)),
        int(hit.sum()),
        int(moves.sum()),
    )


def _still_lost(
    calls: pa.Table, reports: pa.Table, plan: Intervention, moves: np.ndarray
) -> np.ndarray:
    """Reports that come all the same: their call was not measured, or was made all the same."""
    moved_calls = calls.filter(pa.array(moves))
    pairs = set(
        zip(moved_calls["caller"].to_pylist(), moved_calls["callee"].to_pylist(), strict=True)
    )
    after = _from(reports["contacted_at"], plan.since)
    rows = reports.select(["victim_phone", "caller_numbers"]).to_pylist()
    is_spared = [
        bool(plan.numbers.intersection(row["caller_numbers"] or ()))
        and not any((n, row["victim_phone"]) in pairs for n in row["caller_numbers"] or ())
        for row in rows
    ]
    return ~(after & np.array(is_spared, bool).reshape(after.shape))


def _from(moments: pa.ChunkedArray, since: datetime) -> np.ndarray:
    later = pc.greater_equal(moments.cast(pa.timestamp("us")), pa.scalar(since, pa.timestamp("us")))
    return np.asarray(pc.fill_null(later, False), dtype=np.bool_)  # noqa: FBT003
