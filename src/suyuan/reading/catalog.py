"""The catalog's wording and fraud types, read once and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

from suyuan.model.catalog_files import read_catalog
from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.reading import wording_files

Shape = TypeVar("Shape")


def read(folder: str, name: str, shape: type[Shape]) -> Shape:
    """A file of the catalog; raises :class:`CatalogError` where it is not of `shape`."""
    return read_catalog(files("suyuan.catalog").joinpath(folder, name), shape)


def names(folder: str, prefix: str) -> list[str]:
    """The files of a catalog folder whose names begin with `prefix`, sorted."""
    entries = (entry.name for entry in files("suyuan.catalog").joinpath(folder).iterdir())
    return sorted(name for name in entries if name.startswith(prefix) and name.endswith(".yml"))


@dataclass(frozen=True, slots=True)
class Typos:
    """Slips of writing: one pattern over all, and what each is meant to be."""

    pattern: re.Pattern[str]
    corrections: Mapping[str, str]


@cache
def typos() -> Typos:
    corrections = read("wording", "typos.yml", wording_files.Typos)
    for slip, right in corrections.items():
        if len(slip) != len(right):
            raise catalog_error("wording/typos.yml", f"{slip} and {right} differ in length")
    # A class of first characters keeps the scan fast; the alternatives are tried only there.
    heads = "".join(sorted({slip[0] for slip in corrections}))
    return Typos(
        re.compile(f"(?=[{heads}])(?:{'|'.join(map(re.escape, corrections))})"), corrections
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the scheme and the cues by which it is told."""

    name: str
    title: Text
    cues: tuple[str, ...]
    but_not: tuple[str, ...]


@cache
def stages() -> tuple[Stage, ...]:
    """The stages of ``wording/stages.yml``, in its order."""
    return tuple(
        Stage(name, entry.title, entry.cues, entry.but_not)
        for name, entry in read("wording", "stages.yml", wording_files.Stages).items()
    )


def catalog_error(name: str, why: str) -> CatalogError:
    return CatalogError(
        Text("A file of the catalog cannot be used.", "目录文件无法使用。"),
        value=f"{name}: {why}",
    )
