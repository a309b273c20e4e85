"""What went wrong in staged rows: counted, and listed for people to read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.ingest.batch import Outcome, PieceBatch, StagedColumn
from suyuan.ingest.problems import CELL_PROBLEMS, Cell
from suyuan.ingest.quality.statement_facts import add_statement_facts
from suyuan.model.results import QUALITY
from suyuan.model.text import Text

#: Troubles of one kind in one column of one piece are listed up to here, and then counted.
LIST_LIMIT: Final = 10_000
_SCHEMA: Final = QUALITY.schema.append(pa.field("origin", pa.int32()))
_EXTRA: Final = Text("more cells than the header has columns", "单元格数多于表头列数")
_FOOTER: Final = Text("totals or notes below the table, not rows", "表尾的合计或说明，不计为行")
_MORE: Final = Text("{n} more like this: {what}", "另有 {n} 处同类问题：{what}")


def row_outcomes(
    con: duckdb.DuckDBPyConnection, load: PieceBatch, columns: Sequence[StagedColumn]
) -> list[Outcome]:
    """What became of each piece that stands in ``staged``."""
    problem_columns = _problem_columns(con, columns)
    kinds = [(f, cell) for f in problem_columns for cell in Cell if cell is not Cell.FINE]
    sums = [f"count(*) FILTER (p_{f.name} = {int(cell)} AND NOT is_footer)" for f, cell in kinds]
    totals = ["count(*)", "count(*) FILTER (bad)", "count(*) FILTER (is_footer)"]
    by = ("0", "") if load.alone else ("origin", "GROUP BY origin")
    rows = con.execute(
        f"SELECT {by[0]}, {', '.join([*totals, *sums])} FROM staged {by[1]}"
    ).fetchall()
    counts = {origin: numbers for origin, *numbers in rows}
    outcomes = [Outcome() for _ in load.pieces]
    for origin, (total, bad, footers, *numbers) in counts.items():
        outcomes[origin] = _outcome((total, bad, footers), kinds, numbers)
    lists = list(_lists(con, kinds, counts))
    if lists:
        _share_out(pa.concat_tables(lists), outcomes)
    add_statement_facts(con, load, outcomes)
    return outcomes


def _outcome(
    rows: tuple[int, int, int], kinds: Sequence[tuple[StagedColumn, Cell]], numbers: Sequence[int]
) -> Outcome:
    total, bad, footers = rows
    by_kind = [(f, cell, n) for (f, cell), n in zip(kinds, numbers, strict=True)]
    rounded_cells = Counter[str]()
    for f, cell, n in by_kind:
        if cell is Cell.ROUNDED and n:
            rounded_cells[f.expression.header.strip()] += n
    return Outcome(
        rows_read=total - footers,
        rows_kept=total - footers - bad,
        repairs=sum(n for _, cell, n in by_kind if cell is Cell.REPAIRED),
        rows_quarantined=bad,
        no_rows=footers,
        rounded_cells=rounded_cells,
    )


def _problem_columns(
    con: duckdb.DuckDBPyConnection, columns: Sequence[StagedColumn]
) -> list[StagedColumn]:
    """The columns where something is wrong; what stood in those cells is read again, into `texts`.

    Most pieces have nothing wrong, and must not carry the text of every cell along.
    """
    candidates = [f for f in columns if f.clean.problem]
    worst = [f"max(p_{f.name})" for f in candidates] or ["0"]
    row = con.execute(f"SELECT {', '.join(worst)} FROM staged").fetchone() or ()
    problem_columns = [f for f, most in zip(candidates, row, strict=False) if most]
    if problem_columns:
        texts = ", ".join(
            f"CAST({f.expression.sql} AS VARCHAR) AS r_{f.name}" for f in problem_columns
        )
        wrong = " OR ".join(f"p_{f.name} NOT IN (0, {int(Cell.ROUNDED)})" for f in problem_columns)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE texts AS SELECT origin, line, {texts} FROM raw "
            f"SEMI JOIN (SELECT origin, line FROM staged WHERE {wrong}) AS wrong "
            "USING (origin, line)"
        )
    else:
        con.execute("CREATE OR REPLACE TEMP TABLE texts AS SELECT origin, line FROM staged LIMIT 0")
    return problem_columns


def _lists(
    con: duckdb.DuckDBPyConnection,
    kinds: Sequence[tuple[StagedColumn, Cell]],
    counts: dict[int, list[int]],
) -> Iterator[pa.Table]:
    for n, (f, cell) in enumerate(kinds, start=3):
        troubles = {origin: numbers[n] for origin, numbers in counts.items() if numbers[n]}
        if troubles and cell is not Cell.ROUNDED:
            yield _cells(con, f, cell, troubles)
    if any(bad for _, bad, *_ in counts.values()):
        yield _select(con, "bad AND extra", _EXTRA, "'quarantined'", None, "NULL")
    if any(footers for _, _, footers, *_ in counts.values()):
        yield _select(con, "is_footer", _FOOTER, "'kept'", None, "NULL")


def _cells(
    con: duckdb.DuckDBPyConnection, f: StagedColumn, cell: Cell, troubles: dict[int, int]
) -> pa.Table:
    text, header = CELL_PROBLEMS[cell], f.expression.header.strip()
    if cell is Cell.REPAIRED:
        action = "'repaired'"
    elif cell < Cell.MISSING:
        action = "'kept'"
    elif f.column.mandatory:
        action = "'quarantined'"
    else:
        action = "CASE WHEN bad THEN 'quarantined' ELSE 'kept' END"
    where = f"p_{f.name} = {int(cell)} AND NOT is_footer"
    listing = _select(con, where, text, action, header, f"r_{f.name}")
    rest = [
        _rest(listing.filter(pc.field("origin") == origin), count - LIST_LIMIT, text)
        for origin, count in troubles.items()
        if count > LIST_LIMIT
    ]
    return pa.concat_tables([listing, pa.Table.from_pylist(rest, schema=_SCHEMA)])


def _rest(listing: pa.Table, count: int, text: Text) -> dict[str, object]:
    """One line for those that are not listed, after the last that is."""
    more = _MORE.format(n=count, what="{what}")
    return listing.slice(listing.num_rows - 1).to_pylist()[0] | {
        "line": None,
        "value": None,
        "problem": more.en.format(what=text.en),
        "problem_zh": more.zh.format(what=text.zh),
    }


def _select(
    con: duckdb.DuckDBPyConnection,
    where: str,
    text: Text,
    action: str,
    header: str | None,
    value: str,
) -> pa.Table:
    return (
        con.execute(
            f'SELECT o_file AS file, line, $name AS "column", $en AS problem, $zh AS problem_zh, '
            f"left({value}, 200) AS value, {action} AS action, origin "
            f"FROM staged JOIN origins USING (origin) LEFT JOIN texts USING (origin, line) "
            f"WHERE {where} QUALIFY row_number() OVER (PARTITION BY origin ORDER BY line) "
            f"<= {LIST_LIMIT} ORDER BY origin, line",
            {"name": header, "en": text.en, "zh": text.zh},
        )
        .to_arrow_table()
        .cast(_SCHEMA)
    )


def _share_out(listing: pa.Table, outcomes: Sequence[Outcome]) -> None:
    """Give each piece its own part of the list, in the order in which it was made."""
    listing = listing.take(pc.sort_indices(listing, [("origin", "ascending")]))
    cuts = np.searchsorted(listing.column("origin").to_numpy(), np.arange(len(outcomes) + 1))
    listing = listing.drop_columns("origin").combine_chunks()
    for outcome, start, stop in zip(outcomes, cuts, cuts[1:], strict=False):
        outcome.quality = listing.slice(start, stop - start)
