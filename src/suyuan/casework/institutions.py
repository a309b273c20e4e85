"""Which bank a card belongs to, by the longest prefix that was valid on the day."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import msgspec

from suyuan.model.catalog_files import read_catalog
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.model.times import is_within
from suyuan.rulebook.calendars import CalendarSource


class CardPrefix(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"since": "from", "until": "to"},
):
    """Leading digits and whose they are, from a day to a day."""

    prefix: str
    institution: str
    since: date
    until: date | None = None


class CardPrefixFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of the catalog."""

    id: str
    title: Text
    source: CalendarSource
    prefixes: list[CardPrefix]


@dataclass(frozen=True, slots=True)
class Institutions:
    """Prefixes by their digits; those of the case go before those of the catalog."""

    by_prefix: dict[str, list[CardPrefix]]

    def of(self, number: str, day: date) -> str | None:
        for size in range(len(number), 0, -1):
            for assignment in self.by_prefix.get(number[:size], ()):
                if is_within(day, assignment.since, assignment.until):
                    return assignment.institution
        return None


def institutions(case_table: Path | None = None) -> Institutions:
    """The catalog's prefixes, and those of ``card_prefixes.csv`` where the case has one."""
    own = () if case_table is None or not case_table.exists() else _csv(case_table)
    by_prefix: dict[str, list[CardPrefix]] = {}
    for entry in (*own, *_catalog()):
        by_prefix.setdefault(entry.prefix, []).append(entry)
    return Institutions(by_prefix)


@cache
def _catalog() -> tuple[CardPrefix, ...]:
    with as_file(files("suyuan.catalog") / "institutions" / "card_prefixes.yml") as path:
        return tuple(read_catalog(path, CardPrefixFile).prefixes)


def _csv(path: Path) -> Iterable[CardPrefix]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            try:
                yield CardPrefix(
                    row["prefix"],
                    row["institution"],
                    date.fromisoformat(row.get("from") or "2000-01-01"),
                    date.fromisoformat(row["to"]) if row.get("to") else None,
                )
            except (KeyError, ValueError) as error:
                raise InputError(
                    Text("A line of the card prefixes cannot be used.", "卡号前缀表中有无效行。"),
                    value=f"{path.name}:{line}",
                    hint=Text(
                        "Columns: prefix, institution, from, to.",
                        "列：prefix、institution、from、to。",
                    ),
                ) from error
