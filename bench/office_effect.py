"""Whether the interval of `suyuan office effect` holds what a measure did: only the lab knows.

``python bench/office_effect.py [--times 200] [--seeds 1 2 3]``: in worlds of four rings some of a
ring's numbers are measured at a date, and a share of their calls moves to new numbers. Printed is
how often the intervals of 95 % hold the truth; beside it, what a look at before and after alone
would have said (no control, no kin).
"""

import argparse
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suyuan.casework.effects import MeasureEffect, Occurrence, effect
from suyuan.lab.intervention import Intervention, intervene, new_number
from suyuan.lab.world import make_world

SCENARIO = Path(__file__).parents[1] / "tests" / "casework" / "four-rings.yml"
DAYS = 10


class Trial:
    """A world's scam calls, by ring."""

    def __init__(self, world: Path) -> None:
        roles = pq.read_table(world / "truth/roles.parquet").to_pylist()
        self.ring = {
            row["subject"].partition(":")[2]: row["ring_id"]
            for row in roles
            if row["role"] == "scam_caller" and row["ring_id"]
        }
        calls = pq.read_table(world / "case/calls.parquet")
        calls = calls.filter(pc.is_in(calls["caller"], value_set=pa.array(list(self.ring))))
        naive = pc.cast(calls["started_at"], pa.timestamp("us"))
        place = calls.column_names.index("started_at")
        self.calls = calls.set_column(place, "started_at", naive)
        self.reports = pq.read_table(world / "case/reports.parquet")
        self.first = pc.min(naive).as_py()

    def _busy(self, since: datetime) -> set[str]:
        """Numbers that called in the days before: others nobody could have measured."""
        begin, end = (
            pa.scalar(m, pa.timestamp("us")) for m in (since - timedelta(days=DAYS), since)
        )
        at = self.calls["started_at"]
        rows = self.calls.filter(pc.and_(pc.greater_equal(at, begin), pc.less(at, end)))
        return set(rows["caller"].to_pylist())

    def run(self, seed: int) -> tuple[MeasureEffect, float, dict[str, float]]:
        random = np.random.default_rng(seed)
        since = self.first + timedelta(days=int(random.integers(DAYS, 42 - DAYS)))
        ring = random.choice(sorted(set(self.ring.values())))
        own = sorted(n for n in self._busy(since) if self.ring[n] == ring)
        size = int(random.integers(max(1, len(own) // 3), len(own) + 1))
        numbers = frozenset(random.choice(own, size, replace=False).tolist())
        moved = float(random.choice([0.0, 0.3, 0.7, 1.0]))
        there = intervene(self.calls, self.reports, Intervention(numbers, since, moved, seed))
        kin = self.ring | {new_number(n): r for n, r in self.ring.items()}
        happened = zip(
            there.calls["caller"].to_pylist(), there.calls["started_at"].to_pylist(), strict=True
        )
        found = effect((Occurrence(c, kin[c], at) for c, at in happened), numbers, since, DAYS)
        until = pa.scalar(since + timedelta(days=DAYS), pa.timestamp("us"))
        short = self.calls.filter(pc.less(self.calls["started_at"], until))
        exact = intervene(short, self.reports, Intervention(numbers, since, moved, seed))
        truth = {"prevented": exact.prevented_calls, "net": exact.net, "moved": exact.moved_calls}
        return found, moved, truth


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    asked = parser.parse_args()
    held: dict[str, list[bool]] = {name: [] for name in ("prevented", "moved", "net", "placebo")}
    width: list[float] = []
    naive, ours = [], []
    refused = 0
    for seed in asked.seeds:
        with tempfile.TemporaryDirectory() as folder:
            make_world(Path(folder), asked.scenario, 0.001, seed)
            trial = Trial(Path(folder))
        for number in range(asked.times // len(asked.seeds)):
            found, _, truth = trial.run(seed * 10_000 + number)
            if found.net is None or found.net.low is None:
                refused += 1
                continue
            for name in ("prevented", "moved", "net"):
                estimate = getattr(found, name)
                held[name].append(estimate.low <= truth[name] <= estimate.high)
            if found.placebo is not None and found.placebo.low is not None:
                held["placebo"].append(found.placebo.low <= 0 <= found.placebo.high)
            base = max(found.own.before + found.kin.before, 1)
            width.append((found.net.high - found.net.low) / base)
            ours.append(abs(found.net.value - truth["net"]) / base)
            naive.append(abs(found.own.before - found.own.after - truth["net"]) / base)
    for name, listed in held.items():
        print(f"{name:10} held in {np.mean(listed):6.1%} of {len(listed)} (aim 95 %)")
    print(f"no interval, said so: {refused}")
    print(f"error of net, share of the rings' calls before: median {np.median(ours):.1%}")
    print(f"  of before less after of the measured alone:   median {np.median(naive):.1%}")
    print(f"width of the interval of net: median {np.median(width):.0%} of the calls before")


if __name__ == "__main__":
    main()
