"""The answer of a rule, as Ibis columns over its facts.

One expression serves a table of a million acts and a single worked case. The order: an act to
which the rule does not apply is no act of the rule; one without a day cannot be told; one before
the rule was in force is not judged; then the one case whose condition is true answers; and where
none is true because a fact is missing, it cannot be told.
"""

from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import LANGUAGES, Language, Text
from suyuan.rulebook.dates import YUAN, as_of, in_force
from suyuan.rulebook.declare import Answer, Case, Rule
from suyuan.rulebook.language import Expression

#: Conditions that decide beside the cases of a rule.
NO_DAY, BEFORE, SCOPE, FACTS = "no_day", "before_in_force", "scope_unknown", "facts_unknown"

_BEFORE = Text("The rule was not in force on that day.", "该日规定尚未施行或已失效。")
_NO_DAY = Text("The day of the act is not known.", "行为日期不明。")
_UNKNOWN = Text("Not known: ", "不明:")
_NO_CASE = Text("The rule's own number is not known for that day.", "该日的规定数值不明。")

Row = Mapping[str, Any]


def judge(rule: Rule, facts: Row, moment: ir.TimestampValue) -> dict[str, ir.Value]:
    """Columns ``answer``, ``condition``, ``value``, ``limit``, ``reason``, ``reason_zh``.

    ``answer`` is null for an act to which the rule does not apply. ``condition`` is the id of the
    case that decided, or one of those above. Values in yuan are given in yuan.
    """
    scope = dict(facts) | {p.name: as_of(p, moment) for p in rule.parameters.values()}
    numbers = {
        name: _number(expression, scope, in_yuan=rule.unit == YUAN)
        for name, expression in (("value", rule.value), ("limit", rule.limit))
    }
    steps = _steps(rule, scope, moment)
    none = ibis.null("string")
    condition = _ladder([(when, ibis.literal(name)) for when, name, _, _ in steps], FACTS)
    answer = _ladder([(when, ibis.literal(a.value)) for when, _, a, _ in steps], Answer.CANNOT_TELL)
    reasons = {
        language: _ladder(
            [(when, _say(because, language, numbers)) for when, _, _, because in steps],
            _missing_facts(rule, scope, language),
        )
        for language in LANGUAGES
    }
    outside = ibis.literal(value=False) if rule.applies is None else ~rule.applies.compile(scope)
    return {
        "answer": ibis.cases((outside, none), else_=answer),
        "condition": ibis.cases((outside, none), else_=condition),
        "reason": reasons["en"],
        "reason_zh": reasons["zh"],
        **numbers,
    }


def _steps(
    rule: Rule, scope: Row, moment: ir.TimestampValue
) -> list[tuple[ir.BooleanValue, str, Answer, Text]]:
    """What is asked in turn, each with its name, its answer and its words."""
    steps = [
        (moment.isnull(), NO_DAY, Answer.CANNOT_TELL, _NO_DAY),
        (~in_force(rule, moment), BEFORE, Answer.NOT_IN_FORCE, _BEFORE),
    ]
    if rule.applies is not None:
        titles = [rule.facts[n].title for n in rule.facts if n in rule.applies.names]
        asked = Text(*(_UNKNOWN.in_(x) + ", ".join(t.in_(x) for t in titles) for x in LANGUAGES))
        unclear = rule.applies.compile(scope).isnull()
        steps.append((unclear, SCOPE, Answer.CANNOT_TELL, asked))
    return steps + [_case(case, scope) for case in rule.cases]


def _case(case: Case, scope: Row) -> tuple[ir.BooleanValue, str, Answer, Text]:
    return (case.condition.compile(scope), case.id, case.answer, case.because)


def _ladder(steps: list[tuple[Any, Any]], otherwise: Any) -> ir.Value:
    return ibis.cases(*steps, else_=otherwise)


def _number(expression: Expression | None, scope: Row, *, in_yuan: bool) -> ir.FloatingValue:
    if expression is None:
        return ibis.null("float64")
    value = expression.compile(scope).cast("float64")
    return value / FEN_PER_YUAN if in_yuan else value


def written(number: ir.FloatingValue) -> ir.StringValue:
    """A number as people write it: no decimals where it has none, at most two elsewhere."""
    whole = number.round(0).cast("int64")
    hundredths = (number.abs() * 100).round(0).cast("int64")
    places = (hundredths % 100).cast("string").lpad(2, "0")
    sign = ibis.cases((number < 0, ibis.literal("-")), else_=ibis.literal(""))
    decimal = sign + (hundredths // 100).cast("string") + "." + places
    return ibis.cases(
        (number.isnull(), ibis.literal("?")),
        (hundredths % 100 == 0, whole.cast("string")),
        else_=decimal,
    )


def _say(text: Text, language: Language, numbers: Mapping[str, ir.FloatingValue]) -> ir.StringValue:
    """The words of a case, with ``{value}`` and ``{limit}`` filled in."""
    pieces: list[ir.StringValue] = []
    left = text.in_(language)
    while "{" in left:
        before, _, rest = left.partition("{")
        name, _, left = rest.partition("}")
        pieces += [ibis.literal(before), written(numbers[name])]
    return reduce(add, [*pieces, ibis.literal(left)])


def _missing_facts(rule: Rule, scope: Row, language: Language) -> ir.StringValue:
    """Which of the facts that the rule asks for are not known."""
    separator = Text(", ", "、").in_(language)
    listed = reduce(
        add,
        [
            ibis.cases(
                (
                    scope[name].isnull(),
                    ibis.literal(separator + rule.facts[name].title.in_(language)),
                ),
                else_=ibis.literal(""),
            )
            for name in rule.asked
        ],
        ibis.literal(""),
    )
    return ibis.cases(
        (listed == "", ibis.literal(_NO_CASE.in_(language))),
        else_=ibis.literal(_UNKNOWN.in_(language)) + listed.substr(len(separator)),
    )
