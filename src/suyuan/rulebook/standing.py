"""How an organisation stands with a rule, over all its acts.

Registers are keyed by hand: of a hundred cards a few are mis-keyed, and a reseller is not guilty
for that. An organisation broke a rule when more of its acts are broken than mis-keying explains:
more than the upper control limit of Shewhart's np chart, ``n·p + s·√(n·p·(1 − p))`` (Shewhart
1931), with the share of mistakes *p* and the width *s* as dated parameters of the rule. A rule
without these parameters forgives nothing. Where most acts could not be judged and too few are
known to be broken, neither can the organisation.
"""

from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from suyuan.model.text import LANGUAGES, Language, Text
from suyuan.rulebook.dates import as_of, day_of
from suyuan.rulebook.declare import MISTAKEN_SHARE, MISTAKEN_SIGMAS, Answer, Rule
from suyuan.rulebook.judge import BEFORE, written

Steps = list[tuple[ir.BooleanValue, str, Answer, Text]]


def standings(rule: Rule, judged: ir.Table) -> ir.Table:
    """One row for each party of `judged`, with the columns of a judged act.

    ``value`` is the number of broken acts, ``limit`` how many are forgiven, ``moment`` that of
    the party's last act.
    """
    known = judged.filter(judged.party.notnull())

    def number_of(answer: Answer) -> ir.IntegerValue:
        return ibis.cases((known.answer == answer.value, 1), else_=0).sum().cast("float64")

    counted = known.group_by(subject="party").aggregate(
        broken=number_of(Answer.BROKEN),
        kept=number_of(Answer.KEPT),
        unknown=number_of(Answer.CANNOT_TELL),
        before=number_of(Answer.NOT_IN_FORCE),
        moment=known.moment.max(),
    )
    counted = counted.mutate(judged=counted.broken + counted.kept)
    counted = counted.mutate(forgiven=_forgiven(rule, counted))
    return _answered(counted)


def _forgiven(rule: Rule, counted: ir.Table) -> ir.FloatingValue:
    """How many broken acts mis-keying may explain: whole acts, rounded down."""
    if MISTAKEN_SHARE not in rule.parameters:
        return ibis.literal(0.0)
    share, sigmas = (
        as_of(rule.parameters[name], counted.moment).fill_null(0.0)
        for name in (MISTAKEN_SHARE, MISTAKEN_SIGMAS)
    )
    expected = counted.judged * share
    return (expected + sigmas * (expected * (1 - share)).sqrt()).floor().cast("float64")


def _answered(counted: ir.Table) -> ir.Table:
    steps = _steps(counted)
    words: dict[Language, ir.Value] = {
        language: ibis.cases(*((when, _say(text, language, counted)) for when, *_, text in steps))
        for language in LANGUAGES
    }
    return counted.select(
        "subject",
        moment=counted.moment,
        on_date=day_of(counted.moment),
        answer=ibis.cases(*((when, answer.value) for when, _, answer, _ in steps)),
        condition=ibis.cases(*((when, name) for when, name, _, _ in steps)),
        reason=words["en"],
        reason_zh=words["zh"],
        value=counted.broken,
        limit=counted.forgiven,
    )


def _steps(c: ir.Table) -> Steps:
    return [
        (
            (c.broken > 0) & (c.forgiven == 0),
            "acts_broken",
            Answer.BROKEN,
            Text("{broken} of {judged} acts broke it.", "{judged} 项中有 {broken} 项违反。"),
        ),
        (
            c.broken > c.forgiven,
            "beyond_mistakes",
            Answer.BROKEN,
            Text(
                "{broken} of {judged} acts broke it; mis-keyed rows explain at most {forgiven}.",
                "{judged} 项中有 {broken} 项违反;录入差错最多可解释 {forgiven} 项。",
            ),
        ),
        (
            c.unknown > c.judged,
            "most_unknown",
            Answer.CANNOT_TELL,
            Text(
                "{unknown} acts could not be told; of {judged} others {broken} broke it.",
                "{unknown} 项无法判断;其余 {judged} 项中有 {broken} 项违反。",
            ),
        ),
        (
            c.broken > 0,
            "within_mistakes",
            Answer.KEPT,
            Text(
                "{broken} of {judged} acts look broken: not more than mis-keyed rows explain "
                "({forgiven}).",
                "{judged} 项中有 {broken} 项疑似违反,未超过录入差错可解释的 {forgiven} 项。",
            ),
        ),
        (
            c.kept > 0,
            "all_kept",
            Answer.KEPT,
            Text("All {judged} acts that could be judged kept it.", "可判断的 {judged} 项均符合。"),
        ),
        (
            c.before > 0,
            BEFORE,
            Answer.NOT_IN_FORCE,
            Text("All its acts lie outside the days in force.", "其行为均不在施行期间。"),
        ),
        (
            ibis.literal(value=True),
            "no_act",
            Answer.KEPT,
            Text("None of its acts falls under the rule.", "其行为均不适用本规定。"),
        ),
    ]


def _say(text: Text, language: Language, counted: ir.Table) -> ir.StringValue:
    pieces: list[ir.StringValue] = []
    left = text.in_(language)
    while "{" in left:
        before, _, rest = left.partition("{")
        name, _, left = rest.partition("}")
        pieces += [ibis.literal(before), written(counted[name])]
    return reduce(add, [*pieces, ibis.literal(left)])
