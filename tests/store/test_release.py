"""A table stands for as long as an expression reaches it, and no longer."""

import gc
from collections.abc import Iterator

import ibis
import pyarrow as pa
import pytest

from suyuan.model.derived import OWNERS
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables

ROWS = pa.table({"n": pa.array([1, 2, 3], pa.int64())})


@pytest.fixture
def duck() -> Iterator[DuckEngine]:
    with DuckEngine() as engine:
        yield engine


def standing(engine: DuckEngine) -> list[str]:
    """Names of the tables and views that the database holds."""
    engine.trim()
    tables = engine._ibis.con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1")
    views = "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
    return [name for (name,) in tables.fetchall() + engine._ibis.con.execute(views).fetchall()]


def test_a_table_that_nothing_reaches_is_dropped(duck: DuckEngine) -> None:
    gc.disable()  # not by a search for cycles: at once
    try:
        kept = duck.keep(duck.arrow(ROWS).mutate(m=ibis._.n * 2))
        assert len(standing(duck)) == 1  # what it was made from is gone
        del kept
        assert standing(duck) == []
    finally:
        gc.enable()


def test_an_expression_holds_what_it_reads(duck: DuckEngine) -> None:
    expression = duck.arrow(ROWS).filter(ibis._.n > 1).view()
    assert len(standing(duck)) == 1
    assert duck.fetch(expression)["n"].to_pylist() == [2, 3]


def test_a_view_holds_what_it_rests_on(duck: DuckEngine) -> None:
    view = duck.view(duck.view(duck.keep(duck.arrow(ROWS))).filter(ibis._.n < 3))
    assert len(standing(duck)) == 3  # a table and two views
    assert duck.fetch(view)["n"].to_pylist() == [1, 2]
    del view
    assert standing(duck) == []


def test_a_view_made_once_more_holds_it_too(duck: DuckEngine) -> None:
    known = {0: duck.arrow(ROWS), 1: duck.arrow(ROWS)}
    over = {1: known[1]}
    view = duck.repeat("view", known[0].schema(), "SELECT * FROM \x021\x03", over)
    over.clear()
    known.clear()
    assert len(standing(duck)) == 2  # of the tables that were known, the one that it reads
    assert duck.fetch(view)["n"].to_pylist() == [1, 2, 3]


def test_a_stream_is_not_cut_off_by_a_table_that_goes_beside_it(duck: DuckEngine) -> None:
    other = duck.arrow(ROWS)
    parts = duck.stream(duck.arrow(pa.table({"n": pa.array(range(400_000), pa.int64())})))
    rows = next(parts).num_rows
    del other
    assert rows + sum(part.num_rows for part in parts) == 400_000


def test_forgotten_tables_are_missing_and_gone(duck: DuckEngine) -> None:
    tables = Tables(duck, zone="UTC")
    rows = [{"subject": "phone:1", "entity": "party:A", "table": "parties", "row_id": "r1"}]
    tables.put("owners", pa.Table.from_pylist(rows, schema=OWNERS.schema))
    assert tables.has("owners")
    tables.forget(["owners", "aliases"])
    assert standing(duck) == []
    assert not tables.has("owners")
