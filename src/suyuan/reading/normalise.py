"""Text made plain without moving a single character, so that places stay true."""

import re

from suyuan.reading.catalog import typos

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS = dict.fromkeys(map(ord, "\u3000\u00a0\t\r\v\f\u2002\u2003\u2009"), " ")
_MARKS = {ord(a): b for a, b in zip("〇○﹣–—﹕∶｡〔〕", "零零---::。()", strict=True)}
_PLAIN = _FULL_WIDTH | _BLANKS | _MARKS
# A letter O or l between digits is a slip for 0 or 1.
_LETTER_O = re.compile(r"(?<=\d)[Oo](?=\d)")
_LETTER_L = re.compile(r"(?<=\d)[lI](?=\d)")


def plain(text: str) -> str:
    """`text` with half-width signs and common slips put right; always of the same length."""
    result = text.translate(_PLAIN)
    result = _LETTER_L.sub("1", _LETTER_O.sub("0", result))
    slips = typos()
    return slips.pattern.sub(lambda match: slips.corrections[match[0]], result)
