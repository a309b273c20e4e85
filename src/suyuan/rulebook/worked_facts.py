"""Facts given by hand, as rows: worked cases, and the corners that the case check tries."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from suyuan.model.columns import ARROW_TYPES, Type
from suyuan.model.errors import InputError
from suyuan.model.money import fen
from suyuan.model.text import Text
from suyuan.model.times import utc
from suyuan.rulebook.dates import start_of
from suyuan.rulebook.declare import Rule


def given_rows(rule: Rule, questions: Sequence[tuple[datetime, Mapping[str, Any]]]) -> pa.Table:
    """A row for each moment and its facts, in the types of the rule; facts not given are null."""
    facts_by_case = [given_facts(rule, facts) for _, facts in questions]
    columns = {
        name: pa.array([facts.get(name) for facts in facts_by_case], ARROW_TYPES[fact.type])
        for name, fact in rule.facts.items()
    }
    place = pa.array(range(len(questions)), pa.int64())
    moment = pa.array([moment for moment, _ in questions], pa.timestamp("us"))
    return pa.table({"place": place, "moment": moment, **columns})


def given_facts(rule: Rule, facts: Mapping[str, Any]) -> dict[str, Any]:
    """`facts` as stored (money in fen, naive UTC times); raises for one the rule does not ask."""
    unknown_names = facts.keys() - rule.facts.keys()
    if unknown_names:
        raise InputError(
            Text("The rule does not ask for these facts.", "该规则不涉及这些事实。"),
            value=", ".join(sorted(unknown_names)),
            hint=Text(f"It asks: {', '.join(rule.facts)}.", f"可用：{'、'.join(rule.facts)}。"),
        )
    return {name: _arrow_value(rule.facts[name].type, value) for name, value in facts.items()}


def _arrow_value(type_: Type, value: Any) -> Any:
    if value is None:
        return None
    if type_ is Type.MONEY:
        return fen(str(value))
    if type_ is Type.TIME:
        return utc(value) if isinstance(value, datetime) else _midnight(value)
    return value


def _midnight(day: date) -> datetime:
    return start_of(day)
