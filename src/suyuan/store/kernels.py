"""Where compiled kernels are kept: the user's cache, by the kernels' own source."""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from suyuan.store.user_cache import user_cache

#: Folders of kernels of other sources that stay beside the one in use.
_FOLDER_LIMIT: Final = 4
_VARIABLE: Final = "NUMBA_CACHE_DIR"
_COMPILE_MARK: Final = "investigated"


def place_kernels(package: Path) -> None:
    """Let Numba keep what it compiles outside `package`, unless the user has named a place.

    Numba itself looks at a kernel's own file only. One that calls a kernel of another file would go
    on with the old one when that is changed, and fail where it was renamed: so every change of any
    kernel's file begins a folder of its own. To be called before Numba is first imported.
    """
    if _VARIABLE in os.environ or (folder := user_cache("kernels")) is None:
        return
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text:
            digest.update(f"{path.relative_to(package)} {len(text)}\n".encode() + text)
    own = folder / digest.hexdigest()[:16]
    try:
        new = not own.exists()
        own.mkdir(exist_ok=True)
        if new:
            _let_go(folder, own)
    except OSError:
        return
    os.environ[_VARIABLE] = str(own)


def is_compiled() -> bool:
    """Whether a whole investigation has run with these kernels; True where none are kept."""
    place = os.environ.get(_VARIABLE)
    return place is None or (Path(place) / _COMPILE_MARK).exists()


def note_compiled() -> None:
    """Note that all kernels of an investigation are there."""
    with suppress(OSError):
        if place := os.environ.get(_VARIABLE):
            (Path(place) / _COMPILE_MARK).touch()


def _let_go(folder: Path, own: Path) -> None:
    folders = sorted((p for p in folder.iterdir() if p != own), key=lambda p: p.stat().st_mtime)
    for old in folders[:-_FOLDER_LIMIT]:
        shutil.rmtree(old, ignore_errors=True)
