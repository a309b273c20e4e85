"""Finding thousands of wordings in one pass over a text.

A cue is literal text with three marks: ``{a,b}`` for either, ``*`` for up to 12 characters and
``**`` for up to 32, never over a comma or the end of a sentence. Python's ``re`` tries every
branch of an alternation at every place; here the first two characters of each cue index it, so a
text is walked once and the work does not grow with the number of cues. Gaps are bounded, so the
time is linear in the text whatever it holds.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

_GAP = "[^,。!?;\n]"
_GAPS = {"*": _GAP + "{0,12}?", "**": _GAP + "{0,32}?"}
_PARTS = re.compile(r"\*\*|\*|\{[^{}]*\}|[^*{}]+")
_DENIED = re.compile(r"(?:没有?|未曾?|并未|拒绝|不肯|不愿|勿|别)[^,。!?;\n]?$")


class Hit(NamedTuple):
    """A cue found: which one it was (its place in the list given), and where."""

    cue: int
    start: int
    end: int


class _Entry(NamedTuple):
    cue: int
    head: str
    tail: re.Pattern[str] | None

    def at(self, text: str, start: int) -> Hit | None:
        if not text.startswith(self.head, start):
            return None
        end = start + len(self.head)
        if self.tail is None:
            return Hit(self.cue, start, end)
        rest = self.tail.match(text, end)
        return Hit(self.cue, start, rest.end()) if rest else None


class Cues:
    """A set of cues, compiled."""

    def __init__(self, cues: Iterable[str]) -> None:
        self._index: dict[str, dict[str, list[_Entry]]] = {}
        for number, cue in enumerate(cues):
            for entry in _entries(number, cue):
                first, second = entry.head[0], entry.head[1:2]
                self._index.setdefault(first, {}).setdefault(second, []).append(entry)

    def scan(self, text: str) -> Iterator[Hit]:
        """Every cue found, by its place in the text; `text` must be plain (see prepare)."""
        index = self._index
        for at, first in enumerate(text):
            if (entries := index.get(first)) is None:
                continue
            for second in ("", text[at + 1 : at + 2]):
                for entry in entries.get(second, ()):
                    if (hit := entry.at(text, at)) is not None:
                        yield hit


def denied(text: str, start: int) -> bool:
    """True where the words just before `start` deny what follows."""
    return _DENIED.search(text, max(0, start - 4), start) is not None


def _entries(number: int, cue: str) -> list[_Entry]:
    parts = _PARTS.findall(cue)
    gap = next((i for i, part in enumerate(parts) if part in _GAPS), len(parts))
    tail = "".join(_pattern(part) for part in parts[gap:])
    rest = re.compile(tail) if tail else None
    heads = {"".join(choice) for choice in product(*map(_choices, parts[:gap]))}
    return [_Entry(number, head, rest) for head in sorted(heads) if head]


def _choices(part: str) -> list[str]:
    return part[1:-1].split(",") if part.startswith("{") else [part]


def _pattern(part: str) -> str:
    if part in _GAPS:
        return _GAPS[part]
    return "(?:" + "|".join(map(re.escape, _choices(part))) + ")"
