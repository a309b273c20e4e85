"""What ``suyuan check`` and ``suyuan map`` tell an investigator."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from suyuan.face.cli import app

HEADER = "payment_id,at,payer,payee,amount\n"
CARD = "6222 0212 3456 7890 123"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "案 卷"
    folder.mkdir()
    rows = "".join(f"P{n},2019/4/28 9:05,{CARD},B,3\n" for n in range(30))
    (folder / "payments.csv").write_text(HEADER + rows + "Q,never,A,B,3\n" * 5)
    (folder / "照片.csv").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "某行.csv").write_text(
        "账号:6222021234567890123\n日子,钱,方向,对家卡号,结余\n"
        '2019-04-29 09:05,"1,200.00",支出,6217000011112222333,800.00\n'
        "2019-04-29 09:06,5.00,收入,6228480000000000017,805.00\n"
    )
    return folder


def run(*words: str, answers: str | None = None) -> str:
    result = CliRunner().invoke(app, list(words), input=answers, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(
    ("language", "unread", "aside", "repaired"),
    [
        ("zh", "未读入", "5 处，首见第 32 行: 无法识别 [aaaaa]", "30 处，首见第 2 行"),
        ("en", "Not read", "5 places, first in line 32: cannot be read", "30 places, first in"),
    ],
)
def test_troubles_are_told_by_kind_and_masked(
    case: Path, tmp_path: Path, language: str, unread: str, aside: str, repaired: str
) -> None:
    told = run("check", str(case), "--out", str(tmp_path / "out"), "--lang", language)
    for words in (unread, aside, repaired):
        assert words in told
    assert told.index(unread) < told.index(aside) < told.index(repaired)
    assert "never" not in told
    assert CARD not in told
    assert "suyuan map 某**.csv~" in told
    full = run("check", str(case), "--out", str(tmp_path / "out"), "--unmask", "mending the file")
    assert full.count("never") == 1
    assert f"suyuan map '{case}/某行.csv'" in full


def test_an_empty_case_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    assert "没有可读取的文件" in run("check", str(tmp_path / "case"), "--lang", "zh")


def test_a_file_that_tells_directions_is_mapped_and_then_read(case: Path, tmp_path: Path) -> None:
    answers = "4=somewhere\n\n\n\n\n\n\n\n"
    told = run("map", str(case / "某行.csv"), "--lang", "zh", answers=answers)
    assert "没有“4=somewhere”" in told
    assert "付给" in told
    profile = yaml.safe_load((case / "profiles" / "某行.yml").read_text(encoding="utf-8"))
    assert profile["sides"]["direction"] == {"from": "方向", "out": ["支出"], "in": ["收入"]}
    assert profile["sides"]["other"] == ["对家卡号"]
    told = run("check", str(case), "--out", str(tmp_path / "out"), "--lang", "en")
    assert "suyuan map" not in told


def test_a_file_that_is_known_needs_no_mapping(tmp_path: Path) -> None:
    file = tmp_path / "话单.csv"
    file.write_text("主叫号码,被叫号码,通话日期,通话时间,通话时长(秒)\n1,2,2019/4/28,9:05:01,83\n")
    assert "无需映射" in run("map", str(file), "--lang", "zh")
    assert not (tmp_path / "profiles").exists()
