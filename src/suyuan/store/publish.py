"""Results as files: decimal yuan, times with their zone, written whole or not at all."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.columns import FILE_TYPES, Table, Type
from suyuan.store.drafts import draft_of

#: Digits of a float that are written, and the sizes between which powers of ten are exact enough.
DIGITS = 9
SMALLEST, LARGEST = 1e-10, 1e30
#: Rows of a part of a result file; more than that are sorted by the engine and never held at once.
PART = 1 << 20


def publish_rows(rows: pa.Table, table: Table) -> pa.Table:
    """`rows` of STORED types in the types and order of the result file.

    Engines hand rows on in any order; two runs over the same files leave the same files.
    """
    return _as_published(rows.sort_by(table.sort_keys), table)


def write(rows: pa.Table, path: Path) -> None:
    """Write a Parquet file so that a run cut short leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(path) as draft:
        pq.write_table(rows, draft, compression="zstd", row_group_size=PART)


def write_sorted(batches: Iterable[pa.RecordBatch], table: Table, path: Path) -> int:
    """What :func:`publish_rows` and :func:`write` make of rows that come in the file's order; how
    many they were.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with (
        draft_of(path) as draft,
        pq.ParquetWriter(draft, table.file_schema, compression="zstd") as to,
    ):
        for part in _parts(batches):
            count += part.num_rows
            to.write_table(_as_published(part, table), row_group_size=PART)
    return count


def _parts(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in tables of :data:`PART` rows, but for the last one."""
    pending_batches: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        rest = batch
        while rows + rest.num_rows >= PART:
            yield pa.Table.from_batches([*pending_batches, rest.slice(0, PART - rows)])
            rest = rest.slice(PART - rows)
            pending_batches, rows = [], 0
        if rest.num_rows:
            pending_batches.append(rest)
            rows += rest.num_rows
    if pending_batches:
        yield pa.Table.from_batches(pending_batches)


def _as_published(rows: pa.Table, table: Table) -> pa.Table:
    arrays = [_publish_column(rows[column.copy_of or column.name], column.type) for column in table]
    return pa.table(arrays, schema=table.file_schema)


def _publish_column(column: pa.ChunkedArray, type_: Type) -> pa.Array | pa.ChunkedArray:
    if type_ is Type.MONEY:
        return _yuan(column)
    if type_ is Type.FLOAT:
        return significant(column.cast(FILE_TYPES[type_]))
    return column.cast(FILE_TYPES[type_])


def significant(column: pa.ChunkedArray) -> pa.Array:
    """Floats to so many :data:`DIGITS`: what threads add in another order is written alike."""
    values = column.combine_chunks()
    numbers = values.fill_null(0.0).to_numpy(zero_copy_only=False)
    size = np.abs(numbers)
    usual = (size > SMALLEST) & (size < LARGEST)
    place = DIGITS - 1 - np.floor(np.log10(np.where(usual, size, 1.0)))
    # Times or through a power of ten that is exact, so that 0.1 stays 0.1.
    up, down = 10.0 ** np.maximum(place, 0.0), 10.0 ** np.maximum(-place, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):  # of those that are not rounded
        round_numbers = np.round(numbers * up / down) / up * down
    gaps = values.is_null().to_numpy(zero_copy_only=False)
    return pa.array(np.where(usual, round_numbers, numbers), mask=gaps)


def _yuan(fen: pa.ChunkedArray) -> pa.Array:
    """Fen as DECIMAL(18,2): the same integers, read with their point two places in."""
    whole = fen.cast(pa.decimal128(19, 0)).combine_chunks()
    return pa.Array.from_buffers(
        FILE_TYPES[Type.MONEY], len(whole), whole.buffers(), whole.null_count, whole.offset
    )
