"""Two sides of one payment, and what their times tell of two clocks.

A transfer between two accounts stands in both statements: once as money that goes, once as money
that comes. The second row is struck out; its time, beside the first one's, is one reading of how
far the two banks' clocks lie apart.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.ingest.problems import Problem
from suyuan.ingest.quality.duplicates import sources_of
from suyuan.model.text import Text
from suyuan.store.row_ids import ROW_ID

SECOND_SIDE: Final = "second_side"
OVERLAP: Final = "overlap"
#: Two rows farther apart than this are two payments, whatever the clocks.
WINDOW_SECONDS: Final = 600
#: A skew is told from this many pairs on, and from this many seconds on.
_PAIRS, _SECONDS = 3, 2

_ROWS: Final = f"""
WITH rows AS (
    SELECT source_key, line, file, payment_id, "at" AS moment, payer, payee, amount, balance_after
    FROM read_parquet($names)
    ANTI JOIN (SELECT row_id FROM excluded) AS gone ON {ROW_ID} = gone.row_id
)"""
_SAME_ID: Final = f"""{_ROWS},
repeated AS (SELECT payment_id FROM rows GROUP BY payment_id HAVING count(DISTINCT source_key) > 1)
SELECT source_key, line, file, file AS other, 0 AS lag FROM rows SEMI JOIN repeated
    USING (payment_id)
WINDOW same AS (PARTITION BY payment_id, payer, payee, amount
    ORDER BY balance_after IS NULL, file, line)
QUALIFY row_number() OVER same > 1
    AND epoch(moment) - epoch(first_value(moment) OVER same) BETWEEN -$window AND $window
    AND first_value(source_key) OVER same <> source_key"""
_TWO_STATEMENTS: Final = f"""{_ROWS},
side AS (SELECT source_key, line, outward FROM read_parquet($sides)),
sided AS (SELECT * FROM rows JOIN side USING (source_key, line)),
near AS (
    SELECT come.source_key, come.line, come.file, gone.file AS other, gone.line AS other_line,
        epoch(come.moment) - epoch(gone.moment) AS lag
    FROM sided AS come JOIN sided AS gone
        ON come.payer = gone.payer AND come.payee = gone.payee AND come.amount = gone.amount
    WHERE NOT come.outward AND gone.outward AND come.source_key <> gone.source_key
        AND epoch(come.moment) - epoch(gone.moment) BETWEEN -$window AND $window
)
SELECT source_key, line, file, other, lag FROM near
QUALIFY row_number() OVER (PARTITION BY source_key, line ORDER BY abs(lag), other, other_line) = 1
    AND row_number() OVER (PARTITION BY other, other_line ORDER BY abs(lag), file, line) = 1"""

#: Statements of one account that overlap: the same account, time, amount, other side and balance.
#: Twins within one statement stay twins: the first pairs with the first. Without a balance the time
#: must be a clock time, for of two payments on one day nobody knows whether they are one.
_OVERLAP_ROWS: Final = f"""{_ROWS},
side AS (SELECT source_key, line, outward, own_balance FROM read_parquet($sides)),
told AS (
    SELECT source_key, line, file, moment, payer, payee, amount, own_balance, outward,
        row_number() OVER (PARTITION BY source_key, moment, payer, payee, amount, own_balance,
            outward ORDER BY line) AS nth
    FROM rows JOIN side USING (source_key, line)
    WHERE own_balance IS NOT NULL OR epoch(moment) % 900 <> 0
)
SELECT source_key, line, file, first_value(file) OVER same AS other
FROM told
WINDOW same AS (PARTITION BY moment, payer, payee, amount, own_balance, outward, nth
    ORDER BY file, source_key)
QUALIFY first_value(source_key) OVER same <> source_key"""


def overlaps(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    sides: Sequence[Path],
    exclusions: pa.Table,
    problems: list[Problem],
) -> pa.Table:
    """Rows of a statement that another statement of the same account holds, (row_id, reason, file).

    How many of which file is added to `problems`.
    """
    if not sides or sources_of(files) < 2:
        return exclusions.slice(0, 0)
    con.register("excluded", exclusions)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE overlapping AS {_OVERLAP_ROWS}",
        {"names": [str(path) for path in files], "sides": [str(path) for path in sides]},
    )
    con.unregister("excluded")
    for file, peer, count in con.execute(
        "SELECT file, other, count(*) FROM overlapping GROUP BY file, other ORDER BY file, other"
    ).fetchall():
        problems.append(Problem(file, _OVERLAPS.format(other=peer), "kept", value=f"{count:,}"))
    return con.execute(
        f"SELECT {ROW_ID} AS row_id, '{OVERLAP}' AS reason, file "
        "FROM overlapping ORDER BY file, line"
    ).to_arrow_table()


def second_sides(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    sides: Sequence[Path],
    exclusions: pa.Table,
    problems: list[Problem],
) -> pa.Table:
    """Second rows of payments, as (row_id, reason, file); clock skew is added to `problems`.

    `sides` tell for rows of statements whether the money went out of the statement's own account.
    A payment whose id stands in two files with the same parties and amount needs none of that.
    """
    names = {"names": [str(path) for path in files], "window": WINDOW_SECONDS}
    if sources_of(files) < 2:
        return exclusions.slice(0, 0)
    con.register("excluded", exclusions)
    con.execute(f"CREATE OR REPLACE TEMP TABLE twice AS {_SAME_ID}", names)
    if sides:
        con.execute(
            f"INSERT INTO twice {_TWO_STATEMENTS} "
            "AND (source_key, line) NOT IN (SELECT source_key, line FROM twice)",
            names | {"sides": [str(path) for path in sides]},
        )
        problems.extend(_skew(con))
    rows = con.execute(
        f"SELECT DISTINCT {ROW_ID} AS row_id, '{SECOND_SIDE}' AS reason, file "
        "FROM twice ORDER BY file, row_id"
    ).to_arrow_table()
    con.unregister("excluded")
    return rows


def _skew(con: duckdb.DuckDBPyConnection) -> list[Problem]:
    """How far the clocks of two sources lie apart: the median over the payments they share."""
    rows = con.execute(
        "SELECT file, other, median(lag), count(*) FROM twice WHERE file <> other "
        f"GROUP BY file, other HAVING count(*) >= {_PAIRS} AND abs(median(lag)) >= {_SECONDS} "
        "ORDER BY file, other"
    ).fetchall()
    return [
        Problem(
            file,
            _SKEW.format(other=peer, seconds=f"{seconds:+.0f}", pairs=pairs),
            "kept",
            value=f"{seconds:+.0f} s",
        )
        for file, peer, seconds, pairs in rows
    ]


_SKEW = Text(
    "its clock is off by {seconds} s from that of {other} (median over {pairs} shared payments)",
    "与 {other} 相比，时钟偏差 {seconds} 秒（按 {pairs} 笔共有交易的中位数）",
)
_OVERLAPS = Text(
    "rows also in {other}: overlapping statements of one account; counted once",
    "与 {other} 重叠的行：同一账户的流水时段重叠，只计一次",
)
