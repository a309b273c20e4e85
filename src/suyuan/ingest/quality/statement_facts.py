"""What a statement says of itself: its period, what went and came, whether balances follow.

Where a statement writes its balance on each row, the balance is the test of a profile: it follows
from the row before by exactly what went or came. One that follows only with the sign turned round
refutes the direction.
"""

from collections.abc import Sequence
from typing import Final

import duckdb

from suyuan.ingest.batch import OWNS, Balances, Outcome, PieceBatch, Sums
from suyuan.model.columns import Type

_BALANCES: Final = """
SELECT origin, count(*) FILTER (step = moved), count(*) FILTER (step = -moved),
    count(*) FILTER (-step = before), count(*) FILTER (step = before)
FROM (
    SELECT origin, own_balance - lag(own_balance) OVER above AS step, moved,
        lag(moved) OVER above AS before
    FROM (
        SELECT origin, line, own, own_balance,
            CASE WHEN way = 2 THEN NULL WHEN outward THEN -v_amount ELSE v_amount END AS moved
        FROM staged
        WHERE NOT (bad OR is_footer) AND own_balance IS NOT NULL {settled}
    )
    WINDOW above AS (PARTITION BY origin, own ORDER BY line)
)
WHERE step <> 0
GROUP BY origin"""


def add_statement_facts(
    con: duckdb.DuckDBPyConnection, load: PieceBatch, outcomes: Sequence[Outcome]
) -> None:
    """Fill in the sums and balances of each of `outcomes`, one for each piece in ``staged``."""
    table, sides = load.match.table, load.match.profile.sides
    if sides is None:
        return
    clock = next((c.name for c in table if c.type is Type.TIME and c.mandatory), None)
    money = "v_amount" if table.name == "payments" else "NULL::BIGINT"
    rows = con.execute(
        f"SELECT origin, min(v_{clock}), max(v_{clock}), "
        f"coalesce(sum({money}) FILTER (way IN (1, 3)), 0), "
        f"coalesce(sum({money}) FILTER (way = 0), 0), "
        f"min(own), max(own), approx_count_distinct(own) > 2 "
        "FROM staged WHERE NOT (bad OR is_footer) GROUP BY origin"
    ).fetchall()
    for origin, first, last, outflow, inflow, low, high, more in rows:
        owns = {o for o in (low, high) if o is not None} | ({"…"} if more else set())
        outcomes[origin].sums = Sums(
            first, last, int(outflow), int(inflow), frozenset([*owns][:OWNS])
        )
    if table.name == "payments" and sides.balance:
        _add_balances(con, outcomes)


def _add_balances(con: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    columns = {name for name, *_ in con.execute("DESCRIBE staged").fetchall()}
    condition = "AND v_status IS DISTINCT FROM 'failed'" if "v_status" in columns else ""
    for origin, *numbers in con.execute(_BALANCES.format(settled=condition)).fetchall():
        outcomes[origin].balances = Balances(*numbers)
