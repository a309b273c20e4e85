"""A profile as SQL: one text (or typed) expression over the raw cells for each of our columns."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from suyuan.ingest.cleaning.cells import text_of, typed
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.mapping.matching import Match, columns_of
from suyuan.ingest.mapping.profiles import Sides, Source

#: What stands for the other side where a statement names none.
UNNAMED: Final = "unnamed"


@dataclass(frozen=True, slots=True)
class Mapped:
    """Our column as an expression over the raw cells, its DuckDB type, and their header for it."""

    sql: str
    type: str
    header: str


@dataclass(frozen=True, slots=True)
class Context:
    """What expressions need to know: the match, types by raw column, whether to trim."""

    match: Match
    types: dict[str, str]
    trim: bool


def mapped(context: Context) -> dict[str, Mapped]:
    """An expression for each of our columns that the file can fill, in the table's order."""
    match = context.match
    made: dict[str, Mapped] = {}
    sides = match.profile.sides
    for column in columns_of(match.table):
        source = match.profile.columns.get(column.name)
        if sides and column.name in {sides.giver, sides.taker}:
            made[column.name] = _party(context, sides, giver=column.name == sides.giver)
        elif source is not None:
            plain = _plain(context, source)
            if plain and typed(column, context.types[plain]):
                type_ = context.types[plain]
                # pandas writes what is missing as not-a-number
                finite = type_ in {"DOUBLE", "FLOAT"}
                sql = f"CASE WHEN isfinite({plain}) THEN {plain} END" if finite else plain
                made[column.name] = Mapped(sql, type_, source.headers[0])
            else:
                header = next(iter(source.headers), column.name)
                made[column.name] = _from(context, source, header)
    if sides and "amount" in match.table.names and "amount" not in made:
        made["amount"] = _amount(context, sides)
    if (
        sides
        and "balance_after" in match.table.names
        and (balance := _first(context, sides.balance))
    ):
        # Ours is the payer's: on a row that came in, the own balance is the payee's.
        sql = f"CASE WHEN {_outward(context, sides)} THEN {balance} END"
        made["balance_after"] = Mapped(sql, "VARCHAR", sides.balance[0])
    return made


def outward(context: Context) -> str | None:
    """A condition: the row goes out of the statement's own account."""
    sides = context.match.profile.sides
    return _outward(context, sides) if sides else None


def own_account(match: Match, shown: str, above: str) -> str | None:
    """The account that a statement says it is of: above its header, else in its name.

    The name of a sheet or a member counts before that of the workbook or archive around it.
    """
    sides = match.profile.sides
    if sides is None:
        return None
    found = re.search(sides.own_above, above) if sides.own_above else None
    for name in reversed(shown.split("#")):
        found = found or re.search(r"(?<!\d)(\d{11,23})(?!\d)", PurePosixPath(name).name)
    return sides.prefix + found.group(1).strip() if found else None


def _own_account(context: Context, sides: Sides) -> str:
    """The own account on each row, as an SQL text."""
    column = _first(context, sides.own)
    return f"coalesce({_prefixed(sides.prefix, column)}, o_own)" if column else "o_own"


def _prefixed(prefix: str, sql: str | None) -> str | None:
    return f"{literal(prefix)} || {sql}" if prefix and sql else sql


def _plain(context: Context, source: Source) -> str | None:
    """The raw column, if the source is nothing but that."""
    bare = not (source.join or source.values or source.find or source.step or source.side)
    if not bare or source.line or source.constant is not None or source.prefix:
        return None
    there = [p for h in source.headers if (p := context.match.position(h)) is not None]
    return f"c{there[0]}" if len(there) == 1 else None


def _cell(context: Context, header: str) -> str | None:
    position = context.match.position(header)
    if position is None:
        return None
    return text_of(f"c{position}", context.types[f"c{position}"], trim=context.trim)


def _first(context: Context, headers: tuple[str, ...]) -> str | None:
    cells = [cell for header in headers if (cell := _cell(context, header))]
    if len(cells) < 2:
        return cells[0] if cells else None
    return f"coalesce({', '.join(cells)})"


def _from(context: Context, source: Source, header: str) -> Mapped:
    if source.constant is not None:
        return Mapped(literal(source.constant), "VARCHAR", header)
    if source.line:
        place = "o_key || ':' || line"
        given = _first(context, source.headers)
        return Mapped(f"coalesce({given}, {place})" if given else place, "VARCHAR", header)
    if source.join:
        parts = [c for h in source.headers if (c := _cell(context, h))]
        # A date cell of a workbook carries a midnight that is not meant.
        dates = [f"regexp_replace({part}, '[ T]00:00:00$', '')" for part in parts[:1]]
        sql = f"concat_ws(' ', {', '.join([*dates, *parts[1:]])})"
    else:
        sql = _first(context, source.headers) or "NULL"
    if source.find:
        sql = f"nullif(regexp_extract({sql}, {literal(source.find)}, 1), '')"
    if source.values:
        whens = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in source.values.items())
        sql = f"nullif(CASE {sql} {whens} ELSE {sql} END, '')"
    sql = _prefixed(source.prefix, sql) or sql
    kind = "VARCHAR"
    if source.step:
        steps = f"TRY_CAST({sql} AS BIGINT) * INTERVAL 1 {source.step}"
        sql = f"TIMESTAMP {literal(source.since)} + {steps}"
        kind = "TIMESTAMP"
    if source.side and context.match.profile.sides:
        out = _outward(context, context.match.profile.sides)
        sql = f"CASE WHEN {out if source.side == 'out' else f'NOT ({out})'} THEN {sql} END"
    return Mapped(sql, kind, header)


def _party(context: Context, sides: Sides, *, giver: bool) -> Mapped:
    own = _own_account(context, sides)
    other = f"coalesce({_first(context, sides.other) or 'NULL'}, '{UNNAMED}')"
    out = _outward(context, sides)
    first, second = (own, other) if giver else (other, own)
    header = next((h for h in sides.other if context.match.position(h) is not None), "")
    return Mapped(f"CASE WHEN {out} THEN {first} ELSE {second} END", "VARCHAR", header)


def _outward(context: Context, sides: Sides) -> str:
    if cell := _first(context, sides.direction):
        words = ", ".join(literal(word) for word in sides.out_words)
        return f"coalesce({cell} IN ({words}), FALSE)"
    if cell := _first(context, sides.out_amount):
        return f"coalesce(NOT regexp_full_match({cell}, '[-0.,]+'), FALSE)"
    if cell := _first(context, sides.signed):
        return rf"coalesce(regexp_matches({cell}, '^[-(\x{{2212}}\x{{ff0d}}\x{{ff08}}]|-$'), FALSE)"
    return "FALSE"


def _amount(context: Context, sides: Sides) -> Mapped:
    if cell := _first(context, sides.signed):
        bare = rf"regexp_replace({cell}, '[-+()\x{{2212}}\x{{ff0d}}\x{{ff08}}\x{{ff09}}]', '', 'g')"
        return Mapped(bare, "VARCHAR", sides.signed[0])
    out_cell, in_cell = _first(context, sides.out_amount), _first(context, sides.in_amount)
    out = _outward(context, sides)
    bare = f"CASE WHEN {out} THEN {out_cell or 'NULL'} ELSE {in_cell or 'NULL'} END"
    return Mapped(f"ltrim({bare}, '-')", "VARCHAR", next(iter(sides.out_amount), "amount"))
