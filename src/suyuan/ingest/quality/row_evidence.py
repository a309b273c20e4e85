"""What rows tell of how their file is written: the order of its days, the sign of spending."""

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from suyuan.ingest.batch import Origin, PieceBatch, StagedColumn
from suyuan.ingest.formats.pieces import literal
from suyuan.ingest.problems import Cell
from suyuan.ingest.vocabulary import vocabulary
from suyuan.model.columns import Type


def day_orders(
    con: duckdb.DuckDBPyConnection, columns: Sequence[StagedColumn], load: PieceBatch
) -> list[Origin]:
    """The origins with the order of days that their own rows tell; none where nothing asks.

    A number over twelve is a day: one such row tells it for all of the file.
    """
    candidates = [f for f in columns if f.column.type is Type.TIME and f.clean.problem]
    for f in candidates:
        condition = f"p_{f.name} = {int(Cell.NO_DAY_ORDER)}"
        if con.execute(f"SELECT 1 FROM staged WHERE {condition} LIMIT 1").fetchone() is None:
            continue
        numbers = f"regexp_extract({f.expression.sql}, '^(\\d+)[-/.](\\d+)', ['a', 'b'])"
        extremes = con.execute(
            f"SELECT origin, max(CAST(n['a'] AS INTEGER)), max(CAST(n['b'] AS INTEGER)) FROM "
            f"(SELECT origin, {numbers} AS n FROM raw SEMI JOIN "
            f"(SELECT origin, line FROM staged WHERE {condition}) USING (origin, line)) "
            "GROUP BY origin"
        ).fetchall()
        orders = {n: _order(first, second) for n, first, second in extremes}
        if any(orders.values()):
            return [replace(origin, days=orders.get(n)) for n, origin in enumerate(load.origins)]
    return []


def _order(first: int, second: int) -> str | None:
    """How days are written whose greatest first and second numbers are these."""
    if (first > 12) is (second > 12):
        return None
    return "dmy" if first > 12 else "mdy"


def spent_signs(
    con: duckdb.DuckDBPyConnection, columns: Sequence[StagedColumn], origins: Sequence[Origin]
) -> list[Origin]:
    """The origins with the sign of spending that the words of their own rows tell.

    On a card's bill a repayment is paid in and a purchase is spent, whatever the sign: where more
    of these rows are read as they say than the other way round, what was spent is positive.
    """
    if not any(f.name == "memo" for f in columns):
        return list(origins)
    words = vocabulary()
    is_in, is_out = (
        f"regexp_matches(v_memo, {literal(w)})" for w in (words.card_in, words.card_out)
    )
    says = f"CASE WHEN {is_in} AND NOT {is_out} THEN 0 WHEN {is_out} AND NOT {is_in} THEN 1 END"
    counts = con.execute(
        f"SELECT origin, count(*) FILTER (says = way), count(*) FILTER (says <> way) FROM "
        f"(SELECT origin, way, {says} AS says FROM staged WHERE way IN (0, 1) AND NOT is_footer) "
        "GROUP BY origin"
    ).fetchall()
    signs = {n: _sign(hits, misses) for n, hits, misses in counts}
    return [
        origin if origin.spent_sign else replace(origin, spent_sign=signs.get(n))
        for n, origin in enumerate(origins)
    ]


def _sign(hits: int, misses: int) -> str | None:
    if hits == misses:
        return None
    return "positive" if hits > misses else "negative"
