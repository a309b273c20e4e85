"""Personal fields sealed with a key for each person; destroying the key erases them (extra office).

AES-GCM (NIST SP 800-38D) under a random key a person, itself wrapped by the office's master key.
The ledger's hash runs over what is sealed, so the chain stays whole when a person is erased.
"""

import base64
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from suyuan.model.errors import EngineError, InputError
from suyuan.model.text import Text
from suyuan.store.drafts import write_once
from suyuan.store.ledger.seam import LedgerTransaction

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS secret (
  owner TEXT NOT NULL PRIMARY KEY, wrapped TEXT, destroyed TEXT) STRICT;
"""
_MARK = "sealed"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Sealer:
    """The office's master key; ``repr`` never shows it."""

    master: bytes

    def __repr__(self) -> str:
        return "Sealer(…)"

    def owner(self, person: str) -> str:
        """The name under which a person's key is kept: keyed, so that it does not name anyone."""
        return hmac.new(self.master, f"owner\0{person}".encode(), "sha256").hexdigest()[:32]

    def seal(self, transaction: LedgerTransaction, person: str, value: str) -> dict[str, str]:
        """`value` sealed for `person`; refused where that person was erased."""
        owner = self.owner(person)
        key = self._key(transaction, owner)
        if key is None:
            raise InputError(
                Text(
                    "This person's data were erased; nothing more is stored.",
                    "该人员信息已销毁，不再留存。",
                ),
                hint=Text("Begin a new matter.", "请另立事项。"),
            )
        nonce = secrets.token_bytes(_NONCE)
        box = _cipher(key).encrypt(nonce, value.encode(), owner.encode())
        return {_MARK: base64.b64encode(nonce + box).decode(), "owner": owner}

    def read(self, transaction: LedgerTransaction, envelope: Mapping[str, Any]) -> str | None:
        """What was sealed; None where its key was destroyed."""
        rows = transaction.execute(
            "SELECT wrapped FROM secret WHERE owner = ?", (envelope["owner"],)
        )
        if not rows or rows[0][0] is None:
            return None
        key = self._unwrap(rows[0][0], envelope["owner"])
        box = base64.b64decode(envelope[_MARK])
        plain: bytes = _cipher(key).decrypt(box[:_NONCE], box[_NONCE:], envelope["owner"].encode())
        return plain.decode()

    def erase(self, transaction: LedgerTransaction, person: str, at: str) -> bool:
        """Destroy a person's key; True where there was one. Nobody can undo this."""
        owner = self.owner(person)
        owners = transaction.execute(
            "UPDATE secret SET wrapped = NULL, destroyed = ? WHERE owner = ?"
            " AND wrapped IS NOT NULL RETURNING owner",
            (at, owner),
        )
        return bool(owners)

    def _key(self, transaction: LedgerTransaction, owner: str) -> bytes | None:
        rows = transaction.execute("SELECT wrapped FROM secret WHERE owner = ?", (owner,))
        if rows:
            return None if rows[0][0] is None else self._unwrap(rows[0][0], owner)
        key = secrets.token_bytes(32)
        nonce = secrets.token_bytes(_NONCE)
        wrapped_key = base64.b64encode(
            nonce + _cipher(self.master).encrypt(nonce, key, owner.encode())
        )
        transaction.execute("INSERT INTO secret VALUES (?, ?, NULL)", (owner, wrapped_key.decode()))
        return key

    def _unwrap(self, wrapped_key: str, owner: str) -> bytes:
        box = base64.b64decode(wrapped_key)
        key: bytes = _cipher(self.master).decrypt(box[:_NONCE], box[_NONCE:], owner.encode())
        return key


def is_sealed(value: object) -> bool:
    return isinstance(value, dict) and _MARK in value


def _cipher(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415  # an extra
            AESGCM,
        )
    except ImportError as error:
        raise EngineError(
            Text(
                "Sealing personal fields needs the extra `office`.",
                "个人信息加密需安装 office 扩展。",
            ),
            hint=Text("pip install 'suyuan[office]'", "pip install 'suyuan[office]'"),
        ) from error
    return AESGCM(key)


def master_key(path: Path) -> Sealer:
    """The key in `path`, made where there is none; readable by its owner only."""
    return Sealer(write_once(path, secrets.token_bytes(32), 0o600))
