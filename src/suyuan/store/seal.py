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


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal_file(path: Path, old_seal: Seal | None = None) -> Seal:
    """The seal of `path` as it is; a `old_seal` one is kept where the file is still untouched."""
    status = path.stat()
    if old_seal is not None and _is_untouched(status, old_seal):
        return old_seal
    return Seal(
        status.st_size, file_digest(path), status.st_ino, status.st_mtime_ns, status.st_ctime_ns
    )


def intact(path: Path, seal: Seal, *, read: bool = False) -> bool:
    """Whether `path` holds what was sealed; with `read` its bytes are asked in any case."""
    try:
        status = path.stat()
        if status.st_size != seal.size:
            return False
        if not seal.sha256:
            return status.st_mtime_ns == seal.mtime_ns
        return (not read and _is_untouched(status, seal)) or file_digest(path) == seal.sha256
    except OSError:
        return False


def _is_untouched(status: os.stat_result, seal: Seal) -> bool:
    now = (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    return now == (seal.size, seal.inode, seal.mtime_ns, seal.ctime_ns)


def seals_of(
    base: Path, paths: Iterable[Path], old_seals: Mapping[str, Seal] | None = None
) -> dict[str, Seal]:
    """Seals by path relative to `base`."""
    files = {path.relative_to(base).as_posix(): path for path in sorted(paths)}
    return {name: seal_file(path, (old_seals or {}).get(name)) for name, path in files.items()}


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
