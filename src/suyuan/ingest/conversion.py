"""Pieces of raw rows become canonical Parquet, a quality list and a few counts."""

import errno
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.ingest.batch import CaseDefaults, Origin, Outcome, PieceBatch, StagedColumn
from suyuan.ingest.cleaning.cells import CleanCell, clean_cell
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.formats.relations import StagedRows, relation
from suyuan.ingest.mapping.cell_sql import Context, cell, first_of
from suyuan.ingest.mapping.direction_sql import Way, direction_header, direction_word, way
from suyuan.ingest.mapping.expressions import (
    ColumnExpression,
    column_expressions,
    day_row,
    own_account,
)
from suyuan.ingest.mapping.profile_match import columns_of
from suyuan.ingest.parquet_output import write
from suyuan.ingest.problems import Cell
from suyuan.ingest.quality.row_evidence import day_orders, spent_signs
from suyuan.ingest.quality.row_problems import row_outcomes
from suyuan.ingest.vocabulary import vocabulary
from suyuan.model.columns import Column, Type, may, need

_BALANCE: Final = may("balance_after", Type.MONEY, "the own account's balance afterwards")
#: No column of ours: what a statement says of the direction of each row, checked like a cell.
_DIRECTION: Final = need("direction", Type.TEXT, "which way the row went")


def convert(
    con: duckdb.DuckDBPyConnection, load: PieceBatch, defaults: CaseDefaults, scratch: Path
) -> list[Outcome]:
    """Write the rows that can stand to the targets of `load` (a statement's own side beside it).

    Gives what became of each piece. Raises OSError where the disk takes no more.
    """
    arrow: list[str] = []
    try:
        columns, staged_rows = _fill(con, load, defaults, scratch, arrow)
        write(load, staged_rows, {f.name for f in columns}, defaults.currency)
        outcomes = row_outcomes(con, load, columns)
        _add_evidence(con, load, outcomes)
        return outcomes
    except duckdb.IOException as error:  # all that is read and written here is our own
        raise OSError(errno.EIO, str(error)) from error
    finally:
        con.execute("DROP TABLE IF EXISTS texts; DROP VIEW IF EXISTS raw")
        for name in arrow:
            con.unregister(name)
        scratch.unlink(missing_ok=True)


def _fill(
    con: duckdb.DuckDBPyConnection,
    load: PieceBatch,
    defaults: CaseDefaults,
    scratch: Path,
    arrow: list[str],
) -> tuple[list[StagedColumn], pa.Table]:
    rows = relation(load.pieces, scratch)
    con.register("origins", _origins(load.origins))
    arrow += ["origins", "staged"]
    columns, staged_rows = _stage(con, rows, load, defaults, arrow)
    if (
        rows.row_count is not None
        and rows.otherwise is not None
        and staged_rows.num_rows != rows.row_count
    ):
        return _stage(con, rows.otherwise(), load, defaults, arrow)
    return columns, staged_rows


def _origins(origins: Sequence[Origin]) -> pa.Table:
    """The origins as a table, so that no name of a file ever stands in a query."""
    periods = [origin.period for origin in origins]
    return pa.table(
        {
            "origin": pa.array(range(len(origins)), pa.int32()),
            "o_file": pa.array([origin.file for origin in origins], pa.string()),
            "o_sha256": pa.array([origin.sha256 for origin in origins], pa.string()),
            "o_key": pa.array([origin.key for origin in origins], pa.string()),
            "o_own": pa.array([origin.own for origin in origins], pa.string()),
            "o_year": pa.array([p.year if p else None for p in periods], pa.int32()),
            "o_month": pa.array([p.month if p else None for p in periods], pa.int32()),
            "o_spent": pa.array([origin.spent_sign for origin in origins], pa.string()),
            "o_unit": pa.array([origin.unit for origin in origins], pa.string()),
            "o_days": pa.array([origin.days for origin in origins], pa.string()),
            "o_ranged": pa.array([p.is_range if p else None for p in periods], pa.bool_()),
        }
    )


def _stage(
    con: duckdb.DuckDBPyConnection,
    rows: StagedRows,
    load: PieceBatch,
    defaults: CaseDefaults,
    arrow: list[str],
) -> tuple[list[StagedColumn], pa.Table]:
    """The rows as they can stand; read anew where they tell how the file is written."""
    for name, table in rows.arrow.items():
        con.register(name, table)
        arrow.append(name)
    types, sides = _types(con, rows), load.match.profile.sides
    origins = load.origins
    units = any(origin.unit for origin in origins)
    context = Context(
        load.match, types, rows.trim, rows.has_wrappers, days=_days(origins), units=units
    )
    columns, staged_rows = _stage_once(con, rows, context, defaults)
    if not context.days and (day_origins := day_orders(con, columns, load)):
        origins = day_origins
        con.register("origins", _origins(origins))
        context = replace(context, days=True, levels=[])
        columns, staged_rows = _stage_once(con, rows, context, defaults)
    if sides and sides.inverted:
        signs = spent_signs(con, columns, origins)
        con.register("origins", _origins(signs))
        if any(origin.spent_sign == "negative" for origin in signs):
            columns, staged_rows = _stage_once(con, rows, context, defaults)
    if sides and _unclear(con):
        # Some signs mean something only beside the others of the file.
        again = replace(context, signs=True, levels=[])
        return _stage_once(con, rows, again, defaults)
    return columns, staged_rows


def _days(origins: Sequence[Origin]) -> bool:
    return any(origin.days for origin in origins)


def _add_evidence(
    con: duckdb.DuckDBPyConnection, load: PieceBatch, outcomes: Sequence[Outcome]
) -> None:
    """What the rows told, or a person, of how each piece is written."""
    rows = con.execute("SELECT origin, o_days, o_spent FROM origins").fetchall()
    for origin, days, sign in rows:
        if days and load.origins[origin].days is None:
            outcomes[origin].orders.add(days)
        if sign:
            outcomes[origin].signs.add(sign)


def _types(con: duckdb.DuckDBPyConnection, rows: StagedRows) -> dict[str, str]:
    columns = con.execute(f"DESCRIBE SELECT * FROM ({rows.sql})").fetchall()
    return {name: str(type_) for name, type_, *_ in columns}


def _unclear(con: duckdb.DuckDBPyConnection) -> bool:
    row = con.execute(
        f"SELECT 1 FROM staged WHERE p_direction = {int(Cell.NO_DIRECTION)} LIMIT 1"
    ).fetchone()
    return row is not None


def _stage_once(
    con: duckdb.DuckDBPyConnection, rows: StagedRows, context: Context, defaults: CaseDefaults
) -> tuple[list[StagedColumn], pa.Table]:
    expressions = column_expressions(context)
    columns = [
        StagedColumn(c, expressions[c.name], _clean(c, expressions[c.name].type, defaults))
        for c in columns_of(context.match.table)
        if c.name in expressions
    ]
    if context.match.profile.sides:
        columns.append(_direction(context))
    levels = _levels(context, columns, rows.extra, defaults)
    con.execute(f"CREATE OR REPLACE TEMP VIEW raw AS {_raw(rows, context)}")
    # Arrow, not a table of the engine's: it is written as it is, and that much less is copied.
    staged_rows = con.execute(levels).to_arrow_table()
    con.register("staged", staged_rows)
    return columns, staged_rows


def _raw(rows: StagedRows, context: Context) -> str:
    """The raw cells with where they come from, and in a statement which way, and whose."""
    sides, profile = context.match.profile.sides, context.match.profile
    source = f"SELECT * FROM ({rows.sql}) JOIN origins USING (origin)"
    if profile.day_rows:
        day = f"CASE WHEN {day_row(context)} THEN trim(c0) END"
        source = (
            f"SELECT *, {day} IS NOT NULL AS is_day, last_value({day} IGNORE NULLS) OVER "
            f"(PARTITION BY origin ORDER BY line) AS day_above FROM ({source})"
        )
    if sides is None:
        return context.over(source)
    outcome, own = way(context, sides), own_account(context, sides)
    return f"SELECT *, {outcome} AS way, {own} AS own FROM ({context.over(source)})"


def _direction(context: Context) -> StagedColumn:
    """The direction as a column that is checked, and listed where it says nothing."""
    sides = context.match.profile.sides
    if sides is None:
        raise ValueError("not a statement")
    amounts = (*sides.signed, *sides.out_amount, *sides.in_amount)
    word = direction_word(context, sides) or first_of(context, amounts) or "NULL"
    problem = (
        f"CAST(CASE WHEN way IS NULL THEN {int(Cell.NO_DIRECTION)} "
        f"WHEN way = {Way.NO_EVENT:d} THEN {int(Cell.NO_EVENT)} "
        f"WHEN way = {Way.FORWARDED:d} THEN {int(Cell.FORWARDED)} ELSE 0 END AS UTINYINT)"
    )
    header = direction_header(context, sides)
    return StagedColumn(
        _DIRECTION, ColumnExpression(word, "VARCHAR", header), CleanCell("way", "way", problem)
    )


def _clean(column: Column, type_: str, defaults: CaseDefaults) -> CleanCell:
    return clean_cell(column, f"t_{column.name}", f"w_{column.name}", type_, defaults.zone)


def _levels(
    context: Context, columns: Sequence[StagedColumn], more: int, defaults: CaseDefaults
) -> str:
    """The raw cells, the text of ours, what is read from it, and what is kept beside it."""
    width = len(context.match.headers)
    extra = " OR ".join(f"nullif(trim(c{width + n}), '') IS NOT NULL" for n in range(more))
    sides = context.match.profile.sides
    common = ["origin", "line", "extra", "footer", "skipped", *(["way", "own"] if sides else [])]
    text = ["origin", "line", f"({extra or 'FALSE'}) AS extra", f"({_footer(context)}) AS footer"]
    text += [f"({_skip_condition(context)}) AS skipped", *common[5:]]
    text += [f"{f.expression.sql} AS t_{f.name}" for f in columns]
    work = [f"{f.clean.work} AS w_{f.name}" for f in columns]
    value = [*common]
    for f in columns:
        value.append(f"{f.clean.value} AS v_{f.name}")
        if f.clean.problem:
            value.append(f"{f.clean.problem} AS p_{f.name}")
    outer = [*common, *(f"v_{f.name}" for f in columns)]
    outer += [f"p_{f.name}" for f in columns if f.clean.problem]
    if sides:
        balance = _own_balance(context, defaults)
        text.append(balance[0])
        work.append(balance[1])
        value.append(f"{balance[2]} AS own_balance")
        outer += ["coalesce(way <> 0, FALSE) AS outward", "own_balance"]
    bad = _bad(columns)
    outer += [
        f"(({bad}) AND footer) OR skipped AS is_footer",
        f"({bad}) AND NOT (footer OR skipped) AS bad",
    ]
    return (
        f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(value)} FROM "
        f"(SELECT *, {', '.join(work)} FROM (SELECT {', '.join(text)} FROM raw)))"
    )


def _own_balance(context: Context, defaults: CaseDefaults) -> list[str]:
    """The own balance at the three levels."""
    sides = context.match.profile.sides
    balance = first_of(context, sides.balance, Type.MONEY) if sides else None
    if balance is None:
        return ["NULL::VARCHAR AS t_own", "NULL::BIGINT AS w_own", "w_own"]
    expressions = clean_cell(_BALANCE, "t_own", "w_own", "VARCHAR", defaults.zone)
    return [f"{balance} AS t_own", f"{expressions.work} AS w_own", expressions.value]


def _footer(context: Context) -> str:
    """Whether a row that cannot stand is a line below the table, or between its pages."""
    profile = context.match.profile
    if profile.name == "standard":
        return "FALSE"
    patterns = "|".join([vocabulary().footers, *profile.footers])
    first = f"regexp_matches(trim(CAST(c0 AS VARCHAR)), {literal(patterns)})"
    return f"coalesce({first}, FALSE) OR {_lonely(context)}"


def _skip_condition(context: Context) -> str:
    """Whether a line is no row whatever else stands in it: a day of its own, or a part of a row."""
    profile = context.match.profile
    cells = [c for header in profile.row_has if (c := cell(context, header))]
    empty = " AND ".join(f"{c} IS NULL" for c in cells)
    parts = [f"({empty})"] if empty else []
    return " OR ".join([*parts, *(["is_day"] if profile.day_rows else [])]) or "FALSE"


def _lonely(context: Context) -> str:
    """Whether at most one cell of a row is filled; looked at only where a required one is empty."""
    width = len(context.match.headers)
    if width < 3:
        return "FALSE"
    cell_count = " + ".join(
        f"CAST(nullif(trim(CAST(c{n} AS VARCHAR), ' \t\u3000-/'), '') IS NOT NULL AS TINYINT)"
        for n in range(width)
    )
    empty = " OR ".join(
        f"nullif(trim(CAST(c{n} AS VARCHAR)), '') IS NULL" for n in _required_places(context)
    )
    return f"CASE WHEN {empty or 'TRUE'} THEN ({cell_count}) <= 1 ELSE FALSE END"


def _required_places(context: Context) -> list[int]:
    """The places of two columns of the file that a row can hardly do without."""
    profile, table = context.match.profile, context.match.table
    sources = [profile.columns[c.name] for c in table if c.mandatory and c.name in profile.columns]
    words = [h.split("|")[0] for source in sources for h in source.headers[:1]]
    places = [n for word in words if (n := context.match.position(word)) is not None]
    return [*dict.fromkeys(places)][:2] if len(set(places)) > 1 else []


def _bad(columns: Sequence[StagedColumn]) -> str:
    conditions = [
        f"p_{f.name} >= {int(Cell.MISSING)}"
        for f in columns
        if f.column.mandatory and f.clean.problem
    ]
    return " OR ".join([*conditions, "extra"])
