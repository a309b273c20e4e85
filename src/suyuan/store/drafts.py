"""A file written whole or not at all: beside its place, then renamed."""

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A path to write to that takes the place of `path` at the end; nothing stays of a failure.

    It has the same suffix, by which some libraries choose the format. Whoever must find the file
    after a loss of power syncs the draft (:func:`write_text`).
    """
    draft = path.with_name(f".{os.getpid()}.{path.name}")
    _sweep(path)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove drafts of `path` whose writers were killed."""
    for leftover in path.parent.glob(f".*.{glob.escape(path.name)}"):
        writer = leftover.name[1:].partition(".")[0]
        if writer.isdigit() and not _runs(int(writer)):
            leftover.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_text(path: Path, text: str) -> None:
    """Put `text` (UTF-8) in place, on the disk, whole or not at all."""
    with draft_of(path) as draft, draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
