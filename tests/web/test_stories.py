"""Stories of an investigator in a real browser, from the command on."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
from access_of import access_faults, needs_axe
from browser_of import listened
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def url(zheng_case: tuple[Path, Path]) -> Iterator[str]:
    """What ``suyuan serve`` prints."""
    case, out = zheng_case
    command = [sys.executable, "-m", "suyuan.face.cli", "serve", str(case), "--out", str(out)]
    command = [sys.executable, "-c", "from suyuan.face.cli import main; main()", *command[3:]]
    served = subprocess.Popen(
        [*command, "--no-open"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "LANG": "zh_CN.UTF-8"},
    )
    assert served.stdout is not None
    found = re.search(r"http\S+", served.stdout.readline())
    assert found is not None
    yield found[0]
    served.send_signal(signal.SIGINT)
    served.wait(20)
    shutil.rmtree(out / "workbench", ignore_errors=True)
    (case / "decisions.csv").unlink(missing_ok=True)


@pytest.fixture
def console() -> list[str]:
    """What the page wrote to its console and whom it asked beside its own server: nothing."""
    return []


@pytest.fixture
def page(browser: Browser, url: str, console: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    opened = listened(context.new_page(), console)
    opened.goto(url)
    expect(opened.locator(".ring-card")).to_be_visible()
    yield opened
    context.close()
    assert not console


def test_the_first_answer(page: Page) -> None:
    assert "#" not in page.url
    expect(page.locator(".ring-card .ratio")).to_have_text("33/49")
    page.get_by_role("link", name="链条").click()
    heads = page.locator(".chain .head")
    expect(heads.first).to_contain_text("泄露源头")
    expect(heads.last).to_contain_text("销赃变现")
    expect(page.locator(".counter")).to_contain_text(re.compile(r"显示 \d+ / 共 \d+"))
    page.locator(".box[data-role=card_merchant]").first.click()
    chosen = page.url
    page.get_by_role("button", name="English").click()
    expect(heads.first).to_contain_text("Leak source")
    assert page.url == chosen
    expect(page.locator(".box.on")).to_have_count(1)
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_finding_down_to_the_line(page: Page, zheng_case: tuple[Path, Path]) -> None:
    page.get_by_role("link", name="线索").click()
    page.get_by_label("角色").select_option("card_merchant")
    expect(page.locator(".lead-row small").first).to_contain_text("卡商")
    page.locator(".lead-row").first.click()
    pane = page.get_by_role("complementary", name="证据")
    expect(pane.locator(".rival")).to_contain_text("回收商")
    expect(pane.locator(".signals tr").first).to_contain_text("+5.60")
    pane.get_by_role("button", name=re.compile(r"vouchers\.csv:\d+")).first.click()
    digest = hashlib.sha256((zheng_case[0] / "vouchers.csv").read_bytes()).hexdigest()
    expect(pane.locator(".hash.good")).to_contain_text(digest)
    expect(pane.locator(".lines .wanted")).to_have_count(1)
    expect(pane.locator(".lines tbody tr")).to_have_count(7)


SCREENS = (
    *("home", "chain", "leads", "reports", "time", "money", "warn", "rules", "duties", "report"),
    *("files", "audit"),
)


def _go(page: Page, screen: str) -> None:
    index = SCREENS.index(screen) + 1
    page.locator(f"nav.side a:nth-child({index})").click()
    expect(page.locator("main h1")).to_be_visible()


def test_a_brush_and_a_selection_are_one_filter(page: Page) -> None:
    _go(page, "time")
    total = page.locator(".grid .toolbar")
    expect(total).to_contain_text("10,954")
    lanes = page.locator(".lanes svg")
    area = lanes.bounding_box()
    assert area is not None
    y = area["y"] + 40
    page.mouse.move(area["x"] + area["width"] * 0.70, y)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.76, y, steps=5)
    page.mouse.up()
    expect(page.locator(".chip")).to_have_count(1)
    expect(total).not_to_contain_text("/ 共 10,954")
    brushed = total.inner_text()
    _go(page, "chain")
    page.locator(".box[data-role=mule_account]").first.click()
    _go(page, "time")
    expect(page.locator(".chip")).to_have_count(2)
    expect(total).not_to_have_text(brushed)
    page.reload()
    expect(page.locator(".chip")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".chip")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(total).to_contain_text("/ 共 10,954")
    page.keyboard.press("Control+z")
    expect(page.locator(".chip")).to_have_count(1)


def _places(page: Page) -> dict[str, str]:
    script = """() => Object.fromEntries([...document.querySelectorAll('.box[data-ref]')]
        .map((box) => [box.dataset.ref, box.getAttribute('transform')]))"""
    found: dict[str, str] = page.evaluate(script)
    return found


def test_folding_moves_nobody_else_and_says_whom_it_hides(page: Page) -> None:
    _go(page, "chain")
    before = _places(page)
    page.locator(".box.ring").click()
    page.keyboard.press("Shift+F")
    expect(page.locator(".box.person[data-role=mule_account]")).to_have_count(0)
    page.locator(".counter").click()
    drawer = page.get_by_role("dialog", name="未画出")
    drawer.get_by_role("button", name=re.compile("跑分")).click()
    expect(drawer.locator("li")).to_have_count(9)
    drawer.get_by_role("button", name="展开").first.click()
    expect(page.locator(".box.person[data-role=mule_account]")).to_have_count(1)
    after = _places(page)
    assert all(before[ref] == place for ref, place in after.items() if ref in before)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator(".box.person[data-role=mule_account]")).to_have_count(5)
    assert _places(page) == before


def _compose(page: Page, text: str) -> None:
    """Type through an input method: the keys of a composition, then what it gave."""
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "yi'he", "selectionStart": 5, "selectionEnd": 5})
    keys.send("Input.insertText", {"text": text})


def _at(page: Page, place: int) -> None:
    """The lead at this place is chosen, and the pane shows that one and no other."""
    row = page.locator(".lead-row").nth(place)
    expect(row).to_have_attribute("aria-current", "true")
    id_ = (row.get_attribute("id") or "").removeprefix("lead-")
    expect(page.locator(f"article[data-id='{id_}'] .decide")).to_be_visible()


def test_triage_by_keyboard_under_an_input_method(
    page: Page, zheng_case: tuple[Path, Path]
) -> None:
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.locator(".lead-row").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    _at(page, 1)
    page.keyboard.press("c")
    field = page.locator(".decide input")
    expect(field).to_be_focused()
    _compose(page, "已核对流水")
    expect(field).to_have_value("已核对流水")
    page.keyboard.press("Enter")
    _at(page, 2)
    page.keyboard.press("r")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("请填写理由")
    page.keyboard.type("同名不同人,已核实")
    page.keyboard.press("Enter")
    _at(page, 3)
    page.keyboard.press("k")
    _at(page, 2)
    expect(page.locator(".decide .buttons button").nth(2)).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".stale").first).to_contain_text("结果早于 3 个决定")
    written = (zheng_case[0] / "decisions.csv").read_text("utf-8-sig").splitlines()
    assert len(written) == 4


def test_reports_are_put_together_by_a_row_and_taken_back_by_another(
    page: Page, zheng_case: tuple[Path, Path]
) -> None:
    _go(page, "reports")
    boxes = page.locator(".sheet input[type=checkbox]")
    expect(boxes).to_have_count(49)
    boxes.nth(47).check()
    boxes.nth(48).check()
    page.get_by_role("heading", name="串并案").click()
    page.keyboard.press("m")
    expect(page.get_by_role("alert")).to_contain_text("请填写理由")
    page.get_by_label("理由").fill("同一收款账户")
    page.get_by_role("button", name="合并").click()
    expect(page.locator(".stale").first).to_contain_text("结果早于 1 个决定")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".stale").first).to_contain_text("结果早于 2 个决定")
    kinds = (zheng_case[0] / "decisions.csv").read_text("utf-8-sig")
    assert ",merge," in kinds
    assert "decision:" in kinds


def test_money_by_two_methods_and_a_hold_with_its_state(page: Page) -> None:
    _go(page, "money")
    page.get_by_label("追踪方法").select_option("fifo")
    sums = page.locator(".sheet tfoot td").first
    expect(sums).to_have_text("795,415元")
    page.get_by_label("追踪方法").select_option("haircut")
    expect(sums).to_have_text("795,415元")
    state = page.locator(".sheet select").first
    state.select_option("requested")
    expect(page.locator(".bottom")).to_contain_text("已请求")
    page.reload()
    expect(page.locator(".sheet select").first).to_have_value("requested")


def test_what_a_cut_would_have_stopped(page: Page) -> None:
    _go(page, "chain")
    page.locator(".box[data-role=card_merchant]").first.click()
    page.keyboard.press("x")
    drawer = page.get_by_role("dialog", name="假如切断")
    expect(drawer.locator(".verdict")).to_contain_text("避免损失")
    drawer.get_by_role("button", name=re.compile("订单信息泄露")).click()
    expect(drawer.locator(".verdict")).to_contain_text("465,853元")
    expect(page.locator(".box.cut")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_screen_has_a_serious_fault_of_access(page: Page, theme: str) -> None:
    needs_axe()
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    for screen in SCREENS:
        _go(page, screen)
        page.wait_for_timeout(600)
        faults = access_faults(page)
        assert not faults, (screen, faults)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 1366, screen


def test_a_board_keeps_places_and_is_there_for_others(page: Page) -> None:
    _go(page, "chain")
    box = page.locator(".box[data-role=card_merchant]").first
    ref = box.get_attribute("data-ref") or ""
    before = _places(page)
    area = box.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 20, area["y"] + 10)
    page.mouse.down()
    page.mouse.move(area["x"] - 40, area["y"] + 200, steps=4)
    page.mouse.up()
    moved = _places(page)
    assert moved[ref] != before[ref]
    assert {one: at for one, at in moved.items() if one != ref} == {
        one: at for one, at in before.items() if one != ref
    }
    page.keyboard.press("Control+s")
    page.get_by_label("图板名称").fill("给检察官看的版面")
    page.keyboard.press("Enter")
    expect(page.locator(".bottom")).to_contain_text("图板已保存")
    page.keyboard.press("Escape")
    page.locator(".board .toolbar").get_by_role("button", name=re.compile("恢复原位")).click()
    assert _places(page) == before
    page.keyboard.press("Control+z")
    assert _places(page)[ref] == moved[ref]
    page.locator(".board .toolbar").get_by_role("button", name=re.compile("恢复原位")).click()
    page.locator(".board .toolbar").get_by_role("button", name=re.compile("图板")).click()
    page.get_by_role("dialog", name="图板").get_by_role("button", name="打开").click()
    assert _places(page)[ref] == moved[ref]


def test_choosing_by_area_moves_nothing(page: Page) -> None:
    _go(page, "chain")
    before = _places(page)
    first = page.locator(".box[data-role=mule_account].person").nth(0).bounding_box()
    last = page.locator(".box[data-role=mule_account].person").nth(2).bounding_box()
    assert first is not None
    assert last is not None
    page.keyboard.press("l")
    page.mouse.move(first["x"] - 8, first["y"] - 4)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] + 8, last["y"] + last["height"] + 4, steps=4)
    page.mouse.up()
    expect(page.locator(".box[data-role=mule_account].on")).to_have_count(3)
    assert _places(page) == before


def test_findings_become_duties_by_a_person(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.get_by_role("button", name="由线索生成草案").click()
    rows = page.locator(".drafts tbody tr")
    expect(rows.first).to_contain_text("紧急止付")
    rows.nth(0).get_by_role("checkbox").check()
    rows.nth(1).get_by_role("checkbox").check()
    page.get_by_role("button", name="确认 2 项").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写理由")
    page.get_by_label("理由").fill("资金仍在")
    page.get_by_role("button", name="确认 2 项").click()
    matter = page.get_by_role("button", name="紧急止付与冻结").nth(1)
    matter.click()
    expect(page.locator(".matter")).to_contain_text("尚未发出指令")
    page.get_by_role("button", name="发出止付指令").click()
    page.get_by_label("止付金额").fill("1.00")
    page.get_by_role("button", name="提请", exact=True).click()
    expect(page.locator(".matter")).to_contain_text("您本人提请，须他人批准")
    expect(page.get_by_role("button", name="批准")).to_have_count(0)


def test_a_file_waits_until_a_person_takes_it(page: Page, zheng_case: tuple[Path, Path]) -> None:
    _go(page, "files")
    rows = "caller,callee,started_at\n13800000001,13800000002,2019-05-01 10:00:00\n"
    brought: FilePayload = {
        "name": "补充通话.csv",
        "mimeType": "text/csv",
        "buffer": rows.encode(),
    }
    page.locator("input[type=file]").set_input_files([brought])
    slip = page.locator(".slip")
    expect(slip).to_contain_text("补充通话.csv")
    slip.get_by_role("button", name="读取").click()
    expect(slip).to_contain_text("识别为 calls")
    expect(slip).to_contain_text("1 行中保留 1 行")
    assert not (zheng_case[0] / "补充通话.csv").exists()
    slip.get_by_role("button", name="退回").click()
    expect(slip).to_have_count(0)


def test_a_note_is_kept_in_versions(page: Page) -> None:
    _go(page, "leads")
    page.locator(".lead-row").first.click()
    note = page.locator(".note-box textarea")
    note.fill("已与银行核对")
    page.get_by_role("button", name="保存备注").click()
    expect(page.locator(".note-box")).to_contain_text("第 1 版")
    note.fill("账户系借用")
    page.reload()
    expect(note).to_have_value("账户系借用")  # a draft outlives a reload
    page.get_by_role("button", name="保存备注").click()
    expect(page.locator(".note-box")).to_contain_text("第 2 版")
    page.get_by_role("button", name="领取下一条").click()
    expect(page.locator(".lead-row")).to_have_count(1)


def test_why_a_number_is_not_here(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("13800000000")
    page.get_by_role("button", name="为什么没有显示？").click()
    expect(page.locator(".found .notice")).to_contain_text("任何数据表中都没有")


def test_what_is_refused_for_now_stays_and_is_asked_again(page: Page, console: list[str]) -> None:
    _go(page, "time")
    rows = page.locator(".sheet tbody tr")
    expect(rows).to_have_count(100)
    answers = iter([429, 0])
    told = {"status": 429, "title_en": "Wait a little.", "title_zh": "请稍候。"}

    def busy(route: Route) -> None:
        if next(answers, 0):
            route.fulfill(status=429, headers={"retry-after": "1"}, json=told)
        else:
            route.continue_()

    page.route("**/events?**", busy)
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_role("alert")).to_contain_text("请稍候")
    expect(rows).to_have_count(100)
    expect(page.locator(".grid .toolbar")).to_contain_text("101–200")
    expect(page.get_by_role("alert")).to_have_count(0)
    (refusal,) = console  # the browser's own remark on it
    assert "429" in refusal
    console.clear()
