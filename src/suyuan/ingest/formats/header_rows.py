"""Headers of two rows: 发生额 over 借方 and 贷方."""

from collections.abc import Collection, Sequence
from typing import Final

from suyuan.ingest.formats.data_cells import count_data
from suyuan.ingest.formats.headers import forms

_FEW: Final = 2


def two_rows(
    upper: Sequence[object], lower: Sequence[object], known: Collection[str]
) -> tuple[str, ...] | None:
    """The headers that two rows make together; None where the second is no part of a header.

    It is one where it holds words only, some under a blank of the first row, and each of the
    others beside such a place or under its own word again.
    """
    width = max(len(upper), len(lower))
    above, below = _words(upper, width), _words(lower, width)
    places = [n for n in range(width) if below[n]]
    open_places = {n for n in places if not above[n]}
    if len(places) < _FEW or not open_places or count_data(lower) or _digits(below):
        return None
    if any(
        n not in open_places and n + 1 not in open_places and below[n] != above[n] for n in places
    ):
        return None
    joined, group = [], ""
    for n in range(width):
        group = above[n] or group
        joined.append(_known(group, below[n], known) if below[n] else above[n])
    return tuple(joined)


def _known(group: str, word: str, known: Collection[str]) -> str:
    """The writing of a word under its group that is known; else both, one behind the other."""
    both = [word] if word == group else [group + word, word, word + group]
    return next((one for one in both if any(form in known for form in forms(one))), both[0])


def _words(cells: Sequence[object], width: int) -> list[str]:
    words = ["" if cell is None else str(cell).strip() for cell in cells]
    return words + [""] * (width - len(words))


def _digits(words: Sequence[str]) -> bool:
    return any(character.isdigit() for word in words for character in word)
