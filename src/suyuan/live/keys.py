"""Keyed 64-bit names of subjects, so that live state holds no number in clear.

BLAKE2b with a secret of the installation (RFC 7693); 0 stands for nobody. Twenty million subjects
share a key with a probability of about 1e-5.
"""

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.store.drafts import write_once

NO_SUBJECT = 0


class Keyring:
    """Turns ``kind:id`` into a 64-bit key under one secret."""

    def __init__(self, secret: bytes | None = None) -> None:
        self.secret = secret if secret is not None else secrets.token_bytes(32)
        self._keyed = hashlib.blake2b(digest_size=8, key=self.secret)

    def key(self, subject: str | None) -> int:
        """The key of `subject`; :data:`NO_SUBJECT` where there is none."""
        if not subject:
            return NO_SUBJECT
        digest = self._keyed.copy()
        digest.update(subject.encode())
        return int.from_bytes(digest.digest(), "little") or 1

    def column(self, subjects: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """Keys of a column of subjects, uint64; each distinct one is hashed once."""
        whole = subjects.combine_chunks() if isinstance(subjects, pa.ChunkedArray) else subjects
        codes = whole.dictionary_encode()
        names: Iterable[str | None] = codes.dictionary.to_pylist()
        keys = np.fromiter((self.key(name) for name in names), np.uint64, len(codes.dictionary))
        places = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.append(keys, np.uint64(NO_SUBJECT))[places]


def secret_in(folder: Path) -> bytes:
    """The secret of an installation, made on first use, readable by its owner only."""
    path = folder / "secret"
    folder.mkdir(parents=True, exist_ok=True)
    return write_once(path, secrets.token_bytes(32), 0o600)
