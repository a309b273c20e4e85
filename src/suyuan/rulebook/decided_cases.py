"""The ways in which acts were decided: for each, the answer and its words.

A million acts are decided in a few dozen ways: a rule, the condition that decided, and which facts
were not known. The words of each way are made once and joined to the acts; only the value and the
limit are filled in for each act.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.text import LANGUAGES, Text
from suyuan.rulebook.declare import Answer, Rule
from suyuan.rulebook.judge import BEFORE, FACTS, NO_DAY, OUTSIDE, SCOPE

#: What tells a way apart.
BY = ("rule_id", "condition", "unknown")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in (*BY, "answer", "reason", "reason_zh")),
        ("published", pa.bool_()),
    ]
)
#: What the answers of a rule share: its source, and the day of those without one.
_RULES = pa.schema(
    [("rule_id", pa.string()), ("source", pa.string()), ("asked", pa.timestamp("us"))]
)
_BEFORE = Text("The rule was not in force on that day.", "该日规定尚未施行或已失效。")
_NO_DAY = Text("The day of the act is not known.", "行为日期不明。")
_NOT_KNOWN = Text("Not known: ", "不明：")
_NO_CASE = Text("The rule's own number is not known for that day.", "该日的规定数值不明。")
#: Conditions that mean the same for every rule.
_ALWAYS: dict[str, tuple[Answer | None, Text]] = {
    OUTSIDE: (None, Text("", "")),
    NO_DAY: (Answer.CANNOT_TELL, _NO_DAY),
    BEFORE: (Answer.NOT_IN_FORCE, _BEFORE),
}


def ways_of(rules: Mapping[str, Rule], combinations: Iterable[Mapping[str, str]]) -> pa.Table:
    """A row for each of `combinations` (of :data:`BY` columns), with its answer and its words."""
    return pa.Table.from_pylist(
        [_way(rules[way["rule_id"]], way) for way in combinations], schema=_SCHEMA
    )


def rules_table(rules: Iterable[Rule], until: date | None) -> pa.Table:
    """What the answers of each rule share, for a question about the day `until`."""
    rows = [
        {
            "rule_id": rule.id,
            "source": rule.source.citation,
            "asked": datetime.combine(until or rule.in_force[0].since, time()),
        }
        for rule in rules
    ]
    return pa.Table.from_pylist(rows, schema=_RULES)


def _way(rule: Rule, way: Mapping[str, str]) -> dict[str, object]:
    answer, words = answer_of(rule, way["condition"], way["unknown"])
    is_published = rule.over is None or answer in rule.over.publish
    return {name: way[name] for name in BY} | {
        "answer": None if answer is None else answer.value,
        "reason": words.en,
        "reason_zh": words.zh,
        "published": answer is not None and is_published,
    }


def answer_of(rule: Rule, condition: str, gaps: str) -> tuple[Answer | None, Text]:
    """What `condition` means: its answer, and its words with ``{value}`` and ``{limit}``."""
    if condition == SCOPE and rule.applies is not None:
        names = [name for name in rule.facts if name in rule.applies.names]
        return Answer.CANNOT_TELL, _titles(rule, names)
    if condition == FACTS:
        unknown_names = [n for n, mark in zip(rule.fact_names, gaps, strict=True) if mark == "1"]
        return Answer.CANNOT_TELL, _titles(rule, unknown_names) if unknown_names else _NO_CASE
    if condition in _ALWAYS:
        return _ALWAYS[condition]
    (case,) = (case for case in rule.cases if case.id == condition)
    return case.answer, case.because


def _titles(rule: Rule, names: list[str]) -> Text:
    titles = {
        language: (", " if language == "en" else "、").join(
            rule.facts[name].title.in_(language) for name in names
        )
        for language in LANGUAGES
    }
    return Text(_NOT_KNOWN.en + titles["en"], _NOT_KNOWN.zh + titles["zh"])


def with_answers(decisions: ir.Table, routes: ir.Table) -> ir.Table:
    """`decisions` (:data:`BY`, ``value``, ``limit`` and more) with the columns of its ways."""
    rows = decisions.join(routes.view(), list(BY))
    numbers = {name: rows[name] for name in ("value", "limit")}
    return rows.mutate(**{c: fill_numbers(rows[c], numbers) for c in ("reason", "reason_zh")})


def fill_numbers(words: ir.StringValue, numbers: Mapping[str, ir.FloatingValue]) -> ir.StringValue:
    """`words` with each ``{name}`` of `numbers` written in."""
    for name, number in numbers.items():
        words = words.replace(f"{{{name}}}", number_text(number))
    return words


def number_text(number: ir.FloatingValue) -> ir.StringValue:
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
