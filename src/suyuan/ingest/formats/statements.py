"""Statements in the banks' own exchange formats: MT940, MT942, camt.052 to .054, OFX.

Each becomes one table of entries under headers of ours, which the profile ``statement-formats``
maps. camt is XML, whose safe reader comes with the extra ``statements``.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from suyuan.ingest.formats.camt import read_camt
from suyuan.ingest.formats.entries import HEADERS, Statement
from suyuan.ingest.formats.line_count import BREACH
from suyuan.ingest.formats.mt940 import read_mt940
from suyuan.ingest.formats.ofx import read_ofx
from suyuan.model.errors import InputError
from suyuan.model.text import Text

__all__ = ["HEADERS", "format_of", "read_statement", "refused_format"]

_LIMIT: Final = 256 << 20
_HEAD: Final = 8192
_MT940: Final = re.compile(rb"(?m)^:20:[^\r\n]*\r?\n(?::[^\r\n]*\r?\n)*?:25P?:")
_REFUSED_FORMATS: Final[Sequence[tuple[re.Pattern[bytes], str]]] = (
    (re.compile(rb"\s*!(Type|Account|Option)[:!]", re.IGNORECASE), "QIF"),
    (re.compile(rb"\s*01,[^,\r\n]*,[^,\r\n]*,\d{6},\d{4},[^\r\n]*/?\s*\r?\n02,"), "BAI2"),
)


def format_of(head: bytes) -> str | None:
    """Which of the formats a file begins like; None for anything else."""
    start = head[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"OFXHEADER") or (
        start.startswith(b"<") and re.search(rb"<OFX>|<\?OFX ", start, re.IGNORECASE)
    ):
        return "ofx"
    if start.startswith(b"<") and (match := re.search(rb"camt\.05[234]\.", start)):
        return match[0].decode().rstrip(".")
    if start.startswith((b"{1:", b":20:")) or _MT940.search(head[:_HEAD].replace(b"\r\r\n", b"\n")):
        return "mt940" if b":25" in head else None
    return None


def refused_format(head: bytes) -> str | None:
    """A format of accounting that is known and not read, by its name."""
    start = head[:_HEAD].lstrip(b"\xef\xbb\xbf")
    return next((name for pattern, name in _REFUSED_FORMATS if pattern.match(start)), None)


def read_statement(path: Path, kind: str) -> Statement:
    """The entries of the statement at `path`.

    Raises :class:`InputError` where it is broken.
    """
    if path.stat().st_size > _LIMIT:
        raise InputError(_TOO_LARGE, value=path.stat().st_size)
    try:
        if kind.startswith("camt"):
            document = read_camt(path)
        else:
            text = _text(path.read_bytes())
            document = read_mt940(text) if kind == "mt940" else read_ofx(text)
    except InputError:
        raise
    except Exception as error:  # hostile bytes lead an XML reader into errors of many kinds
        raise InputError(_BROKEN_STATEMENT, value=f"{kind}: {error}") from error
    if missing_count := _count_missing(kind, document):
        raise InputError(BREACH, value=f"{missing_count:,} of {document.entry_count:,}")
    if not document.entries and kind != "mt940" and document.entry_count == 0:
        raise InputError(_NO_ENTRIES, value=kind)
    return document


def _count_missing(kind: str, statement: Statement) -> int:
    """How many of the entries that the file begins became no row; a bad one is a bad row."""
    if kind.startswith("camt"):  # an entry may hold several payments; lines count entries
        lines = {entry.line for entry in statement.entries}
        return len({*range(1, statement.entry_count + 1)} - lines)
    return max(statement.entry_count - len(statement.entries), 0)


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


_BROKEN_STATEMENT = Text("This statement is not well formed.", "该对账单格式有误。")
_NO_ENTRIES = Text("This statement holds no entry.", "该对账单中没有分录。")
_TOO_LARGE = Text("This statement is too large to be read.", "该对账单过大，无法读取。")
