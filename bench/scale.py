"""Does the batch half scale? Spark's own counters at 1, 2 and 4 times the rows.

    python bench/scale.py [--rows N] [--times 1 2 4]

The work: the walks over each account (``Engine.fold``: how long money rests, which sums return) and
the counts of counterparties (joins and groups), over invented payments of heavy-tailed accounts
whose number grows with the rows. Printed for each size: CPU seconds of the tasks, shuffle bytes
and bytes fetched into the driver for a million rows, the worst task against the median of the
longest stage, spill; then what Amdahl's law leaves from the CPU of the driver. No cluster was
measured: flat figures say that nothing in the work grows faster than the rows, no more.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from suyuan.detect.money_flows.accounts import _counts, _pairs, _sides, _walk
from suyuan.store.spark import SparkEngine

DAY = 86_400_000_000


def payments(folder: Path, rows: int) -> list[Path]:
    """Parquet files of half a million payments each."""
    rng = np.random.default_rng(rows)
    accounts = max(rows // 20, 100)
    files = []
    for start in range(0, rows, 500_000):
        size = min(500_000, rows - start)
        ends = (rng.pareto(1.5, (2, size)) * accounts / 50).astype(np.int64) % accounts
        ends[1] = np.where(ends[0] == ends[1], (ends[1] + 1) % accounts, ends[1])
        table = pa.table(
            {
                "row_id": pa.array(np.arange(start, start + size)).cast(pa.string()),
                "at": pa.array(rng.integers(0, 60 * DAY, size) + 1_556_000_000_000_000).cast(
                    pa.timestamp("us")
                ),
                "payer": pa.array(6_200_000_000_000_000 + ends[0]).cast(pa.string()),
                "payee": pa.array(6_200_000_000_000_000 + ends[1]).cast(pa.string()),
                "amount": pa.array((rng.pareto(1.1, size) * 5000).astype(np.int64) + 1),
                "balance_after": pa.nulls(size, pa.int64()),
            }
        )
        files.append(folder / f"payments-{start}.parquet")
        pq.write_table(table, files[-1])
    return files


def tasks(log: Path) -> list[dict[str, Any]]:
    """The tasks that ended, from Spark's event log."""
    found = []
    for path in sorted(p for p in log.rglob("*") if p.is_file()):
        for line in path.read_text(errors="replace").splitlines():
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("Event") == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                found.append(event)
    return found


def shuffled(task: dict[str, Any]) -> int:
    return int(task["Task Metrics"]["Shuffle Write Metrics"]["Shuffle Bytes Written"])


def measured(folder: Path, log: Path, rows: int) -> tuple[float, float]:
    """CPU seconds of tasks and of the driver for `rows`; prints the line."""
    engine, fetched = SparkEngine(folder / "work", master="local[2]"), [0]
    fetch = engine.fetch

    def counted(expression: Any) -> pa.Table:
        table = fetch(expression)
        fetched[0] += table.nbytes
        return table

    engine.fetch = counted  # type: ignore[method-assign]
    moved = engine.parquet(payments(folder, rows))
    before, started = len(tasks(log)), time.perf_counter()
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    engine.keep(_walk(engine, moved, "Asia/Shanghai"))
    engine.keep(_counts(_sides(moved), engine.keep(_pairs(moved))))
    after = resource.getrusage(resource.RUSAGE_SELF)
    wall = time.perf_counter() - started
    driver = after.ru_utime - cpu.ru_utime + after.ru_stime - cpu.ru_stime
    engine.close()
    done = tasks(log)[before:]
    spent = [task["Task Metrics"] for task in done]
    executors = sum(metrics["Executor Run Time"] for metrics in spent) / 1e3
    stages: dict[int, list[float]] = {}
    for task in done:
        length = task["Task Metrics"]["Executor Run Time"]
        stages.setdefault(task["Stage ID"], []).append(max(length, 1))
    longest = max(stages.values(), key=sum)
    millions = rows / 1e6
    print(
        f"{rows:>11,} rows: {executors / millions:6.1f} s of tasks,"
        f" {sum(map(shuffled, done)) / rows:6.1f} B shuffled a row,"
        f" {fetched[0] / millions / 1e6:6.2f} MB to the driver, each for a million rows;"
        f" {len(longest)} tasks, the worst {max(longest) / statistics.median(longest):.2f} x the"
        f" median; {sum(m['Disk Bytes Spilled'] for m in spent) / 1e6:.0f} MB spilled;"
        f" driver {driver:.1f} CPU s, wall {wall:.1f} s"
    )
    return executors, driver


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers are of this environment
    with tempfile.TemporaryDirectory() as name:
        for times in asked.times:
            log = Path(name) / f"log-{times}"
            log.mkdir()
            (
                SparkSession.builder.master("local[2]")
                .config("spark.eventLog.enabled", "true")
                .config("spark.eventLog.dir", log.as_uri())
                .config("spark.eventLog.compress", "false")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
                .config("spark.driver.memory", "4g")
                .getOrCreate()
            )
            folder = Path(name) / f"rows-{times}"
            folder.mkdir()
            executors, driver = measured(folder, log, asked.rows * times)
            serial = driver / (executors + driver)
            print(f"{'':>12} {serial:.1%} in the driver: 64 cores give at most"
                  f" {1 / (serial + (1 - serial) / 64):.0f} x one")  # fmt: skip


if __name__ == "__main__":
    main()
