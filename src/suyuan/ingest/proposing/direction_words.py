"""DirectionWords of a direction column sorted into out, in, neither, and not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from suyuan.ingest.mapping.patterns import found_in
from suyuan.ingest.mapping.profile_files import catalog_profiles
from suyuan.ingest.vocabulary import vocabulary

#: A column with more different cells holds no words for a direction.
_MOST: Final = 12


@dataclass(frozen=True, slots=True)
class DirectionWords:
    """The words of the column at ``place``; ``unclear`` are those that nothing explains."""

    place: int | None = None
    out_words: tuple[str, ...] = ()
    in_words: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()

    @property
    def every(self) -> bool:
        """Whether any word tells a direction."""
        return bool(self.out_words or self.in_words)

    def with_words(self, out_words: Sequence[str], in_words: Sequence[str]) -> "DirectionWords":
        """These words where others say what `out_words` and `in_words` are."""
        certain_words = {*out_words, *in_words}
        return DirectionWords(
            self.place,
            tuple(sorted({*out_words} | ({*self.out_words} - certain_words))),
            tuple(sorted({*in_words} | ({*self.in_words} - certain_words))),
            tuple(word for word in self.unclear if word not in certain_words),
        )


def word_outcomes(table: str, place: int, cells: Sequence[str]) -> DirectionWords:
    """The words among `cells`; no words at all where there are too many of them."""
    words = sorted({cell for cell in cells if cell})
    if not words or len(words) > _MOST or any(len(word) > 20 for word in words):
        return DirectionWords(place)
    outcomes = {word: outcome_of(table, word) for word in words}
    placeholders = {*vocabulary().placeholders}
    return DirectionWords(
        place,
        tuple(w for w, outcome in outcomes.items() if outcome == "out"),
        tuple(w for w, outcome in outcomes.items() if outcome == "in"),
        tuple(w for w, outcome in outcomes.items() if outcome is None and w not in placeholders),
    )


def outcome_of(table: str, word: str) -> str | None:
    """What `word` tells: out, in, another outcome of the vocabulary, or None."""
    outcomes = vocabulary().directions.get(table, {})
    for outcome, words in outcomes.items():
        if word in words.exact:
            return outcome
    for profile in catalog_profiles():
        if profile.table == table and profile.sides:
            if word in profile.sides.out_words:
                return "out"
            if word in profile.sides.in_words:
                return "in"
    stems = [name for name, words in outcomes.items() if found_in(words.stems, word) is not None]
    neutral = [name for name in stems if name not in {"out", "in"}]
    return neutral[0] if neutral else stems[0] if len(stems) == 1 else None
