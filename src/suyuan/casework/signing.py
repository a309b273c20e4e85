"""Ed25519 (RFC 8032) for packets and answers; the private key never leaves the office's folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from suyuan.model.errors import EngineError, InputError
from suyuan.model.text import Text
from suyuan.store.drafts import write_once

FILE: Final = ".office-signing-key"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class OfficeKey:
    """A private key; ``repr`` never shows it."""

    secret: bytes

    def __repr__(self) -> str:
        return "OfficeKey(…)"

    @property
    def public(self) -> str:
        """The public key, 64 hex digits: give it to whoever gets packets."""
        raw: bytes = self._private().public_key().public_bytes_raw()
        return raw.hex()

    def sign(self, content: bytes) -> str:
        signature: bytes = self._private().sign(content)
        return signature.hex()

    def _private(self) -> Any:
        return _ed25519().Ed25519PrivateKey.from_private_bytes(self.secret)


def signed_by(public: str, content: bytes, signature: str) -> bool:
    """True where `signature` over `content` was made with the private key of `public`."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # an extra

    try:
        key = _ed25519().Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def office_key(folder: Path) -> OfficeKey:
    """The office's signing key, made where there is none; readable by its owner only."""
    path = folder / FILE
    secret = write_once(path, os.urandom(_BYTES), 0o600)
    if len(secret) != _BYTES:
        raise InputError(Text("The signing key cannot be used.", "签名密钥无法使用。"), value=path)
    return OfficeKey(secret)


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise EngineError(
            Text("Signing needs the extra `office`.", "签名需安装 office 扩展。"),
            hint=Text("pip install 'suyuan[office]'", "pip install 'suyuan[office]'"),
        ) from error
    return ed25519


Keys = Mapping[str, str]  # party → public key
