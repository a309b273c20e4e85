"""The shape of a derivation: all that its SQL depends on, but the names of the tables it reads."""

import datetime as dt
import decimal
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Final

import ibis.expr.datatypes as types
import ibis.expr.operations as ops
from ibis.common.collections import FrozenOrderedDict
from ibis.expr.schema import Schema

_PLAIN: Final = (
    str, int, float, bool, bytes, type(None), decimal.Decimal, dt.datetime, dt.date, dt.time,
    dt.timedelta,
)  # fmt: skip
#: What may mean another thing each time, or holds more than the expression says.
_NO_SHAPE: Final = (
    ops.Impure, ops.InMemoryTable, ops.SQLQueryResult, ops.SQLStringView, ops.ScalarUDF,
    ops.AggUDF,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """``digest`` of everything but ``tables``, the names of the tables read, first met first."""

    digest: str
    tables: tuple[str, ...]


class _Sentence(str):
    """Text that is written as it stands."""

    __slots__ = ()


_CLOSE: Final = _Sentence(")")


def shape_of(root: ops.Node) -> Shape | None:
    """The shape of an expression, or None where it has none that could be relied on.

    A node is written once, as its type and its arguments, and pointed to from then on. Tables count
    by their columns and types and by the order in which they are met; ids that Ibis numbers on from
    expression to expression are numbered from 0.
    """
    writer = _Writer(root)
    if not writer.write():
        return None
    digest = hashlib.blake2b("\x1f".join(writer.out).encode(), digest_size=20).hexdigest()
    return Shape(digest, tuple(writer.tables))


class _Writer:
    """One expression under way, without recursion: expressions may be deep."""

    def __init__(self, root: ops.Node) -> None:
        self.out: list[str] = []
        self.tables: dict[str, int] = {}
        self._seen: dict[int, str] = {}
        self._numbers: dict[Any, int] = {}
        self._stack: list[Any] = [root]

    def write(self) -> bool:
        """Write all of it; False where some part has no shape."""
        while self._stack:
            entry = self._stack.pop()
            if type(entry) is _Sentence:
                self.out.append(entry)
            elif not (self._node(entry) if isinstance(entry, ops.Node) else self._value(entry)):
                return False
        return True

    def _node(self, node: ops.Node) -> bool:
        if (written_number := self._seen.get(id(node))) is not None:
            self.out.append(written_number)
            return True
        self._seen[id(node)] = f"#{len(self._seen)}"
        if isinstance(node, _NO_SHAPE):
            return False
        self._open(type(node).__name__ + "(")
        if isinstance(node, ops.DatabaseTable):
            number = self.tables.setdefault(node.name, len(self.tables))
            self.out.append(f"{number} {_schema(node.schema)}")
        elif isinstance(node, ops.Reference):
            # Two nodes of one type, parent and id are one to Ibis; equal ids alone mean nothing.
            own = type(node), id(node.parent), node.identifier
            number = self._numbers.setdefault(own, len(self._numbers))
            self._stack += (_Sentence(str(number)), node.parent)
        else:
            self._stack += reversed(node.__args__)
        return True

    def _value(self, value: Any) -> bool:
        if isinstance(value, tuple):
            self._open("(")
            self._stack += reversed(value)
        elif isinstance(value, frozenset):
            self._stack.append(tuple(sorted(value, key=repr)))
        elif (text := _value_text(value)) is not None:
            self.out.append(text)
        elif isinstance(value, Mapping | FrozenOrderedDict):
            self._stack.append(tuple(value.items()))
        else:
            return False
        return True

    def _open(self, text: str) -> None:
        self.out.append(text)
        self._stack.append(_CLOSE)


def _value_text(value: Any) -> str | None:
    """A value as text that tells it from every other; None for what is no plain value."""
    if isinstance(value, _PLAIN):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, types.DataType):
        return _type(value)
    if isinstance(value, Schema):
        return _schema(value)
    return f"type {value.__name__}" if isinstance(value, type) else None


@lru_cache(maxsize=4096)
def _schema(schema: Schema) -> str:
    return "{" + ";".join(f"{name!r} {_type(type_)}" for name, type_ in schema.items()) + "}"


@lru_cache(maxsize=1024)
def _type(type_: types.DataType) -> str:
    return repr(type_)
