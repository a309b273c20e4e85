"""What the file of a profile may hold, key by key (docs/ingest.md says what it means).

Read with every scalar as the word that was written: what stands in cells and headers is text, and
``01`` or ``no`` of a cell must not become another word.
"""

from typing import Literal

import msgspec

from suyuan.ingest.mapping.profiles import ColumnSource, Sides
from suyuan.model.text import Text

#: One word may stand where several may.
Words = str | list[str]


class ProfilePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of a profile."""


class SourceEntry(ProfilePart, frozen=True, rename={"headers": "from", "without_sign": "unsigned"}):
    """Where a column comes from, where a header alone does not say it."""

    headers: Words = []
    join: Words | None = None
    values: dict[str, str] = {}
    find: str | None = None
    step: Literal["day", "hour", "minute", "second"] | None = None
    since: str | None = None
    side: Literal["out", "in"] | None = None
    line: bool = False
    prefix: str = ""
    not_own: bool = False
    without_sign: bool = False

    @property
    def source(self) -> ColumnSource:
        return ColumnSource(
            headers=several(self.headers if self.join is None else self.join),
            join=self.join is not None,
            values=self.values,
            find=self.find,
            step=self.step,
            since=self.since,
            side=self.side,
            line=self.line,
            prefix=self.prefix,
            not_own=self.not_own,
            unsigned=self.without_sign,
        )


#: A header, alternatives, or more than that.
Source = str | list[str] | SourceEntry


class DirectionEntry(
    ProfilePart, frozen=True, rename={"headers": "from", "outward": "out", "inward": "in"}
):
    """The column that tells the direction, and words of its own for it."""

    headers: Words = []
    outward: Words = []
    inward: Words = []


class SidesEntry(
    ProfilePart,
    frozen=True,
    rename={"counterparties": "other", "amounts": "signed", "is_inverted": "inverted"},
):
    """How rows told from one account's side become rows from one party to another."""

    giver: str
    taker: str
    counterparties: str | SourceEntry | list[str | SourceEntry]
    own: str | SourceEntry | list[str | SourceEntry] = []
    own_above: str | None = None
    direction: DirectionEntry = DirectionEntry()
    amounts: Words = []
    is_inverted: bool = False
    doubtful: bool = False
    out_amount: Words = []
    in_amount: Words = []
    balance: Words = []
    prefix: str = ""
    own_in_name: bool = True
    neutral: list[tuple[Literal["out", "in", "inside"], str]] = []
    neutral_from: Words = []

    @property
    def sides(self) -> Sides:
        return Sides(
            giver=self.giver,
            taker=self.taker,
            own=_parties(self.own),
            own_above=self.own_above,
            other=_parties(self.counterparties),
            direction=several(self.direction.headers),
            out_words=several(self.direction.outward),
            in_words=several(self.direction.inward),
            signed=several(self.amounts),
            inverted=self.is_inverted,
            doubtful=self.doubtful,
            out_amount=several(self.out_amount),
            in_amount=several(self.in_amount),
            balance=several(self.balance),
            prefix=self.prefix,
            own_in_name=self.own_in_name,
            neutral=tuple(self.neutral),
            neutral_from=several(self.neutral_from),
        )


class SeenEntry(ProfilePart, frozen=True):
    """Whose export it is, and where the layout was seen."""

    house: str = ""
    version: str = ""
    where: str = ""


class ProfileFile(ProfilePart, frozen=True, rename={"origin": "seen", "file_word": "named"}):
    """A whole file."""

    table: str
    title: Text | None = None
    origin: SeenEntry = SeenEntry()
    known_by: Words = []
    columns: dict[str, Source] = {}
    constants: dict[str, str] = {}
    ignore: list[str] = []
    sides: SidesEntry | None = None
    footers: Words = []
    columns_in_order: Words = []
    shapes: dict[str, str] = {}
    day_rows: bool = False
    file_word: str | None = None
    row_has: Words = []
    units: dict[str, str] = {}
    day_order: Literal["dmy", "mdy"] | None = None


def several(words: Words) -> tuple[str, ...]:
    """The words, be it one or a list."""
    return (words,) if isinstance(words, str) else tuple(words)


def source_of(entry: Source) -> ColumnSource:
    """Where a column comes from, however short it was said."""
    return entry.source if isinstance(entry, SourceEntry) else ColumnSource(several(entry))


def _parties(
    entries: str | SourceEntry | list[str | SourceEntry],
) -> tuple[ColumnSource, ...]:
    """Sources of an own or other account, each a header or a mapping with a pattern."""
    return tuple(source_of(e) for e in (entries if isinstance(entries, list) else [entries]))
