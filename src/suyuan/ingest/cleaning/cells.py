"""Cleaning, as DuckDB expressions over whole columns.

Each canonical column is an SQL expression over one raw column, which gives null where the cell
cannot be read. The common form is tested first and cheaply: a file of ten million well-written
rows must not pay for the odd ones. No cell text ever becomes part of an expression.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from suyuan.ingest.cleaning.marks import BLANKS, FLOATS, INTEGERS, ZONED_TIMESTAMP, Levels
from suyuan.ingest.cleaning.numbers import clean_bool, clean_float, clean_int, clean_money
from suyuan.ingest.cleaning.texts import clean_list, clean_text
from suyuan.ingest.cleaning.times import clean_time
from suyuan.ingest.problems import Cell
from suyuan.model.columns import Column, Type


@dataclass(frozen=True, slots=True)
class CleanCell:
    """SQL in three levels, so that nothing is computed twice.

    ``work`` is over the trimmed text (named `text`), ``value`` and ``problem`` over that and
    ``work`` (named `work`). ``problem`` is a :class:`Cell` number; None where nothing can be wrong.
    """

    work: str
    value: str
    problem: str | None


def clean_cell(column: Column, text: str, work: str, type_: str, zone: str) -> CleanCell:
    """How to clean a cell whose DuckDB type is `type_` (text is trimmed by :func:`text_of`)."""
    work_sql, value, repair, why = _VALUES[column.type](column, text, work, type_, zone)
    absent = int(Cell.MISSING) if column.mandatory else int(Cell.FINE)
    if repair == why == "0" and not absent:
        return CleanCell(work_sql, value, None)
    problem = (
        f"CAST(CASE WHEN {text} IS NULL THEN {absent} WHEN ({value}) IS NULL THEN {why} "
        f"ELSE {repair} END AS UTINYINT)"
    )
    return CleanCell(work_sql, value, problem)


def text_of(raw: str, type_: str, *, trim: bool = True) -> str:  # noqa: PLR0911  # a case for each type
    """The raw cell as text without blanks around it, null where empty."""
    if type_ == "VARCHAR":
        return f"nullif({_trim(raw)}, '')" if trim else f"nullif({raw}, '')"
    if type_ in FLOATS:
        # Beyond 2^53 a float has lost digits: written so that it is known for what it is.
        return (
            f"CASE WHEN isfinite({raw}) THEN CASE WHEN {raw} = trunc({raw}) "
            f"AND abs({raw}) < 9007199254740992 THEN CAST(CAST({raw} AS BIGINT) AS VARCHAR) "
            f"WHEN abs({raw}) >= 9007199254740992 THEN format('{{:E}}', {raw}) "
            f"ELSE CAST({raw} AS VARCHAR) END END"
        )
    if type_.startswith("DECIMAL"):
        return rf"regexp_replace(CAST({raw} AS VARCHAR), '[.]0+$', '')"
    if type_ == ZONED_TIMESTAMP:
        return f"strftime(timezone('UTC', {raw}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    if type_.endswith("[]"):
        return f"nullif(array_to_string(CAST({raw} AS VARCHAR[]), ';'), '')"
    if type_ == "BLOB":
        return f"nullif(trim(TRY(decode({raw})), '{BLANKS}'), '')"
    return f"nullif(CAST({raw} AS VARCHAR), '')"


def _trim(raw: str) -> str:
    """Without blanks around it: to look whether there are any is four times cheaper than to cut."""
    blank = f"[{BLANKS}]"
    around = f"regexp_matches({raw}, '^{blank}|{blank}$')"
    return f"CASE WHEN {around} THEN trim({raw}, '{BLANKS}') ELSE {raw} END"


def is_typed(column: Column, type_: str) -> bool:
    """Whether a cell of DuckDB type `type_` is cleaned as it is, not as text."""
    if column.type is Type.TIME:
        return type_.startswith("TIMESTAMP") or type_ == "DATE"
    if column.type is Type.MONEY:
        return type_ in FLOATS or type_ in INTEGERS or type_.startswith("DECIMAL")
    if column.type is Type.INT:
        return type_ in INTEGERS
    return column.type is Type.LIST and type_.endswith("[]")


_VALUES: Final[dict[Type, Callable[[Column, str, str, str, str], Levels]]] = {
    Type.TEXT: clean_text,
    Type.TIME: clean_time,
    Type.MONEY: clean_money,
    Type.INT: clean_int,
    Type.FLOAT: clean_float,
    Type.BOOL: clean_bool,
    Type.LIST: clean_list,
}
