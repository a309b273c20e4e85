"""A few Arrow columns made into a whole standard table."""

import pyarrow as pa

from suyuan.store.tables import stored_schema


def filled(name: str, given: pa.Table) -> pa.Table:
    """`given` with every declared column, those it lacks empty, and provenance made up."""
    n = len(given)
    made = {
        "file": pa.array([f"{name}.csv"] * n, pa.string()),
        "sha256": pa.array(["0" * 64] * n, pa.string()),
        "line": pa.array(range(2, n + 2), pa.int64()),
        "row_id": pa.array([f"{name}:{i}" for i in range(n)], pa.string()),
    }
    columns = []
    for column in stored_schema(name):
        if column.name in given.column_names:
            columns.append(given[column.name].cast(column.type))
        else:
            columns.append(made.get(column.name, pa.nulls(n, column.type)))
    return pa.table(columns, schema=stored_schema(name))
