"""Read a rule from its file, and refuse what is not well formed."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from suyuan.model.columns import Type
from suyuan.model.records import RECORDS
from suyuan.model.subjects import KINDS
from suyuan.rulebook.declare import (
    RESERVED_NAMES,
    Answer,
    Branch,
    DatedValue,
    Example,
    Fact,
    Over,
    Parameter,
    Period,
    Provenance,
    Quality,
    Rule,
    RuleKind,
    SubjectId,
)
from suyuan.rulebook.language import Expression, parse
from suyuan.rulebook.node import Node, read_yaml

Word = TypeVar("Word", bound=StrEnum)

#: The ways to find a fact in the tables; a fact names at most one.
MAKES = ("expr", "aggregate", "window", "stock", "member", "find", "prefix")


def read_rule(path: Path) -> Rule:
    """The rule of a file; its id must be the file's name."""
    with read_yaml(path) as node:
        source = _source(node.child("source"))
        over = _over(node.child("over")) if node.has("over") else None
        rule = Rule(
            id=node.string("id"),
            kind=_word(node, "kind", RuleKind),
            title=node.text("title"),
            duty=node.text("duty"),
            source=source,
            in_force=tuple(_period(child) for child in node.children("in_force")),
            parameters={
                name: _parameter(name, child, source) for name, child in node.by_name("parameters")
            },
            facts={name: _fact(name, child, over) for name, child in node.by_name("facts")},
            over=over,
            applies=_expression_or_none(node, "applies"),
            value=_expression_or_none(node, "value"),
            limit=_expression_or_none(node, "limit"),
            unit=node.string_or_none("unit"),
            cases=tuple(_case(child) for child in node.children("cases")),
            examples=tuple(_example(child) for child in node.children("examples")),
        )
    if rule.id != path.stem:
        raise node.wrong("the id is not the file's name", "id 与文件名不同", rule.id)
    _check_names(rule, node)
    return rule


def _check_names(rule: Rule, node: Node) -> None:
    """Every name in a condition, value or limit is a fact or a parameter of the rule."""
    overlap = rule.facts.keys() & rule.parameters.keys()
    if overlap:
        raise node.wrong(
            "a fact and a parameter share a name", "事实与参数重名", ", ".join(overlap)
        )
    if rule.facts.keys() & RESERVED_NAMES:
        raise node.wrong(
            "a fact has a reserved name", "事实使用了保留名", ", ".join(RESERVED_NAMES)
        )
    names = rule.facts.keys() | rule.parameters.keys()
    quantities = (e for e in (rule.value, rule.limit) if e is not None)
    for expression in (*rule.conditions, *quantities):
        unknown_names = expression.names - names
        if unknown_names:
            raise node.wrong("unknown names", "未知的名称", ", ".join(sorted(unknown_names)))
    if not rule.in_force or not rule.cases:
        raise node.wrong("a rule needs in_force and cases", "缺少 in_force 或 cases", rule.id)


def _word(node: Node, key: str, kind: type[Word]) -> Word:
    value = node.string(key)
    if value not in [word.value for word in kind]:
        raise node.wrong(f"{key} is one of {', '.join(kind)}", f"{key} 取值有误", value)
    return kind(value)


def _source(node: Node) -> Provenance:
    with node:
        return Provenance(
            document=node.text("document"),
            article=node.string_or_none("article") or "",
            quality=_word(node, "quality", Quality),
            note=node.text_or_none("note"),
        )


def _period(node: Node) -> Period:
    with node:
        return _from_to(node)


def _from_to(node: Node) -> Period:
    period = Period(node.day("from"), node.day_or_none("to"))
    if period.until is not None and period.until <= period.since:
        raise node.wrong("`to` is not after `from`", "to 须晚于 from", period.until)
    return period


def _parameter(name: str, node: Node, source: Provenance) -> Parameter:
    with node:
        values = []
        for child in node.children("values"):
            with child:
                values.append(
                    DatedValue(
                        period=_from_to(child),
                        value=child.number_or_none("value"),
                        source=_source(child.child("source")) if child.has("source") else source,
                        scope=child.string_or_none("scope"),
                    )
                )
        if not values:
            raise node.wrong("a parameter needs values", "参数缺少取值", name)
        return Parameter(name, node.text("title"), node.string("unit"), tuple(values))


def _over(node: Node) -> Over:
    with node:
        table = node.string("table")
        if table not in RECORDS:
            raise node.wrong("no such standard table", "没有这个标准表", table)
        answers = node.value("publish") if node.has("publish") else list(Answer)
        return Over(
            table=table,
            subject=_subject_id(node.child("subject")),
            day=parse(node.string("day")),
            answerable=_subject_id(node.child("answerable")) if node.has("answerable") else None,
            where=_expression_or_none(node, "where"),
            group=tuple(node.value("group")) if node.has("group") else (),
            publish=tuple(Answer(answer) for answer in answers),
        )


def _subject_id(node: Node) -> SubjectId:
    with node:
        kind = node.string("kind")
        if kind not in KINDS:
            raise node.wrong("no such kind of subject", "没有这种主体", kind)
        return SubjectId(kind, parse(node.string("id")))


def _fact(name: str, node: Node, over: Over | None) -> Fact:
    columns = RECORDS[over.table].names if over is not None else ()
    with node:
        title = node.text("title")
        if node.has("type"):
            type_ = _word(node, "type", Type)
        elif over is not None and name in columns:
            type_ = RECORDS[over.table].column(name).type
        else:
            raise node.wrong("a fact that is no column needs a type", "事实缺少 type", name)
        makes = [make for make in MAKES if node.has(make)]
        if len(makes) > 1:
            raise node.wrong("a fact is found in one way", "事实只能有一种来源", makes)
        if makes:
            options = node.value(makes[0])
            return Fact(
                name,
                type_,
                title,
                makes[0],
                options if makes[0] in _WITH_OPTIONS else {"of": options},
            )
        return Fact(name, type_, title, "column" if name in columns else "given")


_WITH_OPTIONS = ("window", "stock", "member", "find", "prefix")


def _case(node: Node) -> Branch:
    with node:
        return Branch(
            id=node.string("id"),
            condition=parse(node.string("if")),
            answer=_word(node, "answer", Answer),
            because=node.text("because"),
        )


def _example(node: Node) -> Example:
    with node:
        return Example(
            day=node.day("day"),
            facts=node.child("facts").rest(),
            answer=_word(node, "answer", Answer),
            case=node.string_or_none("case"),
        )


def _expression_or_none(node: Node, key: str) -> Expression | None:
    return parse(node.string(key)) if node.has(key) else None
