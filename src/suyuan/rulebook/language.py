"""The language of conditions: a small part of Python's expression syntax, compiled to Ibis.

``product == 'industry' and (contains(functions, 'sms') or contains(functions, 'voice'))``

The text is parsed with :mod:`ast` and walked over a list of allowed nodes: names, constants,
comparisons, ``and or not``, ``+ - * /``, ``in`` a list of constants, and calls of the functions of
:mod:`suyuan.rulebook.functions`. Nothing is ever evaluated as Python, so a rule file cannot do
anything but describe a condition. A condition is true, false or unknown: SQL's null under AND, OR
and NOT is Kleene's third value (Kleene 1938, *On notation for ordinal numbers*), so that ``sms and
x`` is false, not unknown, where ``sms`` is false and ``x`` is missing.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.common.exceptions import IbisError

from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.rulebook.functions import SCALAR, WHOLE

Scope = Mapping[str, Any]

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
    # A share of nothing is not known, on every engine alike.
    ast.Div: lambda left, right: left / right.nullif(0),
}
#: The name in a scope under which ``count()`` finds the table itself; no expression can write it.
ROWS = "*"
MAX_LENGTH = 1000
MAX_NODES = 200
WHOLE_NAMES = frozenset({*WHOLE, "count"})


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as it stands in a rule file, parsed and found safe."""

    source: str
    tree: ast.expr

    @property
    def names(self) -> frozenset[str]:
        """The facts and parameters that it asks for."""
        functions = {id(n.func) for n in ast.walk(self.tree) if isinstance(n, ast.Call)}
        return frozenset(
            n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name) and id(n) not in functions
        )

    def words(self, *functions: str) -> tuple[str, ...]:
        """The words that it hands to `functions`."""
        return tuple(
            word.value
            for n in ast.walk(self.tree)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in functions
            for word in n.args
            if isinstance(word, ast.Constant) and isinstance(word.value, str)
        )

    def compile(self, scope: Scope) -> ir.Value:
        """The Ibis value of the expression, its names looked up in `scope`."""
        try:
            return _compile(self.tree, scope)
        except (TypeError, AttributeError, IbisError) as error:
            raise CatalogError(
                Text(
                    "A rule's expression does not fit the facts it names.",
                    "规则表达式与所引用的事实不匹配。",
                ),
                value=self.source,
                hint=Text(str(error).splitlines()[0], str(error).splitlines()[0]),
            ) from error

    @property
    def counts_rows(self) -> bool:
        """True where it asks about a whole group, and not about one row."""
        return any(
            isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in WHOLE_NAMES
            for n in ast.walk(self.tree)
        )


@cache
def parse(source: str, more: frozenset[str] = frozenset()) -> Expression:
    """Parse `source`; raises :class:`CatalogError` for anything outside the language.

    `more` are functions that may be called beside those of the language, where the expression is
    about one row (see :mod:`suyuan.rulebook.rows`).
    """
    text = source.strip()
    if len(text) > MAX_LENGTH:
        raise refusal(source[:80] + "…", "too long", "过长")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise refusal(source, "not an expression", "不是表达式") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise refusal(source, "too long", "过长")
    _check(tree, source, more)
    return Expression(text, tree)


def refusal(source: str, en: str, zh: str) -> CatalogError:
    return CatalogError(
        Text(f"A rule's expression cannot be used: {en}.", f"规则表达式无法使用：{zh}。"),
        value=source,
        hint=Text(
            "Write names, constants, comparisons, and, or, not, in, + - * /, and calls of: "
            + ", ".join([*SCALAR, *WHOLE, "count"]),
            "可用：名称、常量、比较、and、or、not、in、四则运算，以及函数："
            + "、".join([*SCALAR, *WHOLE, "count"]),
        ),
    )


def _check(node: ast.AST, source: str, more: frozenset[str]) -> None:
    """Refuse every node that is not on the list."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str()) | ast.Name():
            pass
        case ast.BoolOp(values=values):
            for value in values:
                _check(value, source, more)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            _check(operand, source, more)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            _check(left, source, more)
            _check(right, source, more)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            _check_comparison(left, op, right, source, more)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if (
            name in SCALAR or name in WHOLE or name in more or (name == "count" and not args)
        ):
            for argument in args:
                _check(argument, source, more)
        case _:
            raise refusal(source, f"{type(node).__name__} is not allowed", "含有不允许的成分")


def _check_comparison(
    left: ast.expr, op: ast.cmpop, right: ast.expr, source: str, more: frozenset[str]
) -> None:
    _check(left, source, more)
    if not isinstance(op, ast.In | ast.NotIn):
        if type(op) not in _COMPARE:
            raise refusal(source, f"{type(op).__name__} is not allowed", "含有不允许的比较")
        _check(right, source, more)
        return
    if not isinstance(right, ast.Tuple | ast.List) or not right.elts:
        raise refusal(source, "`in` wants a list of constants", "in 之后须为常量列表")
    if not all(isinstance(element, ast.Constant) for element in right.elts):
        raise refusal(source, "`in` wants a list of constants", "in 之后须为常量列表")


def _compile(node: ast.expr, scope: Scope) -> Any:  # noqa: PLR0911 - one return for a node
    match node:
        case ast.Constant(value=value):
            return ibis.literal(value)
        case ast.Name(id=name):
            return _lookup(name, scope)
        case ast.BoolOp(op=op, values=values):
            join = operator.and_ if isinstance(op, ast.And) else operator.or_
            return reduce(join, (_compile(value, scope) for value in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ~_compile(operand, scope)
        case ast.UnaryOp(operand=operand):
            return -_compile(operand, scope)
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](_compile(left, scope), _compile(right, scope))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(_compile(left, scope), op, right, scope)
        case ast.Call(func=ast.Name(id="count")):
            return _lookup(ROWS, scope).count()
        case ast.Call(func=ast.Name(id=name), args=args):
            return (SCALAR | WHOLE)[name](*(_compile(argument, scope) for argument in args))
    raise refusal(ast.unparse(node), "not allowed", "不允许")


def _comparison(left: Any, op: ast.cmpop, right: ast.expr, scope: Scope) -> Any:
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List):
        # Not IN: Spark cannot parse `x IN (…) IS NULL` as it is written without parentheses.
        matches = (left == ibis.literal(e.value) for e in right.elts if isinstance(e, ast.Constant))
        among = reduce(operator.or_, matches)
        return ~among if isinstance(op, ast.NotIn) else among
    return _COMPARE[type(op)](left, _compile(right, scope))


def _lookup(name: str, scope: Scope) -> Any:
    if name not in scope:
        raise CatalogError(
            Text("An expression names an unknown fact.", "表达式引用了未知的事实。"),
            value=name,
            hint=Text(
                f"Known here: {', '.join(sorted(scope))}.",
                f"此处可用：{'、'.join(sorted(scope))}。",
            ),
        )
    return scope[name]
