"""The stages of the scheme, in the order in which the statement tells them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from suyuan.reading import catalog
from suyuan.reading.cues import Cues, Hit, is_denied
from suyuan.reading.facts import NarrativeFact, StageMention

#: How a fact stands in a cue, whatever it says.
SIGNS: Final[Mapping[str, str]] = {
    "amount": "¥",
    "phone": "☎",
    "account": "@",
    "card": "#",
    "order": "№",
    "waybill": "№",
    "time": "⌚",
}


@cache
def _cue_table() -> tuple[Cues, tuple[tuple[str, bool], ...]]:
    """The cues, and for each its stage and whether it tells the stage or rules it out."""
    cues = [(cue, (stage.name, True)) for stage in catalog.stages() for cue in stage.cues]
    cues += [(cue, (stage.name, False)) for stage in catalog.stages() for cue in stage.but_not]
    return Cues(cue for cue, _ in cues), tuple(meaning for _, meaning in cues)


def stages(text: str) -> tuple[StageMention, ...]:
    """Each stage told in `text` (plain and signed) once, at its first mention.

    What is denied does not count, nor what lies within a wording that rules the stage out.
    """
    cues, meanings = _cue_table()
    by_stage: dict[str, list[Hit]] = {}
    ruled_out: dict[str, set[int]] = {}
    for hit in cues.scan(text):
        stage, says = meanings[hit.cue]
        if not says:
            ruled_out.setdefault(stage, set()).update(range(hit.start, hit.end))
        elif not is_denied(text, hit.start):
            by_stage.setdefault(stage, []).append(hit)
    mentions = []
    for stage, hits in by_stage.items():
        out = ruled_out.get(stage, set())
        if rest := [hit for hit in hits if hit.start not in out]:
            mentions.append(_mention(stage, rest))
    return tuple(sorted(mentions, key=lambda mention: (mention.start, mention.end)))


def with_signs(text: str, facts: Iterable[NarrativeFact]) -> str:
    """Plain `text` in which each character of a fact is the sign of its kind, as cues name it."""
    pieces = []
    last = 0
    for fact in sorted(facts, key=lambda fact: fact.start):
        if (sign := SIGNS.get(fact.kind)) is not None:
            pieces += [text[last : fact.start], sign * (fact.end - fact.start)]
            last = fact.end
    return "".join([*pieces, text[last:]])


def _mention(name: str, hits: Sequence[Hit]) -> StageMention:
    first = min(hits, key=lambda hit: (hit.start, -hit.end))
    return StageMention(name, first.start, first.end, len({hit.start for hit in hits}))
