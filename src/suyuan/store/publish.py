"""Results as files: decimal yuan, times with their zone, written whole or not at all."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.columns import PUBLISHED, Table, Type


def published(rows: pa.Table, table: Table) -> pa.Table:
    """`rows` of STORED types in the types and order of the result file.

    Engines hand rows on in any order; two runs over the same files leave the same files.
    """
    rows = rows.sort_by(table.ordering)
    arrays = [_published(rows[column.name], column.type) for column in table]
    return pa.table(arrays, schema=table.published)


def write(rows: pa.Table, path: Path) -> None:
    """Write a Parquet file so that a run cut short leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(rows, draft, compression="zstd")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _published(column: pa.ChunkedArray, type_: Type) -> pa.Array | pa.ChunkedArray:
    if type_ is Type.MONEY:
        return _yuan(column)
    return column.cast(PUBLISHED[type_])


def _yuan(fen: pa.ChunkedArray) -> pa.Array:
    """Fen as DECIMAL(18,2): the same integers, read with their point two places in."""
    whole = fen.cast(pa.decimal128(19, 0)).combine_chunks()
    return pa.Array.from_buffers(
        PUBLISHED[Type.MONEY], len(whole), whole.buffers(), whole.null_count, whole.offset
    )
