"""Features of callers and registrations, beside the same joins and groups written by hand in SQL.

    python bench/detect.py [--calls 30000000] [--accounts 10000000] [--work DIR]

Both sides read the same Parquet files with the same settings and write the same kind of table, one
row a caller or an account. Union-find is timed apart: SQL has no rival for it worth writing.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.detect import openings
from suyuan.detect.calling import activity, callees, handsets
from suyuan.detect.registering import crowds, groups
from suyuan.detect.registering.handover import handover
from suyuan.detect.ties import group_members
from suyuan.identity.labels import label_pairs
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import stored_schema

SEEDED = "setseed(0.515)"


def make(work: Path, calls: int, accounts: int) -> None:
    """Worlds of the right size and rough shape: few numbers that call many, farms among homes."""
    people = max(calls // 30, 1000)
    db = duckdb.connect()
    db.execute(f"select {SEEDED}")

    def out(name: str, query: str) -> None:
        db.execute(f"copy ({query}) to '{work / name}.parquet' (format parquet)")

    number = "(13000000000 + {0})::bigint::text"
    out(
        "calls",
        f"""with raw as (select i, random() r, random() a, random() b, random() d, random() t
              from range({calls}) g(i)),
        drawn as (select *, case when r < 0.06 then {people} + (a * {people} * 0.003)::bigint
              else (a * {people})::bigint end who,
              case when r < 0.06 then (b * {people})::bigint
              else ((a * {people})::bigint + (b * b * 40)::bigint) % {people} end whom from raw)
        select {number.format("who")} caller, {number.format("whom")} callee,
          timestamp '2019-04-25' + to_microseconds((t * 42 * 86400e6)::bigint) started_at,
          case when d < 0.35 then 0 else (-ln(1 - d) * 90)::bigint end duration,
          'i' || case when r < 0.06 then who // 5 else who end imei,
          'c' || (who % 5000 + case when r > 0.5 then (b * 3)::bigint else 0 end) cell,
          'CN' country from drawn""",
    )
    out(
        "orders",
        f"""select {number.format(f"(random() * {people})::bigint")} buyer_phone,
          timestamp '2019-04-20' + to_microseconds((random() * 47 * 86400e6)::bigint) ordered_at,
          'm' || (random() * 2000)::int merchant_id, 'k' || (random() * 12)::int courier,
          's' || (random() * 20)::int software, 'w' || (random() * 30)::int warehouse
          from range({people * 3})""",
    )
    out(
        "accounts",
        f"""with raw as (select i, random() r, random() a, random() t from range({accounts}) g(i))
        select 'qq:' || i account_id, 'qq' platform,
          timestamp '2018-06-01' + to_microseconds(case when r < 0.08
            then ((i // 40) * 86400e6 % (365 * 86400e6) + t * 7200e6)::bigint
            else (t * 365 * 86400e6)::bigint end) registered_at,
          {number.format("case when r < 0.08 then 10**9::bigint + i // 6 else i end")} phone,
          case when r < 0.08 then 'f' || (i // 8) else 'd' || (a * {accounts} * 0.8)::bigint end
            device,
          case when r < 0.08 then 'x' || (i // 40) else 'n' || (a * {accounts} * 0.3)::bigint end
            ip,
          case when r < 0.08 then null else 'h' || (a * {accounts} * 0.9)::bigint end holder_id,
          false token, 'active' status from raw""",
    )
    out(
        "logins",
        f"""select 'qq:' || (random() * {accounts})::bigint account_id,
          timestamp '2019-01-01' + to_microseconds((random() * 200 * 86400e6)::bigint) "at",
          'd' || (random() * {accounts} * 0.8)::bigint device,
          'n' || (random() * {accounts} * 0.3)::bigint ip from range({accounts})""",
    )


PARTIES = ("merchant_id", "courier", "software", "warehouse")
ONE = """
create temp table one_{0} as select caller, max((n / total - base) / greatest(1 - base, 0.05)) one
  from (select *, sum(n) over (partition by caller) total from
    (select caller, {0} p, count(*) n from bought where {0} is not null group by all))
  join (select {0} p, count(*) / sum(count(*)) over () base from orders
    where {0} is not null group by all) using (p) where total >= 5 group by caller;
"""
CALLS_BY_HAND = (
    """
create temp table met as select caller, callee, count(*) calls, min(started_at) first_call,
  max(started_at) last_call from calls where caller <> callee group by all;
create temp table daily as select caller, started_at::date d, sum((duration > 0)::int) answered,
  sum((duration > 0 and duration < 20)::int) hung_up, sum((duration >= 240)::int) listened
  from calls group by all;
create temp table habits as select * from
  (select caller, sum(calls) calls, count(*) people, min(first_call) first_seen,
     max(last_call) last_seen from met group by caller)
  join (select caller, count(*) active_days, sum(answered) answered, sum(hung_up) hung_up,
     sum(listened) listened from daily group by caller) using (caller);
create temp table known as select * from habits where people >= 8 and people / active_days >= 1.5;
create temp table back as with mine as
  (select caller, callee from met semi join known using (caller)),
  inward as (select m.callee caller, m.caller callee from met m semi join known k
    on m.callee = k.caller)
  select caller, count(*) people, count(i.callee) returned from mine left join inward i
  using (caller, callee) group by caller;
create temp table friends as with mine as (select caller, callee from met semi join known
  using (caller))
  select m.caller, count(distinct t.caller) known from mine m join met t on m.callee = t.caller
  semi join mine z on z.caller = m.caller and z.callee = t.callee group by m.caller;
create temp table places as select caller, max(n) / sum(n) still from
  (select caller, cell, count(*) n from calls semi join known using (caller)
   where cell is not null group by all) group by caller;
create temp table pairs as from met semi join known using (caller);
create temp table bought as with chances as (select buyer_phone callee, 1 - exp(-count(*) *
    any_value(216000 / greatest(span, 216000))) chance from orders, (select
    epoch(max(ordered_at)) - epoch(min(ordered_at)) span from orders) group by all)
  select p.caller, p.callee, chance, o.* exclude (caller, callee), (o.caller is not null)::int hit
  from pairs p join chances using (callee) left join (select caller, callee,
    min(merchant_id) merchant_id, min(courier) courier, min(software) software,
    min(warehouse) warehouse from pairs join orders on callee = buyer_phone
    and ordered_at <= first_call and ordered_at >= first_call - interval 60 hour group by all) o
  using (caller, callee);
create temp table bought_share as select caller, (avg(hit) - avg(chance)) /
  greatest(1 - avg(chance), 0.05) part from bought group by caller having count(*) >= 5;
"""
    + "".join(map(ONE.format, PARTIES))
    + """
create temp table used as select caller, imei, count(*) n, min(started_at) a, max(started_at) b
  from calls semi join known using (caller) where imei is not null group by all;
create temp table sharing as select caller, max(k) on_it, count(*) handsets from used join
  (select imei, count(*) k from used group by imei) using (imei) group by caller;
"""
)
CALLS_WRITTEN = "met daily habits known back friends places pairs bought bought_share used sharing"

ACCOUNTS_BY_HAND = """
create temp table slim as select *, registered_at::date "day",
  case when count(*) over (partition by device) > 200 then null else device end device_,
  case when count(*) over (partition by phone) > 200 then null else phone end phone_ from accounts;
create temp table crowd as select s.*, d.n device_n, d.span device_span, p.n phone_n,
  p.span phone_span, h.n holder_n, i.n ip_n, i.devices, i.burst, b.numbers from slim s
  left join (select device_, count(*) n, epoch(max(registered_at) - min(registered_at)) span
    from slim where device_ is not null group by device_) d using (device_)
  left join (select phone_, count(*) n, epoch(max(registered_at) - min(registered_at)) span
    from slim where phone_ is not null group by phone_) p using (phone_)
  left join (select holder_id, count(*) n, epoch(max(registered_at) - min(registered_at)) span
    from slim where holder_id is not null group by holder_id) h using (holder_id)
  left join (select ip, "day", n, devices, n / sum(n) over (partition by ip) burst from
    (select ip, "day", count(*) n, count(distinct device_) devices from slim where ip is not null
     group by all)) i using (ip, "day")
  left join (select substr(phone_, 1, 7) block, "day", count(distinct phone_) numbers from slim
    where phone_ is not null group by all) b
    on b.block = substr(s.phone_, 1, 7) and b."day" = s."day";
create temp table handed as select account_id, count(*) logins, avg(other::int) other,
  avg((other and elsewhere)::int) moved, min("at") filter (where other) woke,
  max("at") last_login from
  (select l.account_id, l."at", coalesce(l.device <> s.device_, true) other,
   coalesce(l.ip <> s.ip, true) elsewhere from logins l join slim s using (account_id)
   where l."at" >= s.registered_at) group by account_id;
create temp table login_on as select distinct account_id, device from logins
  where device is not null;
create temp table login_crowd as select account_id, max(n) n from login_on join
  (select device, count(*) n from login_on group by device) using (device) group by account_id;
"""
ACCOUNTS_WRITTEN = "slim crowd handed login_on login_crowd"


def by_hand(work: Path, script: str, written: str) -> float:
    """Seconds that the script takes in DuckDB with the settings of our engine."""
    with tempfile.TemporaryDirectory(dir=work) as spill:
        settings: dict[str, Any] = {"preserve_insertion_order": False, "temp_directory": spill}
        with duckdb.connect(config=settings) as db:
            for name in ("calls", "orders", "accounts", "logins"):
                db.execute(f"create view {name} as from '{work / name}.parquet'")
            start = time.perf_counter()
            db.execute(script)
            seconds = time.perf_counter() - start
            rows = {t: db.execute(f"select count(*) from {t}").fetchone() for t in written.split()}
            print("   by hand:", {name: count[0] for name, count in rows.items() if count})
            return seconds


def timed(work: Path, run: Callable[[DuckEngine, Callable[[str], ir.Table]], None]) -> float:
    with tempfile.TemporaryDirectory(dir=work) as spill, DuckEngine(Path(spill) / "w") as engine:
        start = time.perf_counter()
        run(engine, lambda name: engine.parquet([work / f"{name}.parquet"]))
        return time.perf_counter() - start


def our_calls(engine: DuckEngine, read: Callable[[str], ir.Table]) -> None:
    keep, calls = engine.keep, read("calls")
    met = keep(activity.pairs(calls))
    habits = keep(activity.habits(calls, met))
    known = keep(activity.busy(habits))
    keep(activity.return_share(met, known))
    keep(activity.acquaintance(met, known))
    mine = calls.semi_join(known, "caller")
    keep(handsets.places(mine, "CN"))
    orders = read("orders")
    pairs = keep(met.semi_join(known, "caller"))
    keep(callees.buyers(keep(callees.purchases(pairs, orders)), orders))
    used = keep(handsets.used(mine))
    start = time.perf_counter()
    pooled = keep(group_members(engine, handsets.ties(used), widest=handsets.PLACEHOLDER))
    print(f"   union-find over handsets: {time.perf_counter() - start:.1f} s")
    keep(handsets.pool_sharing(used, pooled))


def our_accounts(engine: DuckEngine, read: Callable[[str], ir.Table]) -> None:
    keep = engine.keep
    slim = keep(crowds.registrations(read("accounts")))
    keep(crowds.crowds(slim))
    keep(handover(slim, read("logins")))


def our_groups(engine: DuckEngine, read: Callable[[str], ir.Table]) -> None:
    slim = engine.keep(crowds.registrations(read("accounts")))
    start = time.perf_counter()
    sims = openings.batches(engine.arrow(pa.table(stored_schema("sims").empty_table())))
    ties = groups.ties(slim, sims)
    found = engine.keep(group_members(engine, ties, widest=crowds.HUB_LEAST * 10))
    many = engine.fetch(found.aggregate(n=found.count(), groups=found["group"].nunique()))
    print(f"   groups of accounts: {time.perf_counter() - start:.1f} s", many.to_pylist()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=30_000_000)
    parser.add_argument("--accounts", type=int, default=10_000_000)
    parser.add_argument("--work", type=Path, default=None)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=told.work) as folder:
        work = Path(folder)
        make(work, told.calls, told.accounts)
        # Union-find is loaded and compiled before the clock runs.
        label_pairs(pa.chunked_array([["a"]]), pa.chunked_array([["b"]]))
        for name, run, script, written in (
            ("calls", our_calls, CALLS_BY_HAND, CALLS_WRITTEN),
            ("registrations", our_accounts, ACCOUNTS_BY_HAND, ACCOUNTS_WRITTEN),
        ):
            ours = timed(work, run)
            hand = by_hand(work, script, written)
            print(f"{name}: ours {ours:.1f} s, by hand {hand:.1f} s, ratio {ours / hand:.2f}")
        timed(work, our_groups)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"peak memory of this process {peak:.1f} GB")


if __name__ == "__main__":
    main()
