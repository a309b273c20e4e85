"""A role that nobody drew before has its word, its letter and its colour in the workbench."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from site_of import served

from suyuan.face.source import ResultTables
from suyuan.face.web.site import Site
from suyuan.model.roles import ROLES, Role
from suyuan.model.text import Text

pytest.importorskip("playwright.sync_api")
from browser_of import listened
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
HOLDER = Role(
    "card_holder",
    Text("card holder", "卡农"),
    Text("hands over bank cards in their own name", "出售、出租本人银行卡"),
    link="laundered_for",
    layer=5,
    plural=Text("Card holders", "卡农"),
    sign="H",
)


@pytest.fixture
def page(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Page, list[str]]]:
    """The example as a run would leave it whose mules a new detector calls card holders."""
    table = ResultTables.table

    def with_holders(source: ResultTables, name: str) -> pa.Table:
        rows = table(source, name)
        if name not in {"findings", "ring_activity"}:
            return rows
        roles = [HOLDER.name if r == "mule_account" else r for r in rows["role"].to_pylist()]
        place = rows.schema.get_field_index("role")
        return rows.set_column(place, rows.schema.field(place), pa.array(roles, pa.string()))

    monkeypatch.setitem(ROLES, HOLDER.name, HOLDER)
    monkeypatch.setattr(ResultTables, "table", with_holders)
    console: list[str] = []
    with served(site) as url:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        opened = listened(context.new_page(), console)
        opened.goto(f"{url}/#{site.sessions.one_time_link()}")
        expect(opened.locator(".ring-card")).to_be_visible()
        yield opened, console
        context.close()


def test_a_new_role_has_its_word_its_letter_and_its_colour(page: tuple[Page, list[str]]) -> None:
    opened, console = page
    opened.get_by_role("link", name="线索").click()
    opened.locator("select").first.select_option("card_holder")
    lead = opened.locator(".lead-row").first
    expect(lead).to_contain_text("卡农")
    expect(lead.locator(".role")).to_have_text("H")
    money = "getComputedStyle(document.documentElement).getPropertyValue('--money').trim()"
    colour = opened.evaluate(
        f"""() => {{ const probe = document.createElement("i"); probe.style.color = {money};
        document.body.append(probe); return getComputedStyle(probe).color; }}"""
    )
    expect(lead.locator(".role")).to_have_css("color", colour)
    opened.get_by_role("button", name="English").click()
    expect(lead).to_contain_text("card holder")
    assert not console
