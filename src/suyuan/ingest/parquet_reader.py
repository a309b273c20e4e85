"""Parquet into pieces: columns keep their types, the line is the row number."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest.pieces import Piece
from suyuan.model.errors import InputError
from suyuan.model.text import Text


def headers_of(path: Path) -> tuple[str, ...]:
    """The column names; raises :class:`InputError` where the file is broken."""
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise InputError(_BROKEN, value=error) from error


def read_parquet(path: Path, headers: tuple[str, ...]) -> Piece:
    """All rows of the file at `path`, whose columns are `headers`."""
    cells = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" AS c{n}'
                      for n, name in enumerate(headers))
    return Piece(
        f"SELECT CAST(file_row_number + 1 AS BIGINT) AS line, {cells} "
        "FROM read_parquet(?, file_row_number=true)",
        [str(path)],
    )


_BROKEN = Text(
    "This Parquet file cannot be read; it may be cut short.",
    "无法读取该 Parquet 文件,可能已损坏或被截断。",
)
