"""Import against bare DuckDB, both sides in one run; memory; small files; look-up by identifier.

    python bench/ingest.py --rows 2000000

The rival reads the same columns from UTF-8 and writes Parquet, and does nothing else: no lines,
no cleaning, no hashes, no duplicates, no check of balances. Each side runs in a process of its own.
"""

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from suyuan.ingest import import_case
from suyuan.lookup.index import Index, build_index
from suyuan.store.layout import Layout

PAYMENTS = """
SELECT 'P' || lpad(i::VARCHAR, 10, '0') AS payment_id,
    strftime(TIMESTAMP '2019-01-01' + to_seconds(i * 3), '%Y-%m-%d %H:%M:%S') AS "at",
    '622202' || lpad((hash(i) % 500000)::VARCHAR, 13, '0') AS payer,
    '622202' || lpad((hash(i + 7) % 500000)::VARCHAR, 13, '0') AS payee,
    printf('%.2f', (hash(i * 3) % 10000000 + 1) / 100.0) AS amount, 'CNY' AS currency,
    'bank' AS channel, {balance} AS balance_after, '转账备注' || (i % 1000)::VARCHAR AS memo,
    'M' || (i % 99991)::VARCHAR AS merchant_order, 'settled' AS status
FROM range({rows}) AS t(i)"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=1, help="both sides so often; median ratio")
    asked.add_argument("--balances", action="store_true", help="fill balance_after")
    asked.add_argument("--keep", type=Path, help="work in this folder and leave it")
    asked.add_argument("--only", choices=["bare", "import", "small", "who"])
    asked.add_argument("path", nargs="?", type=Path)
    given = asked.parse_args()
    if given.only:
        {"bare": bare, "import": imported, "small": small, "who": who}[given.only](given.path)
        return
    folder = given.keep or Path(tempfile.mkdtemp(prefix="suyuan-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        measure(folder, given.rows, balances=given.balances, rounds=given.rounds)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def measure(folder: Path, rows: int, *, balances: bool, rounds: int) -> None:
    utf8, gb = folder / "utf8", folder / "gb18030"
    written(utf8 / "payments.csv", rows, balances=balances)
    size = (utf8 / "payments.csv").stat().st_size
    print(f"{rows:,} payments, {size / 1e6:,.0f} MB of CSV")
    base = compared(utf8, rounds)
    transcode(utf8 / "payments.csv", gb / "payments.csv")
    theirs = timed("import", gb)
    told("import, GB18030", theirs, base, "at most 5.0")
    timed("small", folder)
    timed("who", utf8)


def compared(utf8: Path, rounds: int) -> tuple[float, float]:
    """Both sides, one after the other, as often as asked; what bare DuckDB took the last time."""
    ratios = []
    for _ in range(rounds):
        base = timed("bare", utf8)
        told("bare DuckDB", base, base, "")
        ours = timed("import", utf8)
        told("import, UTF-8", ours, base, "at most 2.5")
        ratios.append((ours[0] / base[0], ours[1] / base[1]))
    if rounds > 1:
        clock, processor = (statistics.median(side) for side in zip(*ratios, strict=True))
        print(f"median of {rounds}: {clock:.1f} by the clock, {processor:.1f} by processor")
    return base


def timed(what: str, path: Path) -> tuple[float, float]:
    """Seconds by the clock and of processor, for the whole process; it prints the rest itself."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, __file__, "--only", what, str(path)], check=True)
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def told(what: str, took: tuple[float, float], base: tuple[float, float], limit: str) -> None:
    ratios = f"{took[0] / base[0]:.1f} by the clock, {took[1] / base[1]:.1f} by processor"
    print(f"{what:<16} {took[0]:7.1f} s {took[1]:7.1f} cpu s   ratio {ratios}   {limit}")


def written(path: Path, rows: int, *, balances: bool) -> None:
    path.parent.mkdir(exist_ok=True)
    balance = "printf('%.2f', (hash(i * 5) % 100000000) / 100.0)" if balances else "NULL"
    sql = PAYMENTS.format(rows=rows, balance=balance)
    duckdb.sql(f"COPY ({sql}) TO '{path}' (HEADER)")


def transcode(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    with source.open(encoding="utf-8") as read, target.open("w", encoding="gb18030") as write:
        shutil.copyfileobj(read, write, 1 << 22)


def bare(folder: Path) -> None:
    con = duckdb.connect()
    con.execute(
        f"COPY (SELECT * FROM read_csv('{folder}/payments.csv', types={{'payer': 'VARCHAR', "
        f"'payee': 'VARCHAR', 'amount': 'DECIMAL(18,2)'}})) TO '{folder.parent}/bare.parquet'"
    )


def imported(folder: Path) -> None:
    steps: dict[str, float] = {}
    before = time.process_time()

    def progress(step: str, done: int, total: int | None) -> None:
        nonlocal before
        del done, total
        now = time.process_time()
        steps[step] = steps.get(step, 0) + now - before
        before = now

    out = folder.parent / f"out-{folder.name}"
    shutil.rmtree(out, ignore_errors=True)
    started = time.process_time()
    import_case(folder, out, progress=progress)
    steps["rest"] = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    listed = ", ".join(f"{step} {seconds:.1f}" for step, seconds in steps.items())
    print(f"  peak {peak:.2f} GB; before {started:.1f}; cpu s: {listed}")


def small(folder: Path) -> None:
    case = folder / "small"
    case.mkdir(exist_ok=True)
    for n in range(1000):
        rows = "".join(f"P{n}-{k},2019-04-29 09:05:00,A{k},B,{k + 1}.00\n" for k in range(20))
        (case / f"payments-{n}.csv").write_text("payment_id,at,payer,payee,amount\n" + rows)
    started = time.perf_counter()
    import_case(case, folder / "out-small")
    first = time.perf_counter() - started
    started = time.perf_counter()
    import_case(case, folder / "out-small")
    again = time.perf_counter() - started
    print(f"1,000 small files      {first:7.1f} s; again, nothing changed: {again:.1f} s")


def who(folder: Path) -> None:
    layout = Layout(folder.parent / f"out-{folder.name}")
    started = time.perf_counter()
    build_index(layout)
    print(f"index for who          {time.perf_counter() - started:7.1f} s, once after an import")
    asked = duckdb.sql(
        f"SELECT payer FROM '{layout.records}/payments/*.parquet' USING SAMPLE 300"
    ).fetchall()
    asked += [(f"P{random.Random(n).randrange(10**6):010}",) for n in range(100)] + [("nobody",)]
    with Index(layout) as index:
        index.find("warm")
        times = []
        for (identifier,) in asked:
            started = time.perf_counter()
            index.find(identifier)
            times.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times, n=100)
    print(f"who: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms (at most 50)")


if __name__ == "__main__":
    main()
