"""Keyed 64-bit names of subjects, so that live state holds no number in clear.

BLAKE2b with a secret of the installation (RFC 7693); 0 stands for nobody. Twenty million subjects
share a key with a probability of about 1e-5.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

NOBODY = 0


class Keyring:
    """Turns ``kind:id`` into a 64-bit key under one secret."""

    def __init__(self, secret: bytes | None = None) -> None:
        self.secret = secret if secret is not None else secrets.token_bytes(32)
        self._keyed = hashlib.blake2b(digest_size=8, key=self.secret)

    def key(self, subject: str | None) -> int:
        """The key of `subject`; :data:`NOBODY` where there is none."""
        if not subject:
            return NOBODY
        hashed = self._keyed.copy()
        hashed.update(subject.encode())
        return int.from_bytes(hashed.digest(), "little") or 1

    def column(self, subjects: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """Keys of a column of subjects, uint64; each distinct one is hashed once."""
        whole = subjects.combine_chunks() if isinstance(subjects, pa.ChunkedArray) else subjects
        coded = whole.dictionary_encode()
        names: Iterable[str | None] = coded.dictionary.to_pylist()
        keys = np.fromiter((self.key(name) for name in names), np.uint64, len(coded.dictionary))
        places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.append(keys, np.uint64(NOBODY))[places]


def secret_in(folder: Path) -> bytes:
    """The secret of an installation, made on first use, readable by its owner only."""
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as target:
            target.write(secrets.token_bytes(32))
    return path.read_bytes()
