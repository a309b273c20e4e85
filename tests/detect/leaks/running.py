"""A world as the tables of a run."""

from collections.abc import Iterator
from contextlib import contextmanager

import ibis
import pyarrow as pa

from suyuan.model.columns import STORED
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables, stored_schema
from tests.detect.leaks.worlds import World


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


@contextmanager
def running(world: World, **more: pa.Table) -> Iterator[Tables]:
    with DuckEngine(threads=1) as engine:
        tables = Tables(engine, zone="Asia/Shanghai")
        tables.put("orders", filled("orders", world.orders))
        tables.put("reports", filled("reports", world.reports))
        if len(world.calls):
            tables.put("calls", filled("calls", world.calls))
            callers = ibis.memtable(world.calls.select(["caller"])).distinct()
            tables.put(
                "findings:scam_caller",
                filled(
                    "findings:scam_caller",
                    pa.table(
                        {
                            "role": pa.array(["scam_caller"] * callers.count().execute()),
                            "subject": callers.select(s="phone:" + callers["caller"])
                            .to_pyarrow()["s"],
                            "score": pa.array([0.95] * callers.count().execute()),
                            "decided": pa.array([True] * callers.count().execute()),
                        }
                    ),
                ),
            )
        for name, table in more.items():
            tables.put(name, filled(name, table))
        yield tables


__all__ = ["STORED", "filled", "running"]
