"""What a reader of text gives back: facts, stages and types, each with its place."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

#: Kinds of facts, in the order in which they claim their characters.
KINDS = (
    "account",
    "identity",
    "waybill",
    "order",
    "phone",
    "card",
    "time",
    "amount",
    "platform",
    "goods",
    "unread",
)


class NarrativeFact(NamedTuple):
    """One fact of a narrative; ``value`` is ``text[start:end]`` as written.

    ``normalised`` is the form of the standard tables: yuan with two places (``USD 500.00`` for
    other currencies), local ISO time as exact as the text (``2019-04-28T10``; ``--04-28`` and
    ``T10:05`` where the year or the day cannot be known), digits of a number, ``platform:id``.
    ``at`` is naive UTC; ``amount`` is fen of CNY.
    """

    kind: str
    value: str
    normalised: str
    start: int
    end: int
    at: datetime | None = None
    amount: int | None = None
    precision: str | None = None
    role: str | None = None


class StageMention(NamedTuple):
    """A stage of the scheme: the place of its first mention, and how often it is told."""

    stage: str
    start: int
    end: int
    mentions: int


class NarrativeReading(NamedTuple):
    """All that a narrative says. ``types`` are (type, probability), likeliest first."""

    facts: tuple[NarrativeFact, ...]
    stages: tuple[StageMention, ...]
    types: tuple[tuple[str, float], ...]

    def of(self, kind: str) -> list[NarrativeFact]:
        return [fact for fact in self.facts if fact.kind == kind]


class Ground:
    """Which characters of a text are spoken for, so that no two facts share one."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)

    def free(self, start: int, end: int) -> bool:
        return self._taken.find(1, start, end) < 0

    def take(self, start: int, end: int) -> None:
        self._taken[start:end] = b"\x01" * (end - start)

    def claim(self, facts: Iterable[NarrativeFact]) -> list[NarrativeFact]:
        """The facts whose characters were free, in order; their characters are taken."""
        claims = []
        for fact in facts:
            if self.free(fact.start, fact.end):
                self.take(fact.start, fact.end)
                claims.append(fact)
        return claims
