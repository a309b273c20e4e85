"""The acts that a rule judges, found in a standard table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

import ibis
import ibis.expr.types as ir

from suyuan.model.records import RECORDS
from suyuan.rulebook.dates import day_of, start_of
from suyuan.rulebook.declare import Fact, Over, Rule, SubjectId
from suyuan.rulebook.facts import FactTables, Look, find_fact
from suyuan.rulebook.judge import judge

#: A fact found over many rows; `where` chooses the rows before the first of them.
_WHOLE = ("window", "stock", "aggregate")
_SOURCE = ("row_id", "file", "line", "sha256")


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts of one rule, and the rows that each was made of.

    `decisions` has ``rule_id``, ``act`` (an id), ``subject``, ``party`` (who answers for it),
    ``moment``, ``on_date`` and the columns of :func:`suyuan.rulebook.judge.judge`; `rows` has
    ``act``, ``table``, ``key``, ``row_id``, ``file``, ``line``, ``sha256``. Where an act is a row
    of its table, `rows` is every row of that table, and `plain` says so.
    """

    decisions: ir.Table
    rows: ir.Table
    plain: bool


def find_acts(rule: Rule, over: Over, tables: FactTables, until: date | None) -> Acts:
    """All acts of `rule` in its table; those after the day `until` are left out."""
    look = Look(rule, tables)
    rows = _rows(over, look, until)
    facts = list(rule.facts.values())
    before = list(takewhile(lambda fact: fact.make not in _WHOLE, facts))
    rows = _with(rows, before, look)
    if over.where is not None:
        rows = rows.filter(look.evaluate(rows, over.where.source))
    rest = facts[len(before) :]
    if over.group:
        rows = rows.filter(*(rows[name].notnull() for name in over.group))
        act = _digest(rule, rows, over.group)
        rows = rows.mutate(act=act)
        acts = _group_rows(rows, over, [f for f in rest if f.make == "aggregate"], look)
        rest = [fact for fact in rest if fact.make != "aggregate"]
    else:
        rows = acts = rows.mutate(act=rows.row_id)
    acts = _with(acts, rest, look)
    sources = rows if over.group else look.tables[over.table].mutate(act=lambda t: t.row_id)
    return Acts(_decide(rule, over, acts), _sources(sources, over), plain=not over.group)


def _rows(over: Over, look: Look, until: date | None) -> ir.Table:
    rows = look.tables[over.table]
    rows = rows.mutate(moment=over.day.compile({name: rows[name] for name in rows.columns}))
    if until is None:
        return rows
    end = ibis.literal(start_of(until + timedelta(days=1)))
    return rows.filter(rows.moment.isnull() | (rows.moment < end))


def _with(rows: ir.Table, facts: Sequence[Fact], look: Look) -> ir.Table:
    for fact in facts:
        rows = find_fact(rows, fact, look)
    return rows


def _group_rows(rows: ir.Table, over: Over, facts: Sequence[Fact], look: Look) -> ir.Table:
    """One row for each group: its facts, and the moment of its last row."""
    aggregates = {fact.name: look.aggregate(rows, fact) for fact in facts}
    return rows.group_by("act", *over.group).aggregate(moment=rows.moment.max(), **aggregates)


def _digest(rule: Rule, rows: ir.Table, names: Sequence[str]) -> ir.StringValue:
    parts = [ibis.literal(rule.id), *(rows[name].cast("string") for name in names)]
    return ibis.literal("|").join(parts).hexdigest("md5")


def _decide(rule: Rule, over: Over, acts: ir.Table) -> ir.Table:
    scope = {name: acts[name] for name in acts.columns}
    parties = over.answerable
    return acts.select(
        rule_id=ibis.literal(rule.id),
        act=acts.act,
        subject=_subject(over.subject, scope),
        party=ibis.null("string") if parties is None else _subject(parties, scope),
        moment=acts.moment,
        on_date=day_of(acts.moment),
        **judge(rule, scope, acts.moment),
    )


def _subject(template: SubjectId, scope: dict[str, ir.Value]) -> ir.StringValue:
    return ibis.literal(f"{template.kind}:") + template.id.compile(scope).cast("string")


def _sources(rows: ir.Table, over: Over) -> ir.Table:
    names = RECORDS[over.table].key
    key = ibis.literal("|").join([rows[name].cast("string") for name in names]) if names else None
    row_key = ibis.null("string") if key is None else key.cast("string")
    return rows.select("act", *_SOURCE, table=ibis.literal(over.table), key=row_key)
