"""Numbers into records: numpy columns that become Arrow arrays chunk by chunk.

In all of them a negative number means "not there" (null), so that no masks need to be carried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from suyuan.model.columns import FILE_TYPES, Column, Table, Type

CHUNK = 1_000_000
#: Any table may have it: when the investigation came to know the row.
KNOWN_AT = Column("known_at", Type.TIME, "when the investigation came to know the row")


class Cells(Protocol):
    """The cells of one column."""

    def __len__(self) -> int: ...

    def take(self, rows: np.ndarray) -> pa.Array:
        """The cells of these rows as an Arrow array of any convertible type."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Integers as they are: counts, seconds, fen, microseconds, or digits of an id."""

    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> pa.Array:
        values = self.values[rows]
        return pa.array(values, mask=values < 0 if values.dtype != bool else None)


@dataclass(frozen=True, slots=True)
class Ids:
    """Digits with words before and after them, as text."""

    values: np.ndarray
    before: str = ""

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> pa.Array:
        text = Numbers(self.values).take(rows).cast(pa.string())
        if not self.before:
            return text
        return pc.binary_join_element_wise(pa.scalar(self.before), text, pa.scalar(""))


@dataclass(frozen=True, slots=True)
class Words:
    """Codes into a list of words; the words may be any Arrow array."""

    codes: np.ndarray
    words: pa.Array

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: np.ndarray) -> pa.Array:
        codes = self.codes[rows]
        return self.words.take(pa.array(codes, mask=codes < 0))


@dataclass(frozen=True, slots=True)
class Flags:
    """True, false, or (negative) not known."""

    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> pa.Array:
        values = self.values[rows]
        return pa.array(values > 0, mask=values < 0)


@dataclass(frozen=True, slots=True)
class Texts:
    """Cells that are text (or lists of text) already."""

    values: pa.Array

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: np.ndarray) -> pa.Array:
        return self.values.take(pa.array(rows))


def words(*values: str) -> pa.Array:
    return pa.array(values, pa.string())


def texts(cells: Cells) -> pa.Array:
    """All cells as one text array."""
    selection = cells.take(np.arange(len(cells)))
    return selection.combine_chunks() if isinstance(selection, pa.ChunkedArray) else selection


def lists(values: pa.Array, counts: np.ndarray) -> Texts:
    """Cells that are lists: the first ``counts[0]`` values are the first cell, and so on."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    array = pa.ListArray.from_arrays(pa.array(offsets), values)
    empty = pa.array(counts == 0)
    return Texts(pc.if_else(empty, pa.scalar(None, array.type), array))


def _decimal(fen: pa.Array) -> pa.Array:
    """int64 fen as DECIMAL(18,2) yuan: the same digits with the point moved."""
    low = fen.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    wide = np.empty((len(low), 2), dtype=np.int64)
    wide[:, 0] = low
    wide[:, 1] = low >> 63
    yuan = pa.Array.from_buffers(
        pa.decimal128(18, 2), len(low), [None, pa.py_buffer(wide.tobytes())]
    )
    return pc.if_else(fen.is_null(), pa.scalar(None, yuan.type), yuan)


def publish_cells(column: Column, cells: pa.Array) -> pa.Array:
    type_ = FILE_TYPES[column.type]
    if column.type is Type.MONEY:
        return _decimal(cells)
    if column.type is Type.TIME:
        return cells.cast(pa.int64()).cast(type_)
    return cells.cast(type_)


def write(
    folder: Path, table: Table, cells: Mapping[str, Cells], order: np.ndarray | None = None
) -> int:
    """Write ``<folder>/<table>.parquet`` with the columns of `cells`, rows in the given order.

    Without an order the rows are put in that of the table's event time. Returns the rows written.
    """
    unknown_columns = set(cells) - set(table.names) - {KNOWN_AT.name}
    if unknown_columns:
        raise KeyError(f"{table.name} has no columns {sorted(unknown_columns)}")
    columns = [column for column in (*table, KNOWN_AT) if column.name in cells]
    schema = pa.schema([(c.name, FILE_TYPES[c.type]) for c in columns])
    rows = _order(table, cells) if order is None else order
    folder.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(folder / f"{table.name}.parquet", schema, compression="zstd") as file:
        for start in range(0, max(len(rows), 1), CHUNK):
            chunk = rows[start : start + CHUNK]
            arrays = [publish_cells(c, cells[c.name].take(chunk)) for c in columns]
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return len(rows)


def to_csv(path: Path) -> None:
    """Put a CSV (UTF-8) in the place of a table's Parquet file, a group of rows at a time.

    Times are ISO 8601 in UTC, lists are joined by semicolons.
    """
    with pq.ParquetFile(path) as file:
        schema = pa.schema([(field.name, _plain(field.type)) for field in file.schema_arrow])
        with csv.CSVWriter(path.with_suffix(".csv"), schema) as writer:
            for batch in file.iter_batches(batch_size=CHUNK):
                cells = [_text(column) for column in batch.columns]
                writer.write_batch(pa.record_batch(cells, schema=schema))
    path.unlink()


def _plain(kind: pa.DataType) -> pa.DataType:
    text = pa.types.is_timestamp(kind) or pa.types.is_list(kind) or pa.types.is_decimal(kind)
    return pa.string() if text else kind


def _text(cells: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(cells.type):
        return pc.strftime(cells, format="%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_list(cells.type):
        return pc.binary_join(cells, ";")
    return cells.cast(_plain(cells.type))


def _order(table: Table, cells: Mapping[str, Cells]) -> np.ndarray:
    """By event time; ties, and tables without one, by the first key's digits."""
    first = cells[table.names[0]]
    ids = first.values if isinstance(first, Ids) else np.arange(len(first))
    event = cells.get(table.event_time or "")
    if isinstance(event, Numbers):
        return np.lexsort((ids, event.values))
    return np.argsort(ids, kind="stable")
