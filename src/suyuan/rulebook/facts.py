"""How the facts of a rule are found in the standard tables.

Each maker takes the rows so far and gives them back with one more column. A fact whose table is
missing is missing, not false. The options of each maker are those of the rule file:

``expr``       an expression over the row
``window``     ``of`` (an aggregate) over the rows of the same ``by``; with ``along`` and ``days``,
               over those of the ``days`` before and at the row
``stock``      how many with the same ``by`` are open just after the row's own ``start``,
               when each lasts from ``start`` to ``end``
``member``     whether ``value`` stands in ``column`` of ``table`` (rows ``where``)
``find``       ``take`` (an expression) of the row of ``table`` whose ``key`` is ``value``
``prefix``     whether the longest entry of ``table`` that heads ``value`` on ``day`` fulfils ``is``
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.columns import Type
from suyuan.model.records import RECORDS
from suyuan.rulebook.dates import as_of
from suyuan.rulebook.declare import Fact, Rule
from suyuan.rulebook.language import ROWS, parse
from suyuan.rulebook.prefixes import longest_prefix

#: Column types as Ibis writes them; money is fen.
IBIS_TYPE: dict[Type, str] = {
    Type.TEXT: "string",
    Type.TIME: "timestamp(6)",
    Type.MONEY: "int64",
    Type.INT: "int64",
    Type.FLOAT: "float64",
    Type.BOOL: "boolean",
    Type.LIST: "array<string>",
}
SECONDS_PER_DAY = 86_400


class FactEngine(Protocol):
    """What of a database engine the rulebook needs."""

    def keep(self, expression: ir.Table) -> ir.Table: ...

    def fetch(self, expression: ir.Table) -> pa.Table: ...

    def arrow(self, table: pa.Table) -> ir.Table: ...


class FactTables(Protocol):
    """The tables of a run, by name (``suyuan.store.tables.Tables`` is one)."""

    @property
    def engine(self) -> FactEngine: ...

    def __getitem__(self, name: str, /) -> ir.Table: ...

    def has(self, name: str, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Look:
    """Where a maker looks: the rule asked, and the tables. Rows carry their ``moment``."""

    rule: Rule
    tables: FactTables

    def scope(self, rows: ir.Table) -> dict[str, Any]:
        """What an expression over `rows` may name: columns, facts, parameters of the row's day."""
        parameters = {p.name: as_of(p, rows["moment"]) for p in self.rule.parameters.values()}
        columns: dict[str, Any] = {name: rows[name] for name in rows.columns}
        return parameters | columns | {ROWS: rows}

    def evaluate(self, rows: ir.Table, expression: object) -> ir.Value:
        return parse(str(expression)).compile(self.scope(rows))

    def aggregate(self, rows: ir.Table, fact: Fact) -> ir.Value:
        """The value of a fact that is found over a whole group of `rows`."""
        return self.evaluate(rows, fact.options["of"]).cast(IBIS_TYPE[fact.type])

    def constant(self, source: object) -> int:
        """A whole number, or the one value of a parameter (frames of windows cannot vary)."""
        if isinstance(source, int):
            return source
        (only,) = self.rule.parameters[str(source)].values
        return int(only.value or 0)


def find_fact(rows: ir.Table, fact: Fact, look: Look) -> ir.Table:
    """`rows` with the column of `fact`."""
    return _MAKERS[fact.make](rows, fact, look)


def _null_column(rows: ir.Table, fact: Fact, *_: object) -> ir.Table:
    return rows.mutate(**{fact.name: ibis.null(IBIS_TYPE[fact.type])})


def _column(rows: ir.Table, fact: Fact, look: Look) -> ir.Table:
    return rows if fact.name in rows.columns else _null_column(rows, fact, look)


def _expr(rows: ir.Table, fact: Fact, look: Look) -> ir.Table:
    value = look.evaluate(rows, fact.options["of"]).cast(IBIS_TYPE[fact.type])
    return rows.mutate(**{fact.name: value})


def _whole(rows: ir.Table, options: dict[str, Any]) -> ir.BooleanValue:
    """True where every column of ``by`` is known: strangers are not one customer."""
    return reduce(and_, (rows[name].notnull() for name in options["by"]))


def _window(rows: ir.Table, fact: Fact, look: Look) -> ir.Table:
    options: dict[str, Any] = fact.options
    frame: dict[str, Any] = {"group_by": list(options["by"])}
    if "along" in options:
        span = look.constant(options["days"]) * SECONDS_PER_DAY
        frame |= {"order_by": rows[options["along"]].epoch_seconds(), "range": (-span, 0)}
    value = look.evaluate(rows, options["of"]).over(ibis.window(**frame))
    value_or_null = ibis.cases((_whole(rows, options), value))
    return rows.mutate(**{fact.name: value_or_null.cast(IBIS_TYPE[fact.type])})


def _stock(rows: ir.Table, fact: Fact, _look: Look) -> ir.Table:
    options: dict[str, Any] = fact.options
    by = list(options["by"])
    rows_known = rows.filter(_whole(rows, options))

    def change(part: ir.Table, moment: str, by_how_much: int) -> ir.Table:
        delta = ibis.literal(by_how_much, type="int64")
        return part.select(*by, moment=part[moment], delta=delta, opened=part.row_id)

    rows_with_end = rows_known.filter(rows_known[options["end"]] > rows_known[options["start"]])
    changes = ibis.union(
        change(rows_known, options["start"], 1),
        change(rows_with_end, options["end"], -1),
        distinct=False,
    )
    # Ends come before starts of the same moment; row ids break ties in the same way everywhere.
    so_far = ibis.window(
        group_by=by,
        order_by=[changes.moment, changes.delta, changes.opened],
        rows=(None, 0),
    )
    stocks = changes.mutate(held=changes.delta.sum().over(so_far).cast("int64"))
    openings = stocks.filter(stocks.delta == 1).select(opened_row="opened", held="held")
    pairs = rows.left_join(openings, rows.row_id == openings.opened_row)
    return pairs.mutate(**{fact.name: pairs.held}).drop(*({"held", "opened_row"} - {fact.name}))


def _member(rows: ir.Table, fact: Fact, look: Look) -> ir.Table:
    options: dict[str, Any] = fact.options
    name = options["table"]
    if not look.tables.has(name):
        return _null_column(rows, fact)
    there = look.tables[name]
    if "where" in options:
        there = there.filter(parse(options["where"]).compile({c: there[c] for c in there.columns}))
    column = there[options["column"]]
    is_list = RECORDS[name].column(options["column"]).type is Type.LIST
    entries = there.select(entry=column.unnest() if is_list else column)
    entries = entries.filter(entries.entry.notnull()).distinct()
    queries = rows.mutate(asked=look.evaluate(rows, options["value"]).cast("string"))
    pairs = queries.left_join(entries, queries.asked == entries.entry)
    membership = ibis.cases((pairs.asked.notnull(), pairs.entry.notnull()))
    return pairs.mutate(**{fact.name: membership}).drop("asked", "entry")


def _find(rows: ir.Table, fact: Fact, look: Look) -> ir.Table:
    options: dict[str, Any] = fact.options
    name = options["table"]
    if not look.tables.has(name):
        return _null_column(rows, fact)
    there = look.tables[name]
    value = parse(options["take"]).compile({c: there[c] for c in there.columns})
    entries = there.select(entry=there[options["key"]], taken=value.cast(IBIS_TYPE[fact.type]))
    entries = entries.filter(entries.entry.notnull()).group_by("entry")
    entries = entries.aggregate(taken=lambda t: t.taken.max())
    queries = rows.mutate(asked=look.evaluate(rows, options["value"]).cast("string"))
    pairs = queries.left_join(entries, queries.asked == entries.entry)
    return pairs.mutate(**{fact.name: pairs.taken}).drop("asked", "entry", "taken")


def _prefix(rows: ir.Table, fact: Fact, look: Look) -> ir.Table:
    options: dict[str, Any] = fact.options
    if not look.tables.has(options["table"]):
        return _null_column(rows, fact)
    queries = rows.mutate(
        asked=look.evaluate(rows, options["value"]), asked_on=look.evaluate(rows, options["day"])
    )
    there = look.tables[options["table"]]
    fulfils = parse(options["is"]).compile({c: there[c] for c in there.columns})
    answers = longest_prefix(queries, there.mutate(fulfils=fulfils))
    return answers.rename({fact.name: "found"}).drop("asked", "asked_on")


_MAKERS: dict[str, Callable[[ir.Table, Fact, Look], ir.Table]] = {
    "given": _null_column,
    "column": _column,
    "expr": _expr,
    "window": _window,
    "stock": _stock,
    "member": _member,
    "find": _find,
    "prefix": _prefix,
}
