"""Profiles read from YAML: the catalog's, and those of a case folder.

A profile of a case may have been written by anyone: it holds no aliases (which a few lines can
make endless), it is small, and its patterns run in an engine without backtracking (RE2).
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml

from suyuan.ingest.formats.headers import normal
from suyuan.ingest.mapping.patterns import check_pattern
from suyuan.ingest.mapping.profiles import UNITS, ColumnSource, LayoutOrigin, Profile, Sides
from suyuan.model.errors import CatalogError
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.text import Text
from suyuan.model.yaml_text import SAFE_LOADER, plain_data

CASE_PROFILES: Final = "profiles"
_STEPS: Final = frozenset({"day", "hour", "minute", "second"})
_OUTCOMES: Final = frozenset({"out", "in", "inside"})
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
    try:
        if len(text) > _LONGEST:
            raise ValueError(f"longer than {_LONGEST:,} characters")
        _check_shape(text)
        profile = _profile(plain_data(text), name)
        _check(profile)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
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


def _profile(content: dict[str, Any], name: str) -> Profile:
    title = content.get("title", {"en": name, "zh": name})
    constants = {
        role: ColumnSource(constant=str(v)) for role, v in content.get("constants", {}).items()
    }
    provenance = {key: str(value) for key, value in content.get("seen", {}).items()}
    return Profile(
        name=name,
        title=Text(title["en"], title["zh"]),
        table=content["table"],
        known_by=tuple(content.get("known_by", ())),
        columns={role: _source(v) for role, v in content.get("columns", {}).items()} | constants,
        ignore=frozenset(normal(str(header)) for header in content.get("ignore", [])),
        sides=_sides(content["sides"]) if "sides" in content else None,
        footers=tuple(content.get("footers", [])),
        columns_in_order=_words(content.get("columns_in_order", ())),
        shapes={str(k): str(v) for k, v in content.get("shapes", {}).items()},
        day_rows=bool(content.get("day_rows", False)),
        named=content.get("named"),
        row_has=_words(content.get("row_has", ())),
        units={normal(str(k)): str(v) for k, v in content.get("units", {}).items()},
        day_order=content.get("day_order"),
        origin=LayoutOrigin(**provenance),
    )


def _source(content: object) -> ColumnSource:
    if isinstance(content, str):
        return ColumnSource((content,))
    if isinstance(content, list):
        return ColumnSource(tuple(content))
    if not isinstance(content, dict):
        raise TypeError(f"not a column: {content!r}")
    headers = content.get("join", content.get("from", ()))
    return ColumnSource(
        headers=_words(headers),
        join="join" in content,
        values={str(k): str(v) for k, v in content.get("values", {}).items()},
        find=content.get("find"),
        step=content.get("step"),
        since=str(content["since"]) if "since" in content else None,
        side=content.get("side"),
        line=bool(content.get("line", False)),
        prefix=content.get("prefix", ""),
        not_own=bool(content.get("not_own", False)),
        unsigned=bool(content.get("unsigned", False)),
    )


def _parties(content: object) -> tuple[ColumnSource, ...]:
    """Sources of an own or other account, each a header or a mapping with a pattern."""
    items = content if isinstance(content, list) else [content]
    return tuple(_source(str(item) if isinstance(item, int) else item) for item in items)


def _sides(content: dict[str, Any]) -> Sides:
    direction = content.get("direction", {})
    return Sides(
        giver=content["giver"],
        taker=content["taker"],
        own=_parties(content.get("own", [])),
        own_above=content.get("own_above"),
        other=_parties(content["other"]),
        direction=_words(direction.get("from", ())),
        out_words=_words(direction.get("out", ())),
        in_words=_words(direction.get("in", ())),
        signed=_words(content.get("signed", ())),
        inverted=bool(content.get("inverted", False)),
        doubtful=bool(content.get("doubtful", False)),
        out_amount=_words(content.get("out_amount", ())),
        in_amount=_words(content.get("in_amount", ())),
        balance=_words(content.get("balance", ())),
        prefix=content.get("prefix", ""),
        own_in_name=bool(content.get("own_in_name", True)),
        neutral=tuple((way, pattern) for way, pattern in content.get("neutral", [])),
        neutral_from=_words(content.get("neutral_from", ())),
    )


def _words(content: object) -> tuple[str, ...]:
    return (content,) if isinstance(content, str) else tuple(str(word) for word in content)  # type: ignore[attr-defined]


def _check(profile: Profile) -> None:
    table = RECORDS[profile.table]
    role = {*table.names, PROVENANCE.columns[0].name}
    sides = profile.sides
    names = {*profile.columns, *((sides.giver, sides.taker) if sides else ())}
    if unknown_names := names - role:
        raise ValueError(f"no such column in {profile.table}: {', '.join(sorted(unknown_names))}")
    if not (profile.known_by or profile.columns_in_order):
        raise ValueError("known_by is missing")
    if profile.day_order not in {None, "dmy", "mdy"}:
        raise ValueError("day_order is dmy or mdy")
    if unknown_names := {*profile.units.values()} - UNITS:
        raise ValueError(f"no such unit: {', '.join(sorted(unknown_names))}")
    sources = [*profile.columns.values(), *((*sides.own, *sides.other) if sides else ())]
    for source in sources:
        _check_source(source)
    for pattern in _patterns(profile):
        check_pattern(pattern)


def _check_source(source: ColumnSource) -> None:
    if source.step is not None and source.step not in _STEPS:
        raise ValueError(f"step is one of {', '.join(sorted(_STEPS))}")
    if source.side not in {None, "out", "in"}:
        raise ValueError("side is out or in")
    check_pattern(source.find or "")


def _patterns(profile: Profile) -> list[str]:
    sides = profile.sides
    patterns = [*profile.footers, *profile.shapes.values()]
    if sides:
        if wrong := {way for way, _ in sides.neutral} - _OUTCOMES:
            raise ValueError(f"neutral tells out, in or inside, not {', '.join(sorted(wrong))}")
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
