"""A mapping proposed for a file that no profile knows, from its headers and what its cells hold.

The proposal is shown with samples, corrected by a person, and written as a profile; nothing is
read by a proposal alone.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from suyuan.ingest.formats.headers import normal
from suyuan.ingest.formats.layout import HEAD, rows_of, sniff
from suyuan.ingest.formats.parquet_reader import headers_of, samples_of
from suyuan.ingest.formats.xlsx_reader import read_sheets, sheet_samples
from suyuan.ingest.mapping.directions import Direction, find_direction
from suyuan.ingest.mapping.matching import columns_of
from suyuan.ingest.mapping.profiles import Profile, parse, profiles_of, shipped
from suyuan.ingest.settings import FileSettings
from suyuan.model.columns import Column, Table, Type
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text

SAMPLES: Final = 5
_LOOKED_AT: Final = 200
_DAY = r"(19|20)\d\d([-/年.]\d{1,2}[-/月.]\d{1,2}日?|(0[1-9]|1[0-2])([0-2]\d|3[01]))"
_TIME = re.compile(_DAY + r"([T ]*([01]?\d|2[0-3])(([:时]\d{0,2}.*)|([0-5]\d){1,2})?)?")
_MONEY = re.compile(r"[(\u00a5\uffe5-]*\d{1,3}((,\d{3})+|\d*)[.]\d{1,2}\)?元?")
_PHONE = re.compile(r"(\+?86|0086)?[- ]?1[3-9]\d[\d*]{4}\d{4}")
_DIGITS = re.compile(r"[\d ]{12,23}")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One column of the file: samples, which of ours it seems to be, and why (None: unknown)."""

    header: str
    samples: tuple[str, ...]
    ours: str | None
    because: Text


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table, a suggestion for each column, and the column that says which way rows went."""

    table: str
    columns: tuple[Suggestion, ...]
    direction: Direction | None = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """Required columns that nothing is suggested for."""
        given = {column.ours for column in self.columns}
        if self.direction:
            given |= {self.direction.giver, self.direction.taker}
        return tuple(c.name for c in RECORDS[self.table] if c.required and c.name not in given)

    def with_(self, answers: Mapping[str, str | None]) -> "Proposal":
        """The proposal with what a person said of some headers (None: ignore the column)."""
        said = Text("said by a person", "人工指定")
        return replace(
            self,
            columns=tuple(
                replace(column, ours=answers[column.header], because=said)
                if column.header in answers
                else column
                for column in self.columns
            ),
        )

    def _headers(self, ours: str) -> list[str]:
        return [column.header for column in self.columns if column.ours == ours]

    def profile(self, title: str) -> str:
        """The profile as YAML; columns without a suggestion are ignored by name."""
        mapped: dict[str, object] = {c.ours: c.header for c in self.columns if c.ours}
        if "payment_id" in self.lacking:
            mapped["payment_id"] = {"line": True}
        content: dict[str, object] = {
            "title": {"en": title, "zh": title},
            "table": self.table,
            "known_by": [c.header for c in self.columns if c.ours],
            "columns": mapped,
            "ignore": [c.header for c in self.columns if not c.ours],
        }
        if self.direction:
            turned = {self.direction.giver, self.direction.taker, "balance_after"}
            content["columns"] = {k: v for k, v in mapped.items() if k not in turned}
            own, other = self._headers(self.direction.giver), self._headers(self.direction.taker)
            balance = self._headers("balance_after")
            content["sides"] = self.direction.sides(own, other, balance)
        return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def propose_mapping(file: Path, *, table: str | None = None) -> Proposal:
    """Propose how to read `file`, as `table` where that is known.

    Raises :class:`InputError` where the file holds no table.
    """
    headers, rows = _look(file)
    columns = [
        (header.strip(), tuple(str(row[n]).strip() for row in rows if n < len(row) and row[n]))
        for n, header in enumerate(headers)
        if header.strip()
    ]
    chosen = RECORDS[table] if table else _likeliest(columns)
    direction = find_direction(chosen.name, columns)
    first = direction.taker if direction else None
    return Proposal(chosen.name, tuple(_suggest(chosen, columns, first)), direction)


def known_as(file: Path) -> Profile | None:
    """The profile that knows `file` by its header already; no mapping need be made then."""
    headers, _ = _look(file)
    profiles = [profile for profile in profiles_of(file.parent) if profile.knows(headers)]
    return max(profiles, key=lambda profile: len(profile.known_by), default=None)


def write_profile(case: Path, name: str, proposal: Proposal) -> Path:
    """Put the proposal among the case's own profiles; it is checked before it is written."""
    text = proposal.profile(name)
    parse(text, name)
    stem = re.sub(r"[^\w-]+", "-", name).strip("-") or "own"
    target = case / "profiles" / f"{stem}.yml"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def _look(file: Path) -> tuple[tuple[str, ...], list[list[object]]]:
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    known = frozenset(_synonyms())
    if head.startswith(b"PAR1"):
        return headers_of(file), samples_of(file, _LOOKED_AT)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        sheet = next(iter(read_sheets(file, known, None)), None)
        if sheet is not None:
            return sheet.headers, sheet_samples(sheet, _LOOKED_AT)
    layout = sniff(head, FileSettings(file.name), known)
    if layout is None:
        raise InputError(Text("This file holds no table.", "该文件中没有表格。"), value=file.name)
    return layout.headers, [list(row) for row in rows_of(head, layout, _LOOKED_AT)]


@cache
def _synonyms() -> dict[str, Counter[tuple[str, str]]]:
    """What each known header means, as (table, column): from the tables and every profile."""
    meant: dict[str, Counter[tuple[str, str]]] = {}
    for table in RECORDS.values():
        for column in columns_of(table):
            meant.setdefault(normal(column.name), Counter())[table.name, column.name] += 3
    for profile in shipped():
        for ours, source in profile.columns.items():
            for header in source.headers:
                meant.setdefault(normal(header), Counter())[profile.table, ours] += 1
        if profile.sides:
            for header in profile.sides.own:
                key = (profile.table, profile.sides.giver)
                meant.setdefault(normal(header), Counter())[key] += 1
            for header in profile.sides.other:
                key = (profile.table, profile.sides.taker)
                meant.setdefault(normal(header), Counter())[key] += 1
    return meant


def _likeliest(columns: Sequence[tuple[str, tuple[str, ...]]]) -> Table:
    """The table whose required columns are best met by names, then by what cells look like."""

    def fit(table: Table) -> tuple[int, int, int]:
        turned = find_direction(table.name, columns)
        suggested = _suggest(table, columns, turned.taker if turned else None)
        ours = {s.ours for s in suggested if s.ours}
        ours |= {turned.giver, turned.taker} if turned else set()
        required = {c.name for c in table if c.required}
        return len(required & ours) * 3 - len(required) * 2 + len(ours), len(ours), -len(required)

    return max(RECORDS.values(), key=fit)


def _suggest(
    table: Table, columns: Sequence[tuple[str, tuple[str, ...]]], first: str | None = None
) -> list[Suggestion]:
    """A suggestion for each column; where cells fit several of ours, `first` is filled first."""
    taken: set[str] = set()
    by_name = {header: _by_name(table, header) for header, _ in columns}
    taken.update(name for name in by_name.values() if name)
    made = []
    for header, cells in columns:
        ours, because = by_name[header], Text("by its name", "依列名")
        if ours is None:
            ours, because = _by_values(table, cells, taken, first)
            if ours:
                taken.add(ours)
        made.append(Suggestion(header, cells[:SAMPLES], ours, because))
    return made


def _by_name(table: Table, header: str) -> str | None:
    meanings = _synonyms().get(normal(header), Counter())
    fitting = {ours: n for (name, ours), n in meanings.items() if name == table.name}
    return max(fitting, key=lambda ours: fitting[ours]) if fitting else None


def _by_values(
    table: Table, cells: tuple[str, ...], taken: set[str], first: str | None
) -> tuple[str | None, Text]:
    looks = _looks(cells)
    if looks is None:
        return None, Text("nothing known", "无法判断")
    what, because = looks
    for column in sorted(table, key=lambda c: (c.name != first, not c.required)):
        if column.name not in taken and _accepts(column, what):
            return column.name, because
    return None, because


def _accepts(column: Column, what: str) -> bool:
    if what in {"phone", "bank_account", "device", "sim"}:
        return column.kind == what
    return column.type == {"time": Type.TIME, "money": Type.MONEY}[what]


def _looks(cells: tuple[str, ...]) -> tuple[str, Text] | None:
    """What most of the cells look like."""
    checks = (
        ("phone", _PHONE.fullmatch, Text("looks like phone numbers", "形如手机号")),
        ("sim", _is_iccid, Text("looks like card serials (ICCID)", "形如ICCID")),
        ("device", _is_imei, Text("looks like IMEIs", "形如IMEI")),
        ("bank_account", _is_card, Text("looks like card numbers (Luhn)", "形如银行卡号(Luhn)")),
        ("bank_account", _is_long, Text("as long as account numbers", "位数如账号")),
        ("time", _TIME.fullmatch, Text("looks like times", "形如时间")),
        ("money", _MONEY.fullmatch, Text("looks like amounts", "形如金额")),
    )
    for what, check, because in checks:
        if cells and sum(bool(check(cell)) for cell in cells) >= 0.8 * len(cells):
            return what, because
    return None


def _is_card(cell: str) -> bool:
    digits = cell.replace(" ", "")
    return bool(_DIGITS.fullmatch(cell)) and 15 <= len(digits) <= 19 and luhn(digits)


def _is_long(cell: str) -> bool:
    return bool(_DIGITS.fullmatch(cell)) and 16 <= len(cell.replace(" ", "")) <= 23


def _is_imei(cell: str) -> bool:
    return (
        len(cell) == 15 and cell.isdigit() and cell[:2] in {"35", "86", "01", "99"} and luhn(cell)
    )


def _is_iccid(cell: str) -> bool:
    return len(cell) in {19, 20} and cell.startswith("89") and cell[:-1].isdigit()


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1 Annex B."""
    total = 0
    for place, mark in enumerate(reversed(digits)):
        value = int(mark) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0
