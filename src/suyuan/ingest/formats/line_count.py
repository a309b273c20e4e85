"""The conservation law of lines: what a file holds is what became of it, line by line.

Lines are counted apart from the parser, by their ends. They must come to the rows, the header and
what stands above it, blank lines and line breaks within cells, headers that are repeated, and the
lines that lead up to a second table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from suyuan.model.text import Text


@dataclass(slots=True)
class LineCount:
    """Lines of a file, and what they are; ``rows`` are records that were handed on."""

    total: int = 0
    header: int = 0
    blank: int = 0  # with nothing on them, or within a cell
    header_repeats: int = 0
    above: int = 0
    rows: int = 0

    @property
    def accounted_lines(self) -> int:
        return self.header + self.blank + self.header_repeats + self.above + self.rows

    def count_lines(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """`blocks`, their lines counted on the way."""
        last = b"\n"
        for block in blocks:
            if block:
                self.total += block.count(b"\n")
                last = block[-1:]
            yield block
        self.total += last != b"\n"


BREACH = Text(
    "some lines of this file are unaccounted for, which is an error in this program; "
    "nothing was imported",
    "该文件有行去向不明，属程序错误；未读入其中任何行",
)
