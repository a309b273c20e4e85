"""What a file was when it was written, so that another one in its place is seen.

A seal holds a file's size and SHA-256, and its inode, mtime and ctime: while these three are the
same nobody wrote to it (ctime cannot be set), and it need not be read to be believed.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Seal:
    """One file: what it holds, and what the file system knew of it.

    ``sha256`` is empty for a file that nobody read and that is too large to be read for this alone.
    """

    size: int
    sha256: str
    inode: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sealed(path: Path, known: Seal | None = None) -> Seal:
    """The seal of `path` as it is; a `known` one is kept where the file is still untouched."""
    status = path.stat()
    if known is not None and _untouched(status, known):
        return known
    return Seal(status.st_size, digest(path), status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def intact(path: Path, seal: Seal, *, read: bool = False) -> bool:
    """Whether `path` holds what was sealed; with `read` its bytes are asked in any case."""
    try:
        status = path.stat()
        if status.st_size != seal.size:
            return False
        if not seal.sha256:
            return status.st_mtime_ns == seal.mtime_ns
        return (not read and _untouched(status, seal)) or digest(path) == seal.sha256
    except OSError:
        return False


def _untouched(status: os.stat_result, seal: Seal) -> bool:
    now = (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    return now == (seal.size, seal.inode, seal.mtime_ns, seal.ctime_ns)


def seals_of(
    base: Path, paths: Iterable[Path], known: Mapping[str, Seal] | None = None
) -> dict[str, Seal]:
    """Seals by path relative to `base`."""
    named = {path.relative_to(base).as_posix(): path for path in sorted(paths)}
    return {name: sealed(path, (known or {}).get(name)) for name, path in named.items()}


def content_digest(seals: Mapping[str, Seal]) -> str:
    """One hash over names and contents: the same in a copy of the folder."""
    canonical = json.dumps({name: seal.sha256 for name, seal in sorted(seals.items())})
    return hashlib.sha256(canonical.encode()).hexdigest()


def to_json(seals: Mapping[str, Seal]) -> dict[str, dict[str, Any]]:
    return {name: asdict(seal) for name, seal in sorted(seals.items())}


def from_json(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Seal]:
    """Raises TypeError, ValueError or AttributeError where `entries` is no such thing."""
    seals = {str(name): Seal(**entry) for name, entry in entries.items()}
    for seal in seals.values():
        if not (isinstance(seal.sha256, str) and isinstance(seal.size, int)):
            raise TypeError("not a seal")
    return seals
