"""The embedded engine: DuckDB."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Final

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import DuckDBType
from ibis.expr.datatypes import DataType
from ibis.expr.schema import Schema

from suyuan.store.derivation import Derivation
from suyuan.store.fold import Kernel, outcome, whole_keys
from suyuan.store.memory import give_back
from suyuan.store.plans import Plans
from suyuan.store.recording import Instruction, Recording, constant, fill_names, place
from suyuan.store.table_space import UNPACK_RATIO, TableSpace

#: Rows handed on at a time.
STREAM_ROWS: Final = 1 << 17
#: Bytes of tables in memory up to which one thread does: two would wait for each other.
SMALL: Final = 64 << 20


class DuckEngine(AbstractContextManager["DuckEngine"]):
    """DuckDB in this process; what outgrows memory spills into a folder of its own in `work`.

    It takes two fifths of the machine's memory at most, where it has a folder.
    """

    name = "duckdb"

    def __init__(
        self, work: Path | None = None, *, threads: int | None = None, plans: Path | None = None,
        check_plans: bool = False,
    ) -> None:  # fmt: skip
        self._work = work
        settings: dict[str, object] = {"preserve_insertion_order": False}
        if work is not None:
            work.mkdir(parents=True, exist_ok=True)
            self._spill = Path(tempfile.mkdtemp(prefix="duckdb-", dir=work))
            settings["temp_directory"] = str(self._spill)
        settings["threads"] = threads or 1
        self._ibis = ibis.duckdb.connect(**settings)
        self._ibis.raw_sql("SET enable_progress_bar = false")
        self._space = TableSpace(self._ibis.con, self._spill if work is not None else None)
        self.plans = Plans(
            "duckdb", "duckdb", self._ibis.compile, _quote, folder=plans, check=check_plans
        )
        self.recordings: list[Recording] = []
        self._kept = self._opened = 0
        #: Tables and views that nobody can ask for any more, and what each view still rests on.
        self._gone: list[tuple[str, str]] = []
        self._rests: dict[str, list[ops.DatabaseTable]] = {}
        self._alone = threads is None

    def expect(self, size: int) -> None:
        if not self._kept:
            self._space.expect(size)

    def parquet(self, files: Sequence[Path]) -> ir.Table:
        self._rows_asked()
        self._note(UNPACK_RATIO * sum(file.stat().st_size for file in files))
        name, paths = self._name(), ", ".join(_literal(str(file)) for file in files)
        self._ibis.con.execute(
            f"CREATE TEMP VIEW {_quote(name)} AS SELECT * FROM read_parquet([{paths}])"
        )
        # The files say what columns they have: DuckDB is not asked for what it would say.
        return self._table(name, _nullable(Schema.from_pyarrow(pq.read_schema(files[0]))))

    def arrow(self, table: pa.Table) -> ir.Table:
        self._note(table.nbytes)
        name, view = self._name(), f"given_{self._kept}"
        schema = Schema.from_pyarrow(table.schema)
        self._ibis.con.register(view, table)
        try:
            self._make(name, schema, f"SELECT * FROM {view}")
        finally:
            self._ibis.con.unregister(view)
        return self._record("arrow", name, schema, table)

    def view(self, expression: ir.Table) -> ir.Table:
        rests = list(expression.op().find(ops.DatabaseTable))
        return self._view(expression.schema(), self.plans.sql(expression), rests)

    def keep(self, expression: ir.Table) -> ir.Table:
        return self._keep(expression.schema(), self.plans.sql(expression))

    def derive(
        self, derivation: Derivation, *tables: ir.Table, by: Sequence[object] = ()
    ) -> ir.Table:
        return self._keep(*self.plans.derive(derivation, tables, by))

    def repeat(
        self, kind: str, schema: Schema, content: str, inputs: Mapping[int, ir.Table]
    ) -> ir.Table:
        if kind == "arrow":
            return self.arrow(constant(content))
        sql = fill_names(content, {number: str(place(table)) for number, table in inputs.items()})
        if kind == "keep":
            return self._keep(schema, sql)
        return self._view(schema, sql, [table.op() for table in inputs.values()])

    def fetch(self, expression: ir.Table) -> pa.Table:
        return self._fetch_rows(expression.schema(), self.plans.sql(expression))

    def gather(
        self, derivation: Derivation, *tables: ir.Table, by: Sequence[object] = ()
    ) -> pa.Table:
        return self._fetch_rows(*self.plans.derive(derivation, tables, by))

    def stream(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        self._rows_asked()
        schema = expression.schema().to_pyarrow()
        rows = self._ibis.con.execute(self.plans.sql(expression))
        for batch in rows.to_arrow_reader(STREAM_ROWS):
            yield batch.cast(schema)

    def fold(
        self,
        expression: ir.Table,
        *,
        by: str,
        order: Sequence[str],
        kernel: Kernel,
        schema: pa.Schema,
    ) -> ir.Table:
        rows = self.stream(expression.order_by(by, *order))
        parts = [outcome(kernel, part, schema) for part in whole_keys(rows, by)]
        return self.arrow(pa.concat_tables([schema.empty_table(), *parts]))

    def trim(self) -> None:
        self._drop_gone()
        self._space.reclaim()
        if self._opened > SMALL:  # else the pages would only be asked for again
            give_back()

    def close(self) -> None:
        self.plans.save()
        self._ibis.disconnect()
        if self._work is not None:
            shutil.rmtree(self._spill, ignore_errors=True)
            with suppress(OSError):  # another process may still work there
                self._work.rmdir()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _keep(self, schema: Schema, sql: str) -> ir.Table:
        name = self._name()
        self._make(name, schema, sql)
        return self._record("keep", name, schema, sql)

    def _view(self, schema: Schema, sql: str, rests: list[ops.DatabaseTable]) -> ir.Table:
        name = self._name()
        self._ibis.con.execute(f"CREATE TEMP VIEW {_quote(name)} AS {sql}")
        self._rests[name] = rests
        return self._record("view", name, schema, sql)

    def _record(self, kind: str, name: str, schema: Schema, content: str | pa.Table) -> ir.Table:
        for recording in self.recordings:
            recording.note(Instruction(kind, name, schema, content))
        table = self._table(name, schema)
        # A name is held by one node, and the node by every expression over it and nothing else.
        entry = ("VIEW" if kind == "view" else "TABLE", name)
        weakref.finalize(table.op(), self._gone.append, entry).atexit = False
        return table

    def _drop_gone(self) -> None:
        """Drop what nobody can ask for; a view lets go of what it rests on."""
        while self._gone:
            kind, name = self._gone.pop()
            self._ibis.con.execute(f"DROP {kind} {_quote(name)}")
            self._rests.pop(name, None)

    def _fetch_rows(self, schema: Schema, sql: str) -> pa.Table:
        self._rows_asked()
        return self._ibis.con.sql(sql).to_arrow_table().cast(schema.to_pyarrow())

    def _rows_asked(self) -> None:
        """Whoever asks for rows may go on by what they say."""
        for recording in self.recordings:
            recording.whole = False

    def _note(self, count: int) -> None:
        """Take up all threads once so much was opened that they are worth their coordination."""
        self._opened += count
        if self._alone and self._opened > SMALL:
            self._ibis.con.execute("RESET threads")
            self._alone = False

    def _make(self, name: str, schema: Schema, sql: str) -> None:
        """A table of just these columns and types, whatever types DuckDB itself would give."""
        self._drop_gone()
        con = self._ibis.con
        con.execute(f"CREATE TABLE {_quote(name)} ({_columns(schema)})")
        con.execute(f"INSERT INTO {_quote(name)} {sql}")

    def _table(self, name: str, schema: Schema) -> ir.Table:
        # Found by its name alone, so that a plan serves table and view, in memory and in a file.
        table = ops.DatabaseTable(name, _stored_schema(schema), self._ibis, ops.Namespace())
        return table.to_expr()

    def _name(self) -> str:
        self._kept += 1
        return f"kept_{self._kept}"


def _quote(name: str) -> str:
    return f'"{name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _nullable(schema: Schema) -> Schema:
    return Schema({name: type_.copy(nullable=True) for name, type_ in schema.items()})


@lru_cache(maxsize=1024)
def _columns(schema: Schema) -> str:
    """The columns of `schema` as they are declared in DuckDB."""
    return ", ".join(f"{_quote(name)} {_declaration(type_)}" for name, type_ in schema.items())


@lru_cache(maxsize=256)
def _declaration(type_: DataType) -> str:
    """A type as it is declared; each is written once, since sqlglot takes a millisecond for it."""
    return DuckDBType.to_string(type_) + ("" if type_.nullable else " NOT NULL")


@lru_cache(maxsize=1024)
def _stored_schema(schema: Schema) -> Schema:
    """`schema` as DuckDB gives it back: a time without a scale has six digits of seconds."""
    return Schema({name: _stored_type(type_) for name, type_ in schema.items()})


@lru_cache(maxsize=256)
def _stored_type(type_: DataType) -> DataType:
    return DuckDBType.from_string(DuckDBType.to_string(type_), nullable=type_.nullable)
