"""Check rules over the tables of a case: their answers, and the rows behind them.

Every rule decides its own acts; all that follows (the answer's words, the worst answer of a day,
how an organisation stands, the rows behind it) is asked once for all rules together, since
compiling a query costs more than running it on a case of usual size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.columns import Table
from suyuan.model.results import COMPLIANCE, EVIDENCE
from suyuan.rulebook.acts import Acts, find_acts
from suyuan.rulebook.decided_cases import BY, rules_table, ways_of, with_answers
from suyuan.rulebook.declare import Answer, Rule
from suyuan.rulebook.evidence import rows_behind
from suyuan.rulebook.facts import IBIS_TYPE, FactTables
from suyuan.rulebook.standing import standings, tolerances_of

#: The worst answer first: where a subject has several acts on a day, it gets that one.
_WORST = (Answer.BROKEN, Answer.CANNOT_TELL, Answer.KEPT, Answer.NOT_IN_FORCE)


class Derive(Protocol):
    """Runs a part of a check that is known by a name, or does again what it had done."""

    def __call__(
        self, name: str, function: Callable[..., dict[str, ir.Table]], /, *arguments: object
    ) -> dict[str, ir.Table]: ...


def plainly(
    _: str, function: Callable[..., dict[str, ir.Table]], *arguments: object
) -> dict[str, ir.Table]:
    """Run it, whatever was run before."""
    return function(*arguments)


@dataclass(frozen=True, slots=True)
class RuleAnswers:
    """Answers in the shape of ``COMPLIANCE`` and their rows in the shape of ``EVIDENCE``.

    `omissions` are the rules that could not be asked, each with the table that was not there.
    """

    compliance: pa.Table
    evidence: pa.Table
    omissions: tuple[tuple[str, str], ...] = ()


def check_rules(
    rules: Sequence[Rule], tables: FactTables, until: date | None, derive: Derive = plainly
) -> RuleAnswers:
    """Answers for every act, and for every party over all its acts; rules have an ``over``.

    `derive` may know already what a part of it has the database do.
    """
    if not rules:
        return RuleAnswers(COMPLIANCE.empty(), EVIDENCE.empty())
    engine = tables.engine
    question = f"{[rule.id for rule in rules]} {until}"
    decisions = derive(f"decided {question}", partial(_decide, rules, until), tables)
    combinations = engine.fetch(decisions["combinations"]).to_pylist()
    by_id = {rule.id: rule for rule in rules}
    words = engine.arrow(ways_of(by_id, combinations))
    answer = partial(_answer, rules, until)
    parts = (decisions["acts"], decisions["rows"], words, tables)
    outcome = derive(f"answered {question}", answer, *parts)
    return RuleAnswers(
        _cast(engine.fetch(outcome["answers"]), COMPLIANCE),
        _cast(engine.fetch(outcome["behind"]), EVIDENCE),
    )


def _decide(rules: Sequence[Rule], until: date | None, tables: FactTables) -> dict[str, ir.Table]:
    """Every act with its case, the rows of each, and which cases there are."""
    keep = tables.engine.keep
    act_sets = [find_acts(rule, rule.over, tables, until) for rule in rules if rule.over]
    acts = keep(_union([acts_of_rule.decisions for acts_of_rule in act_sets]))
    cases = keep(acts.select(*BY).distinct())
    return {"acts": acts, "rows": _rows(rules, act_sets), "combinations": cases}


def _answer(
    rules: Sequence[Rule],
    until: date | None,
    decisions: ir.Table,
    rows: ir.Table,
    words: ir.Table,
    tables: FactTables,
) -> dict[str, ir.Table]:
    """The answers, and the rows behind them, from acts and the words of each case."""
    engine = tables.engine
    acts = engine.keep(with_answers(decisions, words))
    rule_rows = engine.arrow(rules_table(rules, until))
    single = engine.keep(_single(acts, rule_rows))
    tolerances = engine.arrow(tolerances_of(rules))
    parties = engine.keep(_with_ids(standings(acts, tolerances), rule_rows))
    behind = engine.keep(rows_behind(acts, single, parties, rows))
    answers = ibis.union(_as_compliance(single), _as_compliance(parties), distinct=False)
    return {"answers": engine.keep(answers), "behind": behind}


def _union(parts: Sequence[ir.Table]) -> ir.Table:
    return ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def _rows(rules: Sequence[Rule], act_sets: Sequence[Acts]) -> ir.Table:
    """The rows of all acts; those of a table whose rows are acts only once."""
    plain: dict[str, ir.Table] = {}
    group_rows = []
    for rule, acts in zip(rules, act_sets, strict=True):
        if acts.plain and rule.over is not None:
            plain[rule.over.table] = acts.rows
        else:
            group_rows.append(acts.rows)
    return _union([*plain.values(), *group_rows])


def _single(acts: ir.Table, rule_rows: ir.Table) -> ir.Table:
    """Acts to which the rule applies, one for each subject and day."""
    acts_known = acts.filter(acts.published, acts.subject.notnull())
    rows = _with_ids(acts_known, rule_rows)
    rank = ibis.cases(*((rows.answer == a.value, n) for n, a in enumerate(_WORST)))
    order = ibis.window(group_by="evidence_id", order_by=[rank, rows.act])
    first = rows.mutate(place=ibis.row_number().over(order))
    return first.filter(first.place == 0).drop("place")


def _with_ids(answers: ir.Table, rule_rows: ir.Table) -> ir.Table:
    """With its day (where none is known, that of the question) and its ``evidence_id``."""
    rows = answers.join(rule_rows.view(), "rule_id")
    day = ibis.coalesce(rows.on_date, rows.asked)
    parts = [rows.rule_id, rows.subject, day.date().cast("string")]
    return rows.mutate(on_date=day, evidence_id=ibis.literal("|").join(parts).hexdigest("md5"))


def _as_compliance(answers: ir.Table) -> ir.Table:
    return answers.select(
        **{c.name: answers[c.name].cast(IBIS_TYPE[c.type]) for c in COMPLIANCE if not c.copy_of},
    )


def _cast(rows: pa.Table, table: Table) -> pa.Table:
    return rows.select(table.schema.names).cast(table.schema)
