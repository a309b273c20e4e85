"""What every reader hands on: rows of raw cells that know their line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a source, as a relation DuckDB can select from.

    `sql` is a query whose columns are ``line`` and then ``c0``, ``c1`` … in the order of the
    file's columns; it holds no text from a file. `arrow` are the tables that it names.
    `trim` says that cells may have blanks around them; `extra` is the number of columns beyond
    those of the header; `expected` the rows that must come out, and `otherwise` reads them
    another way if they don't. `scratch` is removed when the piece is done.
    """

    sql: str
    arrow: dict[str, pa.Table] = field(default_factory=dict)
    trim: bool = True
    extra: int = 0
    expected: int | None = None
    otherwise: Callable[[], "Piece"] | None = None
    scratch: Path | None = None


def literal(value: object) -> str:
    """`value` as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
