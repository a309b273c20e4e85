"""What every reader hands on: rows of raw cells that know their line."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ArrowRows:
    """Rows as a table of ``line`` and then ``c0``, ``c1`` … in the order of the file's columns.

    `trim` says that cells may have blanks around them, `has_wrappers` that some may be written
    ="…" or behind a backtick; `extra` is the number of columns beyond those of the header.
    """

    table: pa.Table
    trim: bool = True
    extra: int = 0
    has_wrappers: bool = False

    @property
    def records(self) -> int:
        return int(self.table.num_rows)

    @property
    def size(self) -> int:
        """Bytes, more or less."""
        return int(self.table.nbytes)

    @property
    def alike(self) -> Hashable:
        """Pieces that are alike can be read as one."""
        return ("arrow", str(self.table.schema.types), self.extra)


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Whole records of UTF-8 text, the last one ended too, and the line of each.

    `has_quotes`: a quote at the start of a cell opens it; `longest` is the longest record in bytes.
    `slowly` reads the same, as wide as it is told, where DuckDB finds another number of records.
    """

    data: bytes
    lines: NDArray[np.int64]
    delimiter: str
    has_quotes: bool
    width: int
    longest: int
    slowly: Callable[[int], ArrowRows]
    trim: bool = True
    extra: int = 0
    has_wrappers: bool = False

    @property
    def records(self) -> int:
        return int(self.lines.size)

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def alike(self) -> Hashable:
        return ("csv", self.delimiter, self.has_quotes, self.width, self.extra)


Piece = ArrowRows | CsvRows


def literal(value: object) -> str:
    """`value` as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
