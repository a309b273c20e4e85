"""A kept plan is a fresh one: same shape, same SQL, whatever the tables are called."""

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from suyuan.model.errors import ContractError
from suyuan.store import plans as module
from suyuan.store.duck import DuckEngine, _columns
from suyuan.store.engine import Engine
from suyuan.store.plans import Plans
from suyuan.store.shape import shape_of
from suyuan.store.user_cache import VARIABLE, user_cache

ROWS = pa.table({"name": ["a", "b", "b"], "fen": pa.array([1, 2, 3], pa.int64())})


def derived(table: ibis.Table, least: int = 2) -> ibis.Table:
    """A self-join under a filter, with columns dropped: ids of views are numbered on by Ibis."""
    other = table.view()
    met = table.inner_join(other, table["name"] == other["name"]).drop("fen")
    summed = met.group_by("name").aggregate(total=met["fen_right"].sum())
    return summed.filter(summed["total"] >= least).order_by("name")


def plans(folder: Path, compile_: Callable[[ibis.Table], str], *, check: bool = False) -> Plans:
    return Plans("duckdb", "duckdb", compile_, lambda name: f'"{name}"', folder=folder, check=check)


def unbound(name: str, type_: str = "int64") -> ibis.Table:
    with DuckEngine() as engine:
        schema = ibis.schema({"name": "string", "fen": type_})
        empty = engine.arrow(schema.to_pyarrow().empty_table()).op()
    return empty.copy(name=name).to_expr()


def test_names_of_tables_do_not_count_and_all_else_does() -> None:
    shapes = [shape_of(derived(unbound(name)).op()) for name in ("one", "two")]
    assert shapes[0]
    assert shapes[1]
    assert shapes[0].digest == shapes[1].digest
    assert [shape.tables for shape in shapes if shape] == [("one",), ("two",)]
    others = (derived(unbound("one"), 3), derived(unbound("one", "int32")), unbound("one"))
    digests = {shape.digest for each in others if (shape := shape_of(each.op()))}
    assert len(digests | {shapes[0].digest}) == 4


def test_two_tables_are_not_one_twice() -> None:
    one, two = unbound("one"), unbound("two")
    same, other = (shape_of(ibis.union(one, each).op()) for each in (one, two))
    assert same
    assert other
    assert same.digest != other.digest


def test_what_may_differ_each_time_has_no_shape() -> None:
    assert shape_of(ibis.memtable({"a": [1]}).op()) is None
    table = unbound("one")
    assert shape_of(table.mutate(luck=ibis.random()).op()) is None


def test_a_second_engine_finds_the_plan_of_the_first(tmp_path: Path) -> None:
    for found, made, extra in ((0, 1, 0), (1, 0, 3)):
        with DuckEngine(plans=tmp_path, check_plans=True) as engine:
            for _ in range(extra):  # so that tables have other names now
                engine.arrow(ROWS)
            rows = engine.fetch(derived(engine.arrow(ROWS)))
            assert rows.to_pylist() == [{"name": "b", "total": 10}]
            assert (engine.plans.found, engine.plans.made) == (found, made)


def test_a_kept_plan_equals_a_fresh_one(engine: Engine, tmp_path: Path) -> None:
    """On each engine: compiled once, then taken for tables of other names."""
    quote = {"duckdb": '"', "spark": "`"}[engine.name]
    compile_ = engine._ibis.compile
    tables = [engine.arrow(ROWS) for _ in range(3)]
    kept = Plans(engine.name, "duckdb", compile_, lambda n: f"{quote}{n}{quote}", folder=tmp_path)
    written = [kept.sql(derived(table)) for table in tables]
    assert (kept.found, kept.made) == (2, 1)
    assert written == [compile_(derived(table)) for table in tables]
    assert len(set(written)) == 3


def test_an_altered_plan_is_found_where_plans_are_checked(tmp_path: Path) -> None:
    first = plans(tmp_path, lambda _: "SELECT 1")
    first.sql(unbound("one"))
    first.save()
    with pytest.raises(ContractError, match="SELECT 2"):
        plans(tmp_path, lambda _: "SELECT 2", check=True).sql(unbound("two"))


def test_a_broken_file_costs_a_fresh_plan(tmp_path: Path) -> None:
    plans(tmp_path, lambda _: "").save()
    (file,) = tmp_path.glob("*.sqlite")
    file.write_bytes(b"no database at all" * 100)
    again = plans(tmp_path, lambda _: "SELECT 3")
    assert again.sql(unbound("one")) == "SELECT 3"
    again.save()


def test_what_was_not_used_for_longest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PLAN_LIMIT", 2)
    for day, type_ in enumerate(("int8", "int16", "int32")):
        monkeypatch.setattr(module.time, "time", lambda day=day: day * 86_400)
        made = plans(tmp_path, lambda _, type_=type_: type_)
        made.sql(unbound("t", type_))
        made.save()
    (file,) = tmp_path.glob("*.sqlite")
    with sqlite3.connect(file) as con:
        kept = con.execute("SELECT sql FROM plans ORDER BY day").fetchall()
    assert kept == [("int16",), ("int32",)]


def test_the_cache_is_ours_alone_or_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    folder = user_cache("plans")
    assert folder == tmp_path / "cache" / "plans"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert user_cache("plans") is None
    monkeypatch.setenv(VARIABLE, "off")
    assert user_cache("other") is None


def test_columns_are_declared_as_sqlglot_would_declare_them():
    schema = ibis.schema(
        {
            "a b": "string",
            "t": "!timestamp(6)",
            "d": "decimal(18, 2)",
            "list": "array<struct<a: int64, b: !string>>",
            "map": "map<string, float64>",
            "day": "!date",
        }
    )
    whole = ", ".join(each.sql("duckdb") for each in schema.to_sqlglot_column_defs("duckdb"))
    assert _columns(schema) == whole
