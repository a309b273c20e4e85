"""An identifier as people type it, made as records hold it; what cannot be is refused."""

import re
import unicodedata
from typing import Final

from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: Full-width signs (０ to ９, Ａ to ｚ, ：, ＊ …) and the same in ASCII; and the wide space.
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DIGIT_GROUPS: Final = re.compile(r"\+?\d[\d \-\u2010-\u2015()]{5,}\d")
_APART: Final = re.compile(r"[ \-\u2010-\u2015()]")
#: Signs that stand for a digit somewhere and are none here: ², ①, Ⅳ, ٣ …
_STRANGE: Final = frozenset({"No", "Nl"})


def normal_identifier(text: str) -> str:
    """`text` in narrow signs, a grouped number in one piece.

    Raises :class:`InputError` for signs that look like digits and are none.
    """
    narrow = text.translate(_NARROW).strip()
    strange = [
        sign
        for sign in narrow
        if unicodedata.category(sign) in _STRANGE or (sign.isdecimal() and not sign.isascii())
    ]
    if strange:
        raise InputError(
            Text(
                "Some characters look like digits but are not.", "其中有形似数字而不是数字的字符。"
            ),
            value=" ".join(strange),
            hint=Text("Type the number in plain digits.", "请用普通数字输入。"),
        )
    return _APART.sub("", narrow) if _DIGIT_GROUPS.fullmatch(narrow) else narrow


def masked_number(text: str) -> InputError:
    """What is said of a number with stars in it, which stands for many."""
    return InputError(
        Text(
            "A number with hidden digits matches many numbers; it cannot be looked up.",
            "含掩码的号码对应许多号码，无法查询。",
        ),
        value=text,
        hint=Text(
            "Give the whole number; `match` finds masked rows that fit it.",
            "请给出完整号码；match 会找出与之相符的掩码记录。",
        ),
    )
