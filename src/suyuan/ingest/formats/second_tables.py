"""Where another table begins below the first: a row of headers, and the lines that lead up to it.

Banks put the statements of several accounts below one another in one file, and repeat the header
on every printed page. A row is a header where it holds at least three known ones, and these are
half of it. The lines above it (title, holder, account number) belong to it; they are told apart
from rows by having one cell, or a Chinese word with a colon.
"""

import re
from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Final

import numpy as np
from numpy.typing import NDArray

from suyuan.ingest.formats.data_cells import looks_like_row
from suyuan.ingest.formats.headers import forms, normal
from suyuan.model.text import Text

SECOND: Final = Text(
    "another table begins here; read as a table of its own", "此处另有一张表，已作为单独的表读取"
)
HEADER_REPEAT: Final = Text(
    "the header is repeated on this line; not a row", "此行重复了表头，不计为行"
)
#: How many lines may lead up to a header.
ABOVE: Final = 20
_LABEL: Final = re.compile(r"[\u4e00-\u9fff)）]\s*[:：]")
_HOLDER: Final = re.compile(r"[账帐卡户号]|(?i:account|card|name)|[0-9*xX]{5}")
_BRACKET: Final = re.compile(r"[(\[【]")
_OFFSET, _PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


def is_header(cells: Sequence[object], known_headers: Collection[str]) -> bool:
    """Whether `cells` are headers of a table."""
    texts = [cell for cell in cells if cell is not None and str(cell).strip()]
    words = [forms(cell) for cell in texts if isinstance(cell, str)]
    hits = {word[0] for word in words if any(form in known_headers for form in word)}
    return len(hits) >= 3 and 2 * len(hits) >= len(texts)


def leads_up(cells: Sequence[object]) -> bool:
    """Whether a line before a header belongs to the header, and is no row."""
    texts = [str(cell) for cell in cells if cell is not None and str(cell).strip()]
    if len(texts) <= 1:
        return True
    # A memo may hold a colon; a row that holds values is a row for all that.
    return not looks_like_row(texts) and any(_LABEL.search(cell) for cell in texts)


def is_same_table(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether two headers are of one table: cell for cell they have a form in common."""
    pairs = list(zip_longest(_without_tail(first), _without_tail(second), fillvalue=""))
    return all(not {*forms(cell)}.isdisjoint(forms(beside)) for cell, beside in pairs)


def _without_tail(cells: Sequence[str]) -> list[str]:
    """`cells` without the empty ones behind the last: a page may end its lines otherwise."""
    last = max((n for n, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return list(cells[:last])


def above_of(lines: str, before: str, *, alike: bool) -> str:
    """What stands above a table whose own lead-up is `lines`, below one with `before`.

    A page's title and number tell nothing of whose it is: a table with the headers of the one
    `before` it goes on with that one's, unless its own lines speak of an account or a holder.
    """
    if not lines:
        return before
    return f"{lines}\n{before}" if alike and not _HOLDER.search(lines) else lines


def prints(known_headers: Collection[str]) -> NDArray[np.uint64]:
    """The known headers up to a bracket, as sorted FNV-1a hashes of UTF-8, for the kernel."""
    stems = {_BRACKET.split(normal(word), maxsplit=1)[0] for word in known_headers} - {""}
    return np.array(sorted({_print(word) for word in stems}), np.uint64)


def _print(word: str) -> int:
    value = _OFFSET
    for byte in word.encode():
        value = ((value ^ byte) * _PRIME) & _MASK
    return value
