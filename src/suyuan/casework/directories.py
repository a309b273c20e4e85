"""Lists that procedures look things up in: licence items, registration points."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import msgspec

from suyuan.model.catalog_files import as_shape, plain
from suyuan.model.errors import CatalogError
from suyuan.model.text import Text


class DirectorySource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a list comes from, and how well that was read."""

    document: Text
    quality: str
    note: Text | None = None


class Directory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of entries with texts in named columns; each has an ``id`` and a ``title``."""

    id: str
    title: Text
    source: DirectorySource
    columns: dict[str, Text]
    entries: list[dict[str, str | Text]]

    def value(self, entry: str, column: str) -> str | None:
        """What stands in a column of an entry; None where there is no such entry."""
        for row in self.entries:
            if row["id"] == entry:
                cell = row.get(column)
                return cell if isinstance(cell, str) else None
        return None

    def search(self, words: str = "", **columns: str) -> list[dict[str, str | Text]]:
        """The entries that hold all `words` somewhere and have these values in `columns`."""
        return [
            row
            for row in self.entries
            if all(row.get(name) == value for name, value in columns.items())
            and all(word in _row_text(row) for word in words.lower().split())
        ]


def _row_text(row: Mapping[str, str | Text]) -> str:
    cells = [f"{c.en} {c.zh}" if isinstance(c, Text) else c for c in row.values()]
    return " ".join(cells).lower()


@cache
def load_directories() -> Mapping[str, Directory]:
    """The directories of the catalog by id."""
    with as_file(files("suyuan.catalog") / "directories") as folder:
        directories = [read_directory(path) for path in sorted(folder.glob("*.yml"))]
    return {directory.id: directory for directory in directories}


def read_directory(path: Path) -> Directory:
    """The directory of a file; raises :class:`CatalogError`."""
    directory = as_shape(plain(path), Directory, path.name)
    ids = [row.get("id") for row in directory.entries]
    keys = {"id", "title", *directory.columns}
    if directory.id != path.stem or len(set(ids)) != len(ids):
        raise _wrong(
            path, "ids are not those of the file, or stand twice", "标识与文件名不符或重复"
        )
    if any(row.keys() != keys or not isinstance(row["title"], Text) for row in directory.entries):
        raise _wrong(path, "an entry lacks a column or has one too many", "条目缺列或多列")
    return directory


def _wrong(path: Path, en: str, zh: str) -> CatalogError:
    return CatalogError(
        Text(f"A directory cannot be used: {en}.", f"名录无法使用：{zh}。"), value=path.name
    )
