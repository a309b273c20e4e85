"""The report: whole, self-contained, masked, escaped, in both languages; with any table empty."""

import re
from pathlib import Path

import pyarrow.compute as pc
import pytest
from reading_html import Page, read
from written import finding, large, results_of, row_behind

import suyuan
from suyuan.face.report.report_file import write_report
from suyuan.privacy.masking import Masking
from suyuan.run.step_runs import Timing

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def html(zheng: suyuan.Results) -> str:
    return zheng.report.read_text("utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read(html)


def test_zheng_says_what_the_tables_say(zheng: suyuan.Results, page: Page) -> None:
    ring = zheng["rings"].to_pylist()[0]
    assert f"{ring['loss']:,.0f}" in page.text
    assert f"{ring['helpers']}" in page.text
    for role in set(zheng["findings"]["role"].to_pylist()):
        assert any(attrs.get("id") == f"role-{role}" for attrs in page.named("details"))


def test_nothing_is_fetched(html: str, page: Page) -> None:
    links = [v for _, attrs in page.tags for n, v in attrs.items() if n in {"src", "href"}]
    assert links
    assert all(link.startswith("#") for link in links)
    assert not page.named("link")
    assert "url(" not in html
    assert "@import" not in html
    policy = next(m["content"] for m in page.named("meta") if "http-equiv" in m)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not any("style" in attrs or "onclick" in attrs for _, attrs in page.tags)


def test_every_link_inside_leads_somewhere(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {attrs["href"][1:] for attrs in page.named("a")}
    assert targets <= set(ids)


def test_both_languages(page: Page) -> None:
    spoken = [
        attrs["lang"] for tag, attrs in page.tags if tag in {"span", "tspan"} if "lang" in attrs
    ]
    assert spoken.count("en") == spoken.count("zh") > 100
    assert "never a verdict" in page.text
    assert "不是结论" in page.text


def test_tags_are_balanced(page: Page) -> None:
    assert page.unbalanced == []
    assert page.open == []


def test_personal_data_is_masked(zheng: suyuan.Results, html: str) -> None:
    subjects = set(zheng["findings"]["subject"].to_pylist())
    for subject in subjects | set(zheng["freeze_list"]["account"].to_pylist()):
        kind, _, id_ = subject.partition(":")
        if kind in {"phone", "bank_account", "party"}:
            assert id_ not in html
    assert re.findall(r"(?<![\d.])1[3-9]\d{9}(?!\d)", html) == []


def test_every_finding_shown_has_its_rows(page: Page) -> None:
    shown = [attrs["id"] for attrs in page.named("article")]
    assert len(shown) > 20
    assert len(re.findall(r"\w+\.(?:csv|xlsx#\w+):\d+", page.text)) >= len(shown)


def test_drawings_are_told_to_those_who_cannot_see_them(page: Page) -> None:
    drawings = [a for a in page.named("svg") if a.get("class", "").startswith("draw")]
    assert len(drawings) >= 3
    assert all(a["role"] == "img" and "·" in a["aria-label"] for a in drawings)
    others = [a for a in page.named("svg") if not a.get("class", "").startswith("draw")]
    assert all(a.get("aria-hidden") == "true" for a in others)


def test_hostile_data_stays_text(tmp_path: Path) -> None:
    results = results_of(
        tmp_path,
        findings=[finding("data_broker", f"account:{HOSTILE}", told=HOSTILE, ring_id=HOSTILE)],
        evidence=[row_behind(f"data_broker|account:{HOSTILE}", file=HOSTILE, note=HOSTILE)],
        rings=[_empty_ring(HOSTILE)],
        quality=[{"file": HOSTILE, "problem": HOSTILE, "problem_zh": HOSTILE, "action": HOSTILE}],
        limits=[{"step": HOSTILE, "table": HOSTILE, "effect": HOSTILE, "effect_zh": HOSTILE}],
    )
    (results.case.path / "case.toml").write_text(f"name = '{HOSTILE}'", "utf-8")
    write_report(results, [Timing(HOSTILE, 1.0, 1)])
    html = results.report.read_text("utf-8")
    page = read(html)
    assert len(page.named("script")) == 1
    assert page.named("img") == []
    assert page.unbalanced == []
    assert page.text.count(HOSTILE) > 10


def test_characters_that_hide_or_reorder_are_seen(tmp_path: Path) -> None:
    told = "pay \u202egnp.exe\u202c \u200bnow"
    results = results_of(
        tmp_path,
        findings=[finding("data_broker", "account:qq:1", told=told)],
        evidence=[row_behind("data_broker|account:qq:1")],
    )
    write_report(results, [])
    html = results.report.read_text("utf-8")
    assert "\u202e" not in html
    assert "\u200b" not in html
    assert "\ufffdgnp.exe" in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_case_in_which_nothing_was_found(tmp_path: Path, language: str) -> None:
    results = results_of(tmp_path)
    write_report(results, [], language=language)
    page = read(results.report.read_text("utf-8"))
    assert page.named("html")[0]["data-lang"] == language
    assert "No ring was formed" in page.text
    assert page.unbalanced == []


def test_tables_that_were_never_written(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    for file in results.layout.out.glob("*.parquet"):
        file.unlink()
    write_report(results, [])
    assert "No finding." in results.report.read_text("utf-8")


def test_in_full_only_when_asked_for(tmp_path: Path) -> None:
    results = results_of(
        tmp_path,
        findings=[finding("scam_caller", "phone:13812345678")],
        evidence=[row_behind("scam_caller|phone:13812345678")],
    )
    write_report(results, [])
    assert "13812345678" not in results.report.read_text("utf-8")
    write_report(results, [], masking=Masking(full=True))
    html = results.report.read_text("utf-8")
    assert "13812345678" in html
    assert "FULL IDENTIFIERS" in html


def test_a_thousand_reports_stay_small_and_say_what_is_hidden(tmp_path: Path) -> None:
    results = large(tmp_path)
    write_report(results, [])
    html = results.report.read_text("utf-8")
    page = read(html)
    assert len(html.encode()) < 3_000_000
    callers = pc.sum(pc.equal(results["findings"]["role"], "scam_caller")).as_py()
    assert f"{callers - 24:,} more not shown" in page.text
    assert "6 smaller rings are not drawn" in page.text
    assert "+ 35 more" in page.text


def _empty_ring(ring_id: str) -> dict[str, object]:
    counts = ("reports", "victims", "callers", "data_brokers", "account_merchants", "mules")
    more = ("sim_suppliers", "middlemen", "card_merchants", "helpers", "loss")
    return {"ring_id": ring_id} | dict.fromkeys(counts + more, 0)
