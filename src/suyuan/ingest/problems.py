"""What can be wrong with an input: each problem once, with its words and what is done about it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from suyuan.model.text import Text

Action = Literal["quarantined", "repaired", "kept"]


class Cell(IntEnum):
    """What was wrong with a cell; stored as a small number beside it while a file is read."""

    FINE = 0
    REPAIRED = 1
    MISSING = 2
    UNREADABLE = 3
    DIGITS_LOST = 4
    OUT_OF_RANGE = 5
    NEGATIVE = 6


CELL_PROBLEMS: dict[Cell, Text] = {
    Cell.REPAIRED: Text("written in another form", "写法不规范,已规范化"),
    Cell.MISSING: Text("missing, and the row cannot stand without it", "缺失,缺少它该行不成立"),
    Cell.UNREADABLE: Text("cannot be read", "无法识别"),
    Cell.DIGITS_LOST: Text(
        "a spreadsheet turned the number into scientific notation, its last digits are lost; "
        "export it again as text",
        "号码被电子表格转成科学计数法,末位已丢失;请以文本格式重新导出",
    ),
    Cell.OUT_OF_RANGE: Text("outside any plausible range", "超出合理范围"),
    Cell.NEGATIVE: Text("negative where it cannot be", "不应为负数"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the quality table that is not about a single cell of a row."""

    file: str
    text: Text
    action: Action
    line: int | None = None
    column: str | None = None
    value: str | None = None
