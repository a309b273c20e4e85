"""How each class of value looks when it is masked: functions of one value, without context."""

import re
import unicodedata
from collections.abc import Callable, Collection

#: A number is shown by its ends where so many of its digits stay hidden in between.
SHOWN_FIRST, SHOWN_LAST, LEAST = 3, 4, 11
#: More stars than this tell nothing and fill a line.
MOST_STARS = 12
#: Characters of a cell whose shape is shown.
LONGEST_SHAPE = 24
_NUMBER = re.compile(r"\+?\d{11,}[Xx]?")
_PLATFORM = re.compile(r"[a-z][a-z_]{1,19}")
_PLACE = re.compile(r"\s*(?:[^\W\d]{2,7}?(?:特别行政区|自治区|省|市))")
_CODE = re.compile(r"[A-Z]{2,3}")
_WORD = re.compile(r"[A-Za-z]+|\d+|[\u3400-\u9fff]+|[^A-Za-z\d\u3400-\u9fff]+")


def mask_identifier(id_: str, tag: Callable[[str], str]) -> str:
    """``138****1234`` for a long number; else the first character and a tag that tells two apart.

    A platform in front (``qq:``) is kept. `tag` gives the keyed tag of a whole identifier.
    """
    platform, colon, login = id_.partition(":")
    if colon and login and _PLATFORM.fullmatch(platform):
        return f"{platform}:{_ends(login, id_, tag)}"
    return _ends(id_, id_, tag)


def _ends(text: str, whole: str, tag: Callable[[str], str]) -> str:
    if _NUMBER.fullmatch(text):
        stars = min(len(text) - SHOWN_FIRST - SHOWN_LAST, MOST_STARS)
        return text[:SHOWN_FIRST] + "*" * stars + text[-SHOWN_LAST:]
    return f"{text[:1]}**~{tag(whole)}" if text else ""


def mask_name(name: str) -> str:
    """The first character (a Chinese family name) only; not even how long the rest is."""
    return f"{name[:1]}**" if name else ""


def mask_address(address: str) -> str:
    """Province or city, where the address begins with one; the rest hidden."""
    place = _PLACE.match(address)
    return f"{place[0].strip() if place else ''}***" if address else ""


def mask_free(text: str) -> str:
    """That something is written, and how much; never a word of it."""
    return f"[{len(text):,} characters · {len(text):,}字]" if text else ""


def mask_cell(cell: str) -> str:
    """The shape of a cell: ``0`` a digit, ``a`` a letter, ``文`` any other; signs as they are."""
    shape = "".join(map(_shape, cell[:LONGEST_SHAPE]))
    return shape + ("…" if len(cell) > LONGEST_SHAPE else "")


def _shape(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind[0] == "N":
        return "0"
    if kind[0] in "LM":
        return "a" if sign.isascii() else "文"
    return " " if kind[0] in "ZC" else sign


def mask_code(code: str, words: Collection[str]) -> str:
    """`code` where it is one of the column's `words` or an ISO code; else its shape."""
    return code if code in words or _CODE.fullmatch(code) else mask_cell(code)


def mask_file(path: str, words: frozenset[str], tag: Callable[[str], str]) -> str:
    """Words that tables and sources are named by, and short numbers, stay; the rest like a name.

    Where something was hidden, a tag tells two such files apart.
    """
    label = "".join(
        part if _harmless(part) else _known_part(part, words) for part in _WORD.findall(path)
    )
    return label if label == path else f"{label}~{tag(path)}"


def _known_part(part: str, words: frozenset[str]) -> str:
    """`part` where it is a known word, or Chinese made of known words; unknown stretches masked."""
    if part.isascii():
        return part if part.lower() in words else mask_name(part)
    label, strange, place = "", "", 0
    while place < len(part):
        size = next((n for n in range(8, 1, -1) if part[place : place + n] in words), 0)
        if size:
            label, strange = label + mask_name(strange) + part[place : place + size], ""
        else:
            strange += part[place]
        place += size or 1
    return label + mask_name(strange)


def _harmless(part: str) -> bool:
    """A separator, a short number, or a date written together."""
    if part.isascii() and part.isdigit():
        return len(part) < 5 or bool(re.fullmatch(r"(?:19|20)\d{4}(?:\d{2})?", part))
    return not any(sign.isalnum() for sign in part)
