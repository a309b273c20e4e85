"""Generated parts of the documentation say what the code says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app
from suyuan.model.derived import DERIVED_TABLES
from suyuan.model.records import RECORDS
from suyuan.model.results import RESULTS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = generator()
GENERATED = GENERATE.generated()


@pytest.mark.parametrize("page", GENERATED)
def test_page_is_as_generated(page: str) -> None:
    above, mark, below = (DOCS / page).read_text(encoding="utf-8").partition(GENERATE.MARK)
    assert above.startswith("# ")
    assert mark
    assert below == GENERATED[page], "out of date: run `make docs` and commit docs/"


def test_every_table_and_column_is_told() -> None:
    text = (DOCS / "tables.md").read_text(encoding="utf-8")
    for table in (*RECORDS.values(), *RESULTS.values(), *DERIVED_TABLES.values()):
        told = text.partition(f"### `{table.name}` {table.zh}\n")[2].partition("\n### ")[0]
        assert re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)[: len(table.columns)] == [
            *table.names
        ]


def test_commands_are_those_of_the_app() -> None:
    listed = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    text = (DOCS / "face.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^### `suyuan (\w+)", text, re.MULTILINE))
    shown = set(re.findall(r"^[│|] (\w+) ", listed.partition("Commands")[2], re.MULTILINE))
    assert told
    assert told == shown


def test_every_decision_has_one_status_in_one_form() -> None:
    form = re.compile(
        r"^\*\*Status:\*\* (?:accepted|open|rejected|superseded by \[(\d{4})\]\(\1-[\w-]+\.md\))\."
        r"(?: [A-Z`].*)?$"
    )
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert records
    for record in records:
        text = record.read_text(encoding="utf-8")
        said = [line for line in text.split("\n") if line.startswith(("**Status", "Status"))]
        assert len(said) == 1, record.name
        status = form.match(said[0])
        assert status, f"{record.name}: {said[0]}"
        later = status[1]
        assert not later or list(record.parent.glob(f"{later}-*.md")), record.name


def test_every_decision_is_listed_with_its_number_and_status() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    listed = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers), "two decisions have one number"
    for page in pages:
        status = re.search(r"^\*\*Status:\*\* ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
        assert status
        row = rf"^\| {page.name[:4]} \| \[.+\]\({re.escape(page.name)}\) \| {status[1]}\b"
        assert re.search(row, listed, re.MULTILINE), page.name
    statuses = re.findall(r"\| (\w+)[^|]*\|$", listed.partition("| --- |")[2], re.MULTILINE)
    assert statuses == sorted(statuses, key=lambda status: status != "open"), "open ones first"
