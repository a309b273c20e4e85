"""Words by which statements say things, whichever house wrote them: ``statement_words.yml``."""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from suyuan.model.catalog_files import read_catalog
from suyuan.model.records import RECORDS

#: What a row may be, seen from the own account or number.
Outcome = Literal["out", "in", "inside", "none", "forwarded"]


class OutcomeWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exact words, and a pattern (RE2) for words that hold a stem."""

    exact: tuple[str, ...] = msgspec.field(name="words")
    stems: str


class Vocabulary(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"party_placeholders": "nobody"},
):
    """``directions`` by table and outcome; ``neutral`` and ``statuses`` as (outcome, pattern)."""

    placeholders: tuple[str, ...]
    party_placeholders: tuple[str, ...]
    directions: dict[str, dict[Outcome, OutcomeWords]]
    neutral: tuple[tuple[Outcome, str], ...]
    statuses: tuple[tuple[Literal["failed", "reversed", "settled"], str], ...]
    taken_back: str
    card_in: str
    card_out: str
    brought_forward: str
    footers: str

    def __post_init__(self) -> None:
        if unknown_tables := self.directions.keys() - RECORDS.keys():
            raise ValueError(f"no such table: {', '.join(sorted(unknown_tables))}")


@cache
def vocabulary() -> Vocabulary:
    """The catalog's words."""
    return read_catalog(files("suyuan.catalog") / "statement_words.yml", Vocabulary)
