"""The rows behind an answer, at most :data:`MOST` of them, each with an equal share."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.rulebook.acts import Acts
from suyuan.rulebook.declare import Answer

#: An answer over ten thousand cards is not read row by row; the note says how many more there are.
MOST: Final = 50


def rows_of_acts(acts: Acts, answers: ir.Table, table: str) -> ir.Table:
    """Evidence for answers about single acts; `answers` has ``act`` and ``evidence_id``."""
    rows = acts.rows.join(answers.select("act", "evidence_id"), "act")
    return _listed(rows.mutate(rank=ibis.literal(0)), table)


def rows_of_parties(acts: Acts, answers: ir.Table, table: str) -> ir.Table:
    """Evidence for organisations: their broken acts; where they kept the rule, what was judged."""
    answered = acts.judged.select("act", "party", of_act=acts.judged.answer)
    parties = answers.select("evidence_id", "subject", of_party=answers.answer)
    joined = answered.join(parties, answered.party == parties.subject)
    decisive = (joined.of_party != Answer.BROKEN.value) | (joined.of_act == Answer.BROKEN.value)
    rank = ibis.cases(
        *((joined.of_act == answer.value, place) for place, answer in enumerate(_ORDER)),
        else_=len(_ORDER),
    )
    chosen = joined.mutate(rank=rank).filter(decisive)
    rows = acts.rows.join(chosen.select("act", "evidence_id", "rank"), "act")
    return _listed(rows, table)


_ORDER = (Answer.BROKEN, Answer.CANNOT_TELL, Answer.KEPT, Answer.NOT_IN_FORCE)


def _listed(rows: ir.Table, table: str) -> ir.Table:
    """The first rows of each evidence_id in the shape of ``model.results.EVIDENCE``."""
    per_answer = ibis.window(group_by="evidence_id", order_by=[rows["rank"], rows.row_id])
    whole = ibis.window(group_by="evidence_id")
    numbered = rows.mutate(
        place=ibis.row_number().over(per_answer), many=rows.row_id.count().over(whole)
    )
    first = numbered.filter(numbered.place < MOST)
    listed = ibis.cases((first.many > MOST, MOST), else_=first.many).cast("float64")
    more = (first.many - MOST).cast("string")
    note = more + ibis.literal(" more rows · 另有 ") + more + " 行"
    return first.select(
        evidence_id="evidence_id",
        table=ibis.literal(table),
        key="key",
        row_id="row_id",
        file="file",
        line=first.line.cast("int64"),
        sha256="sha256",
        weight=1 / listed,
        note=ibis.cases((first.many > MOST, note)),
    )
