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
_DENIAL = re.compile(r"(?:没有?|未曾?|并未|拒绝|不肯|不愿|勿|别)[^,。!?;\n]?$")


class Hit(NamedTuple):
    """A cue found: which one it was (its place in the list given), and where."""

    cue: int
    start: int
    end: int


class _Entry(NamedTuple):
    cue: int
    head: str
    tail: re.Pattern[str] | None


class Cues:
    """A set of cues, compiled."""

    def __init__(self, cues: Iterable[str]) -> None:
        index: dict[str, dict[str, list[_Entry]]] = {}
        for number, cue in enumerate(cues):
            for entry in _entries(number, cue):
                first, second = entry.head[0], entry.head[1:2]
                index.setdefault(first, {}).setdefault(second, []).append(entry)
        # A cue of one character stands under every second one too, so that one look is enough.
        lone = {first: by_second.pop("", []) for first, by_second in index.items()}
        self._index = {
            first: ({second: [*lone[first], *hits] for second, hits in by.items()}, lone[first])
            for first, by in index.items()
        }

    def scan(self, text: str) -> Iterator[Hit]:
        """Every cue found, by its place in the text; `text` must be plain (see prepare)."""
        look = self._index.get
        starts_with = text.startswith
        for at, first in enumerate(text):
            if (branch := look(first)) is None:
                continue
            by_second, lone = branch
            for cue, head, tail in by_second.get(text[at + 1 : at + 2], lone):
                if not starts_with(head, at):
                    continue
                end = at + len(head)
                if tail is None:
                    yield Hit(cue, at, end)
                elif rest := tail.match(text, end):
                    yield Hit(cue, at, rest.end())


def is_denied(text: str, start: int) -> bool:
    """True where the words just before `start` deny what follows."""
    return _DENIAL.search(text, max(0, start - 4), start) is not None


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
