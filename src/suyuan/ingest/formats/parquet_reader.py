"""Parquet into pieces: columns keep their types, the line is the row number."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest.formats.pieces import ArrowRows, Piece
from suyuan.model.errors import InputError
from suyuan.model.text import Text

_ROWS: Final = 250_000


def headers_of(path: Path) -> tuple[str, ...]:
    """The column names; raises :class:`InputError` where the file is broken."""
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise InputError(_BROKEN, value=error) from error


def read_parquet(path: Path) -> Iterator[Piece]:
    """All rows of the file at `path`, some hundred thousand at a time."""
    above = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS):
            lines = pa.array(np.arange(above + 1, above + batch.num_rows + 1, dtype=np.int64))
            names = ["line", *(f"c{n}" for n in range(batch.num_columns))]
            table = pa.Table.from_arrays([lines, *batch.columns], names)
            above += batch.num_rows
            yield ArrowRows(table)


def samples_of(path: Path, limit: int) -> list[list[object]]:
    """The first rows, for people to look at."""
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(limit), None)
    return [] if batch is None else [list(row.values()) for row in batch.to_pylist()]


_BROKEN = Text(
    "This Parquet file cannot be read; it may be cut short.",
    "无法读取该 Parquet 文件,可能已损坏或被截断。",
)
