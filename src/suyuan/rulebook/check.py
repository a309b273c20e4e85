"""Check one rule over the tables of a case: its answers, and the rows behind them."""

from dataclasses import dataclass
from datetime import date, datetime, time

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.columns import Table
from suyuan.model.results import COMPLIANCE, EVIDENCE
from suyuan.rulebook.acts import Acts, find_acts
from suyuan.rulebook.declare import Answer, Over, Rule
from suyuan.rulebook.evidence import rows_of_acts, rows_of_parties
from suyuan.rulebook.facts import IBIS_TYPE, Tables
from suyuan.rulebook.standing import standings

#: The worst answer first: where a subject has several acts on a day, it gets that one.
_WORST = (Answer.BROKEN, Answer.CANNOT_TELL, Answer.KEPT, Answer.NOT_IN_FORCE)


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers in the shape of ``COMPLIANCE`` and their rows in the shape of ``EVIDENCE``.

    `unread` are the rules that could not be asked, each with the table that was not there.
    """

    compliance: pa.Table
    evidence: pa.Table
    unread: tuple[tuple[str, str], ...] = ()


def check_rule(rule: Rule, over: Over, tables: Tables, until: date | None) -> Checked:
    """Answers for every act, and for every party over all its acts."""
    acts = find_acts(rule, over, tables, until)
    acts = Acts(tables.engine.keep(acts.judged), acts.rows)
    single = tables.engine.keep(_single(rule, over, acts, until))
    compliance, evidence = [single], [rows_of_acts(acts, single, over.table)]
    if over.answerable is not None:
        parties = tables.engine.keep(_identified(rule, standings(rule, acts.judged), until))
        compliance.append(parties)
        evidence.append(rows_of_parties(acts, parties, over.table))
    fetch = tables.engine.fetch
    answers = [_shaped(fetch(_published(rule, part)), COMPLIANCE) for part in compliance]
    rows = [_shaped(fetch(part), EVIDENCE) for part in evidence]
    return Checked(pa.concat_tables(answers), pa.concat_tables(rows))


def _single(rule: Rule, over: Over, acts: Acts, until: date | None) -> ir.Table:
    """Acts to which the rule applies, one for each subject and day."""
    published = [answer.value for answer in over.publish]
    judged = acts.judged.filter(acts.judged.answer.isin(published), acts.judged.subject.notnull())
    rows = _identified(rule, judged, until)
    rank = ibis.cases(*((rows.answer == a.value, n) for n, a in enumerate(_WORST)))
    order = ibis.window(group_by="evidence_id", order_by=[rank, rows.act])
    first = rows.mutate(place=ibis.row_number().over(order))
    return first.filter(first.place == 0).drop("place")


def _identified(rule: Rule, answers: ir.Table, until: date | None) -> ir.Table:
    """With its day (where none is known, that of the question) and its ``evidence_id``."""
    asked = datetime.combine(until or rule.in_force[0].since, time())
    day = ibis.coalesce(answers.on_date, ibis.literal(asked))
    parts = [ibis.literal(rule.id), answers.subject, day.date().cast("string")]
    return answers.mutate(on_date=day, evidence_id=ibis.literal("|").join(parts).hexdigest("md5"))


def _published(rule: Rule, answers: ir.Table) -> ir.Table:
    whole = answers.mutate(rule_id=ibis.literal(rule.id), source=ibis.literal(rule.source.cited))
    return whole.select(
        **{c.name: whole[c.name].cast(IBIS_TYPE[c.type]) for c in COMPLIANCE},
    )


def _shaped(found: pa.Table, table: Table) -> pa.Table:
    return found.select(table.names).cast(table.stored)
