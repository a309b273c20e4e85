"""Invented people stand in every column of a case; nothing that leaves it names one of them."""

import csv
import html
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from canary_case import SECRETS, VALUES, Told, secrets_in

from suyuan.model.privacy import Privacy
from suyuan.model.records import RECORDS
from suyuan.store.case import Results

#: What stays in the output folder, in full, by promise: tables, rows, indexes, notes of the run.
KEPT = {".parquet", ".arrow", ".npy", ".sqlite"}


def test_canaries_are_in_the_case_and_in_what_was_found(
    canary_run: Told, canary_results: Results
) -> None:
    """Or the rest of this file would prove nothing."""
    cells = "\n".join(path.read_text("utf-8") for path in canary_run.case.glob("*.csv"))
    assert secrets_in(cells) == set(SECRETS)
    for table in ("findings", "chain", "traces", "evidence", "quality"):
        assert secrets_in(str(canary_results[table].to_pylist())), table


def test_the_terminal(canary_run: Told) -> None:
    canary_run.run("check")
    for lang in ("en", "zh"):
        canary_run.run("who", "欧阳雪松", "--lang", lang)
        canary_run.run("who", "上官婉清", "--depth", "3", "--lang", lang)
        canary_run.run("who", "13987654321", "--lang", lang)
    canary_run.run("who", "诸葛良臣之弟", code=2)
    canary_run.run("match", "--phone", "13812345678")
    canary_run.run("explain", "bank_account:欧阳雪松")
    canary_run.run("explain", "account:nobody:zhuge.liangchen", code=2)
    canary_run.run("trace", "--account", "欧阳雪松")
    canary_run.run("trace", "--account", "欧阳雪松", "--backward")
    canary_run.run("trace", "--account", "上官婉清其人", code=2)
    for asked, said in canary_run.said.items():
        assert not secrets_in(said), (asked, secrets_in(said), _where(said))


def test_report_and_dossier(canary_run: Told) -> None:
    canary_run.run("report")
    for path in (canary_run.out / "report.html", *sorted((canary_run.out / "dossier").iterdir())):
        text = path.read_text("utf-8")
        assert not secrets_in(text), (path.name, secrets_in(text), _where(text))


@pytest.mark.parametrize("form", ["csv", "ftm", "stix", "misp", "gexf", "graphml", "anx"])
def test_exports(canary_run: Told, form: str, tmp_path: Path) -> None:
    canary_run.run("export", "--format", form, "--to", str(tmp_path))
    for path in sorted(tmp_path.iterdir()):
        text = path.read_text("utf-8")
        assert not secrets_in(text), (path.name, secrets_in(text), _where(text))


def test_workbooks(canary_run: Told, tmp_path: Path) -> None:
    canary_run.run("export", "--format", "xlsx", "--to", str(tmp_path))
    for path in sorted(tmp_path.glob("*.xlsx")):
        with zipfile.ZipFile(path) as book:  # quicker than cell by cell, and nothing is left out
            text = "\n".join(html.unescape(book.read(n).decode("utf-8")) for n in book.namelist())
        assert "<sheetData>" in text, path.name
        assert not secrets_in(text), (path.name, secrets_in(text))


def test_nothing_else_was_left_where_people_look(canary_run: Told) -> None:
    hidden = canary_run.out / ".suyuan"
    for path in canary_run.out.rglob("*"):
        inside = path.is_relative_to(hidden) or path.suffix in KEPT or path.is_dir()
        if not inside and "records" not in path.parts and "who" not in path.parts:
            text = path.read_bytes().decode("utf-8", "replace")
            if path.name != "run.json":  # names the case's files, for whoever has the case
                assert not secrets_in(text), path


def _where(text: str) -> str:
    """The first place, for whoever mends it."""
    for secret in SECRETS:
        if (at := text.find(secret)) >= 0:
            return text[max(at - 200, 0) : at + 100]
    return ""


def identifiers(canary_run: Told) -> set[str]:
    """Every cell of the case that may tell of somebody; a kept expression may hold none."""
    told: set[str] = set()
    for name, table in RECORDS.items():
        with (canary_run.case / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            classes = {*VALUES, Privacy.SUBJECT} - {Privacy.CODE}
            telling = [c.name for c in table if c.privacy_class in classes]
            for row in csv.DictReader(file):
                told |= {one for column in telling for one in row[column].split(";")}
    return {one for one in told if len(one) > 4}


def test_plans_that_are_kept_beside_no_case_hold_nobody(canary_run: Told) -> None:
    kept = list((canary_run.out.with_name("cache") / "plans").glob("*.sqlite"))
    assert kept
    known, literals = identifiers(canary_run), set[str]()
    for path in kept:
        with closing(sqlite3.connect(path)) as database:
            for (sql,) in database.execute("SELECT sql FROM plans"):
                literals |= set(re.findall(r"'((?:[^']|'')*)'", sql))
    assert len(literals) > 100
    assert {one for one in literals if {one, *re.split("[:/]", one)} & known} == set()
