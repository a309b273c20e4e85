"""What every reader hands on: rows of raw cells that know their line."""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a source, as a relation DuckDB can select from.

    `sql` is a query without user text in it, whose columns are ``line`` and then
    ``c0``, ``c1`` … in the order of the file's columns; `parameters` are bound to it.
    `arrow` are the tables that it names.
    """

    sql: str
    parameters: list[Any] = field(default_factory=list)
    arrow: dict[str, pa.Table] = field(default_factory=dict)
