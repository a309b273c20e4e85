"""Which table a file belongs to, and which of its columns is which of ours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from suyuan.ingest.formats.headers import normal
from suyuan.ingest.mapping.profiles import Profile, Source
from suyuan.ingest.settings import FileSettings
from suyuan.model.columns import Column, Table
from suyuan.model.errors import InputError
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.text import Text

KNOWN_AT = PROVENANCE.column("known_at")


@dataclass(frozen=True, slots=True)
class Match:
    """A file's table, and which profile makes its rows.

    ``headers`` are the file's own, ``profile`` has a source for every one of our columns that
    the file can fill; ``lacking`` are required columns that it can't.
    """

    table: Table
    profile: Profile
    headers: tuple[str, ...]
    left_over: tuple[str, ...]
    lacking: tuple[str, ...]

    def position(self, header: str) -> int | None:
        """Where a column with this header stands (the first, if several)."""
        wanted = normal(header)
        return next((n for n, h in enumerate(self.headers) if normal(h) == wanted), None)

    @property
    def filled(self) -> int:
        return len(self.profile.columns)


def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns that a file of `table` may have: its own, and ``known_at``."""
    return (*table.columns, KNOWN_AT)


def match(
    shown: str, headers: Sequence[str], given: FileSettings, profiles: Sequence[Profile]
) -> Match | None:
    """Match a file by case.toml, else by its header, else by its name; None if nothing fits.

    Raises :class:`InputError` where case.toml names a profile that there is not.
    """
    if given.profile is not None and given.profile != "standard":
        return _with(_named(given.profile, profiles), headers, given)
    if given.table is not None:
        return _standard(RECORDS[given.table], headers, given)
    named = _by_name(shown)
    as_named = _standard(named, headers, given) if named else None
    if as_named is not None and not as_named.lacking:
        return as_named
    known = [profile for profile in profiles if profile.knows(headers)]
    if known:
        return _with(max(known, key=lambda profile: len(profile.known_by)), headers, given)
    return _by_header(headers, given) or as_named


def _named(name: str, profiles: Sequence[Profile]) -> Profile:
    for profile in profiles:
        if profile.name == name:
            return profile
    raise InputError(
        Text("There is no such profile.", "没有这个映射配置。"),
        value=name,
        hint=Text("Correct it in case.toml.", "请在 case.toml 中更正。"),
    )


def _by_name(shown: str) -> Table | None:
    """``payments.csv``, ``payments-icbc-2019.xlsx``, ``payments/part-0.parquet``."""
    outer, _, member = shown.partition("#")
    for path in (PurePosixPath(member), PurePosixPath(outer)):
        for word in (path.name, *reversed(path.parts[:-1])):
            stem = word.partition(".")[0].casefold()
            starts = [
                n for n in RECORDS if stem == n or stem.startswith((f"{n}-", f"{n}_", f"{n} "))
            ]
            if starts:
                return RECORDS[max(starts, key=len)]
    return None


def _by_header(headers: Sequence[str], given: FileSettings) -> Match | None:
    """The one standard table whose required columns all stand in the header."""
    matches = [_standard(table, headers, given) for table in RECORDS.values()]
    fitting = [m for m in matches if not m.lacking and m.filled >= 2]
    if not fitting:
        return None
    best = max(m.filled for m in fitting)
    first, *others = (m for m in fitting if m.filled == best)
    return None if others else first


def _standard(table: Table, headers: Sequence[str], given: FileSettings) -> Match:
    """The file as the standard table itself, with case.toml's own names for columns."""
    renamed = {normal(theirs): ours for theirs, ours in given.columns.items()}
    ours = {column.name for column in columns_of(table)}
    columns: dict[str, Source] = {}
    for header in headers:
        name = renamed.get(normal(header), normal(header))
        if name in ours:
            columns.setdefault(name, Source((header,)))
    return _with(Profile("standard", Text("", ""), table.name, (), columns), headers, given)


def _with(profile: Profile, headers: Sequence[str], given: FileSettings) -> Match:
    table = RECORDS[profile.table]
    present = {normal(header) for header in headers}
    renamed = {ours: Source((theirs,)) for theirs, ours in given.columns.items()}
    columns = {
        ours: source
        for ours, source in {**profile.columns, **renamed}.items()
        if not source.headers or any(normal(header) in present for header in source.headers)
    }
    narrowed = replace(profile, columns=columns)
    ignored = profile.ignore | {normal(header) for header in given.ignore} | narrowed.headers
    left_over = [h.strip() for h in headers if h.strip() and normal(h) not in ignored]
    sides = narrowed.sides
    sided = {sides.giver, sides.taker} if sides else set()
    if sides and (sides.signed or sides.out_amount):
        sided.add("amount")
    if "payment_id" in table.names and sides:  # statements often number nothing
        columns["payment_id"] = replace(columns.get("payment_id", Source()), line=True)
    lacking = [c.name for c in table if c.required and c.name not in {*columns, *sided}]
    return Match(table, narrowed, tuple(headers), tuple(left_over), tuple(lacking))
