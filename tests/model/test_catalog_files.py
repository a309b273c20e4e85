"""Every catalog file goes through one validator, which names the key that nothing reads."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

import suyuan.catalog
from suyuan.casework.arising import ArisingSpec
from suyuan.casework.declare import ProcedureSpec
from suyuan.casework.directories import Directory
from suyuan.casework.indicators import IndicatorSheet
from suyuan.casework.institutions import CardPrefixFile
from suyuan.identity.service_numbers import NumberingFile
from suyuan.ingest.mapping.profile_entries import ProfileFile
from suyuan.ingest.mapping.profile_files import parse
from suyuan.ingest.proposing.header_words import HeaderPatterns, read_patterns
from suyuan.ingest.vocabulary import Vocabulary
from suyuan.live.policy import PolicyFile
from suyuan.live.policy import from_mapping as policy_of
from suyuan.model.catalog_faults import structs
from suyuan.model.catalog_files import plain, read_catalog
from suyuan.model.errors import CatalogError
from suyuan.model.scorecard import ScorecardFile, read_scorecard
from suyuan.model.text import Text
from suyuan.reading.fraud_type_files import FraudTypesFile, PoliceListFile
from suyuan.reading.wording_files import FactRoles, Goods, PlaceNames, Stages, Typos, WarningWords
from suyuan.rulebook.calendars import CalendarFile
from suyuan.rulebook.glossary import GlossaryFile
from suyuan.rulebook.read import read_rule
from suyuan.rulebook.rule_files import RuleFile

CATALOG = Path(suyuan.catalog.__path__[0])
SHAPES: dict[str, Any] = {
    "arising/*.yml": ArisingSpec,
    "calendars/*.yml": CalendarFile,
    "directories/*.yml": Directory,
    "fraud_types/list-*.yml": PoliceListFile,
    "fraud_types/types.yml": FraudTypesFile,
    "glossary.yml": GlossaryFile,
    "header_words.yml": HeaderPatterns,
    "indicators/*.yml": IndicatorSheet,
    "institutions/*.yml": CardPrefixFile,
    "numbering/*.yml": NumberingFile,
    "policies/*.yml": PolicyFile,
    "procedures/*.yml": ProcedureSpec,
    "profiles/*.yml": ProfileFile,
    "rules/*.yml": RuleFile,
    "scorecards/*.yml": ScorecardFile,
    "statement_words.yml": Vocabulary,
    "wording/goods.yml": Goods,
    "wording/places.yml": PlaceNames,
    "wording/roles.yml": FactRoles,
    "wording/stages.yml": Stages,
    "wording/typos.yml": Typos,
    "wording/warning.yml": WarningWords,
}
#: Where more than the shape is asked.
READERS: dict[str, Callable[[Path], object]] = {
    "header_words.yml": read_patterns,
    "policies/*.yml": lambda path: policy_of(plain(path), path.name),
    "profiles/*.yml": lambda path: parse(path.read_text("utf-8"), path.stem),
    "rules/*.yml": read_rule,
    "scorecards/*.yml": read_scorecard,
}
#: Here each key is a word of the field, and none can be wrong.
FREE = {"wording/goods.yml", "wording/typos.yml"}
FILES = [(glob, path) for glob in SHAPES for path in sorted(CATALOG.glob(glob))]


def read(glob: str, path: Path) -> object:
    reader = READERS.get(glob)
    return reader(path) if reader else read_catalog(path, SHAPES[glob])


def test_every_file_of_the_catalog_has_one_shape() -> None:
    assert sorted(path for _, path in FILES) == sorted(CATALOG.rglob("*.yml"))


@pytest.mark.parametrize("glob", SHAPES)
def test_every_file_reads(glob: str) -> None:
    for path in CATALOG.glob(glob):
        read(glob, path)


@pytest.mark.parametrize("glob", sorted(SHAPES.keys() - FREE))
def test_a_file_with_a_key_misspelt_is_refused(glob: str, tmp_path: Path) -> None:
    """One key a file, another in the next, so that each key has its turn."""
    # Stages are named by their keys; what each holds is declared.
    level = "  " if SHAPES[glob] is Stages else ""
    for place, path in enumerate(sorted(CATALOG.glob(glob))):
        text = path.read_text("utf-8")
        keys = sorted(set(re.findall(rf"(?m)^{level}([a-z_]+):", text)))
        key = keys[place % len(keys)]
        copy = tmp_path / path.name
        copy.write_text(re.sub(rf"(?m)^{level}{key}:", f"{level}{key}x:", text, count=1), "utf-8")
        with pytest.raises(CatalogError) as caught:
            read(glob, copy)
        for language in ("en", "zh"):
            assert path.name in caught.value.text(language)
            assert f"{key}x" in caught.value.text(language)


@pytest.mark.parametrize(("glob", "text"), [("goods", "house: lamp"), ("typos", "电画: [电话]")])
def test_files_whose_keys_are_words_still_have_a_shape(
    glob: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{glob}.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(CatalogError, match=f"{glob}.yml: {text[:2]}"):
        read(f"wording/{glob}.yml", path)


@pytest.mark.parametrize("glob", SHAPES)
def test_no_declared_mapping_takes_a_key_that_it_does_not_know(glob: str) -> None:
    for kind in structs(SHAPES[glob]):
        if isinstance(kind, inspect.StructType):
            assert kind.cls.__struct_config__.forbid_unknown_fields, kind.cls
        else:
            assert kind.cls is Text  # checked apart: words need exactly en and zh


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """A mapping inside a mapping."""

    edges: list[float] = []
    title: Text | None = None
    until: datetime | None = None


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    """A file."""

    parts: dict[str, Part]


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("parts: {a: {edges: [1.0]}, b: {edgs: []}}", "a.yml: parts.b: ", "edges"),
        ("parts: {a: {}, b: {edges: [0.5, x]}}", "a.yml: parts.b.edges[1]: ", "float"),
        ("parts: {b: {title: {en: a, zh: b, c: }}}", "a.yml: parts.b.title: ", "Correct"),
        ("parts: {b: {title: {en: a, z: b}}}", "a.yml: parts.b.title: ", "Add zh"),
        ("parts: {b: {until: 2021-03-01}}", "a.yml: parts.b.until: ", "2021-03-01T00:00:00"),
        ("part: {}", "a.yml: ", "parts"),
        ("parts: {}\nparts: {}", "a.yml", "stands twice"),
        ("parts: {a", "a.yml", "line 1"),
    ],
)
def test_an_error_names_the_place_and_what_to_try(
    text: str, place: str, hint: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(CatalogError) as caught:
        read_catalog(path, Whole)
    assert str(caught.value.value).startswith(place)
    assert hint in caught.value.text("en")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules/afl-20.yml", "answered_after <=", "answered_aftr <="),
        ("rules/afl-20.yml", "answered_after <=", "answered_after <= ("),
        ("scorecards/card_merchant.yml", "- 0.25\n", "- 0.05\n"),
    ],
)
def test_what_a_word_means_is_refused_with_the_file(
    file: str, old: str, new: str, tmp_path: Path
) -> None:
    copy = tmp_path / Path(file).name
    copy.write_text((CATALOG / file).read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogError, match=copy.name):
        read(f"{file.partition('/')[0]}/*.yml", copy)


def test_cells_of_a_profile_are_the_words_that_were_written() -> None:
    profile = parse(
        "table: payments\nknown_by: [a]\n"
        "columns: {status: {from: a, values: {01: settled, no: failed, 1.50: reversed}}}",
        "mine",
    )
    assert profile.columns["status"].values == {"01": "settled", "no": "failed", "1.50": "reversed"}
