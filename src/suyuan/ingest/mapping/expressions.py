"""A profile as SQL: one text (or typed) expression over the raw cells for each of our columns."""

from dataclasses import dataclass
from typing import Final

from suyuan.ingest.cleaning.cells import is_typed
from suyuan.ingest.cleaning.times import YEARLESS
from suyuan.ingest.formats.headers import offset_of
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.mapping.cell_sql import Context, coalesce, first_of, without_placeholders
from suyuan.ingest.mapping.direction_sql import SIDE_WORD, SOME_DIGIT
from suyuan.ingest.mapping.profile_match import columns_of
from suyuan.ingest.mapping.profiles import ColumnSource, Sides
from suyuan.model.columns import Column, Type
from suyuan.model.privacy import Privacy

#: What stands for the other side where a statement names none.
UNNAMED_PARTY: Final = "unnamed"
_CLOCK: Final = r"\d{1,2}[:时]\d.*"
_FULL_TIME: Final = r"^(19|20)\d\d[-/.年]?\d{1,2}[-/.月]?\d{1,2}.{0,3}\d{1,2}:?\d\d"


@dataclass(frozen=True, slots=True)
class ColumnExpression:
    """Our column as an expression over the raw cells, its DuckDB type, and their header for it."""

    sql: str
    type: str
    header: str


def column_expressions(context: Context) -> dict[str, ColumnExpression]:
    """An expression for each of our columns that the file can fill, in the table's order.

    They are over the raw cells, what :meth:`Context.let` has named, and in a statement the columns
    ``way`` and ``own``.
    """
    match = context.match
    columns: dict[str, ColumnExpression] = {}
    sides = match.profile.sides
    for column in columns_of(match.table):
        source = match.profile.columns.get(column.name)
        if sides and column.name in {sides.giver, sides.taker}:
            columns[column.name] = _party(context, sides, giver=column.name == sides.giver)
        elif sides and column.name == "amount" and column.type is Type.MONEY:
            columns[column.name] = _amount(context, sides, source)
        elif source is not None:
            columns[column.name] = _column(context, column, source)
    if (
        sides
        and "balance_after" in match.table.names
        and (balance := first_of(context, sides.balance, Type.MONEY))
    ):
        # Ours is the payer's: on a row that came in, the own balance is the payee's.
        sql = f"CASE WHEN way <> 0 THEN {balance} END"
        columns["balance_after"] = ColumnExpression(sql, "VARCHAR", sides.balance[0])
    return columns


def own_account(context: Context, sides: Sides) -> str:
    """The own account on each row, as an SQL text: from a column, else from the file."""
    cells = [(source, _party_cell(context, source)) for source in sides.own]
    column = coalesce([sql and _of_side(source, sql) for source, sql in cells])
    return f"coalesce({_with_prefix(sides.prefix, column)}, o_own)" if column else "o_own"


def _column(context: Context, column: Column, source: ColumnSource) -> ColumnExpression:
    plain = _plain(context, source)
    elsewhere = column.type is Type.TIME and any(offset_of(h) for h in context.match.headers)
    elsewhere = elsewhere or (
        column.type is Type.MONEY and context.units
    )  # by the header, or above it
    if plain and is_typed(column, context.types[plain]) and not elsewhere:
        type_ = context.types[plain]
        # pandas writes what is missing as not-a-number
        finite = type_ in {"DOUBLE", "FLOAT"}
        sql = f"CASE WHEN isfinite({plain}) THEN {plain} END" if finite else plain
        return ColumnExpression(sql, type_, source.headers[0])
    return _from(context, source, column)


def _with_prefix(prefix: str, sql: str | None) -> str | None:
    return f"{literal(prefix)} || {sql}" if prefix and sql else sql


def _plain(context: Context, source: ColumnSource) -> str | None:
    """The raw column, if the source is nothing but that."""
    bare = not (source.join or source.values or source.find or source.step or source.side)
    if not bare or source.line or source.constant is not None or source.prefix or source.unsigned:
        return None
    there = [p for h in source.headers if (p := context.match.position(h)) is not None]
    return f"c{there[0]}" if len(there) == 1 else None


def _from(context: Context, source: ColumnSource, column: Column) -> ColumnExpression:
    header = _header(context, source.headers) or column.name
    if source.constant is not None:
        return ColumnExpression(literal(source.constant), "VARCHAR", header)
    if source.line:
        place = "o_key || ':' || line"
        first = first_of(context, source.headers)
        return ColumnExpression(
            f"coalesce({first}, {place})" if first else place, "VARCHAR", header
        )
    if source.join:
        sql = _join_time(context, source, column.type)
    else:
        sql = first_of(context, source.headers, column.type) or "NULL"
    if context.match.profile.name == "standard" and _identifies(column):
        sql = context.let(without_placeholders(sql))
    sql = _translate(context, source, sql)
    if source.unsigned:
        sql = _without_sign(context.let(sql))
    kind = "VARCHAR"
    if column.type is Type.TIME and (context.days or context.match.profile.name != "standard"):
        sql = _complete_date(context, context.let(sql))
    if source.step:
        steps = f"TRY_CAST({sql} AS BIGINT) * INTERVAL 1 {source.step}"
        sql = f"TIMESTAMP {literal(source.since)} + {steps}"
        kind = "TIMESTAMP"
    if context.match.profile.sides:
        sql = _of_side(source, sql)
    return ColumnExpression(sql, kind, header)


def _of_side(source: ColumnSource, sql: str) -> str:
    """`sql` on the rows of the side that the source is of."""
    if source.not_own:
        sql = f"nullif({sql}, own)"
    if source.side is None:
        return sql
    return f"CASE WHEN way {'<>' if source.side == 'out' else '='} 0 THEN {sql} END"


def _translate(context: Context, source: ColumnSource, sql: str) -> str:
    """What is found in a cell, in our words, with our prefix."""
    if source.find:
        sql = context.let(f"nullif(regexp_extract({sql}, {literal(source.find)}, 1), '')")
    if source.values:
        whens = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in source.values.items())
        sql = f"nullif(CASE {sql} {whens} ELSE {sql} END, '')"
    return _with_prefix(source.prefix, sql) or sql


def _identifies(column: Column) -> bool:
    """Whether cells name somebody or something, so that "/" would tie strangers to one another."""
    return column.type is Type.TEXT and column.privacy not in {Privacy.CODE, Privacy.FREE}


def _header(context: Context, headers: tuple[str, ...]) -> str | None:
    """The file's own words for the first of `headers` that it has."""
    words = [word for header in headers for word in header.split("|")]
    places = (context.match.position(word) for word in words)
    return next((context.match.headers[n].strip() for n in places if n is not None), None)


def _join_time(context: Context, source: ColumnSource, type_: Type) -> str:
    """A day and a clock time put together; a part that holds both stands alone."""
    cells = [first_of(context, header.split("|"), type_) for header in source.headers]
    parts = [*dict.fromkeys(part for part in cells if part)]  # one column may hold both
    if not parts:
        return "NULL"
    # A date cell of a workbook carries a midnight that is not meant.
    day = context.let(f"regexp_replace({parts[0]}, '[ T]00:00:00$', '')")
    if len(parts) == 1:
        return day
    day = context.let(_serial_day(day))
    clock = context.let(_clock(parts[1]))
    whole = f"concat_ws(' ', {', '.join([day, clock, *parts[2:]])})"
    is_full = f"length({parts[1]}) > 10 AND regexp_matches({parts[1]}, {literal(_FULL_TIME)})"
    alone = f"contains({day}, ':') OR regexp_full_match({day}, '\\d{{14}}')"
    return f"CASE WHEN {is_full} THEN {parts[1]} WHEN {alone} THEN {day} ELSE {whole} END"


def _serial_day(day: str) -> str:
    """A day that a workbook counts from 1899-12-30, where a clock time stands beside it."""
    date_text = f"strftime(DATE '1899-12-30' + TRY_CAST({day} AS INTEGER), '%Y-%m-%d')"
    return f"CASE WHEN regexp_full_match({day}, '[2-7]\\d{{4}}') THEN {date_text} ELSE {day} END"


def _clock(part: str) -> str:
    """A clock time; as a bare number it has lost its leading zeros: 7 is 00:00:07."""
    number = f"regexp_replace({part}, '[.]0+$', '')"
    seconds = f"CAST(round(TRY_CAST({part} AS DOUBLE) * 86400) AS BIGINT)"  # of a day's share
    share = f"strftime(TIMESTAMP '2000-01-01' + to_seconds({seconds}), '%H:%M:%S')"
    return (
        f"CASE WHEN regexp_full_match({part}, '0\\d\\d\\d') THEN {part} || '00' "
        f"WHEN regexp_full_match({part}, '\\d{{1,6}}([.]0+)?') THEN lpad({number}, 6, '0') "
        f"WHEN regexp_full_match({part}, '0?[.]\\d+') THEN {share} "
        f"WHEN regexp_full_match({part}, '\\d\\d([.]\\d\\d){{2}}') THEN replace({part}, '.', ':') "
        f"ELSE regexp_replace({part}, '^(1899-12-3\\d|1900-01-0\\d)[ T]', '') END"
    )


def _complete_date(context: Context, sql: str) -> str:
    """A time without a year, or without a day, with what the lines above it say."""
    if order := context.match.profile.day_order:
        sql = context.let(_year_first(sql, order))
    elif context.days:
        cases = (
            f"WHEN '{convention}' THEN {_year_first(sql, convention)}"
            for convention in ("dmy", "mdy")
        )
        sql = context.let(f"CASE o_days {' '.join(cases)} ELSE {sql} END")
    whens = [f"WHEN {sql} LIKE '____-__-__%' THEN {sql}"]
    if context.match.profile.day_rows:
        whens.append(f"WHEN regexp_full_match({sql}, '{_CLOCK}') THEN day_above || ' ' || {sql}")
    month = f"TRY_CAST(regexp_extract({sql}, '^\\d{{1,2}}') AS INTEGER)"
    year = (
        f"CASE WHEN o_ranged THEN o_year + CAST({month} < o_month AS INTEGER) "
        f"WHEN {month} - o_month > 6 THEN o_year - 1 WHEN {month} - o_month < -6 THEN o_year + 1 "
        f"ELSE o_year END"
    )
    whens.append(
        f"WHEN o_year IS NOT NULL AND regexp_full_match({sql}, '{YEARLESS}') "
        f"THEN CAST({year} AS VARCHAR) || '-' || {sql}"
    )
    return f"CASE {' '.join(whens)} ELSE {sql} END"


def _year_first(sql: str, order: str) -> str:
    """A day with its year last, turned round."""
    day, month = ("1", "2") if order == "dmy" else ("2", "1")
    whole = rf"'^(\d{{1,2}})[-/.](\d{{1,2}})[-/.]((?:19|20)\d\d)\b', '\3-\{month}-\{day}'"
    short = rf"'^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d\d)($|[ T])', '20\3-\{month}-\{day}\4'"
    return f"regexp_replace(regexp_replace({sql}, {whole}), {short})"


def _party_cell(context: Context, source: ColumnSource) -> str | None:
    sql = first_of(context, source.headers, party=True)
    if sql and source.find:
        sql = f"nullif(regexp_extract({sql}, {literal(source.find)}, 1), '')"
    return _with_prefix(source.prefix, context.let(sql) if sql else None)


def _party(context: Context, sides: Sides, *, giver: bool) -> ColumnExpression:
    pairs = [(source, _party_cell(context, source)) for source in sides.other]
    cells = [*(sql and _of_side(source, sql) for source, sql in pairs), f"'{UNNAMED_PARTY}'"]
    counterparty = coalesce(cells) or f"'{UNNAMED_PARTY}'"
    if not any(source.side or source.not_own for source in sides.other):
        counterparty = context.let(counterparty)  # where it asks for no way and no own account
    # What may be missing is the own account: the other side is at worst unnamed.
    header = next((h for s in sides.own if (h := _header(context, s.headers))), "own account")
    if giver:
        return ColumnExpression(
            f"CASE WHEN way = 0 THEN {counterparty} ELSE own END", "VARCHAR", header
        )
    return ColumnExpression(
        f"CASE WHEN way IN (0, 2) THEN own ELSE {counterparty} END", "VARCHAR", header
    )


def _amount(context: Context, sides: Sides, source: ColumnSource | None) -> ColumnExpression:
    """What was moved, without a sign: which way it went is told elsewhere."""
    if source is not None and not sides.signed:
        columns = _from(context, source, context.match.table.column("amount"))
        return ColumnExpression(_without_sign(context.let(columns.sql)), "VARCHAR", columns.header)
    if amount := first_of(context, sides.signed, Type.MONEY):
        amount = context.let(f"regexp_replace({amount}, '{SIDE_WORD}', '')")
        return ColumnExpression(
            _without_sign(amount), "VARCHAR", _header(context, sides.signed) or "amount"
        )
    out_cell = first_of(context, sides.out_amount, Type.MONEY) or "NULL"
    in_cell = first_of(context, sides.in_amount, Type.MONEY) or "NULL"
    is_out = f"regexp_matches({out_cell}, '{SOME_DIGIT}')"
    sql = f"CASE WHEN {is_out} THEN {out_cell} ELSE coalesce({in_cell}, {out_cell}) END"
    header = _header(context, (*sides.out_amount, *sides.in_amount)) or "amount"
    return ColumnExpression(_without_sign(context.let(sql)), "VARCHAR", header)


def _without_sign(sql: str) -> str:
    marks = r"[-+()\x{2212}\x{ff0d}\x{ff0b}\x{ff08}\x{ff09}]"
    return f"CASE WHEN regexp_matches({sql}, '{marks}') THEN {_bare(sql, marks)} ELSE {sql} END"


def _bare(sql: str, marks: str) -> str:
    exponent = f"regexp_full_match({sql}, '[-+]?[0-9.]+[eE][-+][0-9]+')"
    return (
        f"CASE WHEN {exponent} THEN ltrim({sql}, '-+') "
        f"ELSE regexp_replace({sql}, '{marks}', '', 'g') END"
    )


def day_row(context: Context) -> str:
    """Whether a row holds nothing but a day, which counts for the rows below it."""
    empty = " AND ".join(
        f"nullif(trim(CAST(c{n} AS VARCHAR)), '') IS NULL"
        for n in range(1, len(context.match.headers))
    )
    day = r"(19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/月]\d{1,2}日?"
    return f"coalesce(regexp_full_match(trim(c0), '{day}') AND {empty or 'TRUE'}, FALSE)"
