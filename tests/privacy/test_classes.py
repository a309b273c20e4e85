"""Every column of every declared table says what it tells about people."""

import pytest

from suyuan.model.columns import Column, Table, Type
from suyuan.model.derived import DERIVED_TABLES
from suyuan.model.privacy import KIND_CLASSES, Privacy
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.model.results import BESIDE, RESULTS
from suyuan.model.subjects import KINDS

TABLES = (
    *RECORDS.values(),
    PROVENANCE,
    *RESULTS.values(),
    *BESIDE.values(),
    *DERIVED_TABLES.values(),
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_column_has_a_class(table: Table) -> None:
    unclear = [column.name for column in table if column.privacy_class is None]
    assert not unclear, f"say privacy=… of {table.name}: {unclear}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_list_of_words_is_declared_for_every_code_and_for_nothing_else(table: Table) -> None:
    for column in table:
        is_listed = bool(column.words) or column.meaning.startswith("ISO ")
        assert is_listed is (column.privacy_class is Privacy.CODE), column.name


def test_each_kind_of_subject_has_a_class() -> None:
    assert set(KINDS) == set(KIND_CLASSES) - {"subject"}


def test_text_has_no_class_by_its_type() -> None:
    assert Column("x", Type.TEXT, "new").privacy_class is None
    assert Column("x", Type.LIST, "new").privacy_class is None
