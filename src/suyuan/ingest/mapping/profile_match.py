"""Which table a file belongs to, and which of its columns is which of ours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from suyuan.ingest.formats.headers import forms, normal, present_forms
from suyuan.ingest.mapping.patterns import matches
from suyuan.ingest.mapping.profiles import ColumnSource, Profile
from suyuan.ingest.settings import FileSettings
from suyuan.model.columns import Column, Table
from suyuan.model.errors import InputError
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.text import Text

#: So many rows must have the shape of a profile for files without a header.
_SHAPE_ROWS = 20
#: So many of the headers that would do are named.
_ALTERNATIVES = 3
#: What headers look like under which a direction, or the other side, stands in any house's words.
_FLAG: Final = re.compile(
    r"借贷|借.?/.?贷|收付|收支|支收|进出|出入账|往来账|^dr/?cr|debit.{0,3}/?.{0,3}credit|^d/c$"
)
_PARTY: Final = re.compile(
    r"(对方|对手|交易方|收款|付款|汇款|counterpart|beneficiary|payee|payer|remitter).{0,6}"
    r"(账|帐|卡|户名|名称|姓名|account|name|id)"
)
#: Of two columns for the two directions.
_OUT_COLUMN: Final = re.compile(r"^(支出|借方|支取|取出|转出|付出|debit|withdraw|paidout|moneyout)")
_IN_COLUMN: Final = re.compile(r"^(收入|贷方|存入|转入|收进|credit|deposit|paidin|moneyin)")
#: And those that tell what a row was for.
_PURPOSE: Final = re.compile(
    r"摘要|说明|描述|用途|附言|备注|地点|场所|类型|名目|description|memo|narrative"
)
KNOWN_AT = PROVENANCE.column("known_at")


@dataclass(frozen=True, slots=True)
class Match:
    """A file's table, and which profile makes its rows.

    ``headers`` are the file's own, ``profile`` has a source for every one of our columns that
    the file can fill; ``missing_columns`` are required columns that it can't.
    """

    table: Table
    profile: Profile
    headers: tuple[str, ...]
    left_over: tuple[str, ...]
    missing_columns: tuple[str, ...]

    def position(self, header: str) -> int | None:
        """Where a column with this header stands: the first, or the second of ``account#2``."""
        name, mark, nth = normal(header).partition("#")
        if mark:
            alike = [n for n, h in enumerate(self.headers) if normal(h) == name]
            return alike[int(nth) - 1] if nth.isdigit() and len(alike) >= int(nth) else None
        exact = (n for n, h in enumerate(self.headers) if normal(h) == name)
        loose = (n for n, h in enumerate(self.headers) if name in forms(h))
        return next(exact, next(loose, None))

    @property
    def unread_columns(self) -> list[str]:
        """Columns left over that look like what a statement cannot do without, and lacks."""
        sides = self.profile.sides
        if sides is None:
            return []
        columns = [h for h in self.left_over if sides.signed and _FLAG.search(normal(h))]
        pair = [
            [h for h in self.left_over if side.search(normal(h))]
            for side in (_OUT_COLUMN, _IN_COLUMN)
        ]
        columns += [h for side in pair for h in side] if sides.signed and all(pair) else []
        parties = [h for source in sides.other for h in source.headers if self._is_party(h)]
        if not parties and len(self.headers) > 1:
            columns += [h for h in self.left_over if _PARTY.search(normal(h))]
        return list(dict.fromkeys(columns))

    def _is_party(self, header: str) -> bool:
        """Whether `header` is here, and names a side rather than tells what happened."""
        return self.position(header) is not None and not _PURPOSE.search(normal(header))

    @property
    def column_count(self) -> int:
        return len(self.profile.columns)


def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns that a file of `table` may have: its own, and ``known_at``."""
    return (*table.columns, KNOWN_AT)


def match(
    label: str, headers: Sequence[str], settings: FileSettings, profiles: Sequence[Profile]
) -> Match | None:
    """Match a file by case.toml, else by its header, else by its name; None if nothing fits.

    Raises :class:`InputError` where case.toml names a profile that there is not.
    """
    if settings.profile is not None and settings.profile != "standard":
        return _with(_profile_named(settings.profile, profiles), headers, settings)
    if settings.table is not None:
        return _standard(RECORDS[settings.table], headers, settings)
    table = _by_name(label)
    as_named = _standard(table, headers, settings) if table else None
    if as_named is not None and not as_named.missing_columns:
        return as_named
    candidates = [
        candidate
        for candidate in profiles
        if _knows(candidate, headers) and _has_name(candidate, label)
    ]
    if candidates:
        alternatives = [_with(profile, headers, settings) for profile in candidates]
        return max(
            alternatives,
            key=lambda m: (
                m.profile.of_case,
                not m.missing_columns,
                not m.unread_columns,
                *_fitness(m),
            ),
        )
    return _by_header(headers, settings) or as_named


def nearest(headers: Sequence[str], profiles: Sequence[Profile]) -> tuple[Profile, str] | None:
    """The profile that most of its own headers stand for, and the first alternatives it lacks.

    None where no profile has half of what it is known by.
    """
    present = present_forms(headers)
    best: tuple[float, int, Profile, list[str]] | None = None
    for profile in profiles:
        if not profile.known_by:  # known by the shape of its columns
            continue
        absent = [k for k in profile.known_by if not _there([k], present)]
        share = 1 - len(absent) / len(profile.known_by)
        if share >= 0.5 and (best is None or (share, len(profile.known_by)) > best[:2]):
            best = (share, len(profile.known_by), profile, absent)
    if best is None:
        return None
    missing_headers = ("/".join(header.split("|")[:_ALTERNATIVES]) for header in best[3])
    return best[2], ", ".join(missing_headers)


def columns_by_shape(
    rows: Sequence[Sequence[str]], profiles: Sequence[Profile]
) -> tuple[str, ...] | None:
    """The names of the columns of rows without a header, where a profile knows their shapes."""
    for profile in profiles:
        names = profile.columns_in_order
        if names and rows and all(_has_shape(row, profile) for row in rows[:_SHAPE_ROWS]):
            return names[: max(len(row) for row in rows)]
    return None


def _has_shape(row: Sequence[str], profile: Profile) -> bool:
    names = profile.columns_in_order
    if len(row) > len(names):
        return False
    cells = dict(zip(names, row, strict=False))
    shapes = profile.shapes.items()
    return all(name in cells and matches(shape, cells[name]) for name, shape in shapes)


def _fitness(candidate: Match) -> tuple[int, int]:
    return candidate.profile.fitness(candidate.headers)


def _knows(profile: Profile, headers: Sequence[str]) -> bool:
    if profile.columns_in_order:
        return tuple(headers) == profile.columns_in_order[: len(headers)]
    return profile.knows(headers)


def _has_name(profile: Profile, label: str) -> bool:
    """Whether the file is called as the profile asks, where it asks."""
    if profile.named is None:
        return True
    table = _by_name(label)
    return table is not None and table.name == profile.named


def _profile_named(name: str, profiles: Sequence[Profile]) -> Profile:
    for profile in profiles:
        if profile.name == name:
            return profile
    raise InputError(
        Text("No such profile.", "没有这个映射配置。"),
        value=name,
        hint=Text("Correct it in case.toml.", "请在 case.toml 中更正。"),
    )


def _by_name(label: str) -> Table | None:
    """``payments.csv``, ``payments-icbc-2019.xlsx``, ``payments/part-0.parquet``."""
    outer, _, member = label.partition("#")
    for path in (PurePosixPath(member), PurePosixPath(outer)):
        for word in (path.name, *reversed(path.parts[:-1])):
            stem = word.partition(".")[0].casefold()
            starts = [
                n for n in RECORDS if stem == n or stem.startswith((f"{n}-", f"{n}_", f"{n} "))
            ]
            if starts:
                return RECORDS[max(starts, key=len)]
    return None


def _by_header(headers: Sequence[str], settings: FileSettings) -> Match | None:
    """The one standard table whose required columns all stand in the header."""
    matches = [_standard(table, headers, settings) for table in RECORDS.values()]
    candidates = [m for m in matches if not m.missing_columns and m.column_count >= 2]
    if not candidates:
        return None
    best = max(m.column_count for m in candidates)
    first, *ties = (m for m in candidates if m.column_count == best)
    return None if ties else first


def _standard(table: Table, headers: Sequence[str], settings: FileSettings) -> Match:
    """The file as the standard table itself, with case.toml's own names for columns."""
    role_by_label = {normal(label): role for label, role in settings.columns.items()}
    names = {column.name for column in columns_of(table)}
    columns: dict[str, ColumnSource] = {}
    for header in headers:
        name = role_by_label.get(normal(header), normal(header))
        if name in names:
            columns.setdefault(name, ColumnSource((header,)))
    return _with(Profile("standard", Text("", ""), table.name, (), columns), headers, settings)


def _with(profile: Profile, headers: Sequence[str], settings: FileSettings) -> Match:
    table = RECORDS[profile.table]
    present = present_forms(headers)
    own_columns = {role: ColumnSource((label,)) for label, role in settings.columns.items()}
    columns = {
        role: source
        for role, source in {**profile.columns, **own_columns}.items()
        if not source.headers or source.line or _there(source.headers, present)
    }
    present_profile = replace(profile, columns=columns)
    ignorable = (
        profile.ignore | {normal(header) for header in settings.ignore} | present_profile.headers
    )
    left_over = [h.strip() for h in headers if h.strip() and not ignorable & {*forms(h)}]
    sides = present_profile.sides
    side_columns = {sides.giver, sides.taker} if sides else set()
    if sides and _there((*sides.signed, *sides.out_amount, *sides.in_amount), present):
        side_columns.add("amount")
    if "payment_id" in table.names and sides:  # statements often number nothing
        columns["payment_id"] = replace(columns.get("payment_id", ColumnSource()), line=True)
    missing_columns = [
        c.name for c in table if c.mandatory and c.name not in {*columns, *side_columns}
    ]
    return Match(table, present_profile, tuple(headers), tuple(left_over), tuple(missing_columns))


def _there(headers: Sequence[str], present: set[str]) -> bool:
    return any(normal(word) in present for header in headers for word in header.split("|"))
