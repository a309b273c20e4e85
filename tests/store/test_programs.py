"""A function that ran once is not run again: what it had the database do is done again."""

from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from suyuan.model.errors import ContractError
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from suyuan.store.programs import derive_table, derive_tables
from suyuan.store.tables import Tables

CALLS = pa.table({"caller": ["a", "a", "b"], "row_id": ["1", "2", "3"]})
RUN: list[str] = []


def often(least: int, tables: Tables) -> ibis.Table:
    RUN.append("often")
    calls = tables["confirmed_accounts"] if tables.has("confirmed_accounts") else tables["pairings"]
    kept = tables.engine.keep(calls.mutate(unused=ibis.literal(1)))  # nothing comes of it
    assert kept.columns
    named = tables.engine.arrow(pa.table({"word": ["w"]}))
    counted = tables.engine.keep(
        tables["pairings"].group_by("left").aggregate(n=lambda t: t.count())
    )
    return counted.filter(counted["n"] >= least).cross_join(named)


def both(given: ibis.Table, tables: Tables) -> dict[str, ibis.Table]:
    RUN.append("both")
    tables.put(
        "pairings", given.select(left="caller", right="row_id", same=ibis.literal(value=True))
    )
    return {"kept": tables["pairings"], "open": given.filter(given["caller"] == "b")}


def read(tables: Tables) -> ibis.Table:
    RUN.append("read")
    found = tables.engine.fetch(tables["pairings"]).num_rows
    return tables["pairings"].mutate(rows=ibis.literal(found))


@pytest.fixture(autouse=True)
def of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (often, both, read):
        monkeypatch.setattr(function, "__module__", "suyuan.test_programs")
    RUN.clear()


def pairs(*subjects: str) -> pa.Table:
    return pa.table({"left": subjects, "right": subjects, "same": [True] * len(subjects)})


def made(engine: Engine, *subjects: str, extra: int = 0) -> Tables:
    tables = Tables(engine, zone="Asia/Shanghai")
    for _ in range(extra):  # so that tables have other names now
        engine.arrow(CALLS)
    tables.put("pairings", pairs(*subjects))
    return tables


def asked(
    folder: Path, *subjects: str, least: int = 2, check: bool = False, extra: int = 0
) -> set[str]:
    with DuckEngine(plans=folder, check_plans=check) as engine:
        tables = made(engine, *subjects, extra=extra)
        found = engine.fetch(derive_table(tables, often, least, tables)).to_pylist()
        assert {row["word"] for row in found} <= {"w"}
        return {row["left"] for row in found}


def test_known_by_name_arguments_and_rows_of_now(tmp_path: Path) -> None:
    assert asked(tmp_path, "a", "a", "b") == {"a"}
    assert asked(tmp_path, "c", "c", "d", extra=3) == {"c"}
    assert RUN == ["often"]
    assert asked(tmp_path, "a", "b", least=1) == {"a", "b"}
    assert RUN == ["often"] * 2


def test_a_kept_program_equals_a_fresh_one(tmp_path: Path) -> None:
    assert asked(tmp_path, "a", "a") == asked(tmp_path, "a", "a", check=True, extra=2)
    assert RUN == ["often"] * 2


def test_other_statements_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(tmp_path, "a", "a")

    def other(least: int, tables: Tables) -> ibis.Table:
        return often(least + 1, tables)

    monkeypatch.setattr(other, "__module__", often.__module__)
    monkeypatch.setattr(other, "__qualname__", often.__qualname__)
    with DuckEngine(plans=tmp_path, check_plans=True) as engine:
        tables = made(engine, "a", "a")
        with pytest.raises(ContractError):
            derive_table(tables, other, 2, tables)


def test_a_question_is_asked_again(tmp_path: Path) -> None:
    """Whether a table has rows may decide what is done: each answer has its statements."""
    confirmed = pa.table({"account_no": ["1"]})
    for _ in range(2):
        assert asked(tmp_path, "a", "a") == {"a"}
        with DuckEngine(plans=tmp_path) as engine:
            tables = made(engine, "a", "a")
            tables.put("confirmed_accounts", confirmed)
            derive_table(tables, often, 2, tables)
    assert RUN == ["often"] * 2


@pytest.mark.parametrize("subjects", [("a", "b"), ("c", "d")])
def test_what_is_written_and_returned_is_written_again(
    tmp_path: Path, subjects: tuple[str, str]
) -> None:
    given = pa.table({"caller": subjects, "row_id": ["1", "2"]})
    for round_ in range(2):
        with DuckEngine(plans=tmp_path) as engine:
            tables = made(engine, "z", extra=round_)
            found = derive_tables(tables, both, engine.arrow(given), tables)
            for table in (tables["pairings"], found["kept"]):
                assert set(engine.fetch(table)["left"].to_pylist()) == set(subjects)
            assert engine.fetch(found["open"]).num_rows == subjects.count("b")
    assert RUN == ["both"]


def test_who_fetches_rows_runs_each_time(tmp_path: Path) -> None:
    for subjects in (("a",), ("a", "b")):
        with DuckEngine(plans=tmp_path) as engine:
            tables = made(engine, *subjects)
            rows = engine.fetch(derive_table(tables, read, tables))["rows"].to_pylist()
            assert rows == [len(subjects)] * len(subjects)
    assert RUN == ["read"] * 2


def test_a_table_of_elsewhere_is_no_part_of_a_program(tmp_path: Path) -> None:
    """A function that reaches for a table that it was not given is built each time."""
    with DuckEngine(plans=tmp_path) as engine:
        for word in ("x", "y"):
            tables, there = made(engine, "a"), engine.arrow(pa.table({"word": [word]}))

            def reach(tables: Tables, there: ibis.Table = there) -> ibis.Table:
                return tables["pairings"].cross_join(there)

            reach.__module__, reach.__qualname__ = "suyuan.test_programs", "reach"
            found = engine.fetch(derive_table(tables, reach, tables))
            assert found["word"].to_pylist() == [word]


def test_each_engine_gives_the_same(engine: Engine) -> None:
    tables = made(engine, "a", "a", "b")
    found = engine.fetch(derive_table(tables, often, 2, tables)).to_pylist()
    assert found == [{"left": "a", "n": 2, "word": "w"}]
    given = derive_tables(tables, both, engine.arrow(CALLS), tables)
    assert engine.fetch(given["open"])["row_id"].to_pylist() == ["3"]
    assert sorted(engine.fetch(tables["pairings"])["left"].to_pylist()) == ["a", "a", "b"]


def in_three(given: ibis.Table, tables: Tables) -> dict[str, ibis.Table]:
    keep = tables.engine.keep
    first = keep(given.mutate(n=ibis.literal(1)))
    second = keep(first.mutate(n=first["n"] + 1))
    third = keep(second.mutate(n=second["n"] + 1))
    return {"second": second, "end": keep(third.aggregate(n=third["n"].sum()))}


def test_a_table_goes_where_nothing_more_of_the_program_is_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_three, "__module__", "suyuan.test_programs")
    with DuckEngine(plans=tmp_path) as engine:
        once = made(engine, "a")
        derive_tables(once, in_three, engine.arrow(CALLS), once)
        tables, given = made(engine, "a"), engine.arrow(CALLS)
        standing: list[int] = []
        repeat = engine.repeat

        def watched(*arguments: object) -> ibis.Table:
            engine.trim()
            counted = engine._ibis.con.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
            standing.append(int(counted[0]))
            return repeat(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(engine, "repeat", watched)
        found = derive_tables(tables, in_three, given, tables)
        # Of the four, the first is gone when the third is made.
        assert [number - standing[0] for number in standing] == [0, 1, 1, 2]
        assert engine.fetch(found["end"])["n"].to_pylist() == [9]
        assert engine.fetch(found["second"])["n"].to_pylist() == [2, 2, 2]
