"""Tables by name: what a step reads, and what it finds where a table is missing."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol, Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.columns import ARROW_TYPES, Table
from suyuan.model.derived import (
    DERIVED_TABLES,
    ROLE_EVIDENCE,
    ROLE_FINDINGS,
    ROLE_SIGNALS,
    VERDICTS,
)
from suyuan.model.errors import ContractError
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.results import EVIDENCE, RESULTS
from suyuan.model.text import Text
from suyuan.store.engine import Engine
from suyuan.store.recording import aside, place

#: ``findings:mule_account`` and its kin hold what a detector wrote; ``proofs:chain`` and its kin
#: the rows behind edges, links, answers and at_risk rows.
PER_ROLE = {
    "findings": ROLE_FINDINGS,
    "signals": ROLE_SIGNALS,
    "evidence": ROLE_EVIDENCE,
    "proofs": EVIDENCE,
    "verdicts": VERDICTS,
}


def declared(name: str) -> Table:
    """The declaration of a table, by its name in a run."""
    kind, separator, _ = name.partition(":")
    known = PER_ROLE if separator else RECORDS | DERIVED_TABLES | RESULTS
    if kind not in known:
        raise ContractError(
            Text("No such table is declared.", "没有声明这个表。"),
            value=name,
            hint=Text("Declare it in suyuan.model.", "请先在 suyuan.model 中声明。"),
        )
    return known[kind]


def stored_schema(name: str) -> pa.Schema:
    """The columns a step may rely on: the declared ones, and provenance on standard tables."""
    table = declared(name)
    if name not in RECORDS:
        return table.schema
    extra = [(c.name, ARROW_TYPES[c.type]) for c in PROVENANCE]
    return pa.schema([*table.schema, *(pa.field(*field) for field in extra)])


def as_declared(engine: Engine, name: str, value: ir.Table | pa.Table) -> ir.Table:
    """`value` in the columns, order and types that are declared; it must hold all of them."""
    return in_declared_columns(name, value if isinstance(value, ir.Table) else engine.arrow(value))


def in_declared_columns(name: str, expression: ir.Table) -> ir.Table:
    """As :func:`as_declared`, of an expression; :class:`ContractError` where a column lacks."""
    schema = stored_schema(name)
    missing = [column for column in schema.names if column not in expression.columns]
    if missing:
        raise ContractError(
            Text("A table lacks declared columns.", "表缺少已声明的列。"),
            value=f"{name}: {', '.join(missing)}",
            hint=Text("The step that writes it must give them.", "写出它的步骤必须给出。"),
        )
    target = ibis.Schema.from_pyarrow(schema)
    same = expression.schema() == target and expression.columns == target.names
    return expression if same else expression.select(*schema.names).cast(target)


def _first(table: ir.Table) -> ir.Table:
    return table.limit(1)


class Parts(Protocol):
    """What parts of steps made in earlier runs, by what they read (:mod:`suyuan.store.parts`)."""

    def find_part(self, name: str, reads: Collection[str]) -> dict[str, pa.Table] | None:
        """What the part `name` makes of the tables `reads`, if that is kept."""

    def keep_part(
        self, name: str, reads: Collection[str], engine: Engine, outcome: Mapping[str, ir.Table]
    ) -> None:
        """Keep what it has just made, where that is not too large."""


class Tables:
    """The tables of a run.

    Reading one that is missing gives an empty table of the declared columns, and ``has`` tells
    the two apart. A view made by ``only`` refuses to read and to write what its step did not
    declare, and knows what was written through it.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        zone: str,
        held: dict[str, ir.Table] | None = None,
        offered: dict[str, Callable[[], ir.Table | pa.Table]] | None = None,
        filled: dict[str, bool] | None = None,
        readable: frozenset[str] | None = None,
        writable: frozenset[str] | None = None,
        parts: Parts | None = None,
    ) -> None:
        self.engine = engine
        self.parts = parts
        self.zone = zone
        self._held = {} if held is None else held
        self._offered = {} if offered is None else offered
        self._filled = {} if filled is None else filled
        self._readable = readable
        self._writable = writable
        self._written: dict[str, None] = {}

    def __getitem__(self, name: str) -> ir.Table:
        self._check_readable(name)
        with aside(self.engine.recordings) as recordings:
            self._take_up(name)
            if name not in self._held:
                self._held[name] = self.engine.arrow(stored_schema(name).empty_table())
            if recordings:
                self._held[name] = self._placed(self._held[name])
        for recording in recordings:
            recording.read(name, self._held[name])
        return self._held[name]

    def _placed(self, table: ir.Table) -> ir.Table:
        """`table` as one of the database, which has a name."""
        return table if place(table) else self.engine.view(table)

    def offer(
        self, name: str, load: Callable[[], ir.Table | pa.Table], *, filled: bool | None = None
    ) -> None:
        """A table that `load` gives when it is first read; `filled`: whether it has rows."""
        declared(name)
        self._held.pop(name, None)
        self._offered[name] = load
        if filled is not None:
            self._filled[name] = filled

    def _take_up(self, name: str) -> None:
        load = self._offered.pop(name, None)
        if load is not None:
            self._held[name] = as_declared(self.engine, name, load())

    def has(self, name: str) -> bool:
        """True where the table was given and has rows."""
        self._check_readable(name)
        with aside(self.engine.recordings) as recordings:
            if name not in self._filled:
                self._take_up(name)
                table = self._held.get(name)
                some = None if table is None else self.engine.gather(_first, table)
                self._filled[name] = some is not None and some.num_rows > 0
        for recording in recordings:
            recording.answer(name, self._filled[name])
        return self._filled[name]

    def put(self, name: str, value: ir.Table | pa.Table) -> None:
        """Take a table in; its columns must hold those declared; they are brought into
        their order and types.
        """
        if self._writable is not None and name not in self._writable:
            raise ContractError(
                Text("A step writes a table that it did not declare.", "步骤写出了未声明的表。"),
                value=name,
                hint=Text("Add it to the step's `writes`.", "请加入该步骤的 writes。"),
            )
        self._offered.pop(name, None)
        table = as_declared(self.engine, name, value)
        for recording in self.engine.recordings or ():
            recording.writes[name] = table = self._placed(table)
        self._held[name] = table
        self._filled.pop(name, None)
        self._written[name] = None

    def forget(self, names: Iterable[str]) -> None:
        """Let go of tables that nobody will read: one of these is a missing table from then on."""
        for name in names:
            for held in (self._held, self._offered, self._filled):
                held.pop(name, None)

    @property
    def readable(self) -> frozenset[str]:
        """The names of what may be read through this view; none where all may."""
        return self._readable or frozenset()

    @property
    def written(self) -> tuple[str, ...]:
        """The names of what was put in through this view, in order."""
        return tuple(self._written)

    def only(self, reads: Iterable[str], *, writes: Iterable[str] = ()) -> Self:
        """The same tables, of which only `reads` and `writes` may be read, `writes` written."""
        writable = frozenset(writes)
        return type(self)(
            self.engine,
            zone=self.zone,
            held=self._held,
            offered=self._offered,
            filled=self._filled,
            readable=frozenset(reads) | writable,
            writable=writable,
            parts=self.parts,
        )

    def held(self) -> Mapping[str, ir.Table]:
        """All that was put in so far."""
        for name in list(self._offered):
            self._take_up(name)
        return dict(self._held)

    def _check_readable(self, name: str) -> None:
        declared(name)
        if self._readable is not None and name not in self._readable:
            raise ContractError(
                Text("A step reads a table that it did not declare.", "步骤读取了未声明的表。"),
                value=name,
                hint=Text("Add it to the step's `reads`.", "请加入该步骤的 reads。"),
            )
