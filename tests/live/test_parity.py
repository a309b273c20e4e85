"""Live state after a log is what the batch would derive of it as of that moment, on every engine.

Counts and moments are equal; sums that decay to 1e-9; what is kept in 32-bit floats to 1e-5.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest

from suyuan.ingest import import_case
from suyuan.lab.world import make_world
from suyuan.live.event_log import events_of
from suyuan.live.events import EVENT, EventKind, in_order
from suyuan.live.fold import fold_all
from suyuan.live.keys import Keyring
from suyuan.run.order import steps
from suyuan.store.engine import Engine
from suyuan.store.layout import Layout
from suyuan.store.records import open_records
from suyuan.store.steps import execute, needed_for

EXAMPLE = Path(__file__).parents[2] / "examples" / "zheng"
DAY = 86_400
SECOND = 1_000_000


def random_log(size: int) -> np.ndarray:
    """Payments and calls among few, heavy-tailed, with links of accounts and phones to people."""
    rng = np.random.default_rng(11)
    people = 1 + (rng.pareto(1.2, (2, size)) * 20).astype(np.int64) % 50_000
    events = np.zeros(size, EVENT)
    events["kind"] = rng.choice([EventKind.PAYMENT, EventKind.CALL], size, p=[0.8, 0.2])
    events["a"], events["b"] = people
    calls = events["kind"] == EventKind.CALL
    events["a"][calls] += np.uint64(10**7)  # a phone is no account
    events["b"][calls] += np.uint64(10**7)
    events["c"] = np.arange(1, size + 1)
    events["at"] = np.sort(rng.integers(1, 40 * DAY * SECOND, size)) + 1_700_000_000 * SECOND
    events["known"], events["row"] = events["at"], np.arange(size)
    events["amount"] = rng.integers(1, 10**7, size)
    links = np.zeros(1000, EVENT)
    links["kind"], links["known"] = EventKind.LINK, -1
    links["a"] = np.arange(1, 1001)
    links["b"] = 10**9 + np.arange(1000) // 3
    return in_order(np.concatenate([links, events]))


def case_log(case: Path, out: Path, engine: Engine) -> np.ndarray:
    imported = import_case(case, out)
    tables = open_records(engine, Layout(out), zone=imported.settings.timezone)
    for step in needed_for(("owners",), steps()):
        execute(step, tables)
    return events_of(tables, Keyring(b"0" * 32))[0]


@pytest.fixture(params=["random", "zheng", "world"])
def log(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> np.ndarray:
    if request.param == "random":
        return random_log(1_000_000 if engine.name == "duckdb" else 50_000)
    if request.param == "zheng":
        return case_log(EXAMPLE, tmp_path / "out", engine)
    if engine.name == "spark":
        pytest.skip("the world is held on DuckDB; Spark is held on the other two")
    make_world(tmp_path / "world", "515", 0.0005, 5)
    return case_log(tmp_path / "world" / "case", tmp_path / "out", engine)


def on_engine(engine: Engine, log: np.ndarray) -> ir.Table:
    """The log as a table: keys as signed numbers, moments in whole seconds, ``a_is``, ``b_is``."""
    columns = {name: pa.array(log[name].view(np.int64)) for name in ("a", "b")}
    columns["at"] = pa.array(np.maximum(log["at"] // SECOND, 0))
    columns |= {name: pa.array(log[name].astype(np.int64)) for name in ("kind", "amount")}
    rows = engine.keep(engine.arrow(pa.table(columns)))
    links = rows.filter(rows["kind"] == int(EventKind.LINK)).select(key="a", entity="b").distinct()
    for side in ("a", "b"):
        met = rows.left_join(links, rows[side] == links["key"])
        rows = met.mutate(**{f"{side}_is": ibis.coalesce(met["entity"], met[side])}).drop(
            "key", "entity"
        )
    return engine.keep(rows)


def decayed(amount: ir.Value, at: ir.Value, end: int) -> ir.Value:
    return (amount * ((at - end).cast("float64") / float(DAY)).exp()).sum()


def by_key(engine: Engine, table: ir.Table, key: str) -> dict[str, np.ndarray]:
    found = engine.fetch(table.order_by(key))
    columns = {n: found[n].to_numpy(zero_copy_only=False) for n in found.column_names}
    order = np.argsort(columns[key].view(np.uint64))
    return {name: column[order] for name, column in columns.items()}


def records(table: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """The records of state of `keys`, in their order."""
    table = np.sort(table[table["key"] != 0], order="key")
    places = np.searchsorted(table["key"], keys.view(np.uint64))
    np.testing.assert_array_equal(table["key"][places], keys.view(np.uint64))
    return table[places]


def test_state_is_what_the_batch_derives(engine: Engine, log: np.ndarray) -> None:
    _, state = fold_all(log)
    assert state.counts[0]["refused"] == 0
    rows, end = on_engine(engine, log), int(log["at"].max() // SECOND)
    paid = rows.filter(rows["kind"] == int(EventKind.PAYMENT), rows["a"] != 0, rows["b"] != 0)
    called = rows.filter(rows["kind"] == int(EventKind.CALL), rows["a"] != 0, rows["b"] != 0)

    taken = by_key(engine, paid.group_by("b").aggregate(
        came=decayed(paid["amount"].cast("float64"), paid["at"], end), first=paid["at"].min()
    ), "b")  # fmt: skip
    takers = records(state.accounts, taken["b"])
    fade = np.exp(-(end - takers["decayed_at"].astype(float)) / DAY)
    np.testing.assert_allclose(takers["came"] * fade, taken["came"], rtol=1e-9, atol=1e-9)
    opened = set(log["a"][log["kind"] == EventKind.OPENED].tolist())
    fresh = np.array([key not in opened for key in takers["key"].tolist()])
    np.testing.assert_array_equal(takers["first"][fresh], taken["first"][fresh])

    gone = by_key(engine, paid.group_by("a").aggregate(
        went=decayed(paid["amount"].cast("float64"), paid["at"], end)
    ), "a")  # fmt: skip
    givers = records(state.accounts, gone["a"])
    fade = np.exp(-(end - givers["decayed_at"].astype(float)) / DAY)
    np.testing.assert_allclose(givers["went"] * fade, gone["went"], rtol=1e-9, atol=1e-9)

    pairs = paid.group_by("a_is", "b").aggregate(n=paid.count())
    once = by_key(
        engine, pairs.group_by("b").aggregate(once=(pairs["n"] == 1).cast("int64").sum()), "b"
    )
    np.testing.assert_array_equal(records(state.accounts, once["b"])["once"], once["once"])

    others = paid.filter(paid["a_is"] != paid["b_is"])
    usual = (others["amount"].cast("float64") / 100.0 + 0.01).log10()
    habits = by_key(engine, others.group_by("a_is").aggregate(
        n=others.count(), mean=usual.mean(), spread=(usual * usual).sum()
    ), "a_is")  # fmt: skip
    people = records(state.entities, habits["a_is"])
    np.testing.assert_array_equal(people["paid"], np.minimum(habits["n"], 65_535))
    few = habits["n"] < 60_000
    np.testing.assert_allclose(people["mean"][few], habits["mean"][few], rtol=2e-5, atol=1e-5)
    spread = habits["spread"] - habits["n"] * habits["mean"] ** 2
    np.testing.assert_allclose(people["spread"][few], spread[few], rtol=2e-3, atol=1e-3)

    first = called.group_by("a", "b_is").aggregate(at=called["at"].min(), n=called.count())
    rung = by_key(engine, first.group_by("a").aggregate(
        strangers=decayed(ibis.literal(1.0), first["at"], end), calls=first["n"].sum()
    ), "a")  # fmt: skip
    callers = records(state.numbers, rung["a"])
    fade = np.exp(-(end - callers["decayed_at"].astype(float)) / DAY)
    np.testing.assert_allclose(callers["strangers"] * fade, rung["strangers"], rtol=1e-9)
    (sizes,) = engine.fetch(ibis.union(
        pairs.select("n"), first.select("n")
    ).aggregate(times=ibis._["n"].sum(), kept=ibis._["n"].count())).to_pylist()  # fmt: skip
    assert int(state.pairs["times"].sum(dtype=np.int64)) == sizes["times"]
    assert int(state.fills[3]) == sizes["kept"]
