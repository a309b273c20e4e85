"""``suyuan live replay`` on the page's own case: held in the minute before the money leaves."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "zheng"
#: Zheng's 49,950 yuan, as the story of the example tells it.
PAYMENT = "20197296710670"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


def run(out: Path, *options: str) -> str:
    asked = ["live", "replay", str(EXAMPLE), "--out", str(out), "--lang", "en", *options]
    result = CliRunner().invoke(app, asked, env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    return result.output


def test_zheng_is_held_and_the_reasons_are_shown(out: Path) -> None:
    told = run(out, "--payment", PAYMENT)
    assert "49,950.00" in told
    assert "→ hold" in told
    for reason in ("a number named in a report", "share of a loan", "first payment"):
        assert reason in told


def test_the_worth_of_holding_is_shown_with_its_interval(out: Path) -> None:
    told = run(out)
    assert "49 of" in told
    assert "(95 %)" in told
    assert "calls" in told.partition("Without a source")[2]


def test_an_unknown_payment_is_named(out: Path) -> None:
    result = CliRunner().invoke(
        app, ["live", "replay", str(EXAMPLE), "--out", str(out), "--payment", "nobody"]
    )
    assert result.exit_code == 2
    assert "nobody" in result.output
