"""Rows of evidence say what they show in people's words, in both languages, on every face."""

import re

import pytest
from reading_html import read
from written import row_behind

import suyuan
from suyuan.chain.linkage import WORTH
from suyuan.face.cli.explain_output import _rows
from suyuan.face.display import Display
from suyuan.face.evidence_rows import words_of
from suyuan.model.evidence_words import REMARKS, TOUCH_KINDS
from suyuan.model.links import LINKS
from suyuan.privacy.masking import Masking

DISPLAY = Display("Asia/Shanghai", Masking())
FULL = Display("Asia/Shanghai", Masking(full=True))
HAN = re.compile("[\u4e00-\u9fff]")
MACHINE_WORD = re.compile("[a-z]+_[a-z]+")


def test_codes_are_told_apart_by_their_names() -> None:
    names = [*TOUCH_KINDS, *REMARKS, *LINKS]
    assert len(set(names)) == len(names)
    assert set(WORTH) <= set(TOUCH_KINDS)


def test_a_signal_is_called_as_its_own_scorecard_calls_it() -> None:
    words = [
        words_of(row_behind("f", shows=f"{role}.named", note="named"), DISPLAY)
        for role in ("scam_caller", "mule_account")
    ]
    assert [text.zh for text in words] == ["提到该号码的报案数", "报案点名的收款次数"]
    assert words[0].en == "reports that name it"


def test_a_touch_names_its_subject_by_the_columns_and_not_by_the_remark() -> None:
    row = row_behind("s", shows="called", node="phone:13812345678", note_class="mention")
    row |= {"note": "named phone:13999999999", "unlisted": 7}
    assert words_of(row, DISPLAY).en == "called by phone 138****5678 (and 7 more)"
    assert words_of(row, FULL).zh == "来电方：号码 13812345678（另有7条）"


def test_what_the_row_itself_says_stands_beside_the_words() -> None:
    row = row_behind("f", shows="sms_activation.services", note="weixin")
    assert words_of(row, DISPLAY).en == "services that sent codes (weixin)"
    assert words_of(row | {"note": "services"}, DISPLAY).en == "services that sent codes"


@pytest.mark.parametrize("shows", ["mule_account.gone_since", "no_role.what_not"])
def test_a_signal_that_no_card_has_any_more_loses_only_its_dashes(shows: str) -> None:
    name = shows.partition(".")[2]
    assert words_of(row_behind("f", shows=shows, note=name.split("_")[0]), DISPLAY).en.startswith(
        name.replace("_", " ")
    )


def test_rows_of_before_these_columns_are_still_shown() -> None:
    row = row_behind("f", note="a remark")
    del row["shows"], row["node"]
    assert words_of(row, DISPLAY).en == "a remark"


def test_nobody_reads_a_machine_word_in_zheng(zheng: suyuan.Results) -> None:
    rows = {row["shows"]: row for row in zheng["evidence"].to_pylist() if row["shows"]}
    assert len(rows) > 30
    for row in rows.values():
        words = words_of(row | {"note": None}, DISPLAY)
        assert not MACHINE_WORD.search(words.en + words.zh), row["shows"]
        assert HAN.search(words.zh), row["shows"]


def test_the_report_says_signals_in_the_words_of_their_cards(zheng: suyuan.Results) -> None:
    page = read(zheng.report.read_text("utf-8"))
    names = {name for name in zheng["signals"]["signal"].to_pylist() if "_" in name}
    assert "fraud_lift" in names
    assert not {name for name in names if re.search(rf"\b{name}\b", page.text)}
    assert "涉诈卡与其开卡份额之比" in page.text


def test_explain_speaks_the_language_of_whoever_asks(zheng: suyuan.Results) -> None:
    findings = zheng["findings"].to_pylist()
    finding = next(row for row in findings if row["role"] == "sim_supplier" and row["decided"])
    grid = _rows(zheng, finding, "zh", DISPLAY)
    assert all(HAN.search(str(cell)) for cell in grid.columns[3].cells)
