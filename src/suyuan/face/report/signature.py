"""Detached Ed25519 signatures (RFC 8032) of a manifest: who vouches for it, beside what it holds.

The keys are PEM files that the signer keeps elsewhere (``openssl genpkey -algorithm ed25519``).
"""

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.drafts import draft_of

SUFFIX = ".sig"


def sign(path: Path, private_key: Path) -> Path:
    """Write the signature of the file `path` beside it; raises InputError for an unusable key."""
    ed25519, serialization = _library()
    key = _load_key(serialization.load_pem_private_key, private_key, password=None)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _unusable(private_key)
    signature = path.with_name(path.name + SUFFIX)
    with draft_of(signature) as draft:
        draft.write_text(base64.b64encode(key.sign(path.read_bytes())).decode() + "\n", "ascii")
    return signature


def is_vouched(path: Path, public_key: Path) -> bool:
    """Whether the signature beside `path` is its own and of this key; none is as good as wrong."""
    ed25519, serialization = _library()
    key = _load_key(serialization.load_pem_public_key, public_key)
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise _unusable(public_key)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  # an extra

    try:
        signature = path.with_name(path.name + SUFFIX).read_text("ascii")
        key.verify(base64.b64decode(signature, validate=False), path.read_bytes())
    except (InvalidSignature, FileNotFoundError, UnicodeDecodeError, binascii.Error, ValueError):
        return False
    return True


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  # an extra
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            Text("Signatures need the library cryptography.", "签名需要 cryptography 库。"),
            hint=Text("pip install 'suyuan[signing]'", "pip install 'suyuan[signing]'"),
        ) from error
    return ed25519, serialization


def _load_key(load: Callable[..., Any], path: Path, **options: Any) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  # an extra

    try:
        return load(path.read_bytes(), **options)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable(path) from error


def _unusable(path: Path) -> InputError:
    return InputError(
        Text("This is not an Ed25519 key in PEM.", "这不是 PEM 格式的 Ed25519 密钥。"),
        value=path,
        hint=Text(
            "openssl genpkey -algorithm ed25519 -out key.pem makes one.",
            "可用 openssl genpkey -algorithm ed25519 -out key.pem 生成。",
        ),
    )
