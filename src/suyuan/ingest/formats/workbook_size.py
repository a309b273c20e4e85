"""Workbooks that would take more memory than there is, refused before they are opened.

The library lays a sheet out from its first to its last cell: one cell in the last corner of a sheet
of a few kilobytes asks for hundreds of gigabytes, which ends the process. So the cells' places are
looked at first, in a stream; what a workbook unpacks into is counted on the way.
"""

import re
import zipfile
from pathlib import Path
from typing import Final

from suyuan.ingest.formats.archives import HARMLESS, RATIO
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: Rows by columns; a full sheet of sixty columns has as many.
CELLS: Final = 1 << 26
#: Strings that a workbook may hold: more were never typed by anyone, and each costs memory.
_SHARED_STRINGS: Final = 8 << 20
_BLOCK: Final = 1 << 20
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']\s*\$?([A-Za-z]{1,3})\$?(\d{1,7})\s*["']""")


def check_size(path: Path) -> None:
    """Raise :class:`InputError` where a sheet of the workbook at `path` is too large to lay out."""
    try:
        with zipfile.ZipFile(path) as book:
            allowance = max(HARMLESS, RATIO * path.stat().st_size)
            for info in book.infolist():
                # A sheet is one by what it holds: the folder and the ending are free.
                allowance -= _stream(book, info, allowance)
    except InputError:
        raise
    except Exception:  # noqa: S110  # no zip, or a broken one: the library says what it is
        pass


def _stream(book: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: int) -> int:
    """Bytes that the member unpacks into; the area of a sheet is checked on the way."""
    size, width, height, tail, string_count = 0, 0, 0, b"", [0]
    with book.open(info) as file:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > allowance:
                raise InputError(_BOMB, value=info.filename)
            places = set(_PLACE.findall(tail + block))
            tail = block[-256:]
            width = max([width, *(_column(letters) for letters in {a for a, _ in places})])
            height = max([height, *(int(row) for _, row in places)])
            if width * height > CELLS:
                raise InputError(_TOO_LARGE, value=f"{height:,} x {width:,}")
            _check_shared(info.filename, block, string_count)
    return size


def _check_shared(name: str, block: bytes, string_count: list[int]) -> None:
    """Refuse a table of shared strings with more entries than a full sheet has cells."""
    string_count[0] += block.count(b"<si")
    if string_count[0] > _SHARED_STRINGS:
        raise InputError(_BOMB, value=name)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


_TOO_LARGE = Text(
    "A cell stands far outside the table, and the sheet is too large to be opened; delete it, "
    "or save the sheet as CSV.",
    "工作表中有单元格远在表格之外，范围过大，无法打开；请删除该单元格，或另存为 CSV。",
)
_BOMB = Text(
    "This workbook expands to far more than its own size (a zip bomb); it was not read.",
    "该工作簿解压后体积异常膨胀（疑似压缩炸弹），未读取。",
)
