"""What people write about themselves: identity numbers, names, phones; refused with a sentence."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final

from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: GB 11643-1999: weights of ISO/IEC 7064 MOD 11-2, and the check character of each remainder.
_WEIGHTS: Final = tuple(2**place % 11 for place in range(17, 0, -1))
_CHECKS: Final = "10X98765432"
_DOTS: Final = "·•・‧・."
_MOST_LETTERS: Final = 50


def check_field(kind: str, text: str) -> str:
    """`text` as stored; raises :class:`InputError` that says what is wrong with it."""
    return _CHECK[kind](text.strip())


def identity(text: str) -> str:
    """An 18-digit number of an identity card: digits, a day of birth that there is, the check."""
    number = unicodedata.normalize("NFKC", text).upper().replace(" ", "")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise _wrong("An identity number has 18 digits.", "身份证号应为18位，末位可为X。")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise _wrong(
            "The date of birth in the identity number does not exist.",
            "身份证号中的出生日期不存在，请核对第7至14位。",
        ) from error
    total = sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False))
    if _CHECKS[total % 11] != number[17]:
        raise _wrong(
            "The check digit of the identity number does not match: a digit is wrong.",
            "身份证号校验码不符，请核对是否有数字填错。",
        )
    return number


def name(text: str) -> str:
    """A name as it is written: letters of any script, rare characters too, dots and spaces."""
    if not text or len(text) > _MOST_LETTERS:
        raise _wrong(
            f"A name has 1 to {_MOST_LETTERS} characters.", f"姓名应为1至{_MOST_LETTERS}个字。"
        )
    strange = [c for c in text if not (_letter(c) or c in _DOTS or c in " -'")]
    if strange or not any(map(_letter, text)):
        excerpt = "".join(strange) or text
        raise _wrong(
            f"A name cannot contain: {excerpt}",
            f"姓名中不能有：{excerpt}。生僻字请直接输入，不要用拼音或符号代替。",
        )
    return text


def phone(text: str) -> str:
    """A mobile number of eleven digits."""
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    number = number.removeprefix("+86")
    if not re.fullmatch(r"1[0-9]{10}", number):
        raise _wrong(
            "A mobile number has 11 digits and begins with 1.", "手机号应为1开头的11位数字。"
        )
    return number


def sha256(text: str) -> str:
    """A SHA-256 as 64 hexadecimal digits, small."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise _wrong("A SHA-256 has 64 hexadecimal digits.", "SHA-256 应为64位十六进制数字。")
    return text.lower()


def _letter(character: str) -> bool:
    # A character that this Python's tables do not know yet may be a rare one of a newer Unicode.
    return unicodedata.category(character)[0] in "LM" or 0x20000 <= ord(character) < 0x40000


def _wrong(en: str, zh: str) -> InputError:
    # What was written is personal: it is not repeated in the error.
    return InputError(Text(en, zh))


_CHECK: Final[dict[str, Callable[[str], str]]] = {
    "identity": identity,
    "name": name,
    "phone": phone,
    "sha256": sha256,
}
