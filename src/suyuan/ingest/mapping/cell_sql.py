"""Cells of a file as SQL: trimmed, unwrapped, without placeholders, in our units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from suyuan.ingest.cleaning.cells import text_of
from suyuan.ingest.formats.headers import normal, offset_of, unit_of
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.mapping.profile_match import Match
from suyuan.ingest.mapping.profiles import FACTORS
from suyuan.ingest.vocabulary import vocabulary
from suyuan.model.columns import Type

_NAME: Final = re.compile(r"\bz\d+_")


@dataclass(slots=True)
class Context:
    """What expressions need to know of a file.

    The match, types by raw column, whether to trim, whether cells are wrapped (``="…"``, a
    backtick), whether signs are to be read against all rows of the file, and whether it is known of
    some file how its days with the year last are written (``o_days``), or in which unit its
    amounts are (``o_unit``). What is used more than once is named by :meth:`let`: an engine that
    unfolds everything plans for minutes.
    """

    match: Match
    types: dict[str, str]
    trim: bool
    has_wrappers: bool = False
    signs: bool = False
    days: bool = False
    units: bool = False
    levels: list[dict[str, str]] = field(default_factory=list)

    def let(self, sql: str) -> str:
        """A column that holds `sql` (over raw cells and other such columns), computed once."""
        depth = 1 + max((self._depth(name) for name in _NAME.findall(sql)), default=-1)
        while len(self.levels) <= depth:
            self.levels.append({})
        for name, expression in self.levels[depth].items():
            if expression == sql:
                return name
        name = f"z{sum(map(len, self.levels))}_"
        self.levels[depth][name] = sql
        return name

    def _depth(self, name: str) -> int:
        return next(depth for depth, names in enumerate(self.levels) if name in names)

    def over(self, source: str) -> str:
        """`source` with all columns that were named."""
        for names in self.levels:
            if names:
                listing = ", ".join(f"{sql} AS {name}" for name, sql in names.items())
                source = f"SELECT *, {listing} FROM ({source})"
        return source


def cell(
    context: Context, header: str, type_: Type = Type.TEXT, *, party: bool = False
) -> str | None:
    """The cell under `header` as text, null where nothing is known; None without such a column."""
    position = context.match.position(header)
    if position is None:
        return None
    text = plain_cell(context, header) or "NULL"
    # Of a standard table only what identifies is looked at, where its columns are made.
    if context.types[f"c{position}"] == "VARCHAR" and context.match.profile.name != "standard":
        text = context.let(without_placeholders(text, party=party))
    header = context.match.headers[position]
    value = _with_offset(text, header) if type_ is Type.TIME else text
    value = _scale(context, value, header, type_)
    return value if value == text else context.let(value)


def plain_cell(context: Context, header: str) -> str | None:
    """The cell as it stands, placeholders too: for words that tell a direction."""
    position = context.match.position(header)
    if position is None:
        return None
    type_ = context.types[f"c{position}"]
    text = context.let(text_of(f"c{position}", type_, trim=context.trim))
    return context.let(_unwrap(text)) if context.has_wrappers and type_ == "VARCHAR" else text


def first_of(
    context: Context, headers: Sequence[str], type_: Type = Type.TEXT, *, party: bool = False
) -> str | None:
    """The first of the columns with something in it."""
    sql = coalesce([cell(context, header, type_, party=party) for header in headers])
    return context.let(sql) if sql and sql.startswith("coalesce") else sql


def coalesce(cells: Sequence[str | None]) -> str | None:
    there = [*dict.fromkeys(sql for sql in cells if sql)]
    if len(there) < 2:
        return there[0] if there else None
    return f"coalesce({', '.join(there)})"


def without_placeholders(text: str, *, party: bool = False) -> str:
    """`text`, null where it stands for nothing: "/", "--", null, 无."""
    words = vocabulary()
    every = (*words.placeholders, *(words.party_placeholders if party else ()))
    longest = max(len(word.encode()) for word in every)
    literals = ", ".join(literal(word) for word in every)
    return (
        f"CASE WHEN strlen({text}) <= {longest} THEN CASE WHEN {text} NOT IN ({literals}) "
        f"THEN {text} END WHEN starts_with({text}, '-----') AND ltrim({text}, '-') = '' THEN NULL "
        f"ELSE {text} END"
    )


def _unwrap(text: str) -> str:
    """What a spreadsheet was told is text: ="123", 123 behind a backtick, or '123' in quotes."""
    is_quoted = f"regexp_full_match({text}, '''[-+/:. 0-9A-Z]*[0-9][-+/:. 0-9A-Z]*''')"
    return (
        f"CASE WHEN starts_with({text}, '=') THEN nullif(trim(regexp_replace({text}, "
        f"'^=\"?([^\"]*)\"?$', '\\1')), '') "
        f"WHEN starts_with({text}, '`') THEN nullif(substr({text}, 2), '') "
        f"WHEN {is_quoted} THEN trim({text}, '''') ELSE {text} END"
    )


def _with_offset(text: str, header: str) -> str:
    """A clock time with the offset that its header names, where it has none of its own."""
    offset = offset_of(header)
    if offset is None:
        return text
    bare = rf"regexp_full_match({text}, '.*\d:\d\d(:\d\d([.]\d+)?)?')"
    return f"CASE WHEN {bare} THEN {text} || '{offset}' ELSE {text} END"


def _scale(context: Context, text: str, header: str, type_: Type) -> str:
    factors = FACTORS.get(type_, {})
    unit = context.match.profile.units.get(normal(header)) or unit_of(header) or ""
    factor = factors.get(unit, "1")
    if type_ is Type.MONEY and unit not in factors and context.units:
        whens = " ".join(f"WHEN '{name}' THEN {size}" for name, size in factors.items())
        factor = f"CASE o_unit {whens} ELSE 1 END"
    if factor == "1":
        return text
    plain = f"replace(replace(replace({text}, ',', ''), '(', '-'), ')', '')"
    number = f"TRY_CAST({plain} AS DECIMAL(18, 4))"
    product = f"regexp_replace(CAST({number} * {factor} AS VARCHAR), '[.]?0+$', '')"
    if type_ is Type.INT:
        product = f"CAST(CAST({number} * {factor} AS BIGINT) AS VARCHAR)"
    # What is no number cannot be brought to yuan, and must not stand as if it were.
    fallback = f"CASE WHEN regexp_matches({text}, '[0-9]') THEN {text} || ' ×' ELSE {text} END"
    if type_ is Type.INT:
        fallback = text
    return f"CASE WHEN {number} IS NULL THEN {fallback} ELSE {product} END"
