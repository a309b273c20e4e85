"""Whether a procedure may be used: what a file must not leave open, read from the file itself.

No duty without an owner who can fulfil it, a term and a clause; nothing adverse open to the clock
or to one person alone; no measure without notice, appeal and release; every name known; every
title, choice and refusal in both languages.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from suyuan.casework.compiled import (
    BEGIN,
    CLOCK,
    ActRule,
    DutyRule,
    MeasureRule,
    Procedure,
    Version,
    expression,
)
from suyuan.casework.declare import names
from suyuan.casework.labels import of_procedure, of_version
from suyuan.casework.law import Law
from suyuan.casework.surroundings import ELSEWHERE
from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.rulebook.language import Expression

#: Names of event bodies that no field may take.
_RESERVED_NAMES = frozenset(
    {"now", "items", "proposal", "proposed_by", "cause", "origin", "parties", "procedure", "role"}
    | {"sha256", "version"}
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something a procedure leaves open, and where."""

    where: str
    text: Text


def flaws(procedure: Procedure, law: Law) -> list[Flaw]:
    """All flaws of all versions; empty where the procedure may be used."""
    problems = list(_head(procedure, law))
    problems += [Flaw(f"{procedure.id} {w}", _ONE_LANGUAGE) for w in of_procedure(procedure)]
    for version in procedure.versions:
        place = f"{procedure.id} {version.since}"
        problems += [
            Flaw(f"{place} {where}", text) for where, text in _version(procedure, version, law)
        ]
        problems += [Flaw(f"{place} {where}", _ONE_LANGUAGE) for where in of_version(version)]
    return problems


_ONE_LANGUAGE = Text("it is not written in both languages", "未用中英文写明")


_Problems = Iterator[tuple[str, Text]]


def _head(procedure: Procedure, law: Law) -> Iterator[Flaw]:
    for rule in (procedure.spec.clause.rule, *procedure.spec.clause.also):
        if rule not in law.book.rules:
            yield Flaw(procedure.id, _unknown_rule(rule))
    for name in procedure.fields.keys() & _RESERVED_NAMES:
        yield Flaw(procedure.id, Text(f"the field name {name} is taken", f"字段名 {name} 已被占用"))
    spans = [(v.since, v.until) for v in procedure.versions]
    if spans != sorted(spans, key=lambda span: span[0]):
        yield Flaw(procedure.id, Text("versions are not in order", "版本未按时间排列"))


def _unknown_rule(rule: str) -> Text:
    return Text(f"no rule {rule}", f"没有规则 {rule}")


def _version(procedure: Procedure, version: Version, law: Law) -> _Problems:
    for act in version.acts.values():
        yield from ((f"acts.{act.name}", text) for text in _act(procedure, version, act))
    for duty in version.duties.values():
        yield from ((f"duties.{duty.name}", text) for text in _duty(procedure, version, duty, law))
    for measure in version.measures.values():
        texts = _measure(version, measure, law)
        yield from ((f"measures.{measure.name}", text) for text in texts)
    for where, condition, guards_an_act in _conditions(version):
        for text in _condition(procedure, version, condition, law, guards_an_act=guards_an_act):
            yield where, text
    for role in (*names(version.opening.by), *names(procedure.spec.rebound_by)):
        if role not in procedure.spec.roles:
            yield "opening", _unknown_role(role)
    yield from (("opening", text) for text in _fields(procedure, version.opening.form))


def _unknown_role(role: str) -> Text:
    return Text(f"no role {role}", f"没有角色 {role}")


def _fields(procedure: Procedure, form: Iterable[str]) -> Iterator[Text]:
    for name in form:
        if name.removesuffix("?") not in procedure.fields:
            yield Text(f"no field {name}", f"没有字段 {name}")


def _act(procedure: Procedure, version: Version, act: ActRule) -> Iterator[Text]:
    for role in act.by:
        if role != CLOCK and role not in procedure.spec.roles:
            yield _unknown_role(role)
    if not act.by:
        yield Text("nobody may do it", "没有人可以办理")
    yield from _fields(procedure, act.spec.form)
    yield from _fields(procedure, act.spec.key)
    yield from _two_persons(version, act)
    if act.spec.items != "none" and version.items is None:
        yield Text("the version has no items", "该版本没有清单项")
    yield from _own_item(act)
    if CLOCK in act.by and act.name not in _clocks_acts(version):
        yield Text("no deadline triggers it", "没有期限会触发该行为")
    if act.spec.allots is not None:
        spec = act.spec.allots
        yield from _fields(procedure, (spec.into, spec.weight, spec.to))
        if spec.among not in version.acts:
            yield _unknown_act(spec.among)


def _own_item(act: ActRule) -> Iterator[Text]:
    own = names(act.spec.own_item)
    if own and act.spec.items == "none":
        yield Text("it names no items to be one's own", "该行为不涉及清单项，不能限于本人")
    for role in own:
        if role not in act.by:
            yield Text(f"{role} may not do it at all", f"{role} 无权办理，不能限于本人")


def _two_persons(version: Version, act: ActRule) -> Iterator[Text]:
    if act.spec.adverse and CLOCK in act.by:
        yield Text("a deadline may trigger an adverse act", "不利行为不得由期限触发")
    if act.spec.adverse and not act.spec.four_eyes:
        yield Text("one person alone may do an adverse act", "不利行为须两人办理")
    if act.spec.carries_out is not None:
        order = version.acts.get(act.spec.carries_out)
        if order is None or not order.spec.four_eyes:
            yield Text(
                "what it carries out is not an act of two persons", "所执行的行为不是两人办理的行为"
            )


def _unknown_act(act: str) -> Text:
    return Text(f"no act {act}", f"没有行为 {act}")


def _clocks_acts(version: Version) -> set[str]:
    then = {duty.spec.then for duty in version.duties.values() if duty.spec.then}
    return then | {measure.spec.expired for measure in version.measures.values()}


def _known_acts(version: Version, acts: Iterable[str]) -> Iterator[Text]:
    for act in acts:
        if act != BEGIN and act not in version.acts:
            yield _unknown_act(act)


def _duty(procedure: Procedure, version: Version, duty: DutyRule, law: Law) -> Iterator[Text]:
    spec = duty.spec
    if spec.by not in procedure.spec.roles:
        yield _unknown_role(spec.by)
    if (spec.within is None) == (spec.until is None):
        yield Text("it needs a deadline: `within` or `until`", "须有期限：within 或 until")
    acts = [
        *names(spec.upon),
        *duty.done_acts,
        *duty.void,
        *duty.paused_by,
        *duty.resumed_by,
        *names(spec.extended_by),
        *names(spec.then),
    ]
    yield from _known_acts(version, acts)
    if not any(spec.by in version.acts[act].by for act in duty.done_acts if act in version.acts):
        yield Text("its owner has no act that fulfils it", "义务人无权办理可履行该义务的行为")
    if spec.then in version.acts and CLOCK not in version.acts[spec.then].by:
        yield Text(
            "the act that follows a breach is not one that a deadline triggers",
            "逾期后果不是期限触发的行为",
        )
    if bool(duty.paused_by) != bool(duty.resumed_by):
        yield Text("a pause needs an end", "中止须有恢复")
    if (spec.extended_by is None) != (spec.extension is None):
        yield Text("an extension needs an act and a length", "延长须有行为与时长")
    yield from _clause(duty.clause, law)
    for span in (spec.within, spec.extension):
        yield from _span(span, law)


def _measure(version: Version, measure: MeasureRule, law: Law) -> Iterator[Text]:
    spec = measure.spec
    start = version.acts.get(spec.upon)
    if start is not None and not (start.spec.four_eyes or start.spec.carries_out):
        yield Text("one person can start it alone", "可由一人启动，须两人办理")
    if spec.notice not in version.duties:
        yield Text("it gives no notice to those it affects", "没有告知义务")
    elif spec.upon not in names(version.duties[spec.notice].spec.upon):
        yield Text("its start does not bring about the notice", "措施启动未触发告知义务")
    if CLOCK not in (version.acts[spec.expired].by if spec.expired in version.acts else ()):
        yield Text("no deadline ends it", "期满后期限不解除该措施")
    if not measure.release <= measure.ends:
        yield Text("its release does not end it", "解除行为未终止该措施")
    if not names(spec.release):
        yield Text("it has no release", "没有解除行为")
    acts = [spec.upon, spec.expired, spec.appeal, *measure.ends, *names(spec.renewed_by)]
    yield from _known_acts(version, acts)
    yield from _clause(measure.clause, law)
    yield from _span(spec.lasts, law)


def _clause(rule: str, law: Law) -> Iterator[Text]:
    if rule not in law.book.rules:
        yield _unknown_rule(rule)


def _span(span: object, law: Law) -> Iterator[Text]:
    if not isinstance(span, dict):
        return
    if len(span) != 1:
        yield Text("a span has one unit", "期限只能有一个单位")
    for amount in span.values():
        if isinstance(amount, str):
            yield from _number(amount, law)


def _number(name: str, law: Law) -> Iterator[Text]:
    try:
        law.parameter(name)
    except CatalogError as error:
        yield Text(error.text("en"), error.text("zh"))


def _conditions(version: Version) -> Iterator[tuple[str, Expression, bool]]:
    for act in version.acts.values():
        for guard in act.guards:
            yield f"acts.{act.name}", guard.expression, True
    for duty in version.duties.values():
        for source in (duty.spec.condition, duty.spec.done_if):
            if source is not None:
                yield f"duties.{duty.name}", expression(source), False
    for measure in version.measures.values():
        if measure.spec.amount is not None:
            yield f"measures.{measure.name}", expression(measure.spec.amount), False
    for state in (*version.states, *version.item_states):
        yield f"states.{state.name}", expression(state.spec.condition), False


def _condition(
    procedure: Procedure,
    version: Version,
    condition: Expression,
    law: Law,
    *,
    guards_an_act: bool,
) -> Iterator[Text]:
    for name in sorted(condition.names - procedure.fields.keys() - {"now"}):
        yield Text(f"unknown name {name}", f"未知的名称 {name}")
    for name in sorted(condition.names & procedure.fields.keys()):
        if procedure.fields[name].personal and not guards_an_act:
            yield Text(f"{name} is sealed: no state can read it", f"{name} 已加密，状态不可读取")
    for node in ast.walk(condition.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _check_words(version, node, node.func.id, law, guards_an_act=guards_an_act)


def _check_words(
    version: Version, node: ast.Call, function: str, law: Law, *, guards_an_act: bool
) -> Iterator[Text]:
    """The words that a function of the surroundings is asked with."""
    words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if function in ELSEWHERE and not guards_an_act:
        yield Text(f"{function} is for conditions of acts", f"{function} 只能用于行为条件")
    if function in {"count_of", "first_at", "last_at", "total_of"}:
        yield from _known_acts(version, words[:1] if function == "total_of" else words)
    if function in _WORDS:
        kind, zh, names_of = _WORDS[function]
        there = names_of(version)
        yield from (Text(f"no {kind} {w}", f"没有{zh} {w}") for w in words if w not in there)
    if function == "listed":
        yield from _directory(words, law)
    for word in words if function == "parameter" else ():
        yield from _number(word, law)
    for word in words if function in {"answer", "case_of"} else ():
        yield from _clause(word, law)


def _directory(words: list[str], law: Law) -> Iterator[Text]:
    name, column = words[0], words[-1]
    if name not in law.directories:
        yield Text(f"no directory {name}", f"没有名录 {name}")
    elif column not in law.directories[name].columns:
        yield Text(f"no column {column}", f"没有列 {column}")


def _measures_of(version: Version) -> set[str]:
    return set(version.measures)


def _windows_of(version: Version) -> set[str]:
    return set(version.windows)


def _duties_of(version: Version) -> set[str]:
    return set(version.duties)


def _item_states_of(version: Version) -> set[str]:
    return {state.name for state in version.item_states}


#: What the words of a function name: kind in both languages, and those that there are.
_WORDS: dict[str, tuple[str, str, Callable[[Version], set[str]]]] = {
    "times": ("measure", "措施", _measures_of),
    "active": ("measure", "措施", _measures_of),
    "active_anywhere": ("measure", "措施", _measures_of),
    "duty_open": ("duty", "义务", _duties_of),
    "duty_breached": ("duty", "义务", _duties_of),
    "in_window": ("window", "时段", _windows_of),
    "items_in": ("item state", "清单项状态", _item_states_of),
}
