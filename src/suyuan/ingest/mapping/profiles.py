"""Mapping profiles: how an export of a bank, wallet, carrier or shop becomes standard rows.

A profile is a YAML file of ``catalog/profiles/`` (or of ``profiles/`` in a case folder). It is
known by its headers, says for each of our columns where it comes from, and names what is ignored;
what is left over is reported.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml

from suyuan.ingest.formats.headers import normal
from suyuan.model.errors import CatalogError
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.text import Text

CASE_PROFILES: Final = "profiles"
_UNITS: Final = frozenset({"day", "hour", "minute", "second"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where one of our columns comes from.

    ``headers`` are alternatives, the first with something in the cell wins; with ``join`` they
    are put together with a space. ``values`` translates cells, ``find`` keeps what the first
    group of a pattern finds. ``step`` reads a number as so many units since ``since``.
    ``side`` fills the cell only on rows that go ``out`` of (or ``in`` to) the statement's own
    account. ``line`` makes an id of the row's place; ``constant`` is the same on every row.
    """

    headers: tuple[str, ...] = ()
    join: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    find: str | None = None
    step: str | None = None
    since: str | None = None
    side: str | None = None
    line: bool = False
    constant: str | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """How rows told from one account's point of view become rows from one side to the other.

    ``giver`` and ``taker`` are our columns. ``own`` and ``other`` are headers; where no column
    has the own account, ``own_above`` is a pattern for the text above the header. The direction
    is told by a column (``direction`` with its words for out and in), by the sign of ``signed``,
    or by which of the two amount columns is filled. ``balance`` is the own balance afterwards.
    """

    giver: str
    taker: str
    own: tuple[str, ...]
    own_above: str | None
    other: tuple[str, ...]
    direction: tuple[str, ...] = ()
    out_words: tuple[str, ...] = ()
    in_words: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    out_amount: tuple[str, ...] = ()
    in_amount: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of export."""

    name: str
    title: Text
    table: str
    known_by: tuple[str, ...]
    columns: Mapping[str, Source]
    ignore: frozenset[str] = frozenset()
    sides: Sides | None = None
    footers: tuple[str, ...] = ()

    @property
    def headers(self) -> frozenset[str]:
        """Every header that the profile has a use for, in comparable form."""
        used = {h for source in self.columns.values() for h in source.headers}
        if self.sides:
            sides = self.sides
            used.update(sides.own, sides.other)
            used.update(sides.direction, sides.signed, sides.balance)
            used.update(sides.out_amount, sides.in_amount)
        return frozenset(normal(header) for header in used)

    def knows(self, headers: Sequence[str]) -> bool:
        """Whether all the headers it is known by (each may be ``a|b``) are there."""
        present = {normal(header) for header in headers}
        return all(
            any(normal(word) in present for word in known.split("|")) for known in self.known_by
        )


@cache
def shipped() -> tuple[Profile, ...]:
    """The profiles of the catalog, in order of name."""
    folder = resources.files("suyuan.catalog") / "profiles"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yml")), key=lambda f: f.name)
    return tuple(parse(file.read_text(encoding="utf-8"), file.name[:-4]) for file in files)


def profiles_of(case: Path) -> tuple[Profile, ...]:
    """The case's own profiles, then those of the catalog."""
    folder = case / CASE_PROFILES
    own = sorted(folder.glob("*.yml")) if folder.is_dir() else []
    return (*(parse(path.read_text(encoding="utf-8"), path.stem) for path in own), *shipped())


def parse(text: str, name: str) -> Profile:
    """Read a profile; raises :class:`CatalogError` where it is not well formed."""
    try:
        given = yaml.safe_load(text)
        profile = _profile(given, name)
        _check(profile)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise CatalogError(
            Text(f"Profile {name} is not well formed.", f"映射配置 {name} 格式有误。"),
            value=error,
            hint=Text("See docs/ingest.md for what goes in.", "写法见 docs/ingest.md。"),
        ) from error
    return profile


def _profile(given: dict[str, Any], name: str) -> Profile:
    title = given.get("title", {"en": name, "zh": name})
    constants = {ours: Source(constant=str(v)) for ours, v in given.get("constants", {}).items()}
    return Profile(
        name=name,
        title=Text(title["en"], title["zh"]),
        table=given["table"],
        known_by=tuple(given["known_by"]),
        columns={ours: _source(v) for ours, v in given.get("columns", {}).items()} | constants,
        ignore=frozenset(normal(str(header)) for header in given.get("ignore", [])),
        sides=_sides(given["sides"]) if "sides" in given else None,
        footers=tuple(given.get("footers", [])),
    )


def _source(given: object) -> Source:
    if isinstance(given, str):
        return Source((given,))
    if isinstance(given, list):
        return Source(tuple(given))
    if not isinstance(given, dict):
        raise TypeError(f"not a column: {given!r}")
    headers = given.get("join", given.get("from", ()))
    return Source(
        headers=_words(headers),
        join="join" in given,
        values={str(k): str(v) for k, v in given.get("values", {}).items()},
        find=given.get("find"),
        step=given.get("step"),
        since=str(given["since"]) if "since" in given else None,
        side=given.get("side"),
        line=bool(given.get("line", False)),
        prefix=given.get("prefix", ""),
    )


def _sides(given: dict[str, Any]) -> Sides:
    direction = given.get("direction", {})
    return Sides(
        giver=given["giver"],
        taker=given["taker"],
        own=_words(given.get("own", ())),
        own_above=given.get("own_above"),
        other=_words(given["other"]),
        direction=_words(direction.get("from", ())),
        out_words=_words(direction.get("out", ())),
        in_words=_words(direction.get("in", ())),
        signed=_words(given.get("signed", ())),
        out_amount=_words(given.get("out_amount", ())),
        in_amount=_words(given.get("in_amount", ())),
        balance=_words(given.get("balance", ())),
        prefix=given.get("prefix", ""),
    )


def _words(given: object) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(str(word) for word in given)  # type: ignore[attr-defined]


def _check(profile: Profile) -> None:
    table = RECORDS[profile.table]
    ours = {*table.names, PROVENANCE.columns[0].name}
    sides = profile.sides
    named = {*profile.columns, *((sides.giver, sides.taker) if sides else ())}
    if unknown := named - ours:
        raise ValueError(f"no such column in {profile.table}: {', '.join(sorted(unknown))}")
    for source in profile.columns.values():
        if source.step is not None and source.step not in _UNITS:
            raise ValueError(f"step is one of {', '.join(sorted(_UNITS))}")
        if source.side not in {None, "out", "in"}:
            raise ValueError("side is out or in")
        re.compile(source.find or "")
    if sides:
        re.compile(sides.own_above or "")
    for footer in profile.footers:
        re.compile(footer)
