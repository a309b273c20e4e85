"""Rows that stand, out of the engine and into the Parquet of their source."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest.batch import PieceBatch
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.mapping.profile_match import columns_of
from suyuan.model.columns import Type

_SQL_TYPE: Final = {
    Type.TEXT: "VARCHAR",
    Type.TIME: "TIMESTAMP",
    Type.MONEY: "BIGINT",
    Type.INT: "BIGINT",
    Type.FLOAT: "DOUBLE",
    Type.BOOL: "BOOLEAN",
    Type.LIST: "VARCHAR[]",
}


def write(
    con: duckdb.DuckDBPyConnection, load: PieceBatch, filled: Collection[str], currency: str
) -> None:
    """Write what stands of ``staged`` to the targets, and the sides of a statement beside them.

    `filled` are the columns that the source has; the others are null in every row.
    """
    _put(con, load, _columns(load, filled, currency), [*load.targets])
    if load.match.profile.sides and load.match.table.name == "payments":
        sides = "o_key AS source_key, CAST(line AS BIGINT) AS line, outward, own_balance"
        _put(con, load, sides, [target.with_suffix(".side") for target in load.targets])


def _columns(load: PieceBatch, filled: Collection[str], currency: str) -> str:
    parts = []
    for column in columns_of(load.match.table):
        value = f"v_{column.name}" if column.name in filled else "NULL"
        if column.name == "currency":
            value = f"coalesce({value}, {literal(currency)})"
        parts.append(f'CAST({value} AS {_SQL_TYPE[column.type]}) AS "{column.name}"')
    parts += ["o_file AS file", "o_sha256 AS sha256", "o_key AS source_key"]
    return ", ".join([*parts, "CAST(line AS BIGINT) AS line"])


def _put(
    con: duckdb.DuckDBPyConnection, load: PieceBatch, columns: str, targets: list[Path]
) -> None:
    standing = "FROM staged JOIN origins USING (origin) WHERE NOT (bad OR is_footer)"
    if load.alone:
        query = f"SELECT {columns} {standing}"
        con.execute(f"COPY ({query}) TO {literal(targets[0])} (FORMAT parquet)")
        return
    rows: pa.Table = con.execute(
        f"SELECT origin, {columns} {standing} ORDER BY origin, line"
    ).to_arrow_table()
    origins = rows.column("origin").to_numpy()
    cuts = np.searchsorted(origins, np.arange(len(targets) + 1))
    rows = rows.drop_columns("origin").combine_chunks()
    for target, start, stop in zip(targets, cuts, cuts[1:], strict=False):
        pq.write_table(rows.slice(start, stop - start), target)
