"""Warning before the loan: the page's own call, others, and honest calls that stay low."""

import time
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from suyuan.face.cli import app
from suyuan.reading.warning import warn

HERE = Path(__file__).parent / "dialogues"
DIALOGUES = [
    pytest.param(dialogue, id=f"{part}-{dialogue['id']}")
    for part in ("worked_on", "held_out")
    for dialogue in yaml.safe_load((HERE / f"{part}.yml").read_text("utf-8"))
]


@pytest.mark.parametrize("dialogue", DIALOGUES)
def test_grade_and_time(dialogue: dict) -> None:
    found = warn(dialogue["lines"])
    assert found.grade == dialogue["grade"], found.reasons
    if dialogue["grade"] == "high":
        assert found.high_at is not None
        assert found.high_at <= dialogue["by"]


def test_the_pages_call_is_high_before_the_loan_with_its_reasons() -> None:
    lines = next(p.values[0]["lines"] for p in DIALOGUES if p.values[0]["id"] == "zheng")
    assert [warn(lines[:n]).grade for n in (1, 2, 3)] == ["low"] * 3
    found = warn(lines[:5])
    assert found.grade == "high"  # the loan is in the seventh
    assert {"compensation", "private_chat", "qr_code"} <= {r.signal for r in found.reasons}


def test_a_price_and_a_higher_compensation_in_one_sentence() -> None:
    assert "over_compensation" in {r.signal for r in warn("价格62元，理赔162元").reasons}
    assert "over_compensation" not in {r.signal for r in warn("价格162元，退款62元").reasons}


def test_what_is_denied_does_not_count() -> None:
    assert warn("我们不会让您加微信，不需要填写银行卡号").reasons == ()
    assert warn("让您转到安全账户的都是诈骗").reasons == ()
    assert warn("转到安全账户").grade == "high"


def test_a_long_text_takes_time_in_proportion_and_says_what_was_cut() -> None:
    start = time.process_time()
    found = warn("加微信，" * 100_000)
    assert found.cut == 200_000
    assert time.process_time() - start < 20
    assert warn("").sentences == 0


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "call.txt"
    file.write_text("我是客服\n给您三倍理赔\n请加我的微信\n", encoding="utf-8")
    run = CliRunner().invoke(app, ["warn", str(file), "--lang", "en"])
    assert run.exit_code == 0
    assert run.output.startswith("HIGH")
    assert "High from sentence 3 of 3" in run.output
    assert CliRunner().invoke(app, ["warn", "明天见", "--lang", "zh"]).output.startswith("低风险")
