"""Result files: the same rows leave the same file, in whatever order an engine hands them on."""

import random
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from suyuan.model.columns import Table
from suyuan.model.results import AT_RISK, BESIDE, RESULTS
from suyuan.store import publish
from suyuan.store.duck import DuckEngine
from suyuan.store.publish import published, write, write_sorted

EVERY = [*RESULTS.values(), *BESIDE.values()]


def rows_of(table: Table, n: int = 50) -> pa.Table:
    """Rows of random cells: some are empty, and no two have the same text in a column."""
    rng = random.Random(7)
    places = rng.sample(range(n), n)
    made = {
        pa.string(): [f"x{place}" for place in places],
        pa.bool_(): [place % 2 == 0 for place in places],
        pa.list_(pa.string()): [[f"x{place}"] for place in places],
    }
    columns = [
        pa.array(made.get(field.type, places), pa.int64() if field.type not in made else field.type)
        for field in table.schema
    ]
    return pa.table(columns, table.schema.names).cast(table.schema)


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_the_order_of_rows_is_that_of_the_declaration(table: Table) -> None:
    rows = rows_of(table)
    shuffled = rows.take(random.Random(3).sample(range(len(rows)), len(rows)))
    assert published(shuffled, table).equals(published(rows, table))
    first, way = table.sort_keys[0]
    cells = published(rows, table)[first].to_pylist()
    assert cells == sorted(cells, reverse=way == "descending")


def test_the_likeliest_stand_first() -> None:
    scores = published(rows_of(AT_RISK), AT_RISK)["score"].to_pylist()
    assert scores[0] == max(scores) > min(scores) == scores[-1]


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_what_the_engine_sorts_leaves_the_same_file(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "PART", 16)  # of 50 rows: three parts and a rest
    rows = rows_of(table)
    write(published(rows, table), tmp_path / "whole.parquet")
    ways = {"ascending": ibis.asc, "descending": ibis.desc}
    with DuckEngine() as engine:
        given = engine.arrow(rows.take(random.Random(3).sample(range(50), 50)))
        order = [ways[way](name) for name, way in table.sort_keys]
        count = write_sorted(
            engine.stream(given.order_by(order)), table, tmp_path / "parts.parquet"
        )
    assert count == 50
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_rows_without_a_value_stand_last_in_both(tmp_path: Path) -> None:
    rows = rows_of(AT_RISK)
    scores = pa.array([None if n % 5 == 0 else n / 50 for n in range(50)])
    rows = rows.set_column(rows.schema.get_field_index("score"), "score", scores)
    with DuckEngine() as engine:
        order = [(ibis.desc if w == "descending" else ibis.asc)(n) for n, w in AT_RISK.sort_keys]
        write_sorted(engine.stream(engine.arrow(rows).order_by(order)), AT_RISK, tmp_path / "p")
    write(published(rows, AT_RISK), tmp_path / "w")
    assert (tmp_path / "p").read_bytes() == (tmp_path / "w").read_bytes()
