"""What decides an act, as Ibis columns over its facts.

One expression serves a table of a million acts and a single worked case. The order: an act to
which the rule does not apply is no act of the rule; one without a day cannot be told; one before
the rule was in force is not judged; then the one case whose condition is true answers; and where
none is true because a fact is missing, it cannot be told. What the answer to a condition is, and in
which words, stands in :mod:`suyuan.rulebook.decided_cases`: looked up, not computed row by row.
"""

from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from suyuan.model.money import FEN_PER_YUAN
from suyuan.rulebook.dates import YUAN, as_of, in_force
from suyuan.rulebook.declare import Rule
from suyuan.rulebook.language import Expression

#: Conditions that decide beside the cases of a rule; the first: it does not apply.
OUTSIDE, NO_DAY, BEFORE, SCOPE, FACTS = (
    "",
    "no_day",
    "before_in_force",
    "scope_unknown",
    "facts_unknown",
)

Row = Mapping[str, Any]


def judge(rule: Rule, facts: Row, moment: ir.TimestampValue) -> dict[str, ir.Value]:
    """Columns ``condition``, ``unknown``, ``value``, ``limit``.

    ``condition`` is the id of the case that decided, or one of those above. ``unknown`` has a mark
    for each fact asked, ``1`` where it is not known. Values in yuan are given in yuan.
    """
    scope = dict(facts) | {p.name: as_of(p, moment) for p in rule.parameters.values()}
    steps = [(moment.isnull(), NO_DAY), (~in_force(rule, moment), BEFORE)]
    if rule.applies is not None:
        applies = rule.applies.compile(scope)
        steps = [(~applies, OUTSIDE), *steps, (applies.isnull(), SCOPE)]
    steps += [(case.condition.compile(scope), case.id) for case in rule.cases]
    marks = [ibis.cases((scope[name].isnull(), "1"), else_="0") for name in rule.fact_names]
    return {
        "condition": ibis.cases(*steps, else_=FACTS),
        "unknown": reduce(add, marks, ibis.literal("")),
        "value": _number(rule.value, scope, in_yuan=rule.unit == YUAN),
        "limit": _number(rule.limit, scope, in_yuan=rule.unit == YUAN),
    }


def _number(expression: Expression | None, scope: Row, *, in_yuan: bool) -> ir.FloatingValue:
    if expression is None:
        return ibis.null("float64")
    value = expression.compile(scope).cast("float64")
    return value / FEN_PER_YUAN if in_yuan else value
