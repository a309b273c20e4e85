"""Statement gaps: places where a balance does not follow from the one before.

For each account the running sum of what came and went is taken off the balances that are written;
in a complete statement what is left is one constant, the opening balance. Where it jumps, money
moved that the records do not show. Accounts are told apart by a hash of eight bytes: among twenty
million two are the same once in a hundred thousand cases, and then a gap too many is listed.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from suyuan.ingest.problems import Problem
from suyuan.model.text import Text

#: Gaps are listed up to here for each file; the summary counts them all.
LISTED: Final = 1_000
_NO_SIDES: Final = (
    "SELECT NULL::VARCHAR AS source_key, 0::BIGINT AS line, FALSE AS outward, "
    "0::BIGINT AS own_balance WHERE FALSE"
)
_FLOWS: Final = """
WITH side AS ({sides}),
rows AS (
    SELECT source_key, line, file, epoch_us("at") AS moment, payer, payee, amount, balance_after
    FROM read_parquet($names)
    {struck}
    WHERE coalesce(status, '') <> 'failed' AND payer <> payee
),
flows AS (
    SELECT hash(payer) AS account, -amount AS moved, balance_after AS balance, moment, line, file
    FROM rows
    UNION ALL
    SELECT hash(payee), amount, side.own_balance, moment, rows.line, file
    FROM rows LEFT JOIN side ON side.source_key = rows.source_key AND side.line = rows.line
        AND NOT side.outward
),
watched AS (
    SELECT account, arg_min(line, moment) > arg_max(line, moment) AS newest_first FROM flows
    GROUP BY account HAVING count(balance) > 1
),
ordered AS (
    SELECT file, line, balance, moved, account, moment,
        CASE WHEN newest_first THEN -line ELSE line END AS place
    FROM flows JOIN watched USING (account)
),
running AS (
    SELECT file, line, account, moment, place, balance - sum(moved) OVER above AS opening
    FROM ordered
    WINDOW above AS (PARTITION BY account ORDER BY moment, place, file ROWS UNBOUNDED PRECEDING)
)
SELECT file, line, opening - before AS unexplained FROM (
    SELECT file, line, opening, lag(opening) OVER above AS before
    FROM running WHERE opening IS NOT NULL
    WINDOW above AS (PARTITION BY account ORDER BY moment, place, file))
WHERE before IS NOT NULL AND opening <> before"""
_STRUCK: Final = "ANTI JOIN excluded ON source_key || ':' || line = excluded.row_id"


def find_gaps(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    sides: Sequence[Path],
    excluded: Path,
    problems: list[Problem],
) -> Counter[str]:
    """Gaps by file; the first of each file are added to `problems`."""
    names: dict[str, object] = {"names": [str(path) for path in files]}
    balances = con.execute(
        "SELECT count(balance_after) FROM read_parquet($names)", names
    ).fetchone()
    if not sides and balances == (0,):
        return Counter()
    sides_sql = _NO_SIDES
    if sides:
        sides_sql = "SELECT * FROM read_parquet($sides)"
        names["sides"] = [str(path) for path in sides]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE excluded AS SELECT row_id FROM read_parquet(?)",
        [str(excluded)],
    )
    count = con.execute("SELECT count(*) FROM excluded").fetchone()
    struck = "" if count == (0,) else _STRUCK
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE gaps AS {_FLOWS.format(sides=sides_sql, struck=struck)}",
        names,
    )
    listed = con.execute(
        "SELECT file, line, unexplained FROM gaps QUALIFY row_number() OVER "
        f"(PARTITION BY file ORDER BY line) <= {LISTED} ORDER BY file, line"
    ).fetchall()
    problems.extend(
        Problem(file, _GAP, "kept", line=line, column="balance_after", value=f"{fen / 100:+.2f}")
        for file, line, fen in listed
    )
    counts = con.execute("SELECT file, count(*) FROM gaps GROUP BY file").fetchall()
    con.execute("DROP TABLE gaps; DROP TABLE excluded")
    return Counter(dict(counts))


_GAP = Text(
    "the balance does not follow from the one before: money moved that the records do not show",
    "余额与前一笔不衔接：有资金变动未见于记录",
)
