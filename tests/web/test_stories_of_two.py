"""Stories of several people in real browsers: who writes second, who sees in full, who looks on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pyarrow as pa
import pytest

pytest.importorskip("playwright.sync_api")
from browser_of import listened
from people_of import PASSWORD
from playwright.sync_api import Browser, Page, expect
from site_of import Client, served

from suyuan.face.web.appointments import appoint
from suyuan.face.web.permissions import CasePost
from suyuan.face.web.site import Site
from suyuan.model.results import RESULTS
from suyuan.store.case import Results
from suyuan.store.generations import generation
from suyuan.store.manifests import read_manifest
from suyuan.store.publish import write

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]
CASE = "/c/zheng"
NOTE = ".note-box textarea"


@pytest.fixture(scope="module")
def address(office: Site) -> Iterator[str]:
    office.sessions.enrol("second", PASSWORD)
    appoint(office, "second", "zheng", [CasePost.supervisor])
    with served(office) as address:
        yield address


@pytest.fixture
def enter(browser: Browser, address: str) -> Iterator[Enter]:
    """Somebody at a browser of their own, signed in by hand, at an address of the workbench."""
    console: list[str] = []
    contexts = []

    def entered(name: str, path: str, *, deaf: bool = False, locale: str = "zh-CN") -> Page:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=locale)
        contexts.append(context)
        page = listened(context.new_page(), console)
        if deaf:  # nothing that others do comes to this page by itself
            page.route("**/changes", lambda route: route.fulfill(status=204))
        page.goto(address)
        page.locator("input[name=name]").fill(name)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".sign-in form")).to_have_count(0)
        page.goto(address + path)
        expect(page.locator("main h1")).to_be_visible()
        return page

    yield entered
    for context in contexts:
        context.close()
    unasked = [one for one in console if "401" not in one and "403" not in one and "412" not in one]
    assert not unasked


def _first(clients: dict[str, Client], role: str) -> dict[str, str]:
    page = clients["investigator"].get(f"/api/v1/cases/zheng/findings?role={role}&limit=2").json()
    first = page["items"][0]
    return {"id": first["id"], **first["subject"]}


def test_two_who_write_one_note_see_both_texts(enter: Enter, clients: dict[str, Client]) -> None:
    path = f"{CASE}/leads?f={_first(clients, 'middleman')['id']}"
    one, two = enter("investigator", path), enter("supervisor", path)
    two.locator(NOTE).fill("账户系借用")
    one.locator(NOTE).fill("已与银行核对")
    one.get_by_role("button", name="保存备注").click()
    expect(two.locator(".note-box")).to_contain_text("第 1 版")  # told, and the draft stays
    expect(two.locator(NOTE)).to_have_value("账户系借用")
    two.get_by_role("button", name="保存备注").click()
    clash = two.locator(".clash")
    expect(clash).to_contain_text("已与银行核对")
    expect(clash).to_contain_text("账户系借用")
    clash.get_by_role("button", name="采用当前内容").click()
    expect(two.locator(NOTE)).to_have_value("已与银行核对")
    two.locator(NOTE).fill("已与银行核对;账户系借用")
    two.get_by_role("button", name="保存备注").click()
    expect(two.locator(".note-box")).to_contain_text("第 2 版")
    expect(clash).to_have_count(0)
    expect(one.locator(NOTE)).to_have_value("已与银行核对;账户系借用")


def _move(page: Page, key: str) -> None:
    page.locator(".box[data-role=card_merchant]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".box.on")).not_to_have_count(0)
    page.keyboard.press(key)
    expect(page.locator(".box.moved")).to_have_count(1)


def test_two_who_keep_one_board_see_both_pictures(enter: Enter) -> None:
    one, two = enter("investigator", f"{CASE}/chain"), enter("supervisor", f"{CASE}/chain")
    _move(one, "Control+ArrowDown")
    one.keyboard.press("Control+s")
    one.get_by_label("图板名称").fill("移送版面")
    one.keyboard.press("Enter")
    expect(one.locator(".boards")).to_contain_text("第 1 版，investigator")
    two.keyboard.press("Control+s")
    two.locator(".boards").get_by_role("button", name="打开").click()
    expect(two.locator(".box.moved")).to_have_count(1)
    one.get_by_label("图板名称").press("Enter")
    expect(two.locator(".boards")).to_contain_text("第 2 版，investigator")
    two.get_by_label("图板名称").press("Enter")
    clash = two.locator(".boards .clash")
    expect(clash).to_contain_text("第 2 版，investigator")
    expect(clash).to_contain_text("已手动移动 1 个")
    clash.get_by_role("button", name="以我的为新版本").click()
    expect(one.locator(".boards")).to_contain_text("第 3 版，supervisor")
    expect(clash).to_have_count(0)


def test_two_who_mark_one_row_see_both_marks(enter: Enter) -> None:
    one = enter("investigator", f"{CASE}/money")
    two = enter("supervisor", f"{CASE}/money", deaf=True)
    states = ".sheet select"
    expect(two.locator(states).first).to_be_visible()
    one.locator(states).first.select_option("requested")
    expect(one.locator(".bottom")).to_contain_text("已请求")
    two.locator(states).first.select_option("held")
    expect(two.get_by_role("alert")).to_contain_text("investigator: 已请求 · 您的: 已止付")
    expect(two.locator(states).first).to_have_value("requested")
    two.locator(states).first.select_option("held")
    expect(two.get_by_role("alert")).to_have_count(0)
    expect(one.locator(states).first).to_have_value("held")  # seen without asking


def _row(page: Page, who: str) -> str:
    return page.locator("main .sheet").first.locator("tr", has_text=who).first.inner_text()


def test_two_people_reveal_one_number_to_one_session_for_minutes(
    enter: Enter,
    office: Site,
    clients: dict[str, Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead = _first(clients, "mule_account")
    number = (office.desks["zheng"].references.subject(lead["ref"]) or "").partition(":")[2]
    leads = f"{CASE}/leads?role=mule_account"
    asker = enter("investigator", f"{CASE}/audit?sel={lead['ref']}")
    elsewhere = enter("investigator", leads)
    second = enter("second", f"{CASE}/audit?sel={lead['ref']}")
    for page, reason in ((asker, "核对身份,见第三号笔录"), (second, "自己申请、自己审批试一试")):
        page.locator("input[name=reason]").fill(reason)
        page.locator("input[name=basis]").fill("立案决定书")
        page.locator("input[name=minutes]").fill("20")
        page.get_by_role("button", name="申请查看已选 1 项").click()
        expect(page.locator("main .sheet").first).to_contain_text(reason)
    expect(asker.get_by_role("button", name="批准")).to_have_count(0)
    mine = second.locator("tr", has_text="自己申请")
    mine.get_by_role("button", name="批准").click()
    expect(second.get_by_role("alert")).to_contain_text("不得自批")
    clock = office.sessions.clock
    monkeypatch.setattr(office.sessions, "clock", lambda: clock() + 6 * 60)
    theirs = second.locator("tr", has_text="第三号笔录")
    theirs.get_by_role("button", name="批准").click()
    expect(second.get_by_role("alert")).to_contain_text("重新验证身份")
    second.locator("input[name=password]").fill(PASSWORD)
    second.keyboard.press("Enter")
    expect(second.locator("input[name=password]")).to_have_count(0)
    theirs.get_by_role("button", name="批准").click()
    expect(asker.locator(".mask.open")).to_contain_text("1 项明文")
    asker.get_by_role("link", name="线索").click()
    asker.get_by_label("角色").select_option("mule_account")
    rows = asker.locator(".lead-row")
    expect(rows.first).to_contain_text(number)
    assert number not in rows.nth(1).inner_text()
    for page in (elsewhere, second):
        expect(page.locator("main h1")).to_be_visible()
        assert number not in page.content()
    monkeypatch.setattr(office.sessions, "clock", lambda: clock() + 27 * 60)
    expect(rows.first).not_to_contain_text(number)  # its time is over, and nobody touched the page
    expect(asker.locator(".mask.open")).to_have_count(0)
    assert number not in asker.content()


def test_an_auditor_reads_who_did_what_and_sees_a_changed_byte(
    enter: Enter, office: Site, clients: dict[str, Client]
) -> None:
    assert clients["investigator"].post("/api/v1/cases/zheng/search", json={"text": "1"}).is_success
    page = enter("auditor", f"{CASE}/audit")
    expect(page.locator(".notice").first).to_contain_text("留痕完整")
    expect(page.locator("main .sheet").last).to_contain_text("查找")
    assert "search.asked" not in page.locator("main").inner_text()
    path = office.audit.ledger.path
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        (trigger,) = file.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'event_update'"
        ).fetchone()
        file.execute("DROP TRIGGER event_update")
        ((actor,),) = file.execute("SELECT actor FROM event WHERE sequence = 2").fetchall()
        change = "UPDATE event SET actor = ? WHERE sequence = 2"
        file.execute(change, ("nobody",))
        page.reload()
        expect(page.locator(".notice.bad")).to_contain_text("留痕被改动")
        expect(page.locator(".notice.bad")).to_contain_text("#2")
        file.execute(change, (actor,))
        file.execute(trigger)
    page.reload()
    expect(page.locator(".notice").first).to_contain_text("留痕完整")


def _land(results: Results) -> str:
    """A new run lands: one lead is gone, and another scores less; who that is."""
    before = read_manifest(results.layout.result("findings").resolve().parent)
    table = results["findings"]
    rows = table.filter(table["decided"]).to_pylist()
    gone = next(row["finding_id"] for row in rows if row["role"] == "card_merchant")
    less = next(row for row in rows if row["role"] == "middleman")
    rows = [row for row in table.to_pylist() if row["finding_id"] != gone]
    for row in rows:
        if row["finding_id"] == less["finding_id"]:
            row["score"] -= 0.2
    with generation(results.layout) as made:
        for name in RESULTS:
            if results.has(name):
                fresh = (
                    pa.Table.from_pylist(rows, table.schema)
                    if name == "findings"
                    else results[name]
                )
                write(fresh, made.layout.result(name))
        made.commit({"kind": "written by hand", "inputs": {}, "records": before["records"]})
    return f"{less['score']:.2f} → {less['score'] - 0.2:.2f}"


def test_a_run_lands_while_somebody_looks(enter: Enter, office: Site) -> None:
    page = enter("stranger", "/c/other")
    expect(page.locator(".home")).to_contain_text("结果与您上次查看时相同")
    page.get_by_role("link", name="线索").click()
    page.locator(".lead-row").first.click()
    page.locator(NOTE).fill("核对到一半")
    moved = _land(office.desks["other"].results)
    expect(page.locator(".note-box")).to_contain_text("未保存草稿")
    expect(page.locator(NOTE)).to_have_value("核对到一半")  # what was begun stays
    page.get_by_role("link", name="总览").click()
    news = page.locator(".block", has_text="自您上次查看以来的变化")
    expect(news).to_contain_text("1 消失")
    expect(news).to_contain_text(moved)
    news.get_by_role("button", name="标为已看").click()
    expect(news).to_contain_text("相同")
