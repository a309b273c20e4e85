"""A piece of raw rows becomes canonical Parquet, a quality list and a few counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.ingest.cleaning import expressions
from suyuan.ingest.matching import Match, columns_of
from suyuan.ingest.pieces import Piece
from suyuan.ingest.problems import CELL_PROBLEMS, Cell
from suyuan.model.columns import STORED, Column, Type
from suyuan.model.results import QUALITY

_SQL_TYPE: Final = {
    Type.TEXT: "VARCHAR",
    Type.TIME: "TIMESTAMP",
    Type.MONEY: "BIGINT",
    Type.INT: "BIGINT",
    Type.FLOAT: "DOUBLE",
    Type.BOOL: "BOOLEAN",
    Type.LIST: "VARCHAR[]",
}
#: Every stored row ends in these.
TAIL: Final = ("file", "sha256", "source_key", "line")
#: Repairs and oddities of one kind in one column are listed up to here, then counted.
LISTED: Final = 10_000
_COMPRESSION: Final = "zstd"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a row says of where it came from."""

    file: str
    sha256: str
    key: str


@dataclass(slots=True)
class Counts:
    read: int = 0
    kept: int = 0
    repaired: int = 0
    quarantined: int = 0


def stored_schema(match: Match) -> pa.Schema:
    """The columns of a stored row, in order."""
    fields = [(column.name, STORED[column.type]) for column in columns_of(match.table)]
    tail = [(name, pa.int64() if name == "line" else pa.string()) for name in TAIL]
    return pa.schema(fields + tail)


def stage(
    con: duckdb.DuckDBPyConnection,
    piece: Piece,
    match: Match,
    origin: Origin,
    zone: str,
    currency: str,
    target: Path,
) -> tuple[Counts, pa.Table]:
    """Write the rows of `piece` that can stand to `target`; give back counts and quality rows."""
    for name, table in piece.arrow.items():
        con.register(name, table)
    con.execute(f"CREATE OR REPLACE TEMP VIEW raw AS SELECT * FROM ({_inlined(piece)})")
    types = {name: str(type_) for name, type_, *_ in con.execute("DESCRIBE raw").fetchall()}
    present = [c for c in columns_of(match.table) if c.name in match.positions]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE staged AS SELECT line, "
        f"{', '.join(_staged(present, match, types, zone))} FROM raw"
    )
    bad = _bad(present)
    stored = _stored(columns_of(match.table), present, currency)
    con.execute(
        f"COPY (SELECT {stored}, $file AS file, $sha AS sha256, $key AS source_key, line "
        f"FROM staged WHERE NOT ({bad})) TO '{_quoted(target)}' "
        f"(FORMAT parquet, COMPRESSION {_COMPRESSION})",
        {"file": origin.file, "sha": origin.sha256, "key": origin.key},
    )
    counts, found = _counted(con, present, bad)
    quality = _listed(con, found, match, origin, bad)
    con.execute("DROP TABLE staged; DROP VIEW raw")
    for name in piece.arrow:
        con.unregister(name)
    return counts, quality


def _inlined(piece: Piece) -> str:
    # A view takes no parameters: literals of ours (paths, one delimiter) are quoted here.
    sql = piece.sql
    for value in piece.parameters:
        sql = sql.replace("?", f"'{_quoted(value)}'", 1)
    return sql


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")


def _staged(
    present: Sequence[Column], match: Match, types: dict[str, str], zone: str
) -> Iterable[str]:
    for column in present:
        position = match.positions[column.name]
        made = expressions(column, f"c{position}", types[f"c{position}"], zone)
        yield f"{made.value} AS v_{column.name}"
        yield f"{made.problem} AS p_{column.name}"
        yield f"CAST(c{position} AS VARCHAR) AS r_{column.name}"


def _bad(present: Sequence[Column]) -> str:
    required = [f"p_{column.name} > {int(Cell.REPAIRED)}" for column in present if column.required]
    return " OR ".join(required) or "FALSE"


def _stored(
    columns: Sequence[Column], present: Sequence[Column], currency: str
) -> str:
    names = {column.name for column in present}
    parts = []
    for column in columns:
        value = f"v_{column.name}" if column.name in names else "NULL"
        if column.name == "currency":
            value = f"coalesce({value}, '{_quoted(currency)}')"
        parts.append(f'CAST({value} AS {_SQL_TYPE[column.type]}) AS "{column.name}"')
    return ", ".join(parts)


def _counted(
    con: duckdb.DuckDBPyConnection, present: Sequence[Column], bad: str
) -> tuple[Counts, list[tuple[Column, Cell, int]]]:
    kinds = [(column, cell) for column in present for cell in Cell if cell is not Cell.FINE]
    sums = ", ".join(f"count(*) FILTER (p_{c.name} = {int(cell)})" for c, cell in kinds)
    row = con.execute(
        f"SELECT count(*), count(*) FILTER ({bad}), {sums} FROM staged"
    ).fetchone()
    if row is None:
        return Counts(), []
    read, quarantined, *numbers = row
    found = [(c, cell, n) for (c, cell), n in zip(kinds, numbers, strict=True) if n]
    repaired = sum(n for _, cell, n in found if cell is Cell.REPAIRED)
    return Counts(read, read - quarantined, repaired, quarantined), found


def _listed(
    con: duckdb.DuckDBPyConnection,
    found: Sequence[tuple[Column, Cell, int]],
    match: Match,
    origin: Origin,
    bad: str,
) -> pa.Table:
    lists = [QUALITY.empty()]
    for column, cell, _ in found:
        text = CELL_PROBLEMS[cell]
        if cell is Cell.REPAIRED:
            action = "'repaired'"
        elif column.required:
            action = "'quarantined'"
        else:
            action = f"CASE WHEN {bad} THEN 'quarantined' ELSE 'kept' END"
        lists.append(
            con.execute(
                f"SELECT $file AS file, line, $name AS \"column\", $en AS problem, "
                f"$zh AS problem_zh, left(r_{column.name}, 200) AS value, {action} AS action "
                f"FROM staged WHERE p_{column.name} = {int(cell)} ORDER BY line LIMIT {LISTED}",
                {"file": origin.file, "name": match.header(column.name), "en": text.en, "zh": text.zh},
            )
            .to_arrow_table()
            .cast(QUALITY.stored)
        )
    return pa.concat_tables(lists)
