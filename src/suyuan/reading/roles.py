"""What a fact is in the story: the nearest cue of ``wording/roles.yml`` in its clause."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from suyuan.reading.catalog import load

_BEFORE = 16
_AFTER = 8
_CLAUSE = re.compile(r"[,。;!?、]")


class _Roles(NamedTuple):
    pattern: re.Pattern[str]
    role_of: Mapping[str, str]


@cache
def _roles(kind: str) -> _Roles:
    role_of = {
        str(cue): str(name)
        for name, cues in load("wording", "roles.yml")[kind].items()
        for cue in cues
    }
    # Longer cues first: 退款 must not be read as 退.
    longest = sorted(role_of, key=len, reverse=True)
    return _Roles(re.compile("|".join(map(re.escape, longest))), role_of)


def role(kind: str, text: str, start: int, end: int) -> str | None:
    """The role told nearest before `start`; else just after `end`, within the clause."""
    known = _roles(kind)
    begin = max(text.rfind(mark, max(0, start - _BEFORE), start) for mark in "。;!?") + 1
    best = None
    for found in known.pattern.finditer(text, max(begin, start - _BEFORE, 0), start):
        best = found
    if best is not None:
        return known.role_of[best[0]]
    stop = min(len(text), end + _AFTER)
    clause = _CLAUSE.search(text, end, stop)
    after = known.pattern.search(text, end, clause.start() if clause else stop)
    return known.role_of[after[0]] if after else None
