"""A case whose every text is hostile, through each screen, into the dossier, and back by verify."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("playwright.sync_api")
from browser_of import chromium, listened
from playwright.sync_api import Page, expect
from site_of import served

from suyuan.face.display import Display
from suyuan.face.report.dossier_file import bind
from suyuan.face.report.manifest import verify, write_manifest
from suyuan.face.source import open_source
from suyuan.face.web.site import Site, one_case
from suyuan.model.results import RESULTS
from suyuan.privacy.masking import Masking
from suyuan.store.case import Results
from suyuan.store.generations import generation
from suyuan.store.publish import write
from suyuan.store.record_seals import NAME, record_seals
from suyuan.store.seal import seals_of, to_json

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202egnp.exe\u200b={{7*7}}"
#: What a reader sees of it: signs that hide or reorder are signs of their own.
SEEN = "<img src=x onerror=alert(1)><script>alert(2)</script>\ufffdgnp.exe\ufffd={{7*7}}"
HIDING = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
TOLD = re.compile(r"because|rivals|note$|effect|problem|institution|reason|^action$|^value$")
#: Tables that hold our own words and codes, and nothing of the case's.
OURS = frozenset({"series", "exits", "trace_doubts"})
RECORDED = {
    "parties": ("name",),
    "calls": ("cell",),
    "payments": ("memo",),
    "reports": ("narrative",),
    "bank_accounts": ("institution", "holder_name"),
}
SCREENS = (
    *("home", "chain", "leads", "reports", "time", "money", "warn", "rules", "duties", "report"),
    *("files", "audit"),
)


def _spoilt(table: pa.Table, columns: list[str]) -> pa.Table:
    """Every text of these columns with what is hostile behind it."""
    for name in columns:
        field = table.schema.field(name)
        texts = [None if one is None else f"{one}{HOSTILE}" for one in table[name].to_pylist()]
        place = table.schema.get_field_index(name)
        table = table.set_column(place, field, pa.array(texts, field.type))
    return table


def _spoil_records(results: Results) -> dict[str, object]:
    layout = results.layout
    for name, columns in RECORDED.items():
        for path in layout.parts(name):
            pq.write_table(_spoilt(pq.read_table(path), list(columns)), path)
    paths = [layout.records / name for name in record_seals(layout) or {}]
    sealed = to_json(seals_of(layout.records, paths))
    (layout.own / NAME).write_text(json.dumps(sealed), "utf-8")
    return dict(sealed)


def _spoil(results: Results) -> None:
    records = _spoil_records(results)
    with generation(results.layout) as made:
        for name in RESULTS:
            if results.has(name):
                table = results[name]
                texts = [one.name for one in table.schema if pa.types.is_string(one.type)]
                told = [one for one in texts if TOLD.search(one) and name not in OURS]
                write(_spoilt(table, told), made.layout.result(name))
        made.commit({"kind": "written by hand", "inputs": {}, "records": records})


@pytest.fixture(scope="module")
def hostile(
    zheng_case: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    case = tmp_path_factory.mktemp("hostile") / "case"
    shutil.copytree(zheng_case[0], case)
    shutil.copytree(zheng_case[1], case / "suyuan", symlinks=True)
    (case / "case.toml").write_text(f"name = '{HOSTILE}'\n", "utf-8")
    lines = (case / "vouchers.csv").read_text("utf-8").splitlines()
    (case / "vouchers.csv").write_text("".join(f"{one}{HOSTILE}\n" for one in lines), "utf-8")
    site = one_case(case, None)
    _spoil(site.desks["case"].results)
    yield site
    site.close()


STRANGE = """() => [...document.querySelectorAll('img, main script, iframe, object')]
    .map((one) => one.outerHTML)"""


def _is_text(page: Page) -> bool:
    """Nothing of it became a part of the page, nothing hides; whether the screen shows it."""
    text = page.locator("body").inner_text()
    assert page.evaluate(STRANGE) == []
    assert not HIDING.search(text), page.url
    assert "49" not in re.findall(r"gnp\.exe.{1,3}=(\d+)", text)
    return SEEN in text


def test_a_hostile_case_is_text_on_every_screen(hostile: Site) -> None:
    console: list[str] = []
    with chromium() as browser, served(hostile) as address:
        page = listened(browser.new_page(locale="zh-CN"), console)
        page.goto(f"{address}/c/case#{hostile.sessions.one_time_link()}")
        expect(page.locator(".ring-card")).to_be_visible()
        shown = set()
        for place, screen in enumerate(SCREENS, 1):
            page.locator(f"nav.side a:nth-child({place})").click()
            expect(page.locator(f"nav.side a:nth-child({place})[aria-current]")).to_be_visible()
            expect(page.locator("main h1")).to_be_visible()
            expect(page.get_by_text("加载中")).to_have_count(0)
            if _is_text(page):
                shown.add(screen)
        assert {"home", "leads", "money", "warn"} <= shown
        page.goto(f"{address}/c/case/leads?role=card_merchant")
        page.locator(".lead-row").first.click()
        pane = page.get_by_role("complementary", name="证据")
        expect(pane.locator(".rival")).to_contain_text("onerror")
        pane.get_by_label("备注").fill(HOSTILE)
        pane.get_by_role("button", name="保存备注").click()
        expect(pane.locator(".note-box")).to_contain_text("第 1 版")
        pane.get_by_role("button", name=re.compile(r"vouchers\.csv:\d+")).first.click()
        expect(pane.locator(".hash.bad")).to_contain_text("文件在分析后已变更")
        expect(pane.locator(".lines .wanted")).to_contain_text("<")  # masked, cell by cell
        assert _is_text(page)
        assert not console  # before the server goes: a stream that it ends is a remark too


def test_its_dossier_is_text_and_still_verified(hostile: Site, tmp_path: Path) -> None:
    results = hostile.desks["case"].results
    with open_source(results) as source:
        made = bind(source, results.layout.out / "dossier", "html", "zh", Masking(), None)
    folder = write_manifest(results, [made], Display("UTC")).parent
    assert all(check.good for check in verify(folder))
    content = made.read_text("utf-8")
    assert "&lt;img src=x" in content
    assert "<img src=x" not in content
    assert not HIDING.search(content)
