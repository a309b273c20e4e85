"""The index of seized rows, ours beside SQLite's b-tree: building, size, asking.

    python bench/index.py [--rows 1000000] [--asked 2000]

Both hold the same rows under the seven digits that a mask leaves, and both are asked for the same
numbers, first by a process that has just opened them, then again. SQLite stands here in the two
forms that it could take: rows clustered by the key (``WITHOUT ROWID``), and the key alone beside
our file of rows. The page cache is not emptied in between, so "first" is a new process on a warm
disk.
"""

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.lookup.masked_numbers import visible
from suyuan.lookup.phone_index import PhoneIndex
from suyuan.lookup.seized_rows import COLUMNS, build
from suyuan.store.duck import DuckEngine

SEIZED = """
select 'L' || i as leaked_id, 'E' || (i % 40) as exhibit_id, 'H' || (i % 12) as holder_id,
  timestamp '2019-04-01' as obtained_at, '王' || (hash(i) % 997) as name,
  case when i % 5 = 0 then substr(p, 1, 3) || '****' || substr(p, 8) else p end as phone,
  '苏州市' || (hash(i, 2) % 99991) as address, 'I' || (hash(i, 6) % 480) as item,
  (1000 + hash(i, 7) % 30000)::bigint as amount, timestamp '2019-03-01' as ordered_at,
  'W' || (hash(i, 5) % 10000000000) as waybill_id, 'f:' || i as row_id, 'leaked.csv' as file,
  i as line, 'abc' as sha256
from (select i, '1' || (3000000000 + (hash(i, 1) % 6999999999)) as p from range({rows}) as t(i))
"""


@dataclass(frozen=True)
class Asked:
    """Milliseconds of a look-up in a process that has just opened the index, and in general."""

    first: float
    p50: float
    p99: float
    rows: int


def phones(rows: int, asked: int) -> list[str]:
    with DuckEngine() as engine:
        made = engine._ibis.con.execute(
            f"SELECT DISTINCT '1' || (3000000000 + (hash(i * {max(1, rows // asked)}, 1)"
            f" % 6999999999)) FROM range({asked}) AS t(i) ORDER BY 1"
        )
        return [phone for (phone,) in made.fetchall()]


def asked(find: Callable[[str], int], numbers: list[str]) -> Asked:
    took, rows = [], 0
    for number in numbers:
        began = time.perf_counter()
        rows += find(number)
        took.append((time.perf_counter() - began) * 1e3)
    return Asked(took[0], *np.percentile(took, [50, 99]), rows)


def batches(engine: DuckEngine, seized: ir.Table) -> Iterator[pa.RecordBatch]:
    key = visible(seized["phone"]).try_cast("int32")
    rows = seized.select(key=key, row=seized["row_id"], **{c: seized[c] for c in COLUMNS})
    rows = rows.filter(lambda t: t["key"].notnull()).order_by(["key", "row"]).drop("row")
    return engine.stream(
        rows.mutate(
            obtained_at=rows["obtained_at"].cast("string"),
            ordered_at=rows["ordered_at"].cast("string"),
        )
    )


def clustered(engine: DuckEngine, seized: ir.Table, file: Path) -> None:
    """Rows in the b-tree itself, in the order of their keys."""
    con = _opened(file)
    names = ", ".join(COLUMNS)
    con.execute(
        f"CREATE TABLE seized (key INTEGER, n INTEGER, {names}, PRIMARY KEY (key, n)) WITHOUT ROWID"
    )
    marks, n = ", ".join("?" * (len(COLUMNS) + 2)), 0
    for batch in batches(engine, seized):
        key, *rest = (column.to_pylist() for column in batch.columns)
        con.executemany(
            f"INSERT INTO seized VALUES ({marks})",
            zip(key, range(n, n + len(key)), *rest, strict=True),
        )
        n += len(key)
    con.commit()
    con.close()


def keys_alone(engine: DuckEngine, seized: ir.Table, file: Path) -> None:
    """Keys and the numbers of rows; the rows stay in the file of Arrow batches."""
    con = _opened(file)
    con.execute("CREATE TABLE seized (key INTEGER, n INTEGER, PRIMARY KEY (key, n)) WITHOUT ROWID")
    n = 0
    for batch in batches(engine, seized):
        key = batch["key"].to_pylist()
        con.executemany(
            "INSERT INTO seized VALUES (?, ?)", zip(key, range(n, n + len(key)), strict=True)
        )
        n += len(key)
    con.commit()
    con.close()


def _opened(file: Path) -> sqlite3.Connection:
    con = sqlite3.connect(file)
    con.execute("PRAGMA journal_mode = OFF")
    con.execute("PRAGMA synchronous = OFF")
    return con


def in_rows(file: Path) -> Callable[[str], int]:
    con = sqlite3.connect(f"file:{file}?mode=ro", uri=True)

    def find(phone: str) -> int:
        rows = con.execute("SELECT * FROM seized WHERE key = ?", [int(phone[:3] + phone[7:])])
        at = 2 + COLUMNS.index("phone")
        return sum(_fits(row[at], phone) for row in rows.fetchall())

    return find


def in_keys(file: Path, rows: Path) -> Callable[[str], int]:
    con = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    held = PhoneIndex.open(rows).rows
    size = held.get_batch(0).num_rows

    def find(phone: str) -> int:
        asked_for = con.execute("SELECT n FROM seized WHERE key = ?", [int(phone[:3] + phone[7:])])
        numbers = [n for (n,) in asked_for]
        return sum(
            _fits(held.get_batch(n // size)["phone"][n % size].as_py(), phone) for n in numbers
        )

    return find


def _fits(written: str, phone: str) -> bool:
    return all(w in ("*", p) for w, p in zip(written, phone, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=2_000)
    given = parser.parse_args()
    numbers = phones(given.rows, given.asked)
    np.random.default_rng(1).shuffle(numbers)
    with TemporaryDirectory() as name, DuckEngine(Path(name) / "work") as engine:
        folder = Path(name)
        seized = engine.keep(engine._ibis.sql(SEIZED.format(rows=given.rows)))
        ours, rows, keys = folder / "ours", folder / "rows.sqlite", folder / "keys.sqlite"
        spent = {
            "ours": _timed(lambda: build(engine, seized, ours)),
            "SQLite, rows": _timed(lambda: clustered(engine, seized, rows)),
            "SQLite, keys": _timed(lambda: keys_alone(engine, seized, keys)),
        }
        finds = {
            "ours": lambda: PhoneIndex.open(ours),
            "SQLite, rows": lambda: in_rows(rows),
            "SQLite, keys": lambda: in_keys(keys, ours),
        }
        sizes = {
            "ours": _size(ours),
            "SQLite, rows": _size(rows),
            "SQLite, keys": _size(keys) + _size(ours / "leaked-by-phone.arrow"),
        }
        print(f"{given.rows:,} seized rows, {len(numbers):,} numbers asked")
        print(
            f"{'':14}{'built s':>9}{'cpu s':>8}{'MB':>8}{'first ms':>10}{'p50':>8}{'p99':>8}"
            f"{'found':>8}"
        )
        for way, (wall, cpu) in spent.items():
            opened = finds[way]()
            find = opened if way != "ours" else (lambda n, o=opened: o.find(n).num_rows)
            got = asked(find, numbers)
            print(
                f"{way:14}{wall:9.1f}{cpu:8.1f}{sizes[way] / 1e6:8.0f}{got.first:10.2f}"
                f"{got.p50:8.3f}{got.p99:8.3f}{got.rows:8}"
            )
            sys.stdout.flush()


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _size(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


if __name__ == "__main__":
    main()
