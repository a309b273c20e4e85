"""Pieces of raw rows become canonical Parquet, a quality list and a few counts."""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.ingest.cleaning.cells import Cleaning, cleaning
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.formats.relations import Relation, relation
from suyuan.ingest.loads import Filled, Load, Outcome, Ways
from suyuan.ingest.mapping.expressions import Context, mapped, outward
from suyuan.ingest.mapping.matching import columns_of
from suyuan.ingest.problems import Cell
from suyuan.ingest.quality.judging import judge
from suyuan.ingest.writing import write
from suyuan.model.columns import Column, Type, may

_BALANCE: Final = may("balance_after", Type.MONEY, "the own account's balance afterwards")


def stage(con: duckdb.DuckDBPyConnection, load: Load, ways: Ways, scratch: Path) -> list[Outcome]:
    """Write the rows that can stand to the targets of `load` (a statement's own side beside it).

    Gives what became of each piece. Raises OSError where the disk takes no more.
    """
    arrow: list[str] = []
    try:
        columns = _fill(con, load, ways, scratch, arrow)
        write(con, load, {f.name for f in columns}, ways.currency)
        return judge(con, load, columns)
    except duckdb.IOException as error:  # all that is read and written here is our own
        raise OSError(errno.EIO, str(error)) from error
    finally:
        con.execute(
            "DROP TABLE IF EXISTS staged; DROP TABLE IF EXISTS texts; DROP VIEW IF EXISTS raw"
        )
        for name in arrow:
            con.unregister(name)
        scratch.unlink(missing_ok=True)


def _fill(
    con: duckdb.DuckDBPyConnection, load: Load, ways: Ways, scratch: Path, arrow: list[str]
) -> list[Filled]:
    rows = relation(load.pieces, scratch)
    con.register("origins", _origins(load))
    arrow.append("origins")
    columns = _stage_once(con, rows, load, ways, arrow)
    if rows.expected is not None and rows.otherwise is not None:
        count = con.execute("SELECT count(*) FROM staged").fetchone()
        if count != (rows.expected,):
            return _stage_once(con, rows.otherwise(), load, ways, arrow)
    return columns


def _origins(load: Load) -> pa.Table:
    """The origins as a table, so that no name of a file ever stands in a query."""
    given = load.origins
    return pa.table(
        {
            "origin": pa.array(range(len(given)), pa.int32()),
            "o_file": pa.array([one.file for one in given], pa.string()),
            "o_sha256": pa.array([one.sha256 for one in given], pa.string()),
            "o_key": pa.array([one.key for one in given], pa.string()),
            "o_own": pa.array([one.own for one in given], pa.string()),
        }
    )


def _stage_once(
    con: duckdb.DuckDBPyConnection, rows: Relation, load: Load, ways: Ways, arrow: list[str]
) -> list[Filled]:
    for name, table in rows.arrow.items():
        con.register(name, table)
        arrow.append(name)
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW raw AS SELECT * FROM ({rows.sql}) JOIN origins USING (origin)"
    )
    types = {name: str(type_) for name, type_, *_ in con.execute("DESCRIBE raw").fetchall()}
    context = Context(load.match, types, rows.trim)
    made = mapped(context)
    columns = [
        Filled(c, made[c.name], _clean(c, made[c.name].type, ways))
        for c in columns_of(load.match.table)
        if c.name in made
    ]
    levels = _levels(context, columns, rows.extra, ways)
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged AS {levels}")
    return columns


def _clean(column: Column, type_: str, ways: Ways) -> Cleaning:
    return cleaning(column, f"t_{column.name}", f"w_{column.name}", type_, ways.zone)


def _levels(context: Context, columns: Sequence[Filled], more: int, ways: Ways) -> str:
    """The raw cells, the text of ours, what is read from it, and what is kept beside it."""
    width = len(context.match.headers)
    extra = " OR ".join(f"nullif(trim(c{width + n}), '') IS NOT NULL" for n in range(more))
    text = ["origin", "line", f"({extra or 'FALSE'}) AS extra", f"({_footer(context)}) AS footer"]
    text += [f"{f.mapped.sql} AS t_{f.name}" for f in columns]
    work = [f"{f.clean.work} AS w_{f.name}" for f in columns]
    value = ["origin", "line", "extra", "footer"]
    for f in columns:
        value.append(f"{f.clean.value} AS v_{f.name}")
        if f.clean.problem:
            value.append(f"{f.clean.problem} AS p_{f.name}")
    kept = ["origin", "line", *(f"v_{f.name}" for f in columns)]
    kept += [f"p_{f.name}" for f in columns if f.clean.problem]
    sides = context.match.profile.sides
    if sides:
        balance = _own_balance(context, ways)
        text += [f"({outward(context)}) AS outward", *balance[:1]]
        work += balance[1:2]
        value += ["outward", f"{balance[2]} AS own_balance"]
        kept += ["outward", "own_balance"]
    bad = _bad(columns)
    kept += [f"({bad}) AND footer AS is_footer", f"({bad}) AND NOT footer AS bad", "extra"]
    return (
        f"SELECT {', '.join(kept)} FROM (SELECT {', '.join(value)} FROM "
        f"(SELECT *, {', '.join(work)} FROM (SELECT {', '.join(text)} FROM raw)))"
    )


def _own_balance(context: Context, ways: Ways) -> list[str]:
    """The own balance at the three levels."""
    sides = context.match.profile.sides
    places = [context.match.position(header) for header in (sides.balance if sides else ())]
    position = next((place for place in places if place is not None), None)
    if position is None:
        return ["NULL::VARCHAR AS t_own", "NULL::BIGINT AS w_own", "w_own"]
    type_ = context.types[f"c{position}"]
    raw = f"c{position}" if type_ != "VARCHAR" else f"nullif(trim(c{position}), '')"
    made = cleaning(_BALANCE, "t_own", "w_own", type_, ways.zone)
    return [f"{raw} AS t_own", f"{made.work} AS w_own", made.value]


def _footer(context: Context) -> str:
    patterns = context.match.profile.footers
    if not patterns:
        return "FALSE"
    return (
        f"coalesce(regexp_matches(trim(CAST(c0 AS VARCHAR)), {literal('|'.join(patterns))}), FALSE)"
    )


def _bad(columns: Sequence[Filled]) -> str:
    required = [f"p_{f.name} > {int(Cell.REPAIRED)}" for f in columns if f.column.required]
    return " OR ".join([*required, "extra"])
