"""Cost of attribution, matching and look-up against size, beside the same tables counted in SQL.

    python bench/leaks.py [--orders 1000000,2500000] [--reports 2000] [--merchants 4800]
                          [--match] [--lookup] [--json OUT] [--picture OUT.svg]

Wall seconds depend on what else the machine does; seconds of the processor and the ratio to a
count of victims in plain SQL, timed in the same run, depend on it less. With ``--match`` as many
seized rows as orders are matched with them; with ``--lookup`` their index is built and asked.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from suyuan.detect.leaks.inquiry import inquire
from suyuan.identity.matching.match import matches
from suyuan.lookup.phone_index import PhoneIndex
from suyuan.lookup.seized_rows import build
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables, stored_schema

Figures = dict[str, float]
ORDERS = """
select 'O' || i as order_id,
  timestamp '2019-04-01' + to_microseconds(((hash(i) % 3628800)::bigint) * 1000000) as ordered_at,
  null::varchar as buyer_id, '王' || (hash(i // 3) % 997) as buyer_name,
  '1' || (3000000000 + (hash(i // 3, 1) % 6999999999)) as buyer_phone,
  '苏州市' || (hash(i // 3, 2) % 99991) as address, 'P' || (hash(i, 3) % 4) as platform,
  'M' || m as merchant_id, 'K' || (hash(i, 4) % 12) as courier,
  'W' || (hash(i, 5) % 10000000000) as waybill_id, 'I' || (hash(i, 6) % 480) as item,
  (1000 + hash(i, 7) % 30000)::bigint as amount, 'S' || (m % 60) as software,
  'H' || (m % 120) as warehouse, null::timestamp as known_at, 'orders.parquet' as file,
  '0' as sha256, i as line, 'orders:' || i as row_id
from (select i, floor({m} * pow((hash(i, 8) % 1000000) / 1e6, 3))::bigint as m
      from range({n}) r(i))
"""
REPORTS = """
select 'R' || row_number() over () as report_id, ordered_at + interval 20 hour as reported_at,
  buyer_phone as victim_phone, ordered_at + interval 9 hour as contacted_at,
  0::bigint as loss, 'reports' as file, '0' as sha256, 1::bigint as line,
  'reports:' || order_id as row_id
from (select * from orders where merchant_id = 'M40' order by order_id limit {leak})
union all
select 'U' || order_id, ordered_at + interval 30 hour, buyer_phone, ordered_at + interval 15 hour,
  0::bigint, 'reports', '0', 1::bigint, 'reports:u' || order_id
from (select * from orders where line % {step} = 0)
"""
LEAKED = """
select 'L' || order_id as leaked_id, 'E' || (line % 20) as exhibit_id, buyer_name as name,
  case when hash(line) % 2 = 0 then buyer_phone
       else buyer_phone[1:3] || '****' || buyer_phone[8:] end as phone,
  case when hash(line, 1) % 3 = 0 then null else address end as address,
  case when hash(line, 2) % 6 = 0 then null else item end as item,
  case when hash(line, 3) % 7 = 0 then null else amount end as amount,
  case when hash(line, 4) % 4 = 0 then null else ordered_at end as ordered_at,
  case when hash(line, 5) % 2 = 0 then null else waybill_id end as waybill_id,
  'leaked' as file, '0' as sha256, line, 'leaked:' || line as row_id
from orders
"""
COUNT = """
select merchant_id, count(*) from reports join orders on victim_phone = buyer_phone
group by 1 order by 2 desc limit 5
"""


def timed(work: Callable[[], Any]) -> tuple[Figures, Any]:
    """What `work` gives, with its wall and processor seconds and the peak so far in GB."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak_gb": peak}
    return {name: round(value, 3) for name, value in spent.items()}, found


def measure(n: int, reports: int, merchants: int, *, match: bool, lookup: bool) -> dict[str, Any]:
    with TemporaryDirectory(prefix="bench-leaks-") as name, DuckEngine(Path(name) / "w") as engine:
        tables = Tables(engine, zone="Asia/Shanghai")
        con, folder = engine._ibis.con, Path(name)
        con.sql("set memory_limit = '6GB'")
        step = max(n // max(reports * 3 // 4, 1), 1)
        _make(tables, folder, "orders", ORDERS.format(n=n, m=merchants))
        _make(tables, folder, "reports", REPORTS.format(leak=reports // 4, step=step))
        row: dict[str, Any] = {"orders": n}
        row["sql"], _ = timed(lambda: con.sql(COUNT).fetchall())
        row["attribution"], asked = timed(lambda: inquire(tables))
        best = int(asked.attribution.posterior.argmax())
        row["named"] = asked.exposure.subjects[best]
        row["posterior"] = round(float(asked.attribution.posterior[best]), 3)
        row["victims"] = asked.victims.pairings.victims
        row["candidates"] = len(asked.exposure.subjects)
        if match or lookup:
            _make(tables, folder, "leaked", LEAKED)
        if match:
            row |= _matching(tables)
        if lookup:
            row |= _looking(tables, folder)
        return row


def _matching(tables: Tables) -> dict[str, Any]:
    engine = tables.engine
    spent, found = timed(lambda: engine.keep(matches(tables)))
    sure = found.filter(found["probability"] >= 0.5)
    right = sure["leaked_row"].substr(len("leaked:")) == sure["order_row"].substr(len("orders:"))
    told = engine.fetch(sure.aggregate(named=sure.count(), right=right.sum()))
    return {"matching": spent} | {f"match_{k}": v[0].as_py() for k, v in zip(
        told.column_names, told.columns, strict=True)}  # fmt: skip


def _looking(tables: Tables, folder: Path) -> dict[str, Any]:
    """Build the index, then ask for 2,000 numbers that are in it."""
    spent, rows = timed(lambda: build(tables.engine, tables["leaked"], folder / "index"))
    some = tables["orders"].filter(lambda t: t["line"] % 997 == 0).limit(2000)
    numbers = tables.engine.fetch(some.select("buyer_phone"))["buyer_phone"].to_pylist()
    index, took = PhoneIndex.open(folder / "index"), []
    for number in numbers:
        begun = time.perf_counter()
        found = index.find(number)
        took.append(1000.0 * (time.perf_counter() - begun))
        assert found.num_rows
    return {
        "index": spent | {"rows": rows},
        "lookup_ms": {f"p{p}": round(float(np.percentile(took, p)), 2) for p in (50, 99)},
    }


def _make(tables: Tables, folder: Path, name: str, query: str) -> None:
    """A table written to Parquet and read as the import would leave it, lacking columns empty."""
    con, path = tables.engine._ibis.con, folder / f"{name}.parquet"
    con.sql(f"copy ({query}) to '{path}' (format parquet)")
    con.sql(f"create view {name} as from '{path}'")
    table = tables.engine.parquet([path])
    lacking = {f.name: f.type for f in stored_schema(name) if f.name not in table.columns}
    empty = {c: ibis.null(ibis.dtype(_type(kind))) for c, kind in lacking.items()}
    tables.put(name, table.mutate(**empty))


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "array<string>"
    if pa.types.is_timestamp(kind):
        return "timestamp(6)"
    return {"int64": "int64", "double": "float64", "bool": "boolean"}.get(str(kind), "string")


def tell(row: dict[str, Any]) -> None:
    def spent(part: str) -> str:
        told = row[part]
        ratio = told["cpu"] / max(row["sql"]["cpu"], 1e-3)
        return (
            f"{told['wall']:.1f} s, processor {told['cpu']:.1f} s ({ratio:.0f} times the count), "
            f"peak {told['peak_gb']:.1f} GB"
        )

    print(f"{row['orders']:,} orders, {row['victims']:,} victims, {row['candidates']:,} candidates")
    print(f"  count of victims in SQL: {spent('sql')}")
    print(f"  attribution: {spent('attribution')}; {row['named']} {row['posterior']}")
    if "matching" in row:
        right = row["match_right"] / max(row["match_named"], 1)
        print(f"  matching: {spent('matching')}; named {row['match_named']:,}, right {right:.4f}")
    if "index" in row:
        asked = row["lookup_ms"]
        print(f"  index: {spent('index')}; look-up p50 {asked['p50']} ms, p99 {asked['p99']} ms")


def picture(rows: list[dict[str, Any]]) -> str:
    """Processor seconds against orders, both axes logarithmic, as SVG."""
    parts = [p for p in ("sql", "attribution", "matching", "index") if all(p in r for r in rows)]
    size = np.log10([row["orders"] for row in rows])
    cost = {p: np.log10([max(row[p]["cpu"], 0.01) for row in rows]) for p in parts}
    top, low = max(c.max() for c in cost.values()), min(c.min() for c in cost.values())
    x = 70 + 480 * (size - size.min()) / max(np.ptp(size), 1e-9)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 340" font-size="12">']
    for n, part in enumerate(parts):
        y = 290 - 250 * (cost[part] - low) / max(top - low, 1e-9)
        line = " ".join(f"{a:.0f},{b:.0f}" for a, b in zip(x, y, strict=True))
        shade = f"hsl({n * 90},60%,40%)"
        out.append(f'<polyline points="{line}" fill="none" stroke="{shade}"/>')
        out.append(f'<text x="{x[-1] + 8:.0f}" y="{y[-1] + 4:.0f}" fill="{shade}">{part}</text>')
        for a, b, row in zip(x, y, rows, strict=True):
            out.append(f'<text x="{a:.0f}" y="{b - 6:.0f}">{row[part]["cpu"]:.1f} s</text>')
    for a, row in zip(x, rows, strict=True):
        out.append(f'<text x="{a:.0f}" y="322">{row["orders"] / 1e6:g} M orders</text>')
    return "".join([*out, "</svg>"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", default="1000000")
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--merchants", type=int, default=4800)
    parser.add_argument("--match", action="store_true")
    parser.add_argument("--lookup", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    told = parser.parse_args()
    rows = []
    for n in map(int, told.orders.split(",")):
        rows.append(measure(n, told.reports, told.merchants, match=told.match, lookup=told.lookup))
        tell(rows[-1])
    if told.json:
        told.json.write_text(json.dumps(rows, indent=2))
    if told.picture:
        told.picture.write_text(picture(rows))


if __name__ == "__main__":
    main()
