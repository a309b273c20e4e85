"""Result files: the same rows leave the same file, in whatever order an engine hands them on."""

import random

import pyarrow as pa
import pytest

from suyuan.model.columns import Table
from suyuan.model.results import AT_RISK, BESIDE, RESULTS
from suyuan.store.publish import published

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
        for field in table.stored
    ]
    return pa.table(columns, table.stored.names).cast(table.stored)


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_the_order_of_rows_is_that_of_the_declaration(table: Table) -> None:
    rows = rows_of(table)
    shuffled = rows.take(random.Random(3).sample(range(len(rows)), len(rows)))
    assert published(shuffled, table).equals(published(rows, table))
    first, way = table.ordering[0]
    cells = published(rows, table)[first].to_pylist()
    assert cells == sorted(cells, reverse=way == "descending")


def test_the_likeliest_stand_first() -> None:
    scores = published(rows_of(AT_RISK), AT_RISK)["score"].to_pylist()
    assert scores[0] == max(scores) > min(scores) == scores[-1]
