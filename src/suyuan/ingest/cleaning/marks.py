"""Marks and types that every part of cleaning speaks of."""

from typing import Final

from suyuan.ingest.problems import Cell

#: SQL over a text: what is made of it; then over that: the value, and the numbers of a repair
#: and of a failure (see :class:`~suyuan.ingest.problems.Cell`).
Levels = tuple[str, str, str, str]

#: Spaces that exports leave around cells: also the full-width, no-break and zero-width ones.
BLANKS: Final = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
HALF_WIDTH: Final = "0123456789.,-+():/"
#: The same as a Chinese keyboard writes them.
FULL_WIDTH: Final = "".join(chr(ord(mark) + 0xFEE0) for mark in HALF_WIDTH)
FLOATS: Final = frozenset({"DOUBLE", "FLOAT"})
INTEGERS: Final = frozenset(
    {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER", "USMALLINT"}
)
ZONED_TIMESTAMP: Final = "TIMESTAMP WITH TIME ZONE"


def repair_number(text: str, work: str) -> str:
    """The number of a repair where `work` differs from `text`."""
    return f"CASE WHEN {work} <> {text} THEN {int(Cell.REPAIRED)} ELSE 0 END"
