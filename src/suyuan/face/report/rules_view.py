"""Who kept the rules: operators by rule, with counts and a sign for each answer."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.display import Display, SubjectDisplay
from suyuan.face.rule_answers import ANSWERS
from suyuan.face.source import ResultTables
from suyuan.model.results import COMPLIANCE
from suyuan.model.text import Text
from suyuan.rulebook import load_rules

SUBJECTS_SHOWN = 40
#: Those who have duties of their own; single cards and accounts are acts, and are counted.
BEARERS = ("operator", "platform", "merchant", "courier", "software", "agent", "warehouse")


@dataclass(frozen=True, slots=True)
class Compliance:
    """How one bearer kept one rule: the sign and the worst answer, with the figures behind it."""

    sign: str
    word: Text
    name: str
    value: float | None
    limit: float | None
    reason: Text


@dataclass(frozen=True, slots=True)
class RuleHead:
    """A rule, its source, and how many single acts got each answer."""

    id: str
    title: Text
    source: str
    acts: dict[str, int]


@dataclass(frozen=True, slots=True)
class RulesView:
    """Bearers of duties (rows) by rule (columns), those who broke most first.

    ``rules`` are all that were judged, those over single acts only too.
    """

    heads: list[RuleHead]
    rules: list[RuleHead]
    rows: list[tuple[SubjectDisplay, list[Compliance | None]]]
    more: int
    violators: int


_WORST = ("broken", "cannot_tell", "kept", "not_in_force")


def rules_view(source: ResultTables, display: Display) -> RulesView | None:
    table = source.table("compliance")
    if table.num_rows == 0:
        return None
    kinds = pc.struct_field(pc.extract_regex(table["subject"], r"^(?P<kind>[^:]+):"), "kind")
    bears = pc.is_in(kinds, pa.array(BEARERS))
    duty, acts = table.filter(bears), table.filter(pc.invert(pc.fill_null(bears, False)))  # noqa: FBT003
    rules = _heads(table, acts)
    answers = _answers(duty, display)
    heads = [
        rule_head for rule_head in rules if any(rule_head.id in own for own in answers.values())
    ]
    rank = {name: index for index, name in enumerate(_WORST)}
    order = sorted(answers, key=lambda s: (_badness(answers[s], rank), s))
    rows = [
        (display.subject(subject), [answers[subject].get(head.id) for head in heads])
        for subject in order[:SUBJECTS_SHOWN]
    ]
    violators = sum(any(a.name == "broken" for a in own.values()) for own in answers.values())
    return RulesView(heads, rules, rows, max(len(order) - SUBJECTS_SHOWN, 0), violators)


def _badness(own: dict[str, Compliance], rank: dict[str, int]) -> tuple[int, ...]:
    return (
        -sum(a.name == "broken" for a in own.values()),
        *sorted(rank[a.name] for a in own.values()),
    )


def _heads(table: pa.Table, acts: pa.Table) -> list[RuleHead]:
    book = {rule.id: rule.title for rule in load_rules()}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in acts.group_by(["rule_id", "answer"]).aggregate([("subject", "count")]).to_pylist():
        counts[row["rule_id"]][row["answer"]] = row["subject_count"]
    sources = table.group_by("rule_id").aggregate([("source", "min")]).sort_by("rule_id")
    return [
        RuleHead(
            row["rule_id"],
            book.get(row["rule_id"], Text(row["rule_id"], row["rule_id"])),
            row["source_min"],
            counts[row["rule_id"]],
        )
        for row in sources.to_pylist()
    ]


def _answers(duty: pa.Table, display: Display) -> dict[str, dict[str, Compliance]]:
    answers: dict[str, dict[str, Compliance]] = defaultdict(dict)
    for row in duty.sort_by("on_date").to_pylist():
        before = answers[row["subject"]].get(row["rule_id"])
        answer = _answer(row, display)
        if before is None or _WORST.index(answer.name) <= _WORST.index(before.name):
            answers[row["subject"]][row["rule_id"]] = answer
    return answers


def _answer(row: dict[str, Any], display: Display) -> Compliance:
    sign, word = ANSWERS[row["answer"]]
    reason = display.sentence(COMPLIANCE, row, "reason")
    return Compliance(sign, word, row["answer"], row["value"], row["limit"], reason)
