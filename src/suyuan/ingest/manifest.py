"""What was read last time: so that only what changed is read again, and no file counts twice."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from suyuan.ingest.problems import Problem
from suyuan.ingest.sources import Stamp
from suyuan.model.text import Text
from suyuan.store.drafts import write_text
from suyuan.store.layout import Layout

#: Raised whenever what is written for the same input changes.
FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """One table-bearing part of a file (the file itself, a member, a sheet) and what became of it.

    ``key`` names its Parquet; it is empty where nothing was stored. Of a statement: ``own`` whose
    it is and ``own_from`` how that is known, the first and last time (naive UTC, ISO 8601), what
    went and came (fen), balances that follow and that contradict. ``lines`` is what the file holds,
    and what became of it.
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
    no_rows: int = 0
    own: str | None = None
    own_from: Text | None = None
    first: str | None = None
    last: str | None = None
    gone: int = 0
    come: int = 0
    confirmed: int = 0
    refuted: int = 0


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One file of the case folder as it was when it was read."""

    path: str
    sha256: str
    stamp: Stamp
    duplicate_of: str | None = None
    units: tuple[Unit, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportManifest:
    """``recipe`` stands for all that the outcome depends on beside the files themselves."""

    recipe: str
    entries: dict[str, ManifestEntry] = field(default_factory=dict)


def read_manifest(out: Path, recipe: str) -> ImportManifest:
    """The manifest under `out`; an empty one where there is none, or none of this `recipe`."""
    try:
        fields = json.loads(Layout(out).parse_manifest.read_text(encoding="utf-8"))
        if fields["format"] != FORMAT or fields["recipe"] != recipe:
            return ImportManifest(recipe)
        entries = [_entry(entry) for entry in fields["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return ImportManifest(recipe)
    return ImportManifest(recipe, {entry.path: entry for entry in entries})


def write_manifest(out: Path, recipe: str, entries: Iterable[ManifestEntry]) -> None:
    """Put the manifest in place, whole or not at all."""
    content = {"format": FORMAT, "recipe": recipe, "files": [asdict(entry) for entry in entries]}
    write_text(Layout(out).parse_manifest, json.dumps(content, ensure_ascii=False, indent=1))


def _entry(fields: dict[str, object]) -> ManifestEntry:
    units = fields.pop("units")
    stamp = fields.pop("stamp")
    problems = fields.pop("problems")
    if not (isinstance(units, list) and isinstance(stamp, dict) and isinstance(problems, list)):
        raise TypeError("not a manifest")
    unit_records = tuple(_unit(unit) for unit in units)
    remarks = tuple(
        Problem(**(problem | {"text": Text(**problem["text"])})) for problem in problems
    )
    return ManifestEntry(**fields, stamp=Stamp(**stamp), units=unit_records, problems=remarks)  # type: ignore[arg-type]


def _unit(fields: dict[str, Any]) -> Unit:
    how = fields["own_from"]
    remarks = {"own_from": Text(**how) if how else None}
    return Unit(**(fields | remarks | {"columns_left_over": tuple(fields["columns_left_over"])}))
