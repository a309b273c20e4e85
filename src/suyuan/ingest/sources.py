"""What lies in a case folder: the files that are input, and why the others are not."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from suyuan.ingest import settings
from suyuan.ingest.problems import Problem
from suyuan.model.text import Text
from suyuan.store.layout import Layout

#: Endings that are read; what a file really holds is told by its first bytes.
READ: Final = frozenset(
    {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet", ".pq", ".zip"}
    | {".sta", ".mt940", ".940", ".942", ".xml", ".ofx", ".qfx", ".qif", ".htm"}
)
#: What lies beside the data in many case folders and is no one's loss.
_BESIDE: Final = frozenset({".md", ".toml", ".yml", ".yaml", ".py"})
_BESIDE_NAMES: Final = frozenset({"license", "readme", "notice", "metadata.txt", "readme.txt"})


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells, without reading it, that a file is still the same."""

    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the case.

    ``label`` is its POSIX path in the case folder (``file#member`` within an archive),
    ``path`` where its bytes lie now.
    """

    label: str
    path: Path
    stamp: Stamp
    sha256: str


def stamp_of(path: Path) -> Stamp:
    status = path.stat()
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def find(case: Path, out: Path, problems: list[Problem]) -> list[tuple[str, Path]]:
    """Every input file under `case`, as (path in the case, path), in order of name.

    `out` and earlier outputs are left out. What is refused is added to `problems`.
    """
    root, own = case.resolve(), out.resolve()
    files: list[tuple[str, Path]] = []
    for path in _walk(root, own, root, problems):
        label = readable(path.relative_to(root))
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            problems.append(Problem(label, _OUTSIDE, "quarantined"))
        elif not path.is_file():  # a link to a pipe, or to nothing
            problems.append(Problem(label, _NO_FILE, "quarantined"))
        elif path.suffix.lower() in {*READ, ""} and path.name.lower() not in _BESIDE_NAMES:
            files.append((label, path))
        elif not _beside(path):
            problems.append(Problem(label, UNKNOWN_KIND, "kept"))
    return files


def readable(path: Path) -> str:
    """A path as people read it: names written in GBK, as every Chinese zip has them, decoded."""
    raw = os.fsencode(path.as_posix())
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _walk(folder: Path, own: Path, root: Path, problems: list[Problem]) -> Iterator[Path]:
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        path = Path(entry.path)
        label = readable(path.relative_to(root))
        if entry.name.startswith("."):
            problems.append(Problem(label, _HIDDEN_FILE, "kept"))
        elif not entry.is_dir():
            if entry.is_file() or entry.is_symlink():
                yield path
            else:
                problems.append(Problem(label, _NO_FILE, "quarantined"))
        elif entry.is_symlink():
            problems.append(Problem(label, _LINKED_FOLDER, "kept"))
        elif path.resolve() == own or (path == root / "suyuan" and _is_output(path)):
            continue  # where results stand by default: a run elsewhere must not differ by it
        elif _is_output(path) or path == root / "suyuan":
            problems.append(Problem(label, _OWN_OUTPUT, "kept"))
        else:
            yield from _walk(path, own, root, problems)


def _is_output(folder: Path) -> bool:
    return Layout(folder).parse_manifest.exists()


def _beside(path: Path) -> bool:
    name = path.name.lower()
    return (
        name == settings.NAME
        or path.suffix.lower() in _BESIDE
        or path.stem.lower() in _BESIDE_NAMES
    ) or name in _BESIDE_NAMES


_OUTSIDE = Text(
    "a link that points outside the case folder; not followed", "指向案件文件夹之外的链接，未读取"
)
_HIDDEN_FILE = Text("a hidden file or folder; not read", "隐藏文件或文件夹，未读取")
_NO_FILE = Text(
    "not a regular file (a pipe, a device, a link to nothing); not opened",
    "不是普通文件（管道、设备或失效链接），未打开",
)
_OWN_OUTPUT = Text(
    "a folder that looks like an output of this program; nothing in it was read",
    "该文件夹形似本程序的输出，其中内容均未读取",
)
_LINKED_FOLDER = Text("a link to a folder; not followed", "指向文件夹的链接，未读取")
UNKNOWN_KIND = Text(
    "not a kind of file that is read; if it holds a table, name it .csv, .txt or .xlsx",
    "不是可读取的文件类型；若为表格，请将扩展名改为 .csv、.txt 或 .xlsx",
)
