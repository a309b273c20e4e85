"""Read a rule from its file, and refuse what is not well formed."""

from datetime import date, datetime
from pathlib import Path

from suyuan.model.catalog_faults import errors_in
from suyuan.model.catalog_files import read_catalog
from suyuan.model.columns import Type
from suyuan.model.errors import CatalogError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text
from suyuan.rulebook.declare import (
    RESERVED_NAMES,
    Branch,
    DatedValue,
    Example,
    Fact,
    Over,
    Parameter,
    Period,
    Provenance,
    Rule,
    SubjectId,
)
from suyuan.rulebook.language import Expression, parse
from suyuan.rulebook.rule_files import (
    CaseEntry,
    ExampleEntry,
    FactEntry,
    OverEntry,
    ParameterEntry,
    PeriodEntry,
    ProvenanceEntry,
    RuleFile,
    SubjectEntry,
)


def read_rule(path: Path) -> Rule:
    """The rule of a file; its id must be the file's name."""
    file = read_catalog(path, RuleFile)
    with errors_in(path.name):
        return _rule(file, path)


def _rule(file: RuleFile, path: Path) -> Rule:
    source = _source(file.source)
    over = None if file.over is None else _over(file.over)
    facts = {name: _fact(name, entry, over, path.name) for name, entry in file.facts.items()}
    rule = Rule(
        id=file.id,
        kind=file.kind,
        title=_words(file.title),
        duty=_words(file.duty),
        source=source,
        in_force=tuple(_period(entry) for entry in file.in_force),
        parameters={n: _parameter(n, entry, source) for n, entry in file.parameters.items()},
        facts=facts,
        over=over,
        applies=_expression_or_none(file.applies),
        value=_expression_or_none(file.value),
        limit=_expression_or_none(file.limit),
        unit=file.unit,
        cases=tuple(_case(entry) for entry in file.cases),
        examples=tuple(_example(entry, facts, path.name) for entry in file.examples),
    )
    if rule.id != path.stem:
        raise _wrong(path.name, "the id is not the file's name", "id 与文件名不同", rule.id)
    _check_names(rule, path.name)
    return rule


def _check_names(rule: Rule, where: str) -> None:
    """Every name in a condition, value or limit is a fact or a parameter of the rule."""
    overlap = rule.facts.keys() & rule.parameters.keys()
    if overlap:
        raise _wrong(
            where, "a fact and a parameter share a name", "事实与参数重名", ", ".join(overlap)
        )
    if rule.facts.keys() & RESERVED_NAMES:
        raise _wrong(
            where, "a fact has a reserved name", "事实使用了保留名", ", ".join(RESERVED_NAMES)
        )
    names = rule.facts.keys() | rule.parameters.keys()
    quantities = (e for e in (rule.value, rule.limit) if e is not None)
    for expression in (*rule.conditions, *quantities):
        unknown_names = expression.names - names
        if unknown_names:
            raise _wrong(where, "unknown names", "未知的名称", ", ".join(sorted(unknown_names)))


def _wrong(where: str, en: str, zh: str, value: object) -> CatalogError:
    return CatalogError(
        Text(f"A catalog file is not well formed: {en}.", f"目录文件格式有误：{zh}。"),
        value=f"{where}: {value}",
        hint=Text("See docs/rulebook.md for the form.", "格式见 docs/rulebook.md。"),
    )


def _words(text: Text) -> Text:
    return Text(text.en.strip(), text.zh.strip())


def _source(entry: ProvenanceEntry) -> Provenance:
    note = None if entry.note is None else _words(entry.note)
    return Provenance(_words(entry.document), entry.article, entry.quality, note)


def _period(entry: PeriodEntry) -> Period:
    return Period(entry.since, entry.until)


def _parameter(name: str, entry: ParameterEntry, source: Provenance) -> Parameter:
    values = tuple(
        DatedValue(
            period=_period(value),
            value=value.value,
            source=source if value.source is None else _source(value.source),
            scope=value.scope,
        )
        for value in entry.values
    )
    return Parameter(name, _words(entry.title), entry.unit, values)


def _over(entry: OverEntry) -> Over:
    return Over(
        table=entry.table,
        subject=_subject_id(entry.subject),
        day=parse(entry.day),
        answerable=None if entry.answerable is None else _subject_id(entry.answerable),
        where=_expression_or_none(entry.where),
        group=entry.group,
        publish=entry.publish,
    )


def _subject_id(entry: SubjectEntry) -> SubjectId:
    return SubjectId(entry.kind, parse(entry.id))


def _fact(name: str, entry: FactEntry, over: Over | None, where: str) -> Fact:
    columns = RECORDS[over.table].names if over is not None else ()
    type_ = entry.type
    if type_ is None and over is not None and name in columns:
        type_ = RECORDS[over.table].column(name).type
    if type_ is None:
        raise _wrong(where, "a fact that is no column needs a type", "事实缺少 type", name)
    for make, options in entry.makes.items():
        return Fact(name, type_, _words(entry.title), make, options)
    return Fact(name, type_, _words(entry.title), "column" if name in columns else "given")


def _case(entry: CaseEntry) -> Branch:
    return Branch(entry.id, parse(entry.condition), entry.answer, _words(entry.because))


def _example(entry: ExampleEntry, facts: dict[str, Fact], where: str) -> Example:
    known_facts = dict(entry.facts)
    for name, value in known_facts.items():
        if isinstance(value, str) and name in facts and facts[name].type is Type.TIME:
            known_facts[name] = _moment(value, where)
    return Example(entry.day, known_facts, entry.answer, entry.case)


def _moment(word: str, where: str) -> date | datetime:
    """A day or an instant of a worked case."""
    try:
        return datetime.fromisoformat(word) if ":" in word else date.fromisoformat(word)
    except ValueError as error:
        raise _wrong(where, "this is no day and no time", "不是日期或时间", word) from error


def _expression_or_none(source: str | None) -> Expression | None:
    return None if source is None else parse(source)
