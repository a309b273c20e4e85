"""Headers of two rows: 发生额 over 借方 and 贷方."""

from collections.abc import Collection, Sequence
from typing import Final

from suyuan.ingest.formats.data_cells import count_data
from suyuan.ingest.formats.headers import forms

_FEW: Final = 2


def two_rows(
    upper: Sequence[object], lower: Sequence[object], known_headers: Collection[str]
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
    headers, group = [], ""
    for n in range(width):
        group = above[n] or group
        headers.append(_known_form(group, below[n], known_headers) if below[n] else above[n])
    return tuple(headers)


def _known_form(group: str, word: str, known_headers: Collection[str]) -> str:
    """The writing of a word under its group that is known; else both, one behind the other."""
    variants = [word] if word == group else [group + word, word, word + group]
    return next(
        (variant for variant in variants if any(form in known_headers for form in forms(variant))),
        variants[0],
    )


def _words(cells: Sequence[object], width: int) -> list[str]:
    words = ["" if cell is None else str(cell).strip() for cell in cells]
    return words + [""] * (width - len(words))


def _digits(words: Sequence[str]) -> bool:
    return any(character.isdigit() for word in words for character in word)
