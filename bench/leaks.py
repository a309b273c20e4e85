"""Cost of attribution and matching against size, beside a count of victims in plain SQL.

Run: ``python bench/leaks.py 1000000 [reports] [candidates]``; prints seconds and peak memory.
"""

import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis
import pyarrow as pa

from suyuan.detect.leaks.cases import inquire
from suyuan.identity.matching.match import matches
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables, stored_schema

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
from orders where hash(line, 9) % 2 = 0
"""


def main(n: int, reports: int, merchants: int, *, match: bool) -> None:
    with TemporaryDirectory(prefix="bench-leaks-") as folder, DuckEngine(Path(folder)) as engine:
        con = engine._ibis.con
        con.sql("set memory_limit = '8GB'")
        con.sql("create table orders as " + ORDERS.format(n=n, m=merchants))
        con.sql(
            "create table reports as "
            + REPORTS.format(leak=reports // 4, step=max(n // (reports * 3 // 4), 1))
        )
        tables = Tables(engine, zone="Asia/Shanghai")
        _put(tables, "orders", "orders")
        _put(tables, "reports", "reports")
        begun = time.perf_counter()
        con.sql(
            "select merchant_id, count(*) from reports join orders on victim_phone = buyer_phone"
            " group by 1 order by 2 desc limit 5"
        ).fetchall()
        print(f"count of victims in SQL: {time.perf_counter() - begun:.1f} s")
        begun = time.perf_counter()
        asked = inquire(tables)
        spent = time.perf_counter() - begun
        assert asked is not None
        best = int(asked.attribution.posterior.argmax())
        print(
            f"attribution: {n:,} orders, {asked.victims.pairings.victims:,} victims, "
            f"{len(asked.exposure.subjects):,} candidates: {spent:.1f} s, "
            f"{asked.exposure.subjects[best]} {asked.attribution.posterior[best]:.3f}, "
            f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB"
        )
        if match:
            con.sql("create table leaked as " + LEAKED)
            _put(tables, "leaked", "leaked")
            rows = tables.engine.fetch(tables["leaked"].aggregate(n=lambda t: t.count()))
            begun = time.perf_counter()
            found = tables.engine.keep(matches(tables))
            spent = time.perf_counter() - begun
            right = found.filter(
                (found["probability"] >= 0.5)
                & (found["leaked_row"].substr(7) == found["order_row"].substr(7))
            )
            named = found.filter(found["probability"] >= 0.5)
            told = tables.engine.fetch(
                named.aggregate(n=named.count()).cross_join(right.aggregate(right=right.count()))
            ).to_pylist()[0]
            print(
                f"matching: {rows['n'][0].as_py():,} × {n:,}: {spent:.1f} s, "
                f"named {told['n']:,}, right {told['right']:,}, "
                f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB"
            )


def _put(tables: Tables, name: str, held: str) -> None:
    """The bench's table with the declared columns that it lacks, empty."""
    table = tables.engine._ibis.table(held)
    lacking = {
        field.name: pa.nulls(0, field.type)
        for field in stored_schema(name)
        if field.name not in table.columns
    }
    kinds = {c: ibis.dtype(_ibis_type(v.type)) for c, v in lacking.items()}
    tables.put(name, table.mutate(**{c: ibis.null(kind) for c, kind in kinds.items()}))


def _ibis_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "array<string>"
    if pa.types.is_timestamp(kind):
        return "timestamp(6)"
    return {"int64": "int64", "double": "float64", "bool": "boolean"}.get(str(kind), "string")


if __name__ == "__main__":
    sizes = [int(a) for a in sys.argv[1:] if a.isdigit()]
    main(
        sizes[0] if sizes else 1_000_000,
        sizes[1] if len(sizes) > 1 else 2000,
        sizes[2] if len(sizes) > 2 else 4800,
        match="--match" in sys.argv,
    )
