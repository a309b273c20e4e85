"""A piece of raw rows becomes canonical Parquet, a quality list and a few counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.ingest.cleaning import Cleaning, cleaning
from suyuan.ingest.mapping import Context, Mapped, mapped, outward
from suyuan.ingest.matching import Match, columns_of
from suyuan.ingest.pieces import Piece, literal
from suyuan.ingest.problems import CELL_PROBLEMS, Cell
from suyuan.model.columns import Column, Type, may
from suyuan.model.results import QUALITY
from suyuan.model.text import Text

_SQL_TYPE: Final = {
    Type.TEXT: "VARCHAR",
    Type.TIME: "TIMESTAMP",
    Type.MONEY: "BIGINT",
    Type.INT: "BIGINT",
    Type.FLOAT: "DOUBLE",
    Type.BOOL: "BOOLEAN",
    Type.LIST: "VARCHAR[]",
}
#: Troubles of one kind in one column of one piece are listed up to here, and then counted.
LISTED: Final = 10_000
_BALANCE: Final = may("balance_after", Type.MONEY, "the own account's balance afterwards")
_EXTRA: Final = Text("more cells than the header has columns", "单元格数多于表头列数")
_FOOTER: Final = Text("totals or notes below the table, no rows", "表尾的合计或说明,不计为行")
_MORE: Final = Text("{n} more like this: {what}", "另有 {n} 处同类问题:{what}")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a row says of where it came from, and what surrounded it there."""

    file: str
    sha256: str
    key: str
    above: str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """How the case wants cells read."""

    zone: str
    currency: str


@dataclass(slots=True)
class Outcome:
    """What became of a piece."""

    read: int = 0
    kept: int = 0
    repaired: int = 0
    quarantined: int = 0
    quality: pa.Table = field(default_factory=QUALITY.empty)

    def add(self, other: "Outcome") -> None:
        self.read += other.read
        self.kept += other.kept
        self.repaired += other.repaired
        self.quarantined += other.quarantined
        self.quality = pa.concat_tables([self.quality, other.quality])


def stage(
    con: duckdb.DuckDBPyConnection,
    piece: Piece,
    match: Match,
    origin: Origin,
    ways: Ways,
    target: Path,
) -> Outcome:
    """Write the rows of `piece` that can stand to `target` (a statement's own side beside it)."""
    try:
        columns = _fill(con, piece, match, origin, ways)
        _write(con, match, columns, origin, ways, target)
        return _judge(con, columns, origin, piece.extra)
    finally:
        con.execute(
            "DROP TABLE IF EXISTS staged; DROP TABLE IF EXISTS texts; DROP VIEW IF EXISTS raw"
        )
        for name in piece.arrow:
            con.unregister(name)
        if piece.scratch is not None:
            piece.scratch.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Filled:
    """One of our columns as it is staged."""

    column: Column
    mapped: Mapped
    clean: Cleaning

    @property
    def name(self) -> str:
        return self.column.name


def _fill(
    con: duckdb.DuckDBPyConnection, piece: Piece, match: Match, origin: Origin, ways: Ways
) -> list[_Filled]:
    columns = _stage_once(con, piece, match, origin, ways)
    if piece.expected is not None and piece.otherwise is not None:
        count = con.execute("SELECT count(*) FROM staged").fetchone()
        if count != (piece.expected,):
            return _stage_once(con, piece.otherwise(), match, origin, ways)
    return columns


def _stage_once(
    con: duckdb.DuckDBPyConnection, piece: Piece, match: Match, origin: Origin, ways: Ways
) -> list[_Filled]:
    for name, table in piece.arrow.items():
        con.register(name, table)
    con.execute(f"CREATE OR REPLACE TEMP VIEW raw AS {piece.sql}")
    types = {name: str(type_) for name, type_, *_ in con.execute("DESCRIBE raw").fetchall()}
    context = Context(match, types, piece.trim, origin.file, origin.above, origin.key)
    made = mapped(context)
    columns = [
        _Filled(c, made[c.name], _clean(c, made[c.name].type, ways))
        for c in columns_of(match.table)
        if c.name in made
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged AS {_levels(context, columns, piece, ways)}")
    return columns


def _clean(column: Column, type_: str, ways: Ways) -> Cleaning:
    return cleaning(column, f"t_{column.name}", f"w_{column.name}", type_, ways.zone)


def _levels(context: Context, columns: Sequence[_Filled], piece: Piece, ways: Ways) -> str:
    """The raw cells, the text of ours, what is read from it, and what is kept beside it."""
    width = len(context.match.headers)
    extra = " OR ".join(f"nullif(trim(c{width + n}), '') IS NOT NULL" for n in range(piece.extra))
    text = ["line", f"({extra or 'FALSE'}) AS extra", f"({_footer(context)}) AS footer"]
    text += [f"{f.mapped.sql} AS t_{f.name}" for f in columns]
    work = [f"{f.clean.work} AS w_{f.name}" for f in columns]
    value = ["line", "extra", "footer"]
    for f in columns:
        value.append(f"{f.clean.value} AS v_{f.name}")
        if f.clean.problem:
            value.append(f"{f.clean.problem} AS p_{f.name}")
    kept = ["line", *(f"v_{f.name}" for f in columns)]
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


def _bad(columns: Sequence[_Filled]) -> str:
    required = [f"p_{f.name} > {int(Cell.REPAIRED)}" for f in columns if f.column.required]
    return " OR ".join([*required, "extra"])


def _write(
    con: duckdb.DuckDBPyConnection,
    match: Match,
    columns: Sequence[_Filled],
    origin: Origin,
    ways: Ways,
    target: Path,
) -> None:
    filled = {f.name for f in columns}
    parts = []
    for column in columns_of(match.table):
        value = f"v_{column.name}" if column.name in filled else "NULL"
        if column.name == "currency":
            value = f"coalesce({value}, {literal(ways.currency)})"
        parts.append(f'CAST({value} AS {_SQL_TYPE[column.type]}) AS "{column.name}"')
    parts += [f"{literal(origin.file)} AS file", f"{literal(origin.sha256)} AS sha256"]
    parts += [f"{literal(origin.key)} AS source_key", "CAST(line AS BIGINT) AS line"]
    con.execute(
        f"COPY (SELECT {', '.join(parts)} FROM staged WHERE NOT (bad OR is_footer)) "
        f"TO {literal(target)} (FORMAT parquet)"
    )
    if match.profile.sides and match.table.name == "payments":
        con.execute(
            f"COPY (SELECT {literal(origin.key)} AS source_key, CAST(line AS BIGINT) AS line, "
            "outward, own_balance FROM staged WHERE NOT (bad OR is_footer)) "
            f"TO {literal(target.with_suffix('.side'))} (FORMAT parquet)"
        )


def _judge(
    con: duckdb.DuckDBPyConnection, columns: Sequence[_Filled], origin: Origin, extra: int
) -> Outcome:
    """Count what went wrong, and list it."""
    flawed = _flawed(con, columns)
    kinds = [(f, cell) for f in flawed for cell in Cell if cell is not Cell.FINE]
    sums = [f"count(*) FILTER (p_{f.name} = {int(cell)} AND NOT is_footer)" for f, cell in kinds]
    counted = ["count(*)", "count(*) FILTER (bad)", "count(*) FILTER (is_footer)"]
    row = con.execute(f"SELECT {', '.join([*counted, *sums])} FROM staged").fetchone() or (0, 0, 0)
    total, bad, footers, *numbers = row
    found = [(f, cell, n) for (f, cell), n in zip(kinds, numbers, strict=True) if n]
    lists = [_cells(con, f, cell, n, origin) for f, cell, n in found]
    if extra:
        lists.append(_rows(con, "bad AND extra", _EXTRA, "quarantined", origin))
    if footers:
        lists.append(_rows(con, "is_footer", _FOOTER, "kept", origin))
    return Outcome(
        read=total - footers,
        kept=total - footers - bad,
        repaired=sum(n for _, cell, n in found if cell is Cell.REPAIRED),
        quarantined=bad,
        quality=pa.concat_tables([QUALITY.empty(), *lists]),
    )


def _flawed(con: duckdb.DuckDBPyConnection, columns: Sequence[_Filled]) -> list[_Filled]:
    """The columns where something is wrong; what stood in those cells is read again, into `texts`.

    Most pieces have nothing wrong, and must not carry the text of every cell along.
    """
    checked = [f for f in columns if f.clean.problem]
    worst = [f"max(p_{f.name})" for f in checked] or ["0"]
    row = con.execute(f"SELECT {', '.join(worst)} FROM staged").fetchone() or ()
    flawed = [f for f, most in zip(checked, row, strict=False) if most]
    if flawed:
        texts = ", ".join(f"CAST({f.mapped.sql} AS VARCHAR) AS r_{f.name}" for f in flawed)
        wrong = " OR ".join(f"p_{f.name} <> 0" for f in flawed)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE texts AS SELECT line, {texts} FROM raw "
            f"SEMI JOIN (SELECT line FROM staged WHERE {wrong}) AS wrong USING (line)"
        )
    else:
        con.execute("CREATE OR REPLACE TEMP TABLE texts AS SELECT line FROM staged LIMIT 0")
    return flawed


def _cells(
    con: duckdb.DuckDBPyConnection, f: _Filled, cell: Cell, count: int, origin: Origin
) -> pa.Table:
    text = CELL_PROBLEMS[cell]
    if cell is Cell.REPAIRED:
        action = "'repaired'"
    elif f.column.required:
        action = "'quarantined'"
    else:
        action = "CASE WHEN bad THEN 'quarantined' ELSE 'kept' END"
    where = f"p_{f.name} = {int(cell)} AND NOT is_footer"
    listed = _select(con, where, text, action, origin, f.mapped.header.strip(), f"r_{f.name}")
    if count <= LISTED:
        return listed
    more = _MORE.format(n=count - LISTED, what="{what}")
    rest = {
        "file": origin.file,
        "column": f.mapped.header.strip(),
        "problem": more.en.format(what=text.en),
        "problem_zh": more.zh.format(what=text.zh),
        "action": listed.column("action")[-1].as_py(),
    }
    return pa.concat_tables([listed, pa.Table.from_pylist([rest], schema=QUALITY.stored)])


def _rows(
    con: duckdb.DuckDBPyConnection, where: str, text: Text, action: str, origin: Origin
) -> pa.Table:
    return _select(con, where, text, f"'{action}'", origin, None, "NULL")


def _select(
    con: duckdb.DuckDBPyConnection,
    where: str,
    text: Text,
    action: str,
    origin: Origin,
    header: str | None,
    value: str,
) -> pa.Table:
    return (
        con.execute(
            f'SELECT $file AS file, line, $name AS "column", $en AS problem, $zh AS problem_zh, '
            f"left({value}, 200) AS value, {action} AS action "
            f"FROM staged LEFT JOIN texts USING (line) WHERE {where} "
            f"ORDER BY line LIMIT {LISTED}",
            {"file": origin.file, "name": header, "en": text.en, "zh": text.zh},
        )
        .to_arrow_table()
        .cast(QUALITY.stored)
    )
