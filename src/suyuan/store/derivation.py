"""A derivation by its name and arguments: what its plan is kept under, without building it.

Building an expression takes far longer than looking a plan up by its shape. A function of a module
of ours is given by its name and the code; so what it derives from tables of some columns, with
plain arguments, is given by all of these together.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

import ibis.expr.operations as ops
import ibis.expr.types as ir

from suyuan.store.code import code_digest
from suyuan.store.recording import place, signature
from suyuan.store.shape import Shape

Derivation = Callable[..., ir.Table]
_PLAIN: Final = (str, int, float, bool, type(None), dt.date, dt.datetime)


def derivation_shape(
    derivation: Derivation, tables: Sequence[ir.Table], arguments: Sequence[object]
) -> Shape | None:
    """What the derivation's plan depends on, but the names of `tables`; None if that is not plain.

    Closures, functions of other packages, tables that are expressions themselves and arguments
    that are no plain data are not told apart reliably, so they have no such shape.
    """
    name = f"{derivation.__module__}.{derivation.__qualname__}"
    nodes = [table.op() for table in tables]
    argument_texts = [_argument_text(argument) for argument in arguments]
    if not name.startswith("suyuan.") or "<" in name or None in argument_texts:
        return None
    names: dict[str, int] = {}
    parts = [name, code_digest()]
    for node in nodes:
        if not isinstance(node, ops.DatabaseTable):
            return None
        place = names.setdefault(node.name, len(names))
        columns = ((column, str(type_)) for column, type_ in node.schema.items())
        parts.append(f"{place} {tuple(columns)!r}")
    text = "\x1f".join([*parts, *map(str, argument_texts)])
    digest = hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
    return Shape(f"derivation {digest}", tuple(names))


def arguments_text(name: str, arguments: Sequence[object], itself: object, zone: str) -> str | None:
    """All that a function of tables of a run depends on, but their names; None if not plain.

    An argument that is `itself` stands for the run's tables, in `zone`.
    """
    names: dict[str, int] = {}
    parts = [name, code_digest()]
    for argument in arguments:
        argument_text: str | None = (
            f"tables in {zone}" if argument is itself else _argument_text(argument)
        )
        if isinstance(argument, ir.Table):
            own = place(argument)
            number = names.setdefault(own or "", len(names))
            argument_text = f"{number} {signature(argument)}" if own else None
        if argument_text is None:
            return None
        parts.append(argument_text)
    return "\x1f".join(parts)


def function_text(function: Any) -> str | None:
    """A function of ours by its name and what it closes over; None where that is not plain."""
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    if not module.startswith("suyuan.") or "<lambda>" in name or not name:
        return None
    parts = [_held_text(cell.cell_contents) for cell in function.__closure__ or ()]
    return None if None in parts else f"{module}.{name}({', '.join(map(str, parts))})"


def _held_text(value: Any) -> str | None:
    """Plain data, a function of ours, or a dataclass of these."""
    if callable(value):
        return function_text(value)
    if not is_dataclass(value):
        return _argument_text(value)
    members = [_held_text(getattr(value, field.name)) for field in fields(value)]
    return None if None in members else f"{type(value).__name__}({', '.join(map(str, members))})"


def _argument_text(value: Any) -> str | None:
    """Plain data as text that tells it from all other; None for anything else."""
    if isinstance(value, Enum) or type(value) in _PLAIN:
        return f"{type(value).__name__} {value!r}"
    if is_dataclass(value) and not isinstance(value, type):
        members = [getattr(value, field.name) for field in fields(value)]
    elif type(value) in (tuple, list):
        members = list(value)
    elif type(value) is frozenset:
        members = sorted(value, key=repr)
    elif isinstance(value, Mapping):
        members = [part for pair in value.items() for part in pair]
    else:
        return None
    member_texts = [_argument_text(member) for member in members]
    if any(member_text is None for member_text in member_texts):
        return None
    return f"{type(value).__name__}({', '.join(map(str, member_texts))})"
