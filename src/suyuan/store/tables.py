"""Tables by name: what a step reads, and what it finds where a table is missing."""

from collections.abc import Iterable, Mapping
from typing import Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.columns import STORED, Table
from suyuan.model.derived import DERIVED, ROLE_EVIDENCE, ROLE_FINDINGS, ROLE_SIGNALS
from suyuan.model.errors import ContractError
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.results import EVIDENCE, RESULTS
from suyuan.model.text import Text
from suyuan.store.engine import Engine

#: ``findings:mule_account`` and its kin hold what a detector wrote; ``proofs:chain`` and its kin
#: the rows behind edges, links, answers and at_risk rows.
PER_ROLE = {
    "findings": ROLE_FINDINGS,
    "signals": ROLE_SIGNALS,
    "evidence": ROLE_EVIDENCE,
    "proofs": EVIDENCE,
}


def declared(name: str) -> Table:
    """The declaration of a table, by its name in a run."""
    kind, separator, _ = name.partition(":")
    known = PER_ROLE if separator else RECORDS | DERIVED | RESULTS
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
        return table.stored
    extra = [(c.name, STORED[c.type]) for c in PROVENANCE]
    return pa.schema([*table.stored, *(pa.field(*field) for field in extra)])


class Tables:
    """The tables of a run.

    Reading one that is missing gives an empty table of the declared columns, and ``has`` tells
    the two apart. A view made by ``only`` refuses whatever its step did not declare.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        zone: str,
        held: dict[str, ir.Table] | None = None,
        filled: dict[str, bool] | None = None,
        allowed: frozenset[str] | None = None,
    ) -> None:
        self.engine = engine
        self.zone = zone
        self._held = {} if held is None else held
        self._filled = {} if filled is None else filled
        self._allowed = allowed

    def __getitem__(self, name: str) -> ir.Table:
        self._check_allowed(name)
        if name not in self._held:
            self._held[name] = self.engine.arrow(stored_schema(name).empty_table())
        return self._held[name]

    def has(self, name: str) -> bool:
        """True where the table was given and has rows."""
        self._check_allowed(name)
        if name not in self._filled:
            table = self._held.get(name)
            some = None if table is None else self.engine.fetch(table.limit(1))
            self._filled[name] = some is not None and some.num_rows > 0
        return self._filled[name]

    def put(self, name: str, value: ir.Table | pa.Table) -> None:
        """Take a table in; its columns must hold those declared; they are brought into
        their order and types.
        """
        schema = stored_schema(name)
        given = value if isinstance(value, ir.Table) else self.engine.arrow(value)
        missing = [column for column in schema.names if column not in given.columns]
        if missing:
            raise ContractError(
                Text("A table lacks declared columns.", "表缺少已声明的列。"),
                value=f"{name}: {', '.join(missing)}",
                hint=Text("The step that writes it must give them.", "写出它的步骤必须给出。"),
            )
        self._held[name] = given.select(*schema.names).cast(ibis.Schema.from_pyarrow(schema))
        self._filled.pop(name, None)

    def only(self, names: Iterable[str]) -> Self:
        """The same tables, of which only `names` may be read."""
        return type(self)(
            self.engine,
            zone=self.zone,
            held=self._held,
            filled=self._filled,
            allowed=frozenset(names),
        )

    def held(self) -> Mapping[str, ir.Table]:
        """All that was put in so far."""
        return dict(self._held)

    def _check_allowed(self, name: str) -> None:
        declared(name)
        if self._allowed is not None and name not in self._allowed:
            raise ContractError(
                Text("A step reads a table that it did not declare.", "步骤读取了未声明的表。"),
                value=name,
                hint=Text("Add it to the step's `reads`.", "请加入该步骤的 reads。"),
            )
