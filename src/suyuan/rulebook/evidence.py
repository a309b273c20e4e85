"""The rows behind an answer, at most :data:`MOST` of them, each with an equal share."""

from typing import Final

import ibis
import ibis.expr.types as ir

from suyuan.model.privacy import Privacy
from suyuan.rulebook.declare import Answer

#: An answer over ten thousand cards is not read row by row; `unlisted` counts the others.
MOST: Final = 50


def rows_behind(acts: ir.Table, single: ir.Table, parties: ir.Table, rows: ir.Table) -> ir.Table:
    """Evidence for answers about single acts and about organisations.

    `acts` are all answered acts, `single` and `parties` the answers that are told, `rows` the rows
    of every act.
    """
    alone = single.select("act", "evidence_id", rank=ibis.literal(0, type="int64"))
    choice = ibis.union(alone, _of_parties(acts, parties), distinct=False)
    return _list_rows(rows.join(choice.view(), "act"))


def _of_parties(acts: ir.Table, answers: ir.Table) -> ir.Table:
    """Acts behind each organisation: the broken ones; where it kept the rule, all judged."""
    act_answers = acts.select("rule_id", "act", "party", of_act=acts.answer)
    parties = answers.select("rule_id", "evidence_id", party="subject", of_party="answer").view()
    pairs = act_answers.join(parties, ["rule_id", "party"])
    decisive = (pairs.of_party != Answer.BROKEN.value) | (pairs.of_act == Answer.BROKEN.value)
    rank = ibis.cases(
        *((pairs.of_act == answer.value, place) for place, answer in enumerate(_ORDER)),
        else_=len(_ORDER),
    )
    return pairs.filter(decisive).select("act", "evidence_id", rank=rank.cast("int64"))


_ORDER = (Answer.BROKEN, Answer.CANNOT_TELL, Answer.KEPT, Answer.NOT_IN_FORCE)


def _list_rows(rows: ir.Table) -> ir.Table:
    """The first rows of each evidence_id in the shape of ``model.results.EVIDENCE``."""
    per_answer = ibis.window(group_by="evidence_id", order_by=[rows["rank"], rows.row_id])
    whole = ibis.window(group_by="evidence_id")
    places = rows.mutate(
        place=ibis.row_number().over(per_answer), many=rows.row_id.count().over(whole)
    )
    first = places.filter(places.place < MOST)
    count = ibis.cases((first.many > MOST, MOST), else_=first.many).cast("float64")
    return first.select(
        evidence_id="evidence_id",
        table="table",
        key="key",
        row_id="row_id",
        file="file",
        line=first.line.cast("int64"),
        sha256="sha256",
        weight=1 / count,
        note=ibis.null("string"),
        note_class=ibis.literal(Privacy.PUBLIC.value),
        unlisted=ibis.greatest(first.many - MOST, 0).cast("int64"),
        shows=ibis.null("string"),
        node=ibis.null("string"),
    )
