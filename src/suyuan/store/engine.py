"""The engine seam: what a database must do to run suyuan's derivations."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import ibis.expr.types as ir
import pyarrow as pa


class Engine(Protocol):
    """DuckDB, Spark, or another that passes ``tests/store/test_seam.py``."""

    name: str

    def parquet(self, files: Sequence[Path]) -> ir.Table:
        """The union of Parquet files of one schema, not yet read."""

    def arrow(self, table: pa.Table) -> ir.Table:
        """A small table from memory."""

    def keep(self, expression: ir.Table) -> ir.Table:
        """Evaluate once, so that later steps read the outcome and not the derivation."""

    def fetch(self, expression: ir.Table) -> pa.Table:
        """Evaluate into memory, with the column types of ``model.columns.STORED``."""

    def stream(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        """The rows of :meth:`fetch` in their order, a part at a time, for more than fits."""

    def close(self) -> None:
        """Give back memory and working files."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
