"""What a header is likely to mean: as tables and profiles have it, else by the words in it."""

from collections import Counter
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from suyuan.ingest.formats.headers import normal
from suyuan.ingest.mapping.patterns import found_in
from suyuan.ingest.mapping.profile_files import catalog_profiles
from suyuan.ingest.mapping.profile_match import columns_of
from suyuan.ingest.mapping.profiles import Profile
from suyuan.model.catalog_files import read_catalog
from suyuan.model.errors import CatalogError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text

#: What a column may be in a statement beside a column of the table: whose it is, who is on the
#: other side, and how the direction is known.
OWN, COUNTERPARTY, BALANCE = "own", "other", "balance"
DIRECTION, OUT_AMOUNT, IN_AMOUNT = "direction", "out_amount", "in_amount"
HeaderPatterns = dict[str, list[tuple[str, str]]]
STATEMENT_ROLES = (OWN, COUNTERPARTY, DIRECTION, OUT_AMOUNT, IN_AMOUNT, BALANCE)


def role_of(table: str, header: str) -> str | None:
    """The column of `table`, or the part of a statement, that `header` names."""
    meanings = synonyms().get(normal(header), Counter())
    roles = {role: n for (name, role), n in meanings.items() if name == table}
    if roles:
        return max(roles, key=lambda role: roles[role])
    return _by_words(table, normal(header))


@cache
def _by_words(table: str, header: str) -> str | None:
    patterns = _patterns().get(table, [])
    roles = (role for role, pattern in patterns if found_in(pattern, header) is not None)
    return next(roles, None)


@cache
def _patterns() -> dict[str, list[tuple[str, str]]]:
    return read_patterns(resources.files("suyuan.catalog") / "header_words.yml")


def read_patterns(path: Path | Traversable) -> dict[str, list[tuple[str, str]]]:
    """For each table the columns and parts with their patterns; raises :class:`CatalogError`."""
    patterns = read_catalog(path, HeaderPatterns)
    _check(patterns, path.name)
    return patterns


def _check(patterns: dict[str, list[tuple[str, str]]], where: str) -> None:
    """Refuse a table that there is not, and a role that is neither column nor part."""
    for table, rows in patterns.items():
        roles = (*RECORDS[table].names, *STATEMENT_ROLES) if table in RECORDS else ()
        for role in [table] if table not in RECORDS else [r for r, _ in rows if r not in roles]:
            raise CatalogError(
                Text("No such table or column.", "没有这个表或列。"),
                value=f"{where}: {table}: {role}",
                hint=Text("See docs/tables.md.", "表和列见 docs/tables.md。"),
            )


@cache
def statement_sides() -> dict[str, tuple[str, str]]:
    """The tables that may be told from one account's side, with who gives and who takes."""
    return {
        profile.table: (profile.sides.giver, profile.sides.taker)
        for profile in catalog_profiles()
        if profile.sides
    }


@cache
def synonyms() -> dict[str, Counter[tuple[str, str]]]:
    """What each known header means, as (table, role): from the tables and every profile."""
    meanings: dict[str, Counter[tuple[str, str]]] = {}
    for table in RECORDS.values():
        for column in columns_of(table):
            meanings.setdefault(normal(column.name), Counter())[table.name, column.name] += 9
    for profile in catalog_profiles():
        for role, header in _used(profile):
            for word in header.split("|"):
                meanings.setdefault(normal(word), Counter())[profile.table, role] += 1
    return meanings


def _used(profile: Profile) -> list[tuple[str, str]]:
    """Each header that the profile takes something from, with what it is."""
    used = [(role, h) for role, source in profile.columns.items() for h in source.headers]
    if sides := profile.sides:
        used += [(OWN, h) for source in sides.own for h in source.headers]
        # What stands first tells who the other is; the rest serves where that is empty.
        used += [(COUNTERPARTY, h) for source in sides.other[:-1] for h in source.headers]
        used += [(DIRECTION, h) for h in sides.direction] + [(BALANCE, h) for h in sides.balance]
        used += [(OUT_AMOUNT, h) for h in sides.out_amount]
        used += [(IN_AMOUNT, h) for h in sides.in_amount]
        used += [("amount", h) for h in sides.signed]
    return used
