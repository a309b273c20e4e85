"""Parquet into pieces: columns keep their types, the line is the row number."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suyuan.ingest.formats.line_count import BREACH
from suyuan.ingest.formats.pieces import ArrowRows, Piece
from suyuan.model.errors import InputError
from suyuan.model.text import Text

_ROWS: Final = 250_000
#: Bytes of text of one column in so many rows, unpacked.
_UNPACKED_LIMIT: Final = 256 << 20


def headers_of(path: Path) -> tuple[str, ...]:
    """The column names; raises :class:`InputError` where the file is broken."""
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise InputError(_BROKEN_PARQUET, value=error) from error


def read_parquet(path: Path) -> Iterator[Piece]:
    """All rows of the file at `path`, some hundred thousand at a time.

    Texts are read as they are packed, each word once: a file of a few kilobytes can repeat a word
    of a megabyte for ever. Raises :class:`InputError` where unpacked they would not fit.
    """
    above = 0
    schema = pq.read_schema(path)
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(_ROWS):
            lines = pa.array(np.arange(above + 1, above + batch.num_rows + 1, dtype=np.int64))
            names = ["line", *(f"c{n}" for n in range(batch.num_columns))]
            columns = [_unpack(column) for column in batch.columns]
            table = pa.Table.from_arrays([lines, *columns], names)
            above += batch.num_rows
            yield ArrowRows(table)
        if above != file.metadata.num_rows:
            raise InputError(BREACH, value=f"{above:,} of {file.metadata.num_rows:,}")


def _unpack(column: pa.Array) -> pa.Array:
    """The column with each text in its place, if they take no more than memory has for a piece."""
    if not pa.types.is_dictionary(column.type):
        return column
    sizes = pc.binary_length(column.dictionary).take(column.indices)
    if (pc.sum(sizes).as_py() or 0) > _UNPACKED_LIMIT:
        raise InputError(_BOMB)
    return column.dictionary_decode()


_BOMB = Text(
    "This Parquet file expands to far more than its own size (a bomb); it was not read.",
    "该 Parquet 文件解包后体积异常膨胀（疑似压缩炸弹），未读取。",
)
_BROKEN_PARQUET = Text(
    "This Parquet file cannot be read; it may be cut short.",
    "无法读取该 Parquet 文件，可能已损坏或被截断。",
)
