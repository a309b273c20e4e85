"""The embedded engine: DuckDB."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

#: Rows handed on at a time.
STREAMED: Final = 1 << 17


class DuckEngine(AbstractContextManager["DuckEngine"]):
    """DuckDB in this process; tables that outgrow memory spill into `work`."""

    name = "duckdb"

    def __init__(self, work: Path | None = None, *, threads: int | None = None) -> None:
        self._work = work
        settings: dict[str, object] = {"preserve_insertion_order": False}
        if work is not None:
            work.mkdir(parents=True, exist_ok=True)
            settings["temp_directory"] = str(work)
        if threads is not None:
            settings["threads"] = threads
        self._ibis = ibis.duckdb.connect(**settings)
        self._ibis.raw_sql("SET enable_progress_bar = false")
        self._kept = 0

    def parquet(self, files: Sequence[Path]) -> ir.Table:
        return self._ibis.read_parquet([str(file) for file in files], table_name=self._name())

    def arrow(self, table: pa.Table) -> ir.Table:
        return self._ibis.create_table(self._name(), table, temp=True)

    def keep(self, expression: ir.Table) -> ir.Table:
        return self._ibis.create_table(self._name(), expression, temp=True)

    def fetch(self, expression: ir.Table) -> pa.Table:
        return self._ibis.to_pyarrow(expression)

    def stream(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        yield from self._ibis.to_pyarrow_batches(expression, chunk_size=STREAMED)

    def close(self) -> None:
        self._ibis.disconnect()
        if self._work is not None:
            shutil.rmtree(self._work, ignore_errors=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _name(self) -> str:
        self._kept += 1
        return f"kept_{self._kept}"
