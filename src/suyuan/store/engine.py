"""The engine seam: what a database must do to run suyuan's derivations."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema

from suyuan.store.derivation import Derivation
from suyuan.store.fold import Kernel
from suyuan.store.plans import Plans
from suyuan.store.recording import Recording


class Engine(Protocol):
    """DuckDB, Spark, or another that passes ``tests/store/test_seam.py``."""

    name: str
    plans: Plans

    @property
    def recordings(self) -> list[Recording] | None:
        """The functions at work; None where an engine repeats none (``store/programs.py``)."""

    def expect(self, stored: int) -> None:
        """Hear how many bytes of stored rows (Parquet) will be read, before any table is made."""

    def parquet(self, files: Sequence[Path]) -> ir.Table:
        """The union of Parquet files of one schema, not yet read."""

    def arrow(self, table: pa.Table) -> ir.Table:
        """A small table from memory."""

    def view(self, expression: ir.Table) -> ir.Table:
        """The same rows under a name of their own, evaluated whenever they are read."""

    def keep(self, expression: ir.Table) -> ir.Table:
        """Evaluate once, so that later steps read the outcome and not the derivation."""

    def derive(
        self, derivation: Derivation, *tables: ir.Table, by: Sequence[object] = ()
    ) -> ir.Table:
        """Keep what ``derivation(*tables, *by)`` gives: by its name, without running it, if known.

        `derivation` must be a function of its arguments and of nothing else, that reads only
        `tables`; `by` plain data.
        """

    def repeat(
        self, kind: str, schema: Schema, content: str, known: Mapping[int, ir.Table]
    ) -> ir.Table:
        """Make a table once more as a :class:`~suyuan.store.recording.Instruction` did.

        Its SQL is over the tables `known`, by their numbers.
        """

    def gather(
        self, derivation: Derivation, *tables: ir.Table, by: Sequence[object] = ()
    ) -> pa.Table:
        """Fetch what ``derivation(*tables, *by)`` gives: without running it, if known."""

    def fetch(self, expression: ir.Table) -> pa.Table:
        """Evaluate into memory, with the column types of ``model.columns.STORED``."""

    def stream(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        """The rows of :meth:`fetch` in their order, a part at a time, for more than fits."""

    def fold(
        self,
        expression: ir.Table,
        *,
        by: str,
        order: Sequence[str],
        kernel: Kernel,
        schema: pa.Schema,
    ) -> ir.Table:
        """What `kernel` makes of the rows of each key, kept.

        `kernel` gets the rows of some whole keys as an Arrow table sorted by the column `by` (never
        null), then by the columns `order`, which should leave no two rows apart that it could tell
        from one another; it gives a table of `schema`. It is called many times, in any order of
        keys, on other machines where the engine has some: it must be a function of a module (or a
        ``partial`` of one) and remember nothing.
        """

    def trim(self) -> None:
        """Give back the memory of tables that no expression reaches any more, and of pages read.

        Before large arrays are made: the engine and they are not to stand in memory side by side.
        """

    def close(self) -> None:
        """Give back memory and working files."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
