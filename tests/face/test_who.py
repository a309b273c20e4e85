"""``suyuan who`` in the terminal: a tree, masked unless asked otherwise, in both languages."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app

ZHENG = Path(__file__).parents[2] / "examples" / "zheng"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zheng")
    assert CliRunner().invoke(app, ["check", str(ZHENG), "--out", str(folder)]).exit_code == 0
    return folder


def told(out: Path, identifier: str, *options: str) -> str:
    asked = ["who", str(ZHENG), identifier, "--out", str(out), *options]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, asked)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_chain_behind_an_account(out: Path) -> None:
    english = told(out, "qq:1047875113", "--lang", "en")
    for said in ("SIM card", "opened at outlet", "on the network of", "sims.csv:143", "├──"):
        assert said in english
    assert "17030293499" not in english
    assert "170****3499" in english
    assert "开卡网点" in told(out, "qq:1047875113", "--lang", "zh", "--no-rows")


def test_in_full_only_with_a_purpose(out: Path) -> None:
    full = told(out, "qq:1047875113", "--no-rows", "--unmask", "court order 7")
    assert "17030293499" in full
    assert b"court order 7" in (out / "ledger.sqlite").read_bytes()


def test_many_are_counted(out: Path) -> None:
    assert "more: SIM card" in told(out, "operator:博云移动", "--depth", "1", "--lang", "en")


def test_nothing_known(out: Path) -> None:
    asked = ["who", str(ZHENG), "nobody-at-all", "--out", str(out), "--lang", "en"]
    assert CliRunner().invoke(app, asked).exit_code == 2
