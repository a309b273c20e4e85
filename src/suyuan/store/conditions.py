"""Conditions on the rows of a result table, as SQL with parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from suyuan.model.errors import InputError
from suyuan.model.text import Text

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "has", "empty", "filled"]
_OPERATORS: Final = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Condition:
    """One column against a value.

    ``has`` finds text within text, whatever its case; ``in`` takes a list of values; ``empty`` and
    ``filled`` take none. As in SQL, an empty cell fulfils nothing but ``empty``.
    """

    column: str
    operator: Operator
    value: object = None

    def sql(self) -> tuple[str, list[object]]:
        """A clause with ``?`` marks, and their values."""
        name = quote(self.column)
        if self.operator in _OPERATORS:
            return f"{name} {_OPERATORS[self.operator]} ?", [self.value]
        if self.operator == "in":
            values = (
                list(self.value) if isinstance(self.value, (list, tuple, set)) else [self.value]
            )
            return f"list_contains(?, {name})", [values]
        if self.operator == "has":
            return f"contains(lower({name}), lower(?))", [str(self.value)]
        return f"{name} IS {'' if self.operator == 'empty' else 'NOT '}NULL", []


def where_clause(conditions: Iterable[Condition]) -> tuple[str, list[object]]:
    """All of `conditions` at once; an empty clause where there is none."""
    clauses, values = [], []
    for condition in conditions:
        clause, own = condition.sql()
        clauses.append(clause)
        values += own
    return (" WHERE " + " AND ".join(clauses) if clauses else ""), values


def order_clause(order: Sequence[str]) -> str:
    """``-column`` has the largest first; empty cells stand last."""
    terms = [
        f"{quote(name.removeprefix('-'))} {'DESC' if name.startswith('-') else 'ASC'} NULLS LAST"
        for name in order
    ]
    return " ORDER BY " + ", ".join(terms) if terms else ""


def quote(name: str) -> str:
    """A column's name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def check_columns(names: Iterable[str], columns: Sequence[str], table: str) -> None:
    """:class:`InputError` where a name in `names` is no column of `table`."""
    for name in names:
        if name not in columns:
            raise InputError(
                Text("No such column in this table.", "该表没有这一列。"),
                value=f"{table}.{name}",
                hint=Text(f"One of: {', '.join(columns)}.", f"可用：{'、'.join(columns)}。"),
            )
