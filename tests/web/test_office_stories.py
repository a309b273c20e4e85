"""A citizen, a clerk and an organisation in a real browser, at phone and at desk width, no scripts.

Widths are those of a common phone and of a common laptop; each page must fit without scrolling
sideways, its buttons must be large enough for a thumb, and it must ask nobody else for anything.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
pytest.importorskip("cryptography")
from playwright.sync_api import Browser, BrowserContext, Page, expect

from office_people import PARTIES, begin, with_people
from office_server import HandClock, Served, served
from suyuan.casework.opening import open_office
from suyuan.casework.payments import Cashier
from suyuan.casework.simulated_provider import SimulatedProvider
from suyuan.face.office_pages.site_pages import office_pages

pytestmark = pytest.mark.browser
PHONE, DESK = 390, 1366
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"
SMALL = """() => ['button', 'a.button', 'input', 'select']
  .flatMap(kind => [...document.querySelectorAll(`main ${kind}`)])
  .filter(e => e.type !== 'hidden' && e.type !== 'radio' && e.type !== 'checkbox')
  .filter(e => e.getBoundingClientRect().height < 40).map(e => e.outerHTML)"""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Served]:
    office = with_people(open_office(tmp_path / "office"), PARTIES)
    cash = Cashier(office, SimulatedProvider(), "person:provider-1", "gaokao-2021-fees")
    clock, folder = HandClock("2020-11-12T09:00"), tmp_path / "office"
    with served(office, clock, office_pages({"gaokao-2021": cash}), folder) as up:
        yield up
    office.ledger.close()


def entered(browser: Browser, there: Served, person: str, width: int) -> Page:
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 844}, java_script_enabled=False, locale="zh-CN"
    )
    page = context.new_page()
    page.on("request", lambda asked: _own(asked.url))
    page.goto(f"{there.url}/enter/{there.site.browsers.link(person)}")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办")
    return page


def _own(url: str) -> None:
    assert url.startswith("http://127.0.0.1"), url


def fits(page: Page) -> None:
    """Nothing wider than the window, nothing too small for a thumb (asked of the same page)."""
    asking = page.context.browser.new_context(viewport=page.viewport_size)
    copy = asking.new_page()
    copy.set_content(page.content())
    assert copy.evaluate(FITS), page.url
    assert copy.evaluate(SMALL) == [], page.url
    asking.close()


def test_a_candidate_on_a_phone(browser: Browser, there: Served) -> None:
    page = entered(browser, there, "person:candidate-1", PHONE)
    page.get_by_role("link", name="2021年普通高考报名").click()
    fits(page)
    page.get_by_label("姓名").fill("王𬭎")
    page.get_by_label("身份证号").fill("110105194912310021")
    page.get_by_label("手机号").fill("13800000000")
    page.get_by_label("考生类别").select_option(label="普通高考")
    page.get_by_role("button", name="开始办理").click()
    expect(page.get_by_role("alert")).to_contain_text("校验码不符")
    expect(page.get_by_label("姓名")).to_have_value("王𬭎")  # what was written is kept
    page.get_by_label("身份证号").fill("11010519491231002X")
    page.get_by_text("其他参与单位").click()
    page.locator('input[name="p.provider"]').fill(PARTIES["provider"])
    page.get_by_role("button", name="开始办理").click()
    expect(page.locator(".state")).to_have_text("待填报")
    fits(page)
    page.get_by_role("link", name="提交报名表").click()
    fits(page)
    page.get_by_label("考生类别").select_option(label="普通高考")
    page.get_by_label("学校类别").select_option(label="普通高中")
    for name, value in {
        "arts": "false", "sports": "false", "graduate": "this_year", "register": "city",
        "area": "urban", "roll_local": "true", "roll_point": "true", "cram_school": "false",
    }.items():  # fmt: skip
        page.check(f'[name="f.{name}"][value="{value}"]')
    page.get_by_role("button", name="提交：提交报名表").click()
    expect(page.locator(".state")).to_have_text("已填报，待缴费")
    page.get_by_role("button", name="缴费").first.click()
    expect(page.get_by_role("status")).to_contain_text("缴费成功")
    expect(page.locator(".state")).to_have_text("已报名")
    expect(page.get_by_text("请先缴纳高考考试费")).to_be_visible()
    content = page.content()
    assert "11010519491231002X" not in content
    assert "王𬭎" not in content
    fits(page)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("What you must do, and until when")).to_be_visible()
    fits(page)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_clerk_sees_what_waits_and_decides_with_a_second_one(
    browser: Browser, there: Served, width: int
) -> None:
    firm = begin(there.office, "licence", "firm:1", "2020-11-05T08:00", "applicant",
                 item="food-licence", joint=False)  # fmt: skip
    firm.do("2020-11-05T08:30", "apply", "applicant", documents=["d"])
    page = entered(browser, there, "person:agency-1", width)
    expect(page.get_by_text("受理或一次告知")).to_be_visible()
    page.get_by_text("暂不能办理及原因").click()
    expect(page.get_by_text("尚未受理。").first).to_be_visible()
    fits(page)
    page.get_by_role("link", name="受理", exact=True).click()
    page.get_by_role("button", name="提交：受理").click()
    expect(page.locator(".state")).to_have_text("审查中")
    page.get_by_role("link", name="不予许可").click()
    page.get_by_label("理由").fill("材料不实")
    page.get_by_label("救济途径").fill("可申请复议")
    page.get_by_role("button", name="提请：不予许可").click()
    expect(page.get_by_text("待另一人批准")).to_be_visible()
    expect(page.get_by_role("button", name="批准")).to_have_count(0)
    second = entered(browser, there, "person:agency-2", width)
    second.goto(page.url)
    second.get_by_role("button", name="批准").click()
    expect(second.locator(".state")).to_have_text("不予许可")
    fits(second)


def test_a_firm_hands_in_its_papers_by_phone(
    browser: Browser, there: Served, tmp_path: Path
) -> None:
    firm = begin(there.office, "licence", "firm:1", "2020-11-12T08:00", "applicant",
                 item="food-licence", joint=False)  # fmt: skip
    page = entered(browser, there, "person:applicant-1", PHONE)
    page.goto(f"{there.url}/matters/{firm.matter}/acts/apply")
    fits(page)
    papers = page.locator('input[type="file"]')
    papers.set_input_files(
        [
            {"name": "租赁合同.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 lease"},
            {"name": "身份证.jpg", "mimeType": "image/jpeg", "buffer": b"MZ"},
        ]
    )
    page.get_by_role("button", name="提交：申请").click()
    expect(page.get_by_role("alert")).to_contain_text("文件内容与扩展名不符")
    expect(page.get_by_text("已上传：材料")).to_be_visible()  # the good one is not lost
    fits(page)
    page.get_by_role("button", name="提交：申请").click()
    expect(page.get_by_text("已交材料文件")).to_be_visible()
    fits(page)
    # A hundred megabytes: the page says why, and what was there stays.
    large = tmp_path / "x.pdf"
    with large.open("wb") as file:
        file.write(b"%PDF-")
        file.truncate(100_000_000)
    later = begin(there.office, "licence", "firm:2", "2020-11-12T08:00", "applicant",
                  item="food-licence", joint=False)  # fmt: skip
    page.goto(f"{there.url}/matters/{later.matter}/acts/apply")
    page.locator('input[type="file"]').set_input_files(large)
    page.get_by_role("button", name="提交：申请").click()
    expect(page.get_by_role("alert")).to_contain_text("单个文件不得超过 20 MB", timeout=30_000)
    clerk = entered(browser, there, "person:agency-1", PHONE)
    clerk.goto(f"{there.url}/matters/{firm.matter}")
    fits(clerk)
    with clerk.expect_download() as fetched:
        clerk.get_by_role("link", name="下载").click()
    assert Path(fetched.value.path()).read_bytes() == b"%PDF-1.7 lease"


def test_an_organisation_answers_on_a_phone(browser: Browser, there: Served) -> None:
    notice = begin(there.office, "rectify", "operator:1", "2020-11-12T08:00", "regulator",
                   rule="sim-segment", breaches=3)  # fmt: skip
    notice.do("2020-11-12T08:10", "notify", "regulator", remedy="可提出异议")
    notice.do("2020-11-12T08:20", "delivered", "regulator")
    page = entered(browser, there, "person:org-1", PHONE)
    expect(page.get_by_text("完成整改")).to_be_visible()
    page.get_by_role("link", name="责令整改").click()
    expect(
        page.get_by_text("可提出异议", exact=True)
    ).to_be_visible()  # the remedy stands in the notice
    page.get_by_role("link", name="报告整改情况").click()
    page.get_by_role("textbox", name="另行提交的材料名称").fill("整改报告")
    page.get_by_role("button", name="提交：报告整改情况").click()
    expect(page.get_by_text("整改报告")).to_be_visible()
    fits(page)


def test_a_seat_is_given_up_by_oneself(browser: Browser, there: Served) -> None:
    event = begin(there.office, "outreach-event", "event:1", "2020-11-12T08:00", "organiser",
                  venue="community", place="社区广场", starts="2020-11-20T07:30", seats=1,
                  mode="order")  # fmt: skip
    pages = [entered(browser, there, f"person:person-{n}", PHONE) for n in (1, 2)]
    for page in pages:
        page.goto(f"{there.url}/matters/{event.matter}")
        page.get_by_role("link", name="报名", exact=True).click()
        page.get_by_label("年龄").fill("72")
        page.check('[name="f.retiree"][value="true"]')
        page.get_by_role("button", name="提交：报名").click()
    expect(pages[0].get_by_text("已获名额")).to_be_visible()
    expect(pages[1].get_by_text("候补", exact=True)).to_be_visible()
    pages[0].get_by_role("link", name="退出").click()
    pages[0].get_by_role("button", name="提交：退出").click()
    expect(pages[0].get_by_text("已退出")).to_be_visible()
    pages[1].reload()
    expect(pages[1].get_by_text("已获名额")).to_be_visible()
    fits(pages[1])
