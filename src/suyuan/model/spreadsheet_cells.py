"""Text that a spreadsheet takes for text."""

from typing import Final

#: A cell that begins with one of these may run as a formula (OWASP, CSV injection), the full-width
#: ones where the spreadsheet is set to Chinese.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """`text` as it may stand in a cell: after an apostrophe where it could be a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
