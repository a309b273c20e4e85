"""Cells that hold data: a row of them is no header, and no line that leads up to one."""

import re
from collections.abc import Sequence
from typing import Final

#: A time, an amount, a number of six digits or more, a masked number, in any usual writing.
_DATA: Final = re.compile(
    r"""\s*["'=]*\s*(
        (19|20)\d\d[-/.年]?(0?[1-9]|1[0-2])[-/.月]?(0?[1-9]|[12]\d|3[01])日?([\sT-]*\d{1,2}[:.时].*)?
      | \d{1,2}[:时]\d{1,2}([:分]\d{1,2}秒?)?
      | [(\-+\u00a5\uffe5]*\d{1,3}(,\d{3})*([.]\d+)?\)?
      | [(\-+\u00a5\uffe5]*\d+[.]\d+\)?
      | (?=\D*\d)\+?[\d* -]{6,}
    )\s*["']*\s*""",
    re.VERBOSE,
)


def is_data(cell: object) -> bool:
    """Whether `cell` can only be a value, never a header."""
    if cell is None or isinstance(cell, bool):
        return False
    if not isinstance(cell, str):
        return True
    return bool(cell.strip()) and _DATA.fullmatch(cell) is not None


def count_data(cells: Sequence[object]) -> int:
    return sum(map(is_data, cells))


def looks_like_row(cells: Sequence[object]) -> bool:
    """Whether a line holds data: two values or more."""
    return count_data(cells) >= 2
