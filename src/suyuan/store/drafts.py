"""A file written whole or not at all: beside its place, then renamed. No room does it by itself."""

import glob
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def draft_of(
    path: Path, mode: int | None = None, *, sync: bool = False, fresh: bool = False
) -> Iterator[Path]:
    """A path to write to that takes the place of `path` at the end; nothing stays of a failure.

    It has the same suffix, by which some libraries choose the format. `mode` are its rights from
    the first byte on; with `sync` it is on the disk before it is in place. With `fresh` what stands
    at `path` stays: of two writers the first wins, the other gets a :class:`FileExistsError`.
    """
    draft = path.with_name(f".{os.getpid()}-{threading.get_ident()}.{path.name}")
    draft.unlink(missing_ok=True)
    _sweep(path)
    try:
        if mode is not None:
            draft.touch(mode, exist_ok=False)
        yield draft
        if sync:
            _sync(draft)
        if fresh:
            _link(draft, path)
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_bytes(
    path: Path, content: bytes, mode: int | None = None, *, fresh: bool = False
) -> None:
    """Put `content` in place, on the disk, whole or not at all (:func:`draft_of`)."""
    with draft_of(path, mode, sync=True, fresh=fresh) as draft:
        draft.write_bytes(content)


def write_text(path: Path, text: str, mode: int | None = None) -> None:
    """Put `text` (UTF-8) in place, on the disk, whole or not at all."""
    write_bytes(path, text.encode(), mode)


def write_once(path: Path, content: bytes, mode: int | None = None) -> bytes:
    """What stands at `path`: of several writers the first one's `content`, for all of them."""
    if not path.exists():
        with suppress(FileExistsError):
            write_bytes(path, content, mode, fresh=True)
    return path.read_bytes()


def put(draft: Path, target: Path) -> None:
    """Put a whole file that was written elsewhere on the same disk in place of `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)


def is_draft(path: Path) -> bool:
    """Whether a file of this name is nobody's result: a draft, or what a killed writer left."""
    return path.name.startswith(".")


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path) from None
        draft.replace(path)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sweep(path: Path) -> None:
    """Remove drafts of `path` whose writers were killed."""
    for leftover in path.parent.glob(f".*.{glob.escape(path.name)}"):
        writer = leftover.name[1:].partition(".")[0].partition("-")[0]
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
