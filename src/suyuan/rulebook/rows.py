"""The rule language for one row: the same expressions as closures over plain Python values.

:mod:`suyuan.rulebook.language` compiles an expression to a column, which takes a database tens of
milliseconds however short the table; an act at a counter is one row. Unknown is ``None``, and
``and``, ``or``, ``not`` are Kleene's, as there. `tests/rulebook/test_rows.py` holds the two equal.
"""

import ast
import math
import operator
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.rulebook.language import Expression, refusal

Scope = Mapping[str, Any]
Closure = Callable[[Scope], Any]
#: Functions of what surrounds the row: they get the scope first.
Surroundings = Mapping[str, Callable[..., Any]]

_AHEAD = timedelta(hours=8)
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right if right else None,
}


def closure(expression: Expression, surroundings: Surroundings | None = None) -> Closure:
    """`expression` as a function of a scope; a name that the scope lacks is unknown."""
    inner = _closure(expression.tree, surroundings or {})

    def evaluate(scope: Scope) -> Any:
        try:
            return inner(scope)
        except (TypeError, AttributeError) as error:
            raise CatalogError(
                Text(
                    "An expression does not fit the facts it names.", "表达式与所引用的事实不匹配。"
                ),
                value=expression.source,
                hint=Text(str(error), str(error)),
            ) from error

    return evaluate


def _closure(node: ast.expr, around: Surroundings) -> Closure:  # noqa: PLR0911 - one a node
    match node:
        case ast.Constant(value=value):
            return lambda _: value
        case ast.Name(id=name):
            return lambda scope: scope.get(name)
        case ast.BoolOp(op=ast.And(), values=values):
            return _conjunction([_closure(value, around) for value in values])
        case ast.BoolOp(values=values):
            return _disjunction([_closure(value, around) for value in values])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _strict(operator.not_, [_closure(operand, around)])
        case ast.UnaryOp(operand=operand):
            return _strict(operator.neg, [_closure(operand, around)])
        case ast.BinOp(left=left, op=op, right=right):
            operands = [_closure(left, around), _closure(right, around)]
            return _strict(_ARITHMETIC[type(op)], operands)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(left, op, right, around)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, args, around)
    raise refusal(ast.unparse(node), "not allowed", "不允许")


def _conjunction(parts: list[Closure]) -> Closure:
    def evaluate(scope: Scope) -> Any:
        answer: bool | None = True
        for part in parts:
            value = part(scope)
            if value is None:
                answer = None
            elif not value:
                return False
        return answer

    return evaluate


def _disjunction(parts: list[Closure]) -> Closure:
    def evaluate(scope: Scope) -> Any:
        answer: bool | None = False
        for part in parts:
            value = part(scope)
            if value is None:
                answer = None
            elif value:
                return True
        return answer

    return evaluate


def _strict(function: Callable[..., Any], parts: list[Closure]) -> Closure:
    """Unknown where one of `parts` is."""
    if len(parts) == 1:
        [only] = parts
        return lambda scope: None if (result := only(scope)) is None else function(result)
    if len(parts) == 2:
        first, second = parts

        def evaluate(scope: Scope) -> Any:
            left, right = first(scope), second(scope)
            return None if left is None or right is None else function(left, right)

        return evaluate

    def evaluate_all(scope: Scope) -> Any:
        values = [part(scope) for part in parts]
        return None if None in values else function(*values)

    return evaluate_all


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, around: Surroundings) -> Closure:
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List):
        words = [e.value for e in right.elts if isinstance(e, ast.Constant)]
        test: Callable[[Any], bool] = lambda value: value in words  # noqa: E731
        if isinstance(op, ast.NotIn):
            test = lambda value: value not in words  # noqa: E731
        return _strict(test, [_closure(left, around)])
    compare, first = _COMPARE[type(op)], _closure(left, around)
    if isinstance(right, ast.Constant) and right.value is not None:
        value = right.value
        return lambda scope: None if (result := first(scope)) is None else compare(result, value)
    return _strict(compare, [first, _closure(right, around)])


def _call(name: str, arguments: list[ast.expr], around: Surroundings) -> Closure:
    parts = [_closure(argument, around) for argument in arguments]
    if name in around:
        function = around[name]
        if all(isinstance(argument, ast.Constant) for argument in arguments):
            words = [part({}) for part in parts]  # said in the text: read once, not at each row
            if len(words) == 1:
                [word] = words
                return lambda scope: function(scope, word)
            return lambda scope: function(scope, *words)
        return lambda scope: function(scope, *(part(scope) for part in parts))
    if name in _LOOSE:
        loose = _LOOSE[name]
        return lambda scope: loose(*(part(scope) for part in parts))
    if name in _STRICT:
        return _strict(_STRICT[name], parts)
    raise refusal(name, "it is about many rows", "该函数只适用于多行")


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _when(condition: Any, then: Any, otherwise: Any) -> Any:
    if condition is None:
        return None
    return then if condition else otherwise


def _seconds(moment: datetime) -> int:
    return math.floor((moment - datetime(1970, 1, 1)) / timedelta(seconds=1))


def after_months(start: datetime, months: float) -> datetime:
    """The same day and hour by the calendar in Beijing, or the last day of a shorter month."""
    local = start + _AHEAD
    year, month = divmod(local.year * 12 + local.month - 1 + round(months), 12)
    day = local.day if local.day <= 28 else min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day) - _AHEAD


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


#: They look at an unknown argument themselves.
_LOOSE: dict[str, Callable[..., Any]] = {
    "coalesce": _coalesce,
    "when": _when,
    "known": lambda value: value is not None,
    "missing": lambda value: value is None,
}
#: Unknown where an argument is.
_STRICT: dict[str, Callable[..., Any]] = {
    "contains": lambda cell, item: item in cell,
    "starts_with": str.startswith,
    "length": len,
    "hours_between": lambda start, end: (_seconds(end) - _seconds(start)) / 3600,
    "days_between": lambda start, end: (_seconds(end) - _seconds(start)) / 86400,
    "after_months": after_months,
    "day": lambda moment: (moment + _AHEAD).date().isoformat(),
    "floor": math.floor,
    "distance": lambda left, right: abs(left - right),
    "text": _text,
    "number": int,
}
