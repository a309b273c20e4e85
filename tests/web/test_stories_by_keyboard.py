"""The stories by keyboard alone, and once in English: from signing in to what is handed on."""

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright.sync_api")
from browser_of import listened
from people_of import PASSWORD
from playwright.sync_api import Browser, Locator, Page, expect
from site_of import served

from suyuan.face.web.site import Site

pytestmark = pytest.mark.browser
HAN = re.compile("[\u3400-\u9fff]+")
#: Titles, labels, buttons and heads of tables: our words, none of the case's.
OURS = """() => [...document.querySelectorAll('h1, h2, h4, th, label, button, a, summary, .hint')]
    .filter((one) => !one.closest('.subject, .lead-row, .original, .ring-card, .box, [lang], li'))
    .map((one) => [...one.childNodes].filter((node) => node.nodeType === 3)
        .map((node) => node.data).join(''))"""


@pytest.fixture(scope="module")
def address(office: Site) -> Iterator[str]:
    with served(office) as address:
        yield address


def _page(browser: Browser, locale: str, console: list[str]) -> Page:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=locale)
    return listened(context.new_page(), console)


def _tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """As somebody without a mouse: the next one, until it is the one that is meant."""
    for _ in range(most):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(wanted)


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_from_signing_in_to_the_dossier_without_a_mouse(browser: Browser, address: str) -> None:
    console: list[str] = []
    page = _page(browser, "zh-CN", console)
    page.goto(f"{address}/c/zheng")
    _tab_to(page, page.locator("input[name=name]"))
    page.keyboard.type("investigator")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".ring-card")).to_be_visible()
    _tab_to(page, page.locator(".ring-card"))
    page.keyboard.press("Enter")
    merchant = page.locator(".box[data-role=card_merchant]").first
    expect(merchant).to_be_visible()
    _tab_to(page, merchant)
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="证据")).to_contain_text("卡商")
    _press(page, "x")
    expect(page.locator(".whatif .verdict")).to_contain_text("避免损失")
    _press(page, "Escape", "Escape", "g", "l")
    expect(page.locator(".lead-row").first).to_be_visible()
    _press(page, "j")
    expect(page.locator("article.finding .decide")).to_be_visible()
    _press(page, "c", "Control+a")
    page.keyboard.type("与物证一致")
    _press(page, "Enter")
    expect(page.locator(".stale").first).to_contain_text("结果早于 1 个决定")
    row = page.locator(".pane .rows .row").first
    expect(row).to_be_visible()
    _press(page, "F6")  # a hundred leads stand between
    _tab_to(page, row)
    page.keyboard.press("Enter")
    expect(page.locator(".pane .hash.good")).to_be_visible()
    _press(page, "Escape", "g", "m")
    state = page.locator(".money .sheet select").first
    expect(state).to_be_visible()
    _tab_to(page, state)
    _press(page, "ArrowDown")
    expect(page.locator(".bottom")).to_contain_text("已请求")
    _press(page, "F6", "g", "r")  # out of the field, where letters are letters
    bind = page.get_by_role("button", name="生成卷宗")
    expect(bind).to_be_visible()
    _tab_to(page, bind)
    page.keyboard.press("Enter")
    expect(page.locator(".bottom")).to_contain_text("正在生成")
    assert not [one for one in console if "401" not in one]
    page.context.close()


def test_the_stories_once_in_english(browser: Browser, address: str) -> None:
    console: list[str] = []
    page = _page(browser, "en-GB", console)
    page.goto(f"{address}/c/zheng")
    page.locator("input[name=name]").fill("supervisor")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".ring-card .ratio")).to_have_text("33/49")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="What to do now")).to_be_visible()
    for place in range(1, 13):
        page.locator(f"nav.side a:nth-child({place})").click()
        expect(page.locator(f"nav.side a:nth-child({place})[aria-current]")).to_be_visible()
        expect(page.locator("main h1")).to_be_visible()
        expect(page.get_by_text("Loading")).to_have_count(0)
        told = [one for one in page.evaluate(OURS) if HAN.search(one)]
        assert told == [], (place, told)
    page.get_by_role("link", name="Chain").click()
    expect(page.locator(".chain .head").first).to_contain_text("Leak source")
    page.locator(".box[data-role=card_merchant]").first.click()
    page.keyboard.press("x")
    expect(page.locator(".whatif .verdict")).to_contain_text("Loss avoided ¥")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Leads").click()
    page.get_by_label("Role").select_option("card_merchant")
    expect(page.locator(".lead-row small").first).to_contain_text("card merchant")
    page.locator(".lead-row").first.click()
    pane = page.get_by_role("complementary", name="Evidence")
    expect(pane.locator(".rival")).to_contain_text("reseller")
    assert HAN.findall(pane.locator(".told").first.inner_text()) == []
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("A reason is needed.")
    pane.get_by_role("button", name="Exhibit matches").click()
    page.keyboard.press("Enter")
    expect(page.locator(".bottom")).to_contain_text("Decided: confirmed")
    pane.get_by_role("button", name=re.compile(r"vouchers\.csv:\d+")).first.click()
    expect(pane.locator(".hash.good")).to_contain_text("the file is what it was")
    page.get_by_role("link", name="Money").click()
    expect(page.get_by_role("heading", name="To freeze now")).to_be_visible()
    expect(page.locator(".sankey")).not_to_contain_text(HAN)
    assert not [one for one in console if "401" not in one]
    page.context.close()
