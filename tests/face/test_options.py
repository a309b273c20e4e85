"""Options: moments in the case's zone, questions one at a time, and the names of earlier days."""

import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from suyuan.face.cli.commands import application
from suyuan.face.report.report_file import moment_of
from suyuan.model.errors import InputError


def run(*words: str) -> Any:
    return CliRunner().invoke(application(words), words, env={"COLUMNS": "200"})


@pytest.mark.parametrize("command", ["paths", "flows"])
def test_a_window_is_in_the_zone_of_the_case(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "case").mkdir()
    windows: list[Any] = []
    for name in ("print_paths", "print_flows"):
        monkeypatch.setattr(
            f"suyuan.face.cli.flows_output.{name}",
            lambda _, __, window, *___: windows.append(window),
        )
    ends = ("--from", "1", "--to", "2") if command == "paths" else ("--account", "1")
    days = ("--since", "2019-05-01", "--until", "2019-05-02T08:00+00:00")
    run(command, str(tmp_path / "case"), *ends, *days)
    assert [(w.since, w.until) for w in windows] == [
        (datetime(2019, 4, 30, 16), datetime(2019, 5, 2, 8))
    ]


def test_two_questions_are_not_answered_by_one(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    words = ("--account", "1", "--gathered", "2", "--reach", "on")
    outcome = run("flows", str(tmp_path / "case"), *words)
    assert outcome.exit_code == 2
    assert "--reach" in outcome.output


def test_a_dossier_is_as_of_the_moment_of_its_investigation(tmp_path: Path) -> None:
    results: Any = SimpleNamespace(report=tmp_path / "report.html")
    assert moment_of(results) is None
    moment = datetime(2019, 5, 1)
    (tmp_path / "report.json").write_text(json.dumps({"as_of": moment.isoformat()}))
    assert moment_of(results) == moment
    assert moment_of(results, moment) == moment
    with pytest.raises(InputError, match="another moment"):
        moment_of(results, datetime(2019, 5, 2))


@pytest.mark.parametrize(
    ("words", "earlier", "now"),
    [
        (("replay",), ("--from", "--to"), ("--since", "--until")),
        (("office", "indicators"), ("--from", "--to"), ("--since", "--until")),
        (("office", "event", "coverage"), ("--from", "--to"), ("--since", "--until")),
        (("live", "day"), ("--to",), ("--until",)),
        (("serve",), ("--key",), ("--tls-key",)),
    ],
)
def test_an_earlier_name_is_understood_and_not_shown(
    words: tuple[str, ...], earlier: tuple[str, ...], now: tuple[str, ...]
) -> None:
    page = run(*words, "--help").output.split()
    for name in now:
        assert name in page
    for name in earlier:
        assert name not in page
        assert "No such option" not in run(*words, name, "2019-05-01").output


def test_a_sweep_is_given_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    curve = {0.0: {"ring/f1": (0.5, 0.4, 0.6)}, 3.0: {"ring/f1": (float("nan"),) * 3}}
    monkeypatch.setattr("suyuan.lab.trial.sweep", lambda *_, **__: curve)
    wanted = {"0": {"ring/f1": [0.5, 0.4, 0.6]}, "3": {"ring/f1": [None, None, None]}}
    outcome = run("lab", "sweep", "noise", "--out", str(tmp_path), "--json")
    assert json.loads(outcome.stdout) == wanted
