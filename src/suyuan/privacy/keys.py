"""The case's secret: ids and orders that leave are made with it, so that nobody can undo them.

A hash of an identifier gives the identifier back to anyone who hashes all eleven digits; a keyed
hash (HMAC, RFC 2104) does not, as long as the key stays with the case.
"""

import base64
import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from suyuan.store.drafts import write_bytes
from suyuan.store.layout import Layout

#: Where the key lies in the output folder, readable by its owner only.
NAME = ".case-key"
BYTES = 32


@dataclass(frozen=True, slots=True)
class CaseKey:
    """A secret of one case; ``repr`` never shows it."""

    secret: bytes

    def __repr__(self) -> str:
        return "CaseKey(…)"

    def digest(self, use: str, text: str) -> str:
        """32 hex digits for `text`, the same within a case; `use` keeps two uses apart."""
        return self._mac(use, text).hex()[:32]

    def tag(self, text: str) -> str:
        """Four letters and digits that tell two masked values of one case apart."""
        return base64.b32encode(self._mac("tag", text)).decode("ascii")[:4].lower()

    def _mac(self, use: str, text: str) -> bytes:
        message = f"{use}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, message, hashlib.sha256).digest()


def passing_key() -> CaseKey:
    """A key that nobody keeps: for what is shown without an output folder."""
    return CaseKey(secrets.token_bytes(BYTES))


def case_key(layout: Layout) -> CaseKey:
    """The key of this output folder, made where there is none yet.

    Where the folder cannot be written, a key that nobody keeps.
    """
    path = layout.out / NAME
    try:
        return _read(path) or _new(path)
    except (PermissionError, FileNotFoundError, NotADirectoryError):
        return passing_key()


def _read(path: Path) -> CaseKey | None:
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        return None
    return CaseKey(secret) if len(secret) == BYTES else None


def _new(path: Path) -> CaseKey:
    """Of two processes both take the first one's; what is no key is written over."""
    no_key = path.exists() and _read(path) is None
    with suppress(FileExistsError):
        write_bytes(path, secrets.token_bytes(BYTES), 0o600, fresh=not no_key)
    return _read(path) or passing_key()
