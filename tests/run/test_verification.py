"""``verify`` says what was altered, added, removed or dropped from a manifest; fails closed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import suyuan
from suyuan.face.api import CaseFolder
from suyuan.face.display import Display
from suyuan.face.report.manifest import NAME, verify, write_manifest
from suyuan.model.errors import InputError
from suyuan.privacy.reveal import masking
from suyuan.run.run_manifest import read_by
from suyuan.run.verification import verify_run
from suyuan.store.case import Results
from suyuan.store.generations import generation
from suyuan.store.layout import Layout
from suyuan.store.manifests import MANIFEST, read_manifest, with_digest

HEADER = "payment_id,at,payer,payee,amount\n"
DECISIONS = "decision_id,at,by,kind,subject,reason\n1,2019-05-01,Li,confirm,phone:1,seen\n"


def run(case: Path, layout: Layout) -> None:
    """The rows of a case, a table and a report, as a run leaves them."""
    shutil.copytree(suyuan.check(case).layout.results, layout.out / "tables")
    with generation(layout) as made:
        for path in (layout.out / "tables").glob("*.parquet"):
            shutil.copy(path, made.folder / path.name)
        made.layout.report.write_text("<p>report</p>")
        made.commit({"kind": "investigation"} | read_by(case, layout))
    shutil.rmtree(layout.out / "tables")


@pytest.fixture
def results(tmp_path: Path) -> Results:
    case = tmp_path / "case"
    case.mkdir()
    (case / "payments.csv").write_text(HEADER + "P1,2019-04-29,A,B,1\n")
    (case / "decisions.csv").write_text(DECISIONS)
    made = CaseFolder(case).results()
    run(case, made.layout)
    dossier = made.layout.out / "dossier"
    dossier.mkdir()
    (dossier / "dossier.html").write_text("<p>dossier</p>")
    masking(made.layout, "trial", "who")
    write_manifest(made, [dossier / "dossier.html"], Display("UTC"))
    return made


def wrong(results: Results) -> list[str]:
    checks = verify(results.layout.out / "dossier", results.case.path)
    return [check.file for check in checks if not check.good]


def test_nothing_changed(results: Results) -> None:
    assert wrong(results) == []
    assert all(check.good for check in verify(results.layout.out, results.case.path))


def _real(out: Path, name: str) -> Path:
    return (out / name).resolve()


ATTACKS: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "report altered": (lambda o, _: _real(o, "report.html").write_text("other"), "report.html"),
    "report replaced": (
        lambda o, _: ((o / "report.html").unlink(), (o / "report.html").write_text("other")),
        "report.html",
    ),
    "table altered": (
        lambda o, _: _real(o, "quality.parquet").write_bytes(b"other"),
        "quality.parquet",
    ),
    "table removed": (lambda o, _: _real(o, "quality.parquet").unlink(), "quality.parquet"),
    "table added": (lambda o, _: (o / "rings.parquet").write_bytes(b"x"), "rings.parquet"),
    "input altered": (lambda _, c: (c / "payments.csv").write_text("x"), "payments.csv"),
    "input added": (lambda _, c: (c / "calls.csv").write_text("x"), "calls.csv"),
    "input removed": (lambda _, c: (c / "payments.csv").unlink(), "payments.csv"),
    "decision added": (
        lambda _, c: (c / "decisions.csv").write_text(DECISIONS + "2,2019-05-02,Wu,reject,,no\n"),
        "decisions.csv",
    ),
    "settings added": (lambda _, c: (c / "case.toml").write_text('name = "x"'), "case.toml"),
    "row file altered": (
        lambda o, _: next((o / "records/payments").iterdir()).write_bytes(b"x"),
        "payments/",
    ),
    "row file added": (
        lambda o, _: (o / "records/payments/x.parquet").write_bytes(b"x"),
        "payments/x.parquet",
    ),
    "dossier altered": (lambda o, _: (o / "dossier/dossier.html").write_text("x"), "dossier.html"),
    "dossier added to": (lambda o, _: (o / "dossier/more.html").write_text("x"), "more.html"),
    "log emptied": (lambda o, _: (o / "ledger.sqlite").write_bytes(b""), "ledger.sqlite"),
    "log no database": (lambda o, _: (o / "ledger.sqlite").write_text("x" * 99), "ledger.sqlite"),
    "log removed": (lambda o, _: (o / "ledger.sqlite").unlink(), "ledger.sqlite"),
    "manifest emptied": (lambda o, _: _real(o, MANIFEST).write_text("{}"), MANIFEST),
    "manifest removed": (lambda o, _: _real(o, MANIFEST).unlink(), MANIFEST),
    "results removed": (lambda o, _: shutil.rmtree(o / ".suyuan" / "generations"), MANIFEST),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_done_is_named(results: Results, attack: str) -> None:
    do, name = ATTACKS[attack]
    do(results.layout.out, results.case.path)
    assert any(name in file for file in wrong(results)), wrong(results)


def _drop(path: Path, *keys: str) -> None:
    content = json.loads(path.read_text())
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    del inner[keys[-1]]
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "keys", [("results", "quality.parquet"), ("inputs", "payments.csv"), ("inputs",), ("digest",)]
)
def test_an_entry_dropped_from_the_runs_manifest(results: Results, keys: tuple[str, ...]) -> None:
    _drop(_real(results.layout.out, MANIFEST), *keys)
    assert any(MANIFEST in file for file in wrong(results))
    with pytest.raises(InputError):
        verify_run(results.layout)


@pytest.mark.parametrize("keys", [("dossier", "dossier.html"), ("dossier",), ("run_digest",)])
def test_an_entry_dropped_from_the_dossiers_manifest(
    results: Results, keys: tuple[str, ...]
) -> None:
    _drop(results.layout.out / "dossier" / NAME, *keys)
    with pytest.raises(InputError, match="altered"):
        wrong(results)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{", '{"results": {}, "digest": ""}'])
def test_a_manifest_that_says_nothing(results: Results, text: str) -> None:
    (results.layout.out / "dossier" / NAME).write_text(text)
    with pytest.raises(InputError):
        wrong(results)


def test_a_run_made_anew_is_not_the_run_of_the_dossier_nor_of_a_head(results: Results) -> None:
    head = read_manifest(results.layout.results)["digest"]
    run(results.case.path, results.layout)
    assert [file for file in wrong(results) if file.startswith(MANIFEST)]
    assert all(check.good for check in verify_run(results.layout, results.case.path))
    checks = verify_run(results.layout, results.case.path, head)
    assert [check.file for check in checks if not check.good] == [MANIFEST]
    now = read_manifest(results.layout.results)["digest"]
    assert all(check.good for check in verify_run(results.layout, None, now))


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate()
    private, public = tmp_path / "key.pem", tmp_path / "key.pub"
    plain, pem = form.NoEncryption(), form.Encoding.PEM
    private.write_bytes(made.private_bytes(pem, form.PrivateFormat.PKCS8, plain))
    kind = form.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(made.public_key().public_bytes(pem, kind))
    return private, public


def test_a_signature_vouches_for_a_manifest(results: Results, keys: tuple[Path, Path]) -> None:
    from suyuan.face.report.signature import sign

    private, public = keys
    dossier = results.layout.out / "dossier"
    assert not all(check.good for check in verify(dossier, key=public))  # not signed yet
    sign(dossier / NAME, private)
    assert all(check.good for check in verify(dossier, results.case.path, key=public))
    content = json.loads((dossier / NAME).read_text())
    content["made"] = "2001-01-01T00:00:00+00:00"
    (dossier / NAME).write_text(json.dumps(with_digest(content)))
    assert all(check.good for check in verify(dossier))  # a manifest written anew is whole …
    assert [check.file for check in verify(dossier, key=public) if not check.good] == [
        NAME + ".sig"
    ]
    (dossier / (NAME + ".sig")).write_text("no signature")
    assert not all(check.good for check in verify(dossier, key=public))


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"])
def test_a_file_that_is_no_key(results: Results, tmp_path: Path, text: str) -> None:
    pytest.importorskip("cryptography")
    from suyuan.face.report.signature import sign

    (tmp_path / "no.pem").write_text(text)
    with pytest.raises(InputError, match="not an Ed25519 key"):
        sign(results.layout.out / "dossier" / NAME, tmp_path / "no.pem")
    with pytest.raises(InputError, match="not an Ed25519 key"):
        verify(results.layout.out / "dossier", key=tmp_path / "no.pem")
