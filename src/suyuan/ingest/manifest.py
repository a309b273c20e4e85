"""What was read last time: so that only what changed is read again, and no file counts twice."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from suyuan.ingest.problems import Problem
from suyuan.ingest.sources import MANIFEST, Stamp
from suyuan.model.text import Text

#: Raised whenever what is written for the same input changes.
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Unit:
    """One table-bearing part of a file (the file itself, a member, a sheet) and what became of it.

    ``key`` names its Parquet; it is empty where nothing was stored.
    """

    file: str
    sha256: str
    key: str = ""
    parts: int = 0
    table: str | None = None
    profile: str | None = None
    rows_read: int = 0
    rows_kept: int = 0
    repaired: int = 0
    quarantined: int = 0
    columns_left_over: tuple[str, ...] = ()
    has_quality: bool = False
    has_sides: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the case folder as it was when it was read."""

    path: str
    sha256: str
    stamp: Stamp
    duplicate_of: str | None = None
    units: tuple[Unit, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """``recipe`` stands for all that the outcome depends on beside the files themselves."""

    recipe: str
    entries: dict[str, Entry] = field(default_factory=dict)


def read_manifest(out: Path, recipe: str) -> Manifest:
    """The manifest under `out`; an empty one where there is none, or none of this `recipe`."""
    try:
        given = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        if given["format"] != FORMAT or given["recipe"] != recipe:
            return Manifest(recipe)
        entries = [_entry(entry) for entry in given["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest(recipe)
    return Manifest(recipe, {entry.path: entry for entry in entries})


def write_manifest(out: Path, recipe: str, entries: Iterable[Entry]) -> None:
    """Put the manifest in place, whole or not at all."""
    target = out / MANIFEST
    content = {"format": FORMAT, "recipe": recipe, "files": [asdict(entry) for entry in entries]}
    partial = target.with_suffix(".json.tmp")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)


def _entry(given: dict[str, object]) -> Entry:
    units = given.pop("units")
    stamp = given.pop("stamp")
    problems = given.pop("problems")
    if not (isinstance(units, list) and isinstance(stamp, dict) and isinstance(problems, list)):
        raise TypeError("not a manifest")
    made = tuple(
        Unit(**(unit | {"columns_left_over": tuple(unit["columns_left_over"])})) for unit in units
    )
    told = tuple(Problem(**(problem | {"text": Text(**problem["text"])})) for problem in problems)
    return Entry(**given, stamp=Stamp(**stamp), units=made, problems=told)  # type: ignore[arg-type]
