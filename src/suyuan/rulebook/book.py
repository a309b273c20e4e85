"""The rulebook: all rules of the catalog, and the questions one can ask of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import ibis

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.rulebook.check import Derive, RuleAnswers, check_rules, plainly
from suyuan.rulebook.dates import on_day, start_of
from suyuan.rulebook.decided_cases import BY, ways_of, with_answers
from suyuan.rulebook.declare import Answer, DatedValue, Rule
from suyuan.rulebook.facts import FactTables
from suyuan.rulebook.judge import judge
from suyuan.rulebook.read import read_rule
from suyuan.rulebook.row_rule import Judgement, row_rule
from suyuan.rulebook.worked_facts import given_facts, given_rows


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rules by id."""

    rules: Mapping[str, Rule]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __getitem__(self, rule_id: str) -> Rule:
        if rule_id not in self.rules:
            raise InputError(
                Text("No such rule.", "没有这条规则。"),
                value=rule_id,
                hint=Text(
                    f"Rules: {', '.join(self.rules)}.", f"现有规则：{'、'.join(self.rules)}。"
                ),
            )
        return self.rules[rule_id]

    @property
    def reads(self) -> tuple[str, ...]:
        """The standard tables that the rules look at."""
        names = {rule.over.table for rule in self if rule.over is not None}
        names |= {
            str(fact.options["table"])
            for rule in self
            for fact in rule.facts.values()
            if "table" in fact.options
        }
        return tuple(sorted(names))

    def value_on(self, rule_id: str, parameter: str, day: date) -> DatedValue | None:
        """The value of a parameter that holds on `day`, with its source; None where none does."""
        rule = self[rule_id]
        if parameter not in rule.parameters:
            raise InputError(
                Text("The rule has no such parameter.", "该规则没有这个参数。"),
                value=f"{rule_id}.{parameter}",
                hint=Text(
                    f"It has: {', '.join(rule.parameters)}.",
                    f"现有参数：{'、'.join(rule.parameters)}。",
                ),
            )
        return on_day(rule.parameters[parameter], day)

    def judge(self, rule_id: str, facts: Mapping[str, Any], day: date) -> Judgement:
        """The answer of a rule to facts entered by hand (money in yuan) for an act on `day`."""
        rule = self[rule_id]
        return row_rule(rule).judge(given_facts(rule, facts), start_of(day))

    def check(
        self, tables: FactTables, on: date | None = None, derive: Derive = plainly
    ) -> RuleAnswers:
        """The ``compliance`` table of a case, with its evidence.

        Each act is judged under the rules of its own day. `on` leaves out later acts: how did
        everyone stand at the end of that day? Rules whose table is missing stand in `omissions`.
        """
        ready, omissions = [], []
        for rule in self:
            if rule.over is None:
                continue
            if tables.has(rule.over.table):
                ready.append(rule)
            else:
                omissions.append((rule.id, rule.over.table))
        return replace(check_rules(ready, tables, on, derive), omissions=tuple(omissions))


def judge_given(rule: Rule, questions: list[tuple[date, Mapping[str, Any]]]) -> list[Judgement]:
    """The answers to facts entered by hand, by the same expression that judges a table."""
    rows = ibis.memtable(given_rows(rule, [(start_of(day), facts) for day, facts in questions]))
    scope = {name: rows[name] for name in rows.columns}
    decisions = rows.select(
        "place", rule_id=ibis.literal(rule.id), **judge(rule, scope, rows.moment)
    )
    answer_rows = decisions.to_pyarrow()
    routes = ways_of(
        {rule.id: rule}, answer_rows.select(BY).group_by(list(BY)).aggregate([]).to_pylist()
    )
    answers = with_answers(ibis.memtable(answer_rows), ibis.memtable(routes)).order_by("place")
    return [
        Judgement(
            None if row["answer"] is None else Answer(row["answer"]),
            row["condition"] or None,
            row["value"],
            row["limit"],
            Text(row["reason"], row["reason_zh"]),
        )
        for row in answers.to_pyarrow().to_pylist()
    ]


def load_rules(folder: Path | None = None) -> Rulebook:
    """The rules of `folder`, by default those of the catalog; raises :class:`CatalogError`."""
    if folder is not None:
        return _read(folder)
    return _catalog()


@cache
def _catalog() -> Rulebook:
    with as_file(files("suyuan.catalog") / "rules") as folder:
        return _read(folder)


def _read(folder: Path) -> Rulebook:
    rules = [read_rule(path) for path in sorted(folder.glob("*.yml"))]
    return Rulebook({rule.id: rule for rule in rules})
