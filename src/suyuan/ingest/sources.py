"""What lies in a case folder: the files that are input, and why the others are not."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from suyuan.ingest import settings
from suyuan.ingest.problems import Problem
from suyuan.model.text import Text

#: Endings that are read; what a file really holds is told by its first bytes.
READ: Final = frozenset(
    {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet", ".pq", ".zip"}
    | {".sta", ".mt940", ".940", ".xml", ".ofx", ".qfx"}
)
#: What lies beside the data in many case folders and is no one's loss.
_BESIDE: Final = frozenset({".md", ".toml", ".yml", ".yaml", ".py", ".html"})
_BESIDE_NAMES: Final = frozenset({"license", "readme", "notice", "metadata.txt", "readme.txt"})
MANIFEST: Final = "records/manifest.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells, without reading it, that a file is still the same."""

    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the case.

    ``shown`` is its POSIX path in the case folder (``file#member`` within an archive),
    ``path`` where its bytes lie now.
    """

    shown: str
    path: Path
    stamp: Stamp
    sha256: str


def source_key(shown: str, sha256: str) -> str:
    """The sixteen hex digits that stand for a file (or member) with its content."""
    return hashlib.sha256(f"{shown}\0{sha256}".encode()).hexdigest()[:16]


def stamp_of(path: Path) -> Stamp:
    status = path.stat()
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find(case: Path, out: Path, problems: list[Problem]) -> list[tuple[str, Path]]:
    """Every input file under `case`, as (path in the case, path), in order of name.

    `out` and earlier outputs are left out. What is refused is added to `problems`.
    """
    root, own = case.resolve(), out.resolve()
    found: list[tuple[str, Path]] = []
    for path in _walk(root, own, root, problems):
        shown = path.relative_to(root).as_posix()
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            problems.append(Problem(shown, _OUTSIDE, "quarantined"))
        elif path.suffix.lower() in READ and path.name.lower() not in _BESIDE_NAMES:
            found.append((shown, path))
        elif not _beside(path):
            problems.append(Problem(shown, UNKNOWN_KIND, "kept"))
    return found


def _walk(folder: Path, own: Path, root: Path, problems: list[Problem]) -> Iterator[Path]:
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            if entry.is_file() or entry.is_symlink():
                yield path
        elif entry.is_symlink():
            problems.append(Problem(path.relative_to(root).as_posix(), _LINKED_FOLDER, "kept"))
        elif path.resolve() != own and not (path / MANIFEST).exists() and path != root / "suyuan":
            yield from _walk(path, own, root, problems)


def _beside(path: Path) -> bool:
    name = path.name.lower()
    return (
        name == settings.NAME
        or path.suffix.lower() in _BESIDE
        or path.stem.lower() in _BESIDE_NAMES
    ) or name in _BESIDE_NAMES


_OUTSIDE = Text(
    "a link that leads out of the case folder; not followed", "指向卷宗文件夹之外的链接,未读取"
)
_LINKED_FOLDER = Text("a link to a folder; not followed", "指向文件夹的链接,未读取")
UNKNOWN_KIND = Text("not a kind of file that is read", "不是可读取的文件类型")
