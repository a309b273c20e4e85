"""What goes wrong is said in one true line, with no traceback and nothing half written."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner
from written import finding, results_of, row_behind

from suyuan.face.cli import app
from suyuan.face.decision_file import Decision, decide
from suyuan.store.case import Results
from suyuan.store.layout import Layout

HEADER = "payment_id,at,payer,payee,amount\n"
GBK = "decision_id,at,by,kind,subject,reason\n1,2019-05-01,李警官,confirm,phone:1,已核实\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "payments.csv").write_text(HEADER + "P1,2019-04-29,A,B,1\n")
    return folder


def told(*asked: str, code: int = 2) -> str:
    """What the command says; a traceback is never part of it."""
    result = CliRunner(env={"COLUMNS": "300"}).invoke(app, [*asked, "--lang", "en"])
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    assert code == 0 or result.output.count("✗") == 1, result.output
    return result.output


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (b"name = " + b"[" * 5000, "well-formed"),
        (b"a = " + b"9" * 10_000, "well-formed"),
        ("name = '王'".encode("gbk"), "well-formed"),
        (b"#" * (1 << 21), "well-formed"),
        (b"name = 1", "must be text"),
        (b"timezone = '../../etc'", "time zone"),
    ],
)
def test_settings_that_cannot_be_read(case: Path, toml: bytes, says: str) -> None:
    (case / "case.toml").write_bytes(toml)
    assert says in told("check", str(case))


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31", "yesterday", "2019-13-01"])
def test_moments_that_are_none(case: Path, moment: str) -> None:
    assert moment in told("investigate", str(case), "--as-of", moment)


def test_a_circle_of_links_is_said_to_be_one(case: Path, tmp_path: Path) -> None:
    (case / "a.csv").symlink_to(case / "b.csv")
    (case / "b.csv").symlink_to(case / "a.csv")
    assert "form a loop" in told("check", str(case), "--out", str(tmp_path / "out"))


def test_an_output_that_is_a_file(case: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "is a file" in told("check", str(case), "--out", str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "mine"


def refuse(number: int) -> Callable[..., None]:
    def raising(path: object, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    return raising


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "No permission"),
        (errno.EIO, "disk cannot be read"),
    ],
)
def test_what_the_system_refuses_is_what_is_said(
    case: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    monkeypatch.setattr(Path, "mkdir", refuse(number))
    assert says in told("check", str(case))


def test_decisions_in_gbk_are_read_and_stay_gbk(case: Path) -> None:
    path = case / "decisions.csv"
    path.write_bytes(GBK.encode("gbk"))
    word = Decision("confirm", ("phone:2",), None, "王警官", "名字㐂")
    decide(case, word, Layout(case / "suyuan"))
    written = path.read_bytes().decode("gb18030")
    assert written.startswith(GBK)
    assert "王警官" in written


def test_decisions_that_are_no_text(case: Path) -> None:
    (case / "decisions.csv").write_bytes(b"\xff\xfe\x00\x81\xff")
    said = told("decide", str(case), "confirm", "phone:2", "--by", "Li", "--reason", "seen")
    assert "decisions" in said


def test_a_full_disk_leaves_the_decisions_that_were_there(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = case / "decisions.csv"
    path.write_text(GBK)
    monkeypatch.setattr(Path, "write_bytes", refuse(errno.ENOSPC))
    said = told("decide", str(case), "confirm", "phone:2", "--by", "Li", "--reason", "seen")
    assert "disk is full" in said
    assert path.read_text() == GBK
    assert sorted(one.name for one in case.iterdir()) == ["decisions.csv", "payments.csv"]


@pytest.fixture
def results(tmp_path: Path) -> Results:
    found = [finding("data_broker", "party:[/b][red]\x1b[31mWang", told="\x1b]0;x\x07[bold]{0}")]
    return results_of(tmp_path, findings=found, evidence=[row_behind(found[0]["finding_id"])])


@pytest.mark.parametrize(
    "asked",
    [
        ("explain", "party:[/b][red]\x1b[31mWang", "--unmask", "trial"),
        ("explain", "party:[/b][red]\x1b[31mWang"),
        ("explain", "party:[/nobody]\x1b"),
        ("trace", "--account", "[/b]\x1b"),
        ("trace", "--report", "[red]\x1b"),
    ],
)
def test_record_text_is_never_markup_nor_escape_code(
    results: Results, asked: tuple[str, ...]
) -> None:
    command = [asked[0], str(results.case.path), *asked[1:], "--out", str(results.layout.out)]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, command)
    assert result.exit_code in {0, 2}, result.exception
    assert "\x1b" not in result.output
    assert "Traceback" not in result.output
    if "--unmask" in asked:
        assert "[/b][red]\ufffd[31mWang" in result.output


@pytest.mark.parametrize(
    "asked", [("explain", "party:x"), ("trace", "--report", "R"), ("export",), ("report",)]
)
def test_what_cannot_be_recorded_is_not_shown(
    results: Results, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [asked[0], str(results.case.path), *asked[1:], "--out", str(results.layout.out)]
    monkeypatch.setattr("suyuan.store.ledger.SqliteLedger.append", refuse(errno.ENOSPC))
    said = told(*command, "--unmask", "trial")
    assert "disk is full" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("asked", [("export",), ("report",)])
def test_a_full_disk_while_something_is_written(
    results: Results, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [asked[0], str(results.case.path), *asked[1:], "--out", str(results.layout.out)]
    before = set(results.layout.out.rglob("*"))
    real = Path.open

    def full(path: Path, mode: str = "r", *given: object, **named: object) -> object:
        if set(mode) & set("wax+"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(path, mode, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    said = told(*command, "--unmask", "trial")
    assert "disk is full" in said
    left = set(results.layout.out.rglob("*")) - before
    assert not [path for path in left if path.is_file() and not path.stat().st_size]


def test_a_slip_of_the_pen_is_asked_about_without_naming_anybody(results: Results) -> None:
    asked = ["decide", str(results.case.path), "confirm", "phone:13812345678"]
    said = told(*asked, "--by", "Li", "--reason", "seen", "--out", str(results.layout.out), code=0)
    assert "has no phone:138****5678" in said
    assert "13812345678" not in said


def test_control_characters_in_a_workbook(tmp_path: Path) -> None:
    from suyuan.face.exchange.table_files import export
    from suyuan.privacy.masking import Masking

    rows = [
        {
            "file": "a.csv",
            "problem": "p",
            "problem_zh": "p",
            "action": "kept",
            "value": "a\x00\x0bb",
        }
    ]
    made = results_of(tmp_path, quality=rows)
    (path,) = export(made, tmp_path / "to", "xlsx", ["quality"], Masking(full=True))
    assert path.stat().st_size > 1000


def test_a_fault_of_ours_is_named_without_its_message(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("13812345678 could not be cast")

    monkeypatch.setattr("suyuan.run.investigation.import_case", broken)
    said = told("check", str(case), code=70)
    assert "RuntimeError" in said
    assert "138" not in said


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("match", "--phone", "138*****234"), "hidden digits"),
        (("match", "--phone", "138****1234"), "hidden digits"),
        (("match", "--phone", "138²2345678"), "look like digits"),
        (("match", "--phone", "1381234"), "11 digits"),
        (("who", "138*****234"), "hidden digits"),
        (("who", "138²2345678"), "look like digits"),
        (("trace", "--account", "6222①"), "look like digits"),
        (("explain", "phone:138²"), "look like digits"),
    ],
)
def test_look_ups_are_understood_or_refused(case: Path, asked: tuple[str, ...], says: str) -> None:
    told("check", str(case), code=0)
    assert says in told(asked[0], str(case), *asked[1:])


def test_the_later_decision_stands_within_one_second(tmp_path: Path) -> None:
    from suyuan.ingest import import_case
    from suyuan.store.decisions import verdicts
    from suyuan.store.duck import DuckEngine
    from suyuan.store.layout import Layout
    from suyuan.store.records import open_records

    folder = tmp_path / "case"
    folder.mkdir()
    kinds = ["confirm", "reject"] * 6
    rows = [
        f"{os.urandom(4).hex()}x,2019-05-01T10:00:00+08:00,Li,{kind},phone:{n // 2},why\n"
        for n, kind in enumerate(kinds)
    ]
    (folder / "decisions.csv").write_text("decision_id,at,by,kind,subject,reason\n" + "".join(rows))
    import_case(folder, tmp_path / "out")
    with DuckEngine() as engine:
        said = verdicts(open_records(engine, Layout(tmp_path / "out"), zone="UTC"))
        assert engine.fetch(said)["confirmed"].to_pylist() == [False] * 6
