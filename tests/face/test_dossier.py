"""The dossier: numbered, bound to rows, masked, the same in each form; and its manifest."""

import json
import re
import shutil
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import typer
from reading_html import read
from typer.testing import CliRunner
from written import finding, results_of, row_behind

import suyuan
from suyuan.face.cli import report, verify
from suyuan.face.display import Display
from suyuan.face.report import chromium
from suyuan.face.report.dossier import dossier
from suyuan.face.report.dossier_file import bind
from suyuan.face.report.manifest import verify as checks
from suyuan.face.report.manifest import write_manifest
from suyuan.face.source import open_source
from suyuan.model.errors import InputError
from suyuan.privacy.masking import Masking
from suyuan.privacy.reveal import masking
from suyuan.store.ledger import SqliteLedger
from suyuan.store.ledger import verify as verify_ledger
from suyuan.store.manifests import with_digest


def _bound(results: suyuan.Results, to: Path, form: str, language: str = "en") -> Path:
    with open_source(results) as source:
        return bind(source, to, form, language, Masking(), None)


def test_each_role_of_the_ring_is_stated_with_its_rows(zheng: suyuan.Results) -> None:
    ring = zheng["rings"].to_pylist()[0]
    with open_source(zheng) as source:
        made = dossier(source, Display(source.zone), ring["ring_id"])
    stated = {c.title.zh: c for c in made.chapters}
    for column, title in (("account_merchants", "号商"), ("card_merchants", "卡商")):
        assert len(stated[title].statements) >= ring[column] > 0
    for chapter in made.chapters:
        for statement in chapter.statements:
            assert statement.number.startswith(f"{chapter.number}.")
            if statement.id:
                assert statement.rows
                assert all(re.fullmatch(r"[0-9a-f]{12}", row.sha) for row in statement.rows)
    cited = {
        row.place.rpartition(":")[0] for c in made.chapters for s in c.statements for row in s.rows
    }
    assert cited <= {file for file, _ in made.files}


def test_no_such_ring(zheng: suyuan.Results) -> None:
    with open_source(zheng) as source, pytest.raises(InputError, match="No such ring"):
        dossier(source, Display(source.zone), "nobody")


def test_html_is_self_contained_and_masked(zheng: suyuan.Results, tmp_path: Path) -> None:
    html = _bound(zheng, tmp_path, "html", "zh").read_text("utf-8")
    page = read(html)
    assert page.unbalanced == []
    assert not page.named("script")
    links = [v for _, a in page.tags for n, v in a.items() if n in {"src", "href"}]
    assert all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= {a["id"] for _, a in page.tags if "id" in a}
    assert re.findall(r"(?<![\d.])1[3-9]\d{9}(?!\d)", html) == []
    assert "反面解释" in page.text


def test_word_says_the_same(zheng: suyuan.Results, tmp_path: Path) -> None:
    pytest.importorskip("docx")
    path = _bound(zheng, tmp_path, "docx", "zh")
    with zipfile.ZipFile(path) as package:
        text = re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode("utf-8"))
    with open_source(zheng) as source:
        made = dossier(source, Display(source.zone))
    for chapter in made.chapters:
        assert chapter.title.zh in text
    assert re.findall(r"(?<![\d.])1[3-9]\d{9}(?!\d)", text) == []


def test_word_holds_hostile_text(tmp_path: Path) -> None:
    pytest.importorskip("docx")
    told = "</w:t> \x00\x0b\ud800 \ufffe & <b>"
    results = results_of(
        tmp_path,
        findings=[
            finding("data_broker", "account:qq:1", ring_id="1", told=told.replace("\ud800", ""))
        ],
        evidence=[row_behind("data_broker|account:qq:1")],
    )
    with zipfile.ZipFile(_bound(results, tmp_path / "to", "docx")) as package:
        assert package.testzip() is None


def test_word_without_a_browser_names_its_pictures(
    zheng: suyuan.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("docx")
    monkeypatch.setattr(chromium, "NAMES", ())
    with zipfile.ZipFile(_bound(zheng, tmp_path, "docx")) as package:
        assert not [name for name in package.namelist() if name.endswith(".png")]
        text = package.read("word/document.xml").decode("utf-8")
    assert "Where the stolen money went: no browser was found" in text


@pytest.mark.browser
def test_word_has_the_pictures_of_the_html(zheng: suyuan.Results, tmp_path: Path) -> None:
    pytest.importorskip("docx")
    if chromium.browser() is None:
        pytest.skip("no Chromium")
    html = read(_bound(zheng, tmp_path, "html").read_text("utf-8"))
    with zipfile.ZipFile(_bound(zheng, tmp_path, "docx")) as package:
        drawn = [package.read(name) for name in package.namelist() if name.endswith(".png")]
    assert len(drawn) == len(html.named("figure")) >= 3
    assert all(len(set(image[-20_000:])) > 100 for image in drawn)  # not one blank sheet


@pytest.mark.browser
def test_pdf(zheng: suyuan.Results, tmp_path: Path) -> None:
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no Chromium")
    path = _bound(zheng, tmp_path, "pdf", "zh")
    assert path.read_bytes().startswith(b"%PDF-")
    assert path.stat().st_size > 50_000


def test_a_changed_result_is_noticed(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    made = _bound(results, results.layout.out / "dossier", "html")
    folder = write_manifest(results, [made], Display("UTC")).parent
    assert all(check.good for check in checks(folder))
    moved = tmp_path / "moved"
    shutil.copytree(results.layout.out, moved)
    assert all(check.good for check in checks(moved / "dossier"))
    with (moved / "rings.parquet").open("ab") as file:
        file.write(b"x")
    (moved / "dossier" / "dossier.html").unlink()
    wrong = {check.file for check in checks(moved / "dossier") if not check.good}
    assert {"OUT/rings.parquet", "dossier.html"} == wrong


def test_a_manifest_cannot_reach_out_of_its_folder(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    made = _bound(results, results.layout.out / "dossier", "html")
    path = write_manifest(results, [made], Display("UTC"))
    content = json.loads(path.read_text("utf-8"))
    content["dossier"]["../../case"] = content["dossier"]["dossier.html"]
    path.write_text(json.dumps(with_digest(content)), "utf-8")
    assert [c.file for c in checks(path.parent) if not c.good] == ["../../case"]


def test_who_saw_full_identifiers_is_in_the_ledger(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    for purpose in ("trial\u2028one", "trial two", "trial three"):
        assert masking(results.layout, purpose, "who", ["phone:13812345678"]).full
    with closing(SqliteLedger(results.layout.ledger)) as ledger:
        events = list(ledger.events("log:unmasked"))
    assert [event.body["purpose"] for event in events] == [
        "trial\u2028one",
        "trial two",
        "trial three",
    ]
    assert all(event.body["command"] == "who" and event.body["machine"] for event in events)
    assert events[0].body["subjects"] == ["phone:13812345678"]
    made = _bound(results, results.layout.out / "dossier", "html")
    folder = write_manifest(results, [made], Display("UTC")).parent
    masking(results.layout, "later", "who")
    assert all(check.good for check in checks(folder))
    for number, found in ((4, False), (3, True)):  # the fourth came after the head
        with sqlite3.connect(results.layout.ledger) as database:
            database.execute("DROP TRIGGER event_delete")
            database.execute("DELETE FROM event WHERE number = ?", [number])
        assert any(not check.good for check in checks(folder)) is found


def test_eight_at_once_are_eight_events(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: masking(results.layout, f"trial {n}", "who"), range(8)))
    with closing(SqliteLedger(results.layout.ledger)) as ledger:
        assert verify_ledger(ledger).whole
        assert len(list(ledger.events("log:unmasked"))) == 8


def test_commands(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command("report")(report.command)
    app.command("verify")(verify.command)
    results = results_of(tmp_path)
    case, out = str(results.case.path), str(results.layout.out)
    done = CliRunner().invoke(app, ["report", case, "--out", out, "--lang", "en"])
    assert done.exit_code == 0, done.output
    folder = results.layout.out / "dossier"
    assert CliRunner().invoke(app, ["verify", str(folder)]).exit_code == 0
    (folder / "dossier.html").write_text("changed", "utf-8")
    assert CliRunner().invoke(app, ["verify", str(folder)]).exit_code == 1
    assert CliRunner().invoke(app, ["verify", str(tmp_path)]).exit_code == 2
