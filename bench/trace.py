"""Tracing beside what a user would otherwise use: DuckDB's recursive SQL and a Polars loop.

    python bench/trace.py --payments 1000000,5000000 [--seeds 1000] [--json OUT]

Invented payments with text ids, in Parquet. Printed for each size:
- load + encode + index, over DuckDB's own scan of the same columns; bytes a payment;
- 1,000 seeds followed for all hops: index walk, DuckDB, Polars, which must reach the same accounts
  at the same times; after how many such questions the index has paid for itself;
- haircut over every payment, over the time that two random reads and writes a payment cost here.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit

from suyuan.money.haircut import haircut
from suyuan.money.index import COLUMNS, PaymentIndex, build
from suyuan.money.traversal import NEVER, forward, rows_from

DAY = 86_400_000_000
PART = 1_000_000


def timed(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """The best of `times` runs, in seconds, and the last outcome."""
    best, out = float("inf"), None
    for _ in range(times):
        began = time.perf_counter()
        out = work()
        best = min(best, time.perf_counter() - began)
    return best, out


def make(folder: Path, payments: int, seed: int = 7) -> pa.Array:
    """Forty days of payments: half to shops, the rest among neighbours; returns the shops.

    An account in twenty-five payments; shops (one account in a hundred) take half of all; people
    pay people of their own neighbourhood of forty, so that money spreads, and not everywhere.
    """
    rng = np.random.default_rng(seed)
    accounts = max(payments // 25, 1_000)
    digits = rng.permutation(accounts) + 6_210_000_000_000_000_000
    names = pa.array(digits).cast(pa.string())
    shops = accounts // 100
    for part, first in enumerate(range(0, payments, PART)):
        n = min(PART, payments - first)
        payer = rng.integers(shops, accounts, n)
        near = np.minimum(payer // 40 * 40 + rng.integers(0, 40, n), accounts - 1)
        shop = (shops * rng.random(n) ** 2).astype(np.int64)
        payee = np.where(rng.random(n) < 0.5, shop, np.maximum(near, shops))
        at = 1_556_000_000_000_000 + (rng.random(n) * 40 * DAY).astype(np.int64)
        columns = {
            "payer": names.take(pa.array(payer)),
            "payee": names.take(pa.array(payee)),
            "amount": pa.array((rng.lognormal(5, 1.2, n) * 100).astype(np.int64) + 1),
            "at": pa.array(at // 1_000_000 * 1_000_000).cast(pa.timestamp("us")),
        }
        pq.write_table(pa.table(columns), folder / f"part-{part:03}.parquet")
    return names.slice(0, shops)


def scan(database: duckdb.DuckDBPyConnection, files: str) -> int:
    """DuckDB reads the four columns from Parquet into a table of its own."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    database.execute(f"create or replace table p as select {names} from read_parquet('{files}')")
    return int(database.execute("select count(*) from p").fetchone()[0])


def index_of(database: duckdb.DuckDBPyConnection, files: str) -> PaymentIndex:
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    return build(database.execute(f"select {names} from read_parquet('{files}')").to_arrow_table())


ROUND = """
select p.payee as account, min(p."at") as since
from front join p on p.payer = front.account and p."at" >= front.since
where not exists (select 1 from shops where shops.account = front.account)
group by p.payee
"""


def by_duckdb(database: duckdb.DuckDBPyConnection, seeds: pa.Table) -> dict[str, int]:
    """Round by round in SQL: the recursive query, its frontier kept to what is newly earlier.

    A plain ``with recursive … union`` keeps every (account, time) pair and takes many times as
    long; this is the fairer rival.
    """
    database.register("seed_rows", seeds)
    database.execute("create or replace temp table seen as select * from seed_rows")
    database.execute("create or replace temp table front as select * from seed_rows")
    while True:
        database.execute(f"create or replace temp table got as {ROUND}")
        database.execute(
            "create or replace temp table front as select got.account, got.since from got "
            "left join seen using (account) where seen.since is null or got.since < seen.since"
        )
        if database.execute("select count(*) from front").fetchone()[0] == 0:
            break
        database.execute(
            "create or replace temp table seen as select account, min(since) as since from "
            "(from seen union all from front) group by account"
        )
    return _pairs(database.execute("select account, since from seen").to_arrow_table())


def by_recursion(database: duckdb.DuckDBPyConnection, seeds: pa.Table) -> dict[str, int]:
    """One recursive query whose rows are replaced when an earlier time is found (``using key``)."""
    database.register("seed_rows", seeds)
    return _pairs(
        database.execute(
            """
            with recursive walk(account, since) using key (account) as (
                select account, since from seed_rows
              union
                select got.account, got.since
                from (
                    select p.payee as account, min(p."at") as since
                    from walk join p on p.payer = walk.account and p."at" >= walk.since
                    where not exists (select 1 from shops where shops.account = walk.account)
                    group by p.payee
                ) as got
                left join recurring.walk as old on old.account = got.account
                where old.since is null or got.since < old.since
            )
            select account, since from walk
            """
        ).to_arrow_table()
    )


def by_polars(payments: pl.DataFrame, seeds: pa.Table, shops: pa.Array) -> dict[str, int]:
    """A loop of joins, its frontier kept to what is newly earlier."""
    stops = pl.DataFrame({"account": pl.from_arrow(shops)})
    front = seen = pl.from_arrow(seeds)
    while front.height:
        got = (
            payments.lazy()
            .join(
                front.join(stops, on="account", how="anti").lazy(),
                left_on="payer",
                right_on="account",
            )
            .filter(pl.col("at") >= pl.col("since"))
            .group_by("payee")
            .agg(since=pl.col("at").min())
            .rename({"payee": "account"})
            .collect()
        )
        old = seen.rename({"since": "old"})
        front = (
            got.join(old, on="account", how="left")
            .filter(pl.col("old").is_null() | (pl.col("since") < pl.col("old")))
            .select("account", "since")
        )
        seen = pl.concat([seen, front]).group_by("account").agg(pl.col("since").min())
    return _pairs(seen.to_arrow())


def _pairs(table: pa.Table) -> dict[str, int]:
    since = table["since"].cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
    return dict(zip(table["account"].to_pylist(), since, strict=True))


def by_index(
    index: PaymentIndex, codes: np.ndarray, times: np.ndarray, stops: np.ndarray
) -> np.ndarray:
    since = np.full(len(index.accounts), NEVER)
    since[codes] = rows_from(index.at, times)
    forward(index.payer_start, index.by_payer, index.at, index.payee, since, stops)
    return since


@njit(cache=True)
def random_access(left: np.ndarray, right: np.ndarray, cells: np.ndarray) -> None:
    """What any pass over payments costs at least: read and write a cell for payer and for payee."""
    for i in range(left.size):
        cells[left[i], 0] += 1
        cells[right[i], 0] += 1


def measure(payments: int, seeds: int, folder: Path) -> dict[str, float]:
    shops = make(folder, payments)
    files = str(folder / "*.parquet")
    database = duckdb.connect()
    scanned, _ = timed(lambda: scan(database, files), 2)
    indexed, index = timed(lambda: index_of(database, files), 2)
    saved, _ = timed(lambda: index.save(folder / "index", "bench"))
    opened, _ = timed(lambda: PaymentIndex.open(folder / "index", "bench"))
    stops = np.asarray(pa.compute.is_in(index.accounts, value_set=shops), dtype=np.bool_)
    codes, times, table = _seeds(index, stops, seeds)
    database.register("shop_rows", pa.table({"account": shops}))
    database.execute("create table shops as from shop_rows")
    walked, since = timed(lambda: by_index(index, codes, times, stops), 5)
    rounds, one = timed(lambda: by_duckdb(database, table))
    recursed, two = timed(lambda: by_recursion(database, table))
    frame = pl.from_arrow(database.execute("from p").to_arrow_table())
    looped, three = timed(lambda: by_polars(frame, table, shops))
    reached = np.flatnonzero(since != NEVER)
    mine = dict(
        zip(
            index.accounts.take(pa.array(reached)).to_pylist(),
            times_of(index, since, codes, times)[reached].tolist(),
            strict=True,
        )
    )
    if not mine == one == two == three:
        raise SystemExit("the rivals do not reach the same accounts at the same times")
    duck = min(rounds, recursed)
    return {
        "payments": payments,
        "duckdb_scan_s": scanned,
        "index_s": indexed,
        "index_over_scan": indexed / scanned,
        "index_save_s": saved,
        "index_open_s": opened,
        "bytes_each": index.bytes_each,
        "reached": len(mine),
        "walk_s": walked,
        "duckdb_rounds_s": rounds,
        "duckdb_recursive_s": recursed,
        "polars_s": looped,
        "duckdb_over_walk": duck / walked,
        "polars_over_walk": looped / walked,
        "pays_after_questions": (indexed - scanned) / max(duck - walked, 1e-9),
        **_haircut(index, stops, codes),
    }


def times_of(
    index: PaymentIndex, since: np.ndarray, codes: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Rows as times; a seed that nothing reached earlier has the time it was given."""
    out = index.at[np.minimum(since, index.at.size - 1)]
    out[codes] = np.where(since[codes] == rows_from(index.at, times), times, out[codes])
    return out


def _seeds(
    index: PaymentIndex, stops: np.ndarray, seeds: int
) -> tuple[np.ndarray, np.ndarray, pa.Table]:
    rng = np.random.default_rng(1)
    codes = rng.choice(np.flatnonzero(~stops), min(seeds, int((~stops).sum())), replace=False)
    times = index.at[0] + (rng.random(codes.size) * 30 * DAY).astype(np.int64)
    columns = {
        "account": index.accounts.take(pa.array(codes)),
        "since": pa.array(times).cast(pa.timestamp("us")),
    }
    return codes, times, pa.table(columns)


def _haircut(index: PaymentIndex, stops: np.ndarray, codes: np.ndarray) -> dict[str, float]:
    origin = np.isin(index.payer, codes)
    opening = np.full((len(index.accounts), 2), 500_000)
    opening[:, 1] = 0
    cells = np.zeros_like(opening)
    limit, _ = timed(lambda: random_access(index.payer, index.payee, cells), 3)
    swept, _ = timed(
        lambda: haircut(index.payer, index.payee, index.amount, origin, opening.copy(), stops), 3
    )
    return {"haircut_s": swept, "random_access_s": limit, "haircut_over_limit": swept / limit}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--payments", default="1000000,5000000")
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--json", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="suyuan-bench-") as warm:
        measure(20_000, 50, Path(warm))  # compiles the kernels
    rows = []
    for size in map(int, told.payments.split(",")):
        folder = Path(tempfile.mkdtemp(prefix="suyuan-bench-"))
        try:
            rows.append(measure(size, told.seeds, folder))
        finally:
            shutil.rmtree(folder)
        for name, value in rows[-1].items():
            print(f"{name:>22} {value:,.4f}")
        print()
    if told.json:
        told.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
