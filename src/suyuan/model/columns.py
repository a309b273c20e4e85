"""How a table is declared: once, as data.

Readers, checks, empty tables, Arrow schemas and ``docs/tables.md`` are derived from these.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import pyarrow as pa

from suyuan.model.privacy import KIND_CLASSES, Privacy


class Type(StrEnum):
    """What a column holds, and how it is stored inside the program."""

    TEXT = "text"
    TIME = "time"
    MONEY = "money"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    LIST = "list"


#: Inside the program: times are naive UTC, money is int64 fen.
ARROW_TYPES: dict[Type, pa.DataType] = {
    Type.TEXT: pa.string(),
    Type.TIME: pa.timestamp("us"),
    Type.MONEY: pa.int64(),
    Type.INT: pa.int64(),
    Type.FLOAT: pa.float64(),
    Type.BOOL: pa.bool_(),
    Type.LIST: pa.list_(pa.string()),
}
#: In result files: times carry their zone, money is decimal yuan.
FILE_TYPES: dict[Type, pa.DataType] = ARROW_TYPES | {
    Type.TIME: pa.timestamp("us", tz="UTC"),
    Type.MONEY: pa.decimal128(18, 2),
}


#: Stands in a list of words that is not closed.
MORE: Final = "…"
#: Text has no class by its type: each such column says its own.
TYPE_CLASSES: dict[Type, Privacy] = {
    Type.TIME: Privacy.TIME,
    Type.MONEY: Privacy.AMOUNT,
    Type.INT: Privacy.FIGURE,
    Type.FLOAT: Privacy.FIGURE,
    Type.BOOL: Privacy.FIGURE,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``kind`` names what an identifier identifies (a subject kind, or ``subject`` where the cell is
    itself ``kind:id``), so that normalising and indexing need no list of column names.
    ``known_from`` names the time column of the same row before which the cell was not yet so.
    ``privacy`` is what a text without a kind tells about people, ``words`` are those of a closed
    list, which tell nothing. ``copy_of`` names the column
    that a result file repeats here; inside the program there is no such column.
    """

    name: str
    type: Type
    meaning: str
    key: bool = False
    mandatory: bool = False
    optional: bool = False
    kind: str | None = None
    unit: str | None = None
    known_from: str | None = None
    privacy: Privacy | None = None
    copy_of: str | None = None
    words: tuple[str, ...] = ()

    @property
    def privacy_class(self) -> Privacy | None:
        """As declared, else by what it identifies or how it is stored; None for undeclared text."""
        by_kind = KIND_CLASSES.get(self.kind) if self.kind else None
        return self.privacy or by_kind or TYPE_CLASSES.get(self.type)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its Chinese term, what a row is, and its columns in order.

    ``event_time`` is the column that says when the row's event became visible (for ``--as-of``);
    a row without one stays, unless ``undated_known`` is false. ``order`` are the columns by which
    the rows of a result file stand, ``-column`` with the largest first; by its key without.
    """

    name: str
    zh: str
    meaning: str
    columns: tuple[Column, ...]
    event_time: str | None = None
    undated_known: bool = True
    order: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    @property
    def sort_keys(self) -> list[tuple[str, str]]:
        """The order of the rows of a result file, as Arrow takes it."""
        return [
            (name.removeprefix("-"), "descending" if name.startswith("-") else "ascending")
            for name in self.order or self.key
        ]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema inside the program."""
        return pa.schema([(c.name, ARROW_TYPES[c.type]) for c in self.columns if not c.copy_of])

    @property
    def file_schema(self) -> pa.Schema:
        """The Arrow schema of the result file."""
        return pa.schema([(c.name, FILE_TYPES[c.type]) for c in self.columns])

    def empty(self) -> pa.Table:
        return self.schema.empty_table()


def table(
    name: str,
    zh: str,
    meaning: str,
    *columns: Column,
    event_time: str | None = None,
    undated_known: bool = True,
    order: tuple[str, ...] = (),
) -> Table:
    return Table(name, zh, meaning, columns, event_time, undated_known, order)


def key(
    name: str, type_: Type, meaning: str, *, kind: str | None = None, privacy: Privacy | None = None
) -> Column:
    """A column of the key: a row without it cannot be stored."""
    return Column(name, type_, meaning, key=True, mandatory=True, kind=kind, privacy=privacy)


def need(
    name: str,
    type_: Type,
    meaning: str,
    *,
    kind: str | None = None,
    unit: str | None = None,
    privacy: Privacy | None = None,
) -> Column:
    """A column whose cell every row must have."""
    return Column(name, type_, meaning, mandatory=True, kind=kind, unit=unit, privacy=privacy)


def have(
    name: str,
    type_: Type,
    meaning: str,
    *,
    kind: str | None = None,
    unit: str | None = None,
    privacy: Privacy | None = None,
) -> Column:
    """A column that belongs to the table, though a cell of it may be empty."""
    return Column(name, type_, meaning, kind=kind, unit=unit, privacy=privacy)


def may(
    name: str,
    type_: Type,
    meaning: str,
    *,
    kind: str | None = None,
    unit: str | None = None,
    known_from: str | None = None,
    privacy: Privacy | None = None,
) -> Column:
    """A column that a file may lack."""
    return Column(
        name,
        type_,
        meaning,
        optional=True,
        kind=kind,
        unit=unit,
        known_from=known_from,
        privacy=privacy,
    )


def code(
    build: Callable[..., Column],
    name: str,
    *words: str,
    meaning: str | None = None,
    type_: Type = Type.TEXT,
    **options: Any,
) -> Column:
    """A column of words of a list, built by `build`; ``…`` among them says that there are more.

    They are its meaning where none is said. Without words, codes of a standard (ISO) stand in it.
    """
    column = build(name, type_, meaning or ", ".join(words), privacy=Privacy.CODE, **options)
    return replace(column, words=tuple(word for word in words if word != MORE))
