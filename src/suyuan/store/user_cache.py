"""What is kept from run to run beside no case: compiled plans and kernels, in the user's cache."""

import os
import stat
from pathlib import Path
from typing import Final

#: ``off`` keeps nothing; a path is used instead of the user's own cache folder.
VARIABLE: Final = "SUYUAN_CACHE"


def user_cache(kind: str) -> Path | None:
    """The folder ``suyuan/<kind>`` of the user's cache (XDG), made if need be.

    None where caches are off, where it cannot be written, and where it belongs to somebody else or
    others may write into it: what stands there is run, so nobody else may put it there.
    """
    setting = os.environ.get(VARIABLE, "")
    if setting == "off":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = (Path(setting) if setting else Path(home) / "suyuan") / kind
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _private(folder) and os.access(folder, os.W_OK) else None
    except (OSError, RuntimeError):
        return None


def _private(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
