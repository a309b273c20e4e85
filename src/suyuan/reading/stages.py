"""The stages of the scheme, in the order in which the statement tells them."""

from collections.abc import Sequence
from functools import cache

from suyuan.reading import catalog
from suyuan.reading.cues import Cues, Hit, denied
from suyuan.reading.facts import StageMention


@cache
def _compiled() -> tuple[Cues, tuple[str, ...]]:
    pairs = [(cue, stage.name) for stage in catalog.stages() for cue in stage.cues]
    return Cues(cue for cue, _ in pairs), tuple(name for _, name in pairs)


def stages(text: str) -> tuple[StageMention, ...]:
    """Each stage told in plain `text` once, at its first mention; denied ones are left out."""
    cues, names = _compiled()
    places: dict[str, list[Hit]] = {}
    for hit in cues.scan(text):
        if not denied(text, hit.start):
            places.setdefault(names[hit.cue], []).append(hit)
    told = [_mention(name, hits) for name, hits in places.items()]
    return tuple(sorted(told, key=lambda stage: (stage.start, stage.end)))


def _mention(name: str, hits: Sequence[Hit]) -> StageMention:
    first = min(hits, key=lambda hit: (hit.start, -hit.end))
    return StageMention(name, first.start, first.end, len({hit.start for hit in hits}))
