"""Whether the cases of a rule leave a gap, or answer one act twice.

Each fact is tried at the corners that the conditions cut: just below, at and above every number it
may be compared with, every word a condition names and one that none names, true and false. Over
the product of these, on a day of every period of the parameters, exactly one case must be true
(a decision table that is complete and without conflict; Vanthienen & Dries 1994).
"""

import ast
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice, product
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.columns import ARROW_TYPES, Type
from suyuan.model.text import Text
from suyuan.rulebook.dates import YUAN, as_of, start_of
from suyuan.rulebook.declare import Rule
from suyuan.rulebook.language import Expression

#: More corners than this are not tried; a rule with so many facts should be two rules.
MOST = 60_000


def case_problems(rule: Rule) -> list[Text]:
    """The first gap and the first overlap of each dated period, as words; empty where sound."""
    problems = []
    for day in _days(rule):
        rows = ibis.memtable(_corners(rule, day))
        scope: dict[str, Any] = {name: rows[name] for name in rows.columns}
        moment = ibis.literal(start_of(day))
        scope |= {p.name: as_of(p, moment) for p in rule.parameters.values()}
        true = [_is_true(c.condition.compile(scope)) for c in rule.cases]
        hits = rows.mutate(hits=sum(true[1:], true[0]))
        if rule.applies is not None:
            hits = hits.filter(rule.applies.compile(scope))
        wrong = hits.filter(hits.hits != 1).order_by(ibis.desc("hits")).to_pyarrow()
        problems += [_example(row, day) for row in _first_of_each(wrong.to_pylist())]
    return problems


def _is_true(condition: ir.BooleanValue) -> ir.IntegerValue:
    return ibis.cases((condition, 1), else_=0)


def _first_of_each(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    gap = next((row for row in rows if not row["hits"]), None)
    twice = next((row for row in rows if row["hits"]), None)
    return [row for row in (gap, twice) if row is not None]


def _example(row: dict[str, Any], day: date) -> Text:
    hits = row.pop("hits")
    facts = ", ".join(f"{name}={value}" for name, value in row.items())
    return Text(
        f"{'overlap' if hits else 'gap'} on {day}: {facts}",
        f"{day} {'重叠' if hits else '缺口'}:{facts}",
    )


def _days(rule: Rule) -> list[date]:
    """The first day of every period in force with other values."""
    begins = {p.since for p in rule.in_force}
    begins |= {v.period.since for p in rule.parameters.values() for v in p.values}
    return sorted(day for day in begins if any(day in period for period in rule.in_force))


def _corners(rule: Rule, day: date) -> pa.Table:
    question = rule.fact_names
    choices = [list(_probes(rule, name, day)) for name in question]
    rows = list(islice(product(*choices), MOST))
    columns = zip(*rows, strict=True) if rows else [[] for _ in question]
    return pa.table(
        {
            name: pa.array(list(cells), ARROW_TYPES[rule.facts[name].type])
            for name, cells in zip(question, columns, strict=True)
        }
    )


def _probes(rule: Rule, name: str, day: date) -> Iterator[Any]:
    """The values at which a fact is tried."""
    type_ = rule.facts[name].type
    if any(_asks_whether_known(e, name) for e in rule.conditions):
        yield None
    match type_:
        case Type.BOOL:
            yield from (True, False)
        case Type.TEXT:
            yield from sorted({w for e in rule.conditions for w in _words(e)} | {"…"})
        case Type.LIST:
            words = sorted({w for e in rule.conditions for w in _words(e)})
            yield from (
                [w for w, on in zip(words, on_, strict=True) if on]
                for on_ in product((True, False), repeat=len(words))
            )
        case Type.TIME:
            start: datetime = start_of(day)
            yield from (start + timedelta(days=n) for n in (0, 1, 90, 400))
        case _:
            step = 0.01 if type_ is Type.FLOAT else 1
            numbers = sorted({0.0} | set(_numbers(rule, name, day)))
            near = sorted({n + d for n in numbers for d in (-step, 0, step) if n + d >= 0})
            yield from (near if type_ is Type.FLOAT else map(int, near))


def _words(expression: Expression) -> set[str]:
    return {
        n.value
        for n in ast.walk(expression.tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def _numbers(rule: Rule, name: str, day: date) -> Iterator[float]:
    """Constants and parameters that stand in a condition together with the fact."""
    for expression in rule.conditions:
        if name not in expression.names:
            continue
        for node in ast.walk(expression.tree):
            if not isinstance(node, ast.Compare) or name not in _names(node):
                continue
            yield from (
                float(n.value)
                for n in ast.walk(node)
                if isinstance(n, ast.Constant)
                and isinstance(n.value, int | float)
                and not isinstance(n.value, bool)
            )
            for parameter_name in sorted(_names(node) & rule.parameters.keys()):
                parameter = rule.parameters[parameter_name]
                for entry in parameter.values:
                    if day in entry.period and entry.value is not None:
                        yield entry.value * (100 if parameter.unit == YUAN else 1)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _asks_whether_known(expression: Expression, name: str) -> bool:
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Name)
        and n.func.id in {"known", "missing"}
        and name in _names(n)
        for n in ast.walk(expression.tree)
    )
