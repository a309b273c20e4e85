"""Profiles read from YAML: the catalog's, and those of a case folder.

A profile of a case may have been written by anyone: it holds no aliases (which a few lines can
make endless), it is small, and its patterns run in an engine without backtracking (RE2).
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import yaml

from suyuan.ingest.formats.headers import normal
from suyuan.ingest.mapping.patterns import check_pattern
from suyuan.ingest.mapping.profile_entries import ProfileFile, several, source_of
from suyuan.ingest.mapping.profiles import UNITS, ColumnSource, LayoutOrigin, Profile
from suyuan.model.catalog_files import SAFE_LOADER, as_shape, plain_text
from suyuan.model.errors import CatalogError
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.text import Text

CASE_PROFILES: Final = "profiles"
#: No profile is longer, in characters.
_LONGEST: Final = 100_000
#: And none is nested deeper.
_DEEPEST: Final = 20


@cache
def catalog_profiles() -> tuple[Profile, ...]:
    """The profiles of the catalog, in order of name."""
    folder = resources.files("suyuan.catalog") / "profiles"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yml")), key=lambda f: f.name
    )
    return tuple(
        parse(file.read_text(encoding="utf-8"), file.name.removesuffix(".yml")) for file in files
    )


def profiles_of(case: Path) -> tuple[Profile, ...]:
    """The profiles of a case: its own first, then those of the catalog."""
    folder = case / CASE_PROFILES
    paths = sorted(path for path in folder.glob("*.yml") if path.is_file())
    own = (parse(_text(path), path.stem) for path in paths)
    return (*(replace(profile, of_case=True) for profile in own), *catalog_profiles())


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(_LONGEST + 1)
    except UnicodeDecodeError as error:
        raise _format_error(path.stem, error) from error


def parse(text: str, name: str) -> Profile:
    """Read a profile; raises :class:`CatalogError` where it is not well formed."""
    where = f"{name}.yml"
    try:
        if len(text) > _LONGEST:
            raise ValueError(f"longer than {_LONGEST:,} characters")
        _check_shape(text)
        content = plain_text(text, where, words=True)
        profile = _profile(as_shape(content, ProfileFile, where, words=True), name)
        _check(profile)
    except (yaml.YAMLError, ValueError) as error:
        raise _format_error(name, error) from error
    return profile


def _check_shape(text: str) -> None:
    """Refuse aliases, and nesting that no profile has: the loader has no bound of its own."""
    depth = 0
    for event in yaml.parse(text, SAFE_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("aliases are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")


def _format_error(name: str, error: object) -> CatalogError:
    return CatalogError(
        Text(f"Profile {name} is not well formed.", f"映射配置 {name} 格式有误。"),
        value=error,
        hint=Text("See docs/ingest.md for what goes in.", "写法见 docs/ingest.md。"),
    )


def _profile(file: ProfileFile, name: str) -> Profile:
    columns = {role: source_of(entry) for role, entry in file.columns.items()}
    constants = {role: ColumnSource(constant=value) for role, value in file.constants.items()}
    return Profile(
        name=name,
        title=file.title or Text(name, name),
        table=file.table,
        known_by=several(file.known_by),
        columns=columns | constants,
        ignore=frozenset(normal(header) for header in file.ignore),
        sides=None if file.sides is None else file.sides.sides,
        footers=several(file.footers),
        columns_in_order=several(file.columns_in_order),
        shapes=file.shapes,
        day_rows=file.day_rows,
        named=file.file_word,
        row_has=several(file.row_has),
        units={normal(header): unit for header, unit in file.units.items()},
        day_order=file.day_order,
        origin=LayoutOrigin(file.origin.house, file.origin.version, file.origin.where),
    )


def _check(profile: Profile) -> None:
    if profile.table not in RECORDS:
        raise ValueError(f"no such table: {profile.table}")
    table = RECORDS[profile.table]
    role = {*table.names, PROVENANCE.columns[0].name}
    sides = profile.sides
    names = {*profile.columns, *((sides.giver, sides.taker) if sides else ())}
    if unknown_names := names - role:
        raise ValueError(f"no such column in {profile.table}: {', '.join(sorted(unknown_names))}")
    if not (profile.known_by or profile.columns_in_order):
        raise ValueError("known_by is missing")
    if unknown_names := {*profile.units.values()} - UNITS:
        raise ValueError(f"no such unit: {', '.join(sorted(unknown_names))}")
    for pattern in _patterns(profile):
        check_pattern(pattern)


def _patterns(profile: Profile) -> list[str]:
    sides = profile.sides
    sources = [*profile.columns.values(), *((*sides.own, *sides.other) if sides else ())]
    patterns = [*profile.footers, *profile.shapes.values(), *(s.find or "" for s in sources)]
    if sides:
        patterns += [sides.own_above or "", *(pattern for _, pattern in sides.neutral)]
    return patterns


def sources_by_column(profile: Profile) -> Mapping[str, tuple[str, ...]]:
    """For each of our columns the headers that it is taken from: what the documentation lists."""
    headers = {role: source.headers for role, source in profile.columns.items() if source.headers}
    sides = profile.sides
    if sides:
        headers[sides.giver] = tuple(h for source in sides.own for h in source.headers)
        headers[sides.taker] = tuple(h for source in sides.other for h in source.headers)
        amounts = (*sides.signed, *sides.out_amount, *sides.in_amount)
        if amounts:
            headers["amount"] = amounts
    return headers
