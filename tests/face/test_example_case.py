"""The invented case that comes along."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app
from suyuan.face.example_case import example_folder, lay_out_example
from suyuan.model.errors import InputError


def test_it_is_laid_out_as_it_is_and_nothing_is_written_over(tmp_path: Path) -> None:
    to = tmp_path / "zheng"
    answer = CliRunner().invoke(app, ["example", str(to), "--lang", "zh"])
    assert answer.exit_code == 0
    assert f"suyuan investigate {to}" in answer.stdout.replace("\n", "")
    there = {path.name: path.read_bytes() for path in to.iterdir()}
    source = {path.name: path for path in example_folder().iterdir() if path.is_file()}
    assert there == {name: path.read_bytes() for name, path in source.items()}
    assert {"case.toml", "reports.xlsx", "payments.csv"} <= there.keys()
    (to / "calls.csv").write_text("mine")
    with pytest.raises(InputError):
        lay_out_example(to)
    assert (to / "calls.csv").read_text() == "mine"


def test_who_is_lost_is_told_of_it(tmp_path: Path) -> None:
    for words in (["serve", "--no-open"], ["investigate", str(tmp_path / "none")]):
        answer = CliRunner().invoke(app, [*words, "--lang", "en"])
        assert answer.exit_code != 0
        assert "suyuan example" in " ".join(answer.output.split())
        assert "[]" not in answer.output
    assert "suyuan example" in CliRunner().invoke(app, []).output
