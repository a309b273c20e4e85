"""The office's pages behind a real server: sign-in, forms, who sees what, hostile requests."""

import re
from collections.abc import Iterator

import httpx
import pytest

from office_people import PARTIES, Desk, begin, beijing, with_people
from office_server import HandClock, Served, served
from suyuan.casework.checks import Post
from suyuan.casework.compiled import Procedure, compile_procedure, load_procedures
from suyuan.casework.declare import ProcedureSpec
from suyuan.casework.office import Office
from suyuan.casework.opening import open_office
from suyuan.casework.payments import Cashier
from suyuan.casework.rule_changes import approve_change, propose_change
from suyuan.casework.simulated_provider import SimulatedProvider
from suyuan.casework.state import matter_state
from suyuan.face.office_pages.site_pages import office_pages
from suyuan.model.catalog_files import as_shape, plain_text

FORM = {
    "f.category": "ordinary", "f.arts": "false", "f.sports": "false", "f.graduate": "this_year",
    "f.school_kind": "general", "f.register": "city", "f.area": "urban", "f.roll_local": "true",
    "f.roll_point": "true", "f.cram_school": "false",
}  # fmt: skip
WHO = {
    "f.name": "王𬭎", "f.identity": "11010519491231002X", "f.phone": "13800000000",
    "f.category": "ordinary",
}  # fmt: skip
#: A second candidate, who may see nothing of the first.
OTHER = "person:other"


class Browser:
    """A browser without scripts: cookies, and forms filled from the page."""

    def __init__(self, there: Served, person: str | None) -> None:
        # http:// is no reason to lose a Secure cookie on this machine (as Chromium sees it).
        self.client = httpx.Client(base_url=there.url, follow_redirects=False, timeout=30)
        there._clients.append(self.client)
        self.origin = {"origin": there.url, "sec-fetch-site": "same-origin"}
        self.cookies: dict[str, str] = {}
        if person is not None:
            link = there.site.browsers.link(person)
            assert self.get(f"/enter/{link}").status_code == 200
            assert self.post(f"/enter/{link}", {}).status_code == 303

    def _take(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    def _cookie(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}

    def get(self, path: str) -> httpx.Response:
        return self._take(self.client.get(path, headers=self._cookie()))

    def post(self, path: str, form: dict, headers: dict | None = None) -> httpx.Response:
        sent = self._cookie() | (self.origin if headers is None else headers)
        return self._take(self.client.post(path, data=form, headers=sent))

    def fill(self, path: str, form: dict, to: str | None = None) -> httpx.Response:
        """Open a page and send the form that stands on it."""
        page = self.get(path).text
        hidden = dict(re.findall(r'name="(csrf|attempt)" value="([^"]+)"', page))
        return self.post(to or path, hidden | form)


@pytest.fixture
def there(tmp_path) -> Iterator[Served]:
    office = with_people(open_office(tmp_path / "office"), PARTIES)
    since = beijing("2020-01-01")
    office.grant(Post(OTHER, "candidate", "party:else", "", since, None), "person:admin", since)
    cash = Cashier(office, SimulatedProvider(), "person:provider-1", "gaokao-2021-fees")
    with served(office, HandClock("2020-11-12T09:00"), office_pages({"gaokao-2021": cash})) as up:
        yield up
    office.ledger.close()


def begun(browser: Browser) -> str:
    parties = {f"p.{r}": PARTIES[r] for r in ("point", "office", "provider")}
    answer = browser.fill("/begin/gaokao-2021", WHO | parties)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_a_candidate_from_the_link_to_the_ticket(there: Served) -> None:
    one = Browser(there, "person:candidate-1")
    path = begun(one)
    page = one.get(path).text
    assert "提交报名表" in page
    assert "2020-11-20 23:59:59" in page
    assert "请先提交报名表" in page  # why paying is not possible yet
    assert "110***********002X" in page
    assert "王**" in page
    assert all(secret not in page for secret in ("11010519491231002X", "13800000000", "王𬭎"))
    refused = one.fill(f"{path}/acts/submit", FORM | {"f.roll_local": "false",
                                                      "f.register": "outside"})  # fmt: skip
    assert refused.status_code == 422
    assert "未能办理" in refused.text
    assert "无法判断" in refused.text
    assert 'value="outside" selected' in refused.text or 'value="outside" checked' in refused.text
    assert one.fill(f"{path}/acts/submit", FORM).status_code == 303
    assert one.fill(path, {}, f"{path}/fees/registration").headers["location"].endswith("settled")
    assert "已报名" in one.get(path).text
    again = one.fill(path, {}, f"{path}/fees/registration")
    assert again.status_code in (303, 409)
    matter = path.removeprefix("/matters/")
    assert there.office.state(matter, there.site.clock()).count(("pay_registration",)) == 1
    there.site.clock.go(days=160)
    late = Browser(there, "person:candidate-1")  # the session is over by then
    assert one.get(path).status_code == 401
    assert "请先缴纳高考考试费" in late.get(path).text
    assert late.fill(path, {}, f"{path}/fees/exam").status_code == 303
    assert late.fill(f"{path}/acts/print", {}).status_code == 303
    state = there.office.state(matter, there.site.clock())
    assert matter_state(state) == "printed"


def test_the_form_sent_twice_is_done_once(there: Served) -> None:
    one = Browser(there, "person:candidate-1")
    path = begun(one)
    page = one.get(f"{path}/acts/submit").text
    hidden = dict(re.findall(r'name="(csrf|attempt)" value="([^"]+)"', page))
    for _ in range(2):
        assert one.post(f"{path}/acts/submit", hidden | FORM).status_code == 303
    matter = path.removeprefix("/matters/")
    assert there.office.state(matter, there.site.clock()).count(("submit",)) == 1


def test_a_link_works_once_and_looking_at_it_does_not_use_it(there: Served) -> None:
    link = there.site.browsers.link("person:candidate-1")
    scanner, one, two = (Browser(there, None) for _ in range(3))
    for _ in range(3):
        assert scanner.get(f"/enter/{link}").status_code == 200
    assert one.post(f"/enter/{link}", {}).status_code == 303
    assert one.get("/").status_code == 200
    answer = two.post(f"/enter/{link}", {})
    assert (answer.status_code, "每个链接只能使用一次" in answer.text) == (401, True)
    assert two.get("/").status_code == 401
    assert one.cookies.keys() == {"__Host-office"}


def test_the_session_cookie_is_of_this_host_only(there: Served) -> None:
    link = there.site.browsers.link("person:candidate-1")
    answer = Browser(there, None).post(f"/enter/{link}", {})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-office=")
    for word in ("secure", "httponly", "samesite=strict", "path=/"):
        assert word in cookie
    assert "domain" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_no_other_site_acts_for_somebody(there: Served, headers: dict) -> None:
    one = Browser(there, "person:candidate-1")
    path = begun(one)
    page = one.get(f"{path}/acts/submit").text
    hidden = dict(re.findall(r'name="(csrf|attempt)" value="([^"]+)"', page))
    assert one.post(f"{path}/acts/submit", hidden | FORM, headers).status_code == 403
    wrong = {**hidden, "csrf": "0" * 64}
    assert one.post(f"{path}/acts/submit", wrong | FORM).status_code == 403
    assert one.post("/leave", {"csrf": "x"}).status_code == 403
    assert one.get("/").status_code == 200


def test_a_host_that_is_not_ours_and_a_body_that_is_too_large(there: Served) -> None:
    one = Browser(there, "person:candidate-1")
    wrong = one.client.get("/", headers={"host": "evil.example"})
    assert wrong.status_code == 400
    large = one.client.post("/begin/gaokao-2021", headers=one._cookie() | one.origin,
                            content=b"a=" + b"x" * 1_000_001)  # fmt: skip
    assert large.status_code == 413


def test_headers_and_no_scripts(there: Served) -> None:
    one = Browser(there, "person:candidate-1")
    answer = one.get("/")
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "<script" not in answer.text


def test_another_person_sees_nothing_and_does_nothing(there: Served) -> None:
    one, other = Browser(there, "person:candidate-1"), Browser(there, OTHER)
    path = begun(one)
    for asked in (path, f"{path}/acts/submit"):
        assert other.get(asked).status_code == 404
    csrf = dict(re.findall(r'name="(csrf)" value="([^"]+)"', other.get("/").text))
    answer = other.post(f"{path}/acts/submit", csrf | {"attempt": "a" * 20} | FORM)
    assert answer.status_code == 404
    assert path.removeprefix("/matters/") not in other.get("/").text
    assert other.get("/begin/licence").status_code == 404
    assert other.get("/links").status_code == 404


def test_what_people_write_is_escaped(there: Served) -> None:
    one = Browser(there, "person:organiser-1")
    bad = "<img src=x onerror=alert(1)>"
    answer = one.fill(
        "/begin/outreach-event",
        {"f.venue": "community", "f.place": bad, "f.starts": "2020-11-20T07:30", "f.seats": "10",
         "f.mode": "order"},
    )  # fmt: skip
    page = one.get(answer.headers["location"]).text
    assert bad not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    wrong = one.fill("/begin/outreach-event", {"f.place": bad, "f.seats": "zehn"})
    assert wrong.status_code == 422
    assert bad not in wrong.text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_change_of_language_leads_nowhere_else(there: Served, to: str) -> None:
    one = Browser(there, "person:candidate-1")
    answer = one.client.get("/language/en", params={"to": to}, headers=one._cookie())
    assert answer.headers["location"] == "/"
    one.get("/language/en?to=/")
    assert "What waits for me" in one.get("/").text
    one.get("/language/zh?to=/")
    assert "我的待办" in one.get("/").text


def outreach(office: Office) -> Desk:
    return begin(
        office, "outreach-event", "event:1", "2020-11-12T09:00", "organiser", venue="community",
        place="社区广场", starts="2020-11-20T07:30", seats=1, mode="order",
    )  # fmt: skip


def test_a_seat_is_taken_and_given_up_for_oneself_only(there: Served) -> None:
    desk = outreach(there.office)
    one, two = Browser(there, "person:person-1"), Browser(there, "person:person-2")
    path = f"/matters/{desk.matter}"
    for browser in (one, two):
        answer = browser.fill(f"{path}/acts/sign_up", {"f.age": "72", "f.retiree": "true"})
        assert answer.status_code == 303, answer.text
    page = two.get(path).text
    assert "候补" in page
    assert "person:person-1" not in page
    # Naming another person in the form changes nothing: it is one's own seat.
    two.fill(f"{path}/acts/give_up", {"items": "person:person-1", "item": "person:person-1"})
    assert "已获名额" in one.get(path).text
    assert "已退出" in two.get(path).text
    one.fill(f"{path}/acts/give_up", {})
    assert "已退出" in one.get(path).text


def test_a_clerk_sees_what_waits_and_why_not_the_rest(there: Served) -> None:
    firm = begin(there.office, "licence", "firm:1", "2020-11-12T08:00", "applicant",
                 item="food-licence", joint=False)  # fmt: skip
    firm.do("2020-11-12T08:30", "apply", "applicant", documents=["d"])
    clerk = Browser(there, "person:agency-1")
    home = clerk.get("/").text
    assert "受理或一次告知" in home
    assert "暂不能办理及原因" in home
    assert "尚未受理" in home
    path = f"/matters/{firm.matter}"
    assert clerk.fill(f"{path}/acts/accept", {}).status_code == 303
    refuse = {"f.reason": "材料不实", "f.remedy": "可申请复议"}
    assert clerk.fill(f"{path}/acts/refuse", refuse).status_code == 303
    page = clerk.get(path).text
    assert "待另一人批准" in page
    assert ">批准<" not in page  # one's own proposal
    second = Browser(there, "person:agency-2")
    assert ">批准<" in second.get(path).text
    number = re.search(r"/proposals/(\d+)", second.get(path).text)[1]
    answer = second.fill(path, {"answer": "approve"}, f"{path}/proposals/{number}")
    assert answer.status_code == 303
    assert "不予许可" in second.get(path).text


def test_an_organisation_answers_its_duty(there: Served) -> None:
    regulator = begin(there.office, "rectify", "operator:1", "2020-11-12T08:00", "regulator",
                      rule="sim-segment", breaches=3)  # fmt: skip
    regulator.do("2020-11-12T08:10", "notify", "regulator", remedy="可提出异议")
    regulator.do("2020-11-12T08:20", "delivered", "regulator")
    org = Browser(there, "person:org-1")
    home = org.get("/").text
    assert "我的待办" in home
    path = f"/matters/{regulator.matter}"
    assert path in home
    assert org.fill(f"{path}/acts/acknowledge", {}).status_code == 303
    assert org.fill(f"{path}/acts/report_fix", {"f.documents": "整改报告\n清单"}).status_code == 303
    page = org.get(path).text
    assert "整改报告、清单" in page


def test_a_registrar_makes_a_link_for_somebody(there: Served) -> None:
    registrar = Browser(there, "person:admin")
    answer = registrar.fill("/links", {"person": "person:agency-1"})
    link = re.search(r"/enter/[\w-]+", answer.text)[0]
    clerk = Browser(there, None)
    assert clerk.post(link, {}).status_code == 303
    assert "person:agency-1" in clerk.get("/").text
    nobody = registrar.fill("/links", {"person": "person:nobody"})
    assert "没有任何岗位" in nobody.text


def two_days_more() -> Procedure:
    """The procedure with a version from 19 November on that ends registration on the 22nd."""
    procedure = load_procedures()["gaokao-2021"]
    plain = plain_text(procedure.text, "x")
    window = plain["versions"][0]["windows"]["registration"]
    longer = {"registration": {**window, "to": "2020-11-22T23:59:59"}}
    note = {"en": "Roads are closed by snow: two days more.", "zh": "因雪封路，报名延长两日。"}
    plain["versions"].append({"from": "2020-11-19", "note": note, "windows": longer})
    return compile_procedure(
        as_shape(plain, ProcedureSpec, "x"), procedure.text + "# two days more\n"
    )


def test_a_change_of_the_rules_stands_on_top_of_the_page(there: Served) -> None:
    one = Browser(there, "person:candidate-1")
    path = begun(one)
    there.site.clock.go(days=7)  # to 19 November, the day of the new version
    procedures = {**load_procedures(), "gaokao-2021": two_days_more()}
    law, sealer = there.office.registry.law, there.office.registry.sealer
    changed = there.site.office = Office(there.office.ledger, procedures, law, sealer)
    now = there.site.clock()
    proposal = propose_change(changed, "gaokao-2021", "2020-11-19", "person:office-1", now)
    approve_change(changed, "gaokao-2021", proposal.number, "person:office-2", now)
    page = Browser(there, "person:candidate-1").get(path).text
    assert "规则已变更：2020-11-19 09:00:00" in page
    assert "因雪封路，报名延长两日。" in page
    assert "2020-11-20 23:59:59 → <strong>2020-11-22 23:59:59</strong>" in page
