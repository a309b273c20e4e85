"""Whoever keeps people, in a real browser: enrolled, given posts, ended; in both languages."""

from collections.abc import Iterator

import pytest

pytest.importorskip("playwright.sync_api")
from access_of import access_faults, needs_axe
from browser_of import listened
from people_of import PASSWORD
from playwright.sync_api import Browser, Page, Route, expect
from site_of import served

from suyuan.face.web.site import Site

pytestmark = pytest.mark.browser
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture(scope="module")
def address(office: Site) -> Iterator[str]:
    with served(office) as address:
        yield address


def _page(browser: Browser, console: list[str], locale: str = "zh-CN", width: int = 1366) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 768}, locale=locale)
    return listened(context.new_page(), console)


def _sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".sign-in form")).to_have_count(0)


def test_somebody_is_enrolled_works_and_is_ended(browser: Browser, address: str) -> None:
    console: list[str] = []
    admin = _page(browser, console)
    _sign_in(admin, address, "admin")
    expect(admin.get_by_role("heading", name="人员", exact=True)).to_be_visible()
    form = admin.locator("form.enrol")
    form.get_by_label("姓名").fill("白桦")
    form.locator("select[name=case]").select_option("zheng")
    form.get_by_label("侦查员").check()
    form.get_by_role("button", name="登记并生成链接").click()
    link = admin.get_by_label("白桦 的登记链接").input_value()
    assert link.startswith(f"{address}/#join-")
    row = admin.locator(".people tr", has_text="白桦").first
    expect(row).to_contain_text("链接待使用")

    own = _page(browser, console)
    own.goto(link)
    own.locator("input[name=password]").fill("a-password-of-my-own")
    own.locator("input[name=again]").fill("another-password-by-slip")
    own.get_by_role("button", name="保存并登录").click()
    expect(own.get_by_role("alert")).to_contain_text("不一致")
    own.locator("input[name=again]").fill("a-password-of-my-own")
    own.get_by_role("button", name="保存并登录").click()
    expect(own.locator(".ring-card")).to_be_visible()  # the one case, at once
    assert "join" not in own.url
    again = _page(browser, console)
    again.goto(link)
    for field in ("password", "again"):
        again.locator(f"input[name={field}]").fill("a-password-of-my-own")
    again.keyboard.press("Enter")
    expect(again.get_by_role("alert")).to_contain_text("链接已使用")

    admin.reload()
    expect(row).to_contain_text("正常")
    row.get_by_role("button", name="变更").click()
    change = admin.locator(".change")
    change.get_by_role("checkbox", name="(zheng) 侦查员").uncheck()
    expect(change.get_by_text("由 admin 终止")).to_be_visible()
    change.locator("select[name=role]").select_option("bank")
    change.locator("input[name=party]").fill("第一银行")
    change.get_by_role("button", name="授予岗位").click()
    expect(row).to_contain_text("第一银行")
    change.get_by_role("button", name="终止岗位").click()
    expect(row).not_to_contain_text("第一银行")
    change.get_by_role("button", name="停用账号").click()
    expect(row).to_contain_text("已停用")
    expect(admin.locator(".people tr", has_text="白桦").last).to_contain_text("白桦")
    own.reload()
    expect(own.locator(".sign-in form")).to_be_visible()  # the session ended with the post

    admin.get_by_role("button", name="English").click()
    expect(admin.get_by_role("heading", name="People", exact=True)).to_be_visible()
    expect(row).to_contain_text("closed")
    admin.set_viewport_size({"width": 390, "height": 844})
    assert admin.evaluate(FITS)
    unasked = [one for one in console if "401" not in one]
    assert not unasked, unasked


def test_two_posts_ticked_at_once_are_both_kept(browser: Browser, address: str) -> None:
    """While the server is slow, boxes stay as ticked, and the second change holds the first."""
    page = _page(browser, [])
    _sign_in(page, address, "admin")
    held: list[Route] = []
    page.route("**/people/auditor", lambda route: held.append(route))  # noqa: PLW0108 - no builtin
    row = page.locator(".people tr", has=page.get_by_text("auditor", exact=True))
    row.get_by_role("button", name="变更").click()
    boxes = [page.get_by_role("checkbox", name=f"(zheng) {post}") for post in ("查看员", "负责人")]
    for box in boxes:
        box.check()
    expect(boxes[1]).to_be_checked()
    assert len(held) == 1
    held[0].continue_()
    while len(held) < 2:
        page.wait_for_timeout(20)
    with page.expect_response("**/people/auditor"):
        held[1].continue_()
    page.unroute_all()
    page.reload()
    row.get_by_role("button", name="变更").click()
    for box in boxes:
        expect(box).to_be_checked()


def test_nobody_else_meets_the_people(browser: Browser, address: str) -> None:
    page = _page(browser, [])
    _sign_in(page, address, "supervisor")
    expect(page.locator(".ring-card")).to_be_visible()
    expect(page.get_by_role("link", name="人员")).to_have_count(0)
    page.goto(f"{address}/people")
    expect(page.locator("form.enrol")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_people_have_no_serious_fault_of_access(
    browser: Browser, address: str, theme: str
) -> None:
    needs_axe()
    page = _page(browser, [])
    _sign_in(page, address, "admin")
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.locator(".people").get_by_role("button", name="变更").first.click()
    expect(page.locator(".change").first).to_be_visible()
    assert not access_faults(page)
