"""Which table a file belongs to, and which of its columns is which of ours."""

import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from suyuan.ingest.settings import FileSettings
from suyuan.model.columns import Column, Table
from suyuan.model.records import PROVENANCE, RECORDS

KNOWN_AT = PROVENANCE.column("known_at")


@dataclass(frozen=True, slots=True)
class Match:
    """A file's table, and for each of its columns found there, the position in the file."""

    table: Table
    profile: str
    headers: tuple[str, ...]
    positions: dict[str, int]
    left_over: tuple[str, ...]
    #: required columns that the file does not have
    lacking: tuple[str, ...] = field(default=())

    def header(self, column: str) -> str:
        """Our `column` in the file's own words."""
        return self.headers[self.positions[column]].strip()


def normal(header: str) -> str:
    """A header as it is compared: width, case and spaces don't count."""
    return "".join(unicodedata.normalize("NFKC", header).split()).strip("\ufeff").casefold()


def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns that a file of `table` may have: its own, and ``known_at``."""
    return (*table.columns, KNOWN_AT)


def match(shown: str, headers: list[str], given: FileSettings) -> Match | None:
    """Match a file by case.toml, else by its header, else by its name; None if nothing fits."""
    if given.table is not None:
        return _as(RECORDS[given.table], headers, given)
    named = _by_name(shown)
    if named is not None:
        fitting = _as(named, headers, given)
        if not fitting.lacking:
            return fitting
    headed = _by_header(headers, given)
    if headed is not None:
        return headed
    return _as(named, headers, given) if named is not None else None


def _by_name(shown: str) -> Table | None:
    """``payments.csv``, ``payments-icbc-2019.xlsx``, ``payments/part-0.parquet``."""
    outer, _, member = shown.partition("#")
    for path in (PurePosixPath(member), PurePosixPath(outer)):
        for word in (path.name, *(part for part in reversed(path.parts[:-1]))):
            stem = word.partition(".")[0].casefold()
            fitting = [n for n in RECORDS if stem == n or stem.startswith((f"{n}-", f"{n}_", f"{n} "))]
            if fitting:
                return RECORDS[max(fitting, key=len)]
    return None


def _by_header(headers: list[str], given: FileSettings) -> Match | None:
    """The one standard table whose required columns all stand in the header."""
    matches = [_as(table, headers, given) for table in RECORDS.values()]
    fitting = [m for m in matches if not m.lacking and len(m.positions) >= 2]
    if not fitting:
        return None
    best = max(len(m.positions) for m in fitting)
    first, *others = (m for m in fitting if len(m.positions) == best)
    return None if others else first


def _as(table: Table, headers: list[str], given: FileSettings) -> Match:
    renamed = {normal(theirs): ours for theirs, ours in given.columns.items()}
    ignored = {normal(header) for header in given.ignore}
    ours = {column.name for column in columns_of(table)}
    positions: dict[str, int] = {}
    left_over: list[str] = []
    for position, header in enumerate(headers):
        name = renamed.get(normal(header), normal(header))
        if name in ours and name not in positions:
            positions[name] = position
        elif normal(header) not in ignored and header.strip():
            left_over.append(header.strip())
    lacking = tuple(c.name for c in table if c.required and c.name not in positions)
    return Match(table, "standard", tuple(headers), positions, tuple(left_over), lacking)
