"""What a fact is in the story: the nearest cue of ``wording/roles.yml`` in its clause."""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from suyuan.reading.catalog import read
from suyuan.reading.wording_files import FactRoles

_BEFORE = 16
_AFTER = 8
_CLAUSE = re.compile(r"[,。;!?、]")


class _Roles(NamedTuple):
    pattern: re.Pattern[str]
    role_of: Mapping[str, str]


@cache
def _roles(kind: str) -> _Roles:
    cues_by_role = msgspec.to_builtins(getattr(read("wording", "roles.yml", FactRoles), kind))
    role_of = {cue: name for name, cues in cues_by_role.items() for cue in cues}
    # Longer cues first: 退款 must not be read as 退.
    longest = sorted(role_of, key=len, reverse=True)
    return _Roles(re.compile("|".join(map(re.escape, longest))), role_of)


def role(kind: str, text: str, start: int, end: int) -> str | None:
    """The role told in the clause of `start`..`end`: nearest before, else just after.

    Where the clause tells none, the nearest before in the sentence counts.
    """
    lexicon = _roles(kind)
    earliest = max(0, start - _BEFORE)
    clause = _begin(text, earliest, start, ",、。;!?")
    match = _last(lexicon, text, clause, start)
    if match is None:
        stop = min(len(text), end + _AFTER)
        mark = _CLAUSE.search(text, end, stop)
        match = lexicon.pattern.search(text, end, mark.start() if mark else stop)
    if match is None:
        match = _last(lexicon, text, _begin(text, earliest, start, "。;!?"), clause)
    return lexicon.role_of[match[0]] if match else None


def _begin(text: str, earliest: int, start: int, marks: str) -> int:
    return max(earliest, *(text.rfind(mark, earliest, start) + 1 for mark in marks))


def _last(lexicon: _Roles, text: str, start: int, end: int) -> re.Match[str] | None:
    last = None
    for last in lexicon.pattern.finditer(text, start, end):  # noqa: B007
        pass
    return last
