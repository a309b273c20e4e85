"""The catalog's wording and fraud types, read once and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from suyuan.model.errors import CatalogError
from suyuan.model.text import Text
from suyuan.model.yaml_text import plain_data


def load(*path: str) -> dict[str, Any]:
    """A YAML mapping of the catalog; :class:`CatalogError` where it is none."""
    name = "/".join(path)
    try:
        content = plain_data(files("suyuan.catalog").joinpath(*path).read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise catalog_error(name, str(error)) from error
    if not isinstance(content, dict):
        raise catalog_error(name, "not a mapping")
    return content


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
    corrections = {str(slip): str(right) for slip, right in load("wording", "typos.yml").items()}
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
        Stage(
            name, Text(entry["en"], entry["zh"]), tuple(entry["cues"]), tuple(entry.get("not", ()))
        )
        for name, entry in load("wording", "stages.yml").items()
    )


def catalog_error(name: str, why: str) -> CatalogError:
    return CatalogError(
        Text("A file of the catalog cannot be used.", "目录文件无法使用。"),
        value=f"{name}: {why}",
    )
