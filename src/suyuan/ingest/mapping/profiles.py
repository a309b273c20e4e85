"""Mapping profiles: how an export of a bank, wallet, carrier or shop becomes standard rows.

A profile is a YAML file of ``catalog/profiles/`` (or of ``profiles/`` in a case folder). It is
known by its headers, says for each of our columns where it comes from, and names what is ignored;
what is left over is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from suyuan.ingest.formats.headers import forms, normal, present_forms
from suyuan.model.columns import Type
from suyuan.model.text import Text

#: What a number in such a unit is multiplied by, to be yuan or seconds.
FACTORS: Final = {
    Type.MONEY: {"元": "1", "分": "0.01", "角": "0.1", "千元": "1000", "万元": "10000"},
    Type.INT: {"秒": "1", "分钟": "60", "分": "60", "min": "60", "小时": "3600"},
}
UNITS: Final = frozenset(unit for units in FACTORS.values() for unit in units)


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """Where one of our columns comes from.

    ``headers`` are alternatives, the first with something in the cell wins; with ``join`` they
    are put together with a space. ``values`` translates cells, ``find`` keeps what the first
    group of a pattern finds. ``step`` reads a number as so many units since ``since``.
    ``side`` fills the cell only on rows that go ``out`` of (or ``in`` to) the statement's own
    account, ``not_own`` only where the cell is not that account, so that of two columns for the
    two sides the other one is found, and ``unsigned`` leaves a sign out.
    ``line`` makes an id of the row's place; ``constant`` is the same on every row.
    """

    headers: tuple[str, ...] = ()
    join: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    find: str | None = None
    step: str | None = None
    since: str | None = None
    side: str | None = None
    line: bool = False
    constant: str | None = None
    prefix: str = ""
    not_own: bool = False
    unsigned: bool = False


@dataclass(frozen=True, slots=True)
class Sides:
    """How rows told from one account's point of view become rows from one side to the other.

    ``giver`` and ``taker`` are our columns. ``own`` and ``other`` are sources, the first with
    something in it wins; where no column has the own account, ``own_above`` is a pattern for the
    text above the header (``account`` and ``phone`` are known by name), and ``own_in_name`` says
    whether the file's name may hold it. The direction is told by a column (``direction`` with
    words beside those that are known everywhere), by the sign of ``signed`` (``inverted`` where
    what was spent is positive, as on credit cards; ``doubtful`` where houses differ, so that rows
    or a person must tell it), or by which of the two amount columns is
    filled. Rows whose word says neither are told by ``neutral`` (outcome and pattern) in the cells
    of ``neutral_from``. ``balance`` is the own balance afterwards.
    """

    giver: str
    taker: str
    own: tuple[ColumnSource, ...]
    own_above: str | None
    other: tuple[ColumnSource, ...]
    direction: tuple[str, ...] = ()
    out_words: tuple[str, ...] = ()
    in_words: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    inverted: bool = False
    doubtful: bool = False
    out_amount: tuple[str, ...] = ()
    in_amount: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()
    prefix: str = ""
    own_in_name: bool = True
    neutral: tuple[tuple[str, str], ...] = ()
    neutral_from: tuple[str, ...] = ()

    @property
    def headers(self) -> set[str]:
        """Every header that serves to tell the sides apart."""
        used = {h for source in (*self.own, *self.other) for h in source.headers}
        used.update(self.direction, self.signed, self.balance, self.neutral_from)
        used.update(self.out_amount, self.in_amount)
        return used


@dataclass(frozen=True, slots=True)
class LayoutOrigin:
    """Whose export a profile is for: the house, the version or year, where the layout was seen."""

    house: str = ""
    version: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of export.

    ``columns_in_order`` are the names of the columns of a file without a header, and ``shapes``
    what the cells of some of them must look like. ``day_rows``: the day stands in rows of its own.
    ``named``: the file's name must begin with this word. ``row_has``: a line with nothing in any of
    these columns is no row. ``units``: the unit of the numbers under a header that does not say it
    (分, 角, 千元, 万元; of a duration 分钟 and others), by comparable header. ``day_order``: how
    days with the year last are written, ``dmy`` or ``mdy``.
    """

    name: str
    title: Text
    table: str
    known_by: tuple[str, ...]
    columns: Mapping[str, ColumnSource]
    ignore: frozenset[str] = frozenset()
    sides: Sides | None = None
    footers: tuple[str, ...] = ()
    columns_in_order: tuple[str, ...] = ()
    shapes: Mapping[str, str] = field(default_factory=dict)
    day_rows: bool = False
    named: str | None = None
    row_has: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    day_order: str | None = None
    origin: LayoutOrigin = LayoutOrigin()
    of_case: bool = False  # a case's own counts before those of the catalog

    @property
    def headers(self) -> frozenset[str]:
        """Every header that the profile has a use for, in comparable form."""
        used = {h for source in self.columns.values() for h in source.headers}
        used |= self.sides.headers if self.sides else set()
        return frozenset(normal(word) for header in used for word in header.split("|"))

    def knows(self, headers: Sequence[str]) -> bool:
        """Whether all the headers it is known by (each may be ``a|b``) are there."""
        present = present_forms(headers)
        return bool(self.known_by) and all(
            any(normal(word) in present for word in alternatives.split("|"))
            for alternatives in self.known_by
        )

    def fitness(self, headers: Sequence[str]) -> tuple[int, int]:
        """How well it fits `headers` that it knows: how many it has a use for or ignores."""
        expected_headers = self.headers | self.ignore
        return sum(bool({*forms(h)} & expected_headers) for h in headers), len(self.known_by)
