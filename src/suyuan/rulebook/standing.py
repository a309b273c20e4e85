"""How an organisation stands with a rule, over all its acts.

Registers are keyed by hand: of a hundred cards a few are mis-keyed, and a reseller is not guilty
for that. An organisation broke a rule when more of its acts are broken than mis-keying explains:
more than the upper control limit of Shewhart's np chart, ``n·p + s·√(n·p·(1 − p))`` (Shewhart
1931), with the share of mistakes *p* and the width *s* as dated parameters of the rule. A rule
without these parameters forgives nothing. Where most acts could not be judged and too few are
known to be broken, neither can the organisation.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.text import LANGUAGES, Text
from suyuan.rulebook.dates import day_of, on_day, start_of
from suyuan.rulebook.decided_cases import fill_numbers
from suyuan.rulebook.declare import MISTAKEN_SHARE, MISTAKEN_SIGMAS, Answer, Rule
from suyuan.rulebook.judge import BEFORE

#: A year that no case reaches; open periods end with it.
_FOR_EVER = 9000
_DAY, _NUMBER = pa.timestamp("us"), pa.float64()
_TOLERANCES = pa.schema(
    {"rule_id": pa.string(), "since": _DAY, "until": _DAY, "share": _NUMBER, "sigmas": _NUMBER}
)
Steps = list[tuple[ir.BooleanValue, str, Answer, Text]]


def standings(acts: ir.Table, tolerances: ir.Table) -> ir.Table:
    """One row for each rule and party of `acts`, with the columns of an answered act.

    `tolerances` is :func:`tolerances_of` the rules. ``value`` is the number of broken acts,
    ``limit`` how many are forgiven, ``moment`` that of the party's last act.
    """
    acts_of_party = acts.filter(acts.party.notnull())

    def number_of(answer: Answer) -> ir.IntegerValue:
        return ibis.cases((acts_of_party.answer == answer.value, 1), else_=0).sum().cast("float64")

    counts = acts_of_party.group_by("rule_id", subject="party").aggregate(
        broken=number_of(Answer.BROKEN),
        kept=number_of(Answer.KEPT),
        unknown=number_of(Answer.CANNOT_TELL),
        before=number_of(Answer.NOT_IN_FORCE),
        moment=acts_of_party.moment.max(),
    )
    counts = counts.mutate(judged=counts.broken + counts.kept)
    return _answer(_with_tolerance(counts, tolerances))


def tolerances_of(rules: Iterable[Rule]) -> pa.Table:
    """The share of mistakes and the width of each rule, from day to day on which they change."""
    rows = []
    for rule in rules:
        if MISTAKEN_SHARE not in rule.parameters:
            continue
        share, sigmas = (rule.parameters[name] for name in (MISTAKEN_SHARE, MISTAKEN_SIGMAS))
        periods = [entry.period for entry in (*share.values, *sigmas.values)]
        days = {p.since for p in periods} | {p.until for p in periods if p.until is not None}
        for since, until in pairwise([*sorted(days), None]):
            if since is not None:
                row = {"rule_id": rule.id, "since": start_of(since)}
                row["until"] = start_of(until or date.max.replace(year=_FOR_EVER))
                values = on_day(share, since), on_day(sigmas, since)
                row["share"], row["sigmas"] = ((v and v.value) or 0.0 for v in values)
                rows.append(row)
    return pa.Table.from_pylist(rows, schema=_TOLERANCES)


def _with_tolerance(counts: ir.Table, tolerances: ir.Table) -> ir.Table:
    """`counts` with ``forgiven``: how many broken acts mis-keying explains, rounded down."""
    limits = tolerances.rename(of="rule_id").view()
    rows = counts.left_join(
        limits,
        (counts.rule_id == limits.of)
        & (counts.moment >= limits.since)
        & (counts.moment < limits.until),
    )
    expectation = rows.judged * rows.share
    most = expectation + rows.sigmas * (expectation * (1 - rows.share)).sqrt()
    forgiven = most.floor().cast("float64").fill_null(0.0)
    return rows.select(*counts.columns, forgiven=forgiven)


def _answer(counts: ir.Table) -> ir.Table:
    steps = _steps(counts)
    numbers = {name: counts[name] for name in ("broken", "judged", "unknown", "forgiven")}
    words = {
        language: ibis.cases(*((when, text.in_(language)) for when, *_, text in steps))
        for language in LANGUAGES
    }
    return counts.select(
        "rule_id",
        "subject",
        moment=counts.moment,
        on_date=day_of(counts.moment),
        answer=ibis.cases(*((when, answer.value) for when, _, answer, _ in steps)),
        condition=ibis.cases(*((when, name) for when, name, _, _ in steps)),
        reason=fill_numbers(words["en"], numbers),
        reason_zh=fill_numbers(words["zh"], numbers),
        value=counts.broken,
        limit=counts.forgiven,
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
                "{judged} 项中有 {broken} 项违反；录入差错最多可解释 {forgiven} 项。",
            ),
        ),
        (
            c.unknown > c.judged,
            "most_unknown",
            Answer.CANNOT_TELL,
            Text(
                "{unknown} acts could not be judged; of {judged} others {broken} broke it.",
                "{unknown} 项无法判断；其余 {judged} 项中有 {broken} 项违反。",
            ),
        ),
        (
            c.broken > 0,
            "within_mistakes",
            Answer.KEPT,
            Text(
                "{broken} of {judged} acts look broken: not more than mis-keyed rows explain "
                "({forgiven}).",
                "{judged} 项中有 {broken} 项疑似违反，未超过录入差错可解释的 {forgiven} 项。",
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
