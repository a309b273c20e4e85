"""A world as the tables of a run."""

from collections.abc import Iterator
from contextlib import contextmanager

import ibis
import pyarrow as pa
from worlds import World

from filled_tables import filled
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables


@contextmanager
def running(world: World, **more: pa.Table) -> Iterator[Tables]:
    with DuckEngine(threads=1) as engine:
        tables = Tables(engine, zone="Asia/Shanghai")
        tables.put("orders", filled("orders", world.orders))
        tables.put("reports", filled("reports", world.reports))
        if world.statements is not None and len(world.statements):
            tables.put("statements", filled("statements", world.statements))
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
                            "subject": callers.select(s="phone:" + callers["caller"]).to_pyarrow()[
                                "s"
                            ],
                            "score": pa.array([0.95] * callers.count().execute()),
                            "decided": pa.array([True] * callers.count().execute()),
                        }
                    ),
                ),
            )
        for name, table in more.items():
            tables.put(name, filled(name, table))
        yield tables
