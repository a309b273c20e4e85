"""Who keeps people may enrol, appoint and end them; nothing of it is silent, nothing deleted."""

import sqlite3
from pathlib import Path

import pytest
from people_of import PASSWORD, PEOPLE, sign_in
from site_of import ALONE_HEADERS, Client, client_of

from suyuan.casework.rebuilding import rebuild
from suyuan.face.web.app import api_routes
from suyuan.face.web.appointments import lasting_posts
from suyuan.face.web.invitations import LASTS
from suyuan.face.web.permissions import Act, CasePost, rule_of
from suyuan.face.web.site import Site
from suyuan.face.web.state import MIGRATIONS, State

ALL = "/api/v1/people"


def _stranger(office: Site) -> Client:
    client = client_of(office)
    client.headers.update(ALONE_HEADERS)
    return client


def _of(admin: Client, name: str) -> dict:  # type: ignore[type-arg]
    return next(one for one in admin.get(ALL).json()["items"] if one["name"] == name)


def _enrol(admin: Client, name: str, **posts: list[str]) -> str:
    made = admin.post(ALL, json={"name": name, "posts": posts})
    assert made.status_code == 201, made.text
    return str(made.json()["link"])


def _join(office: Site, link: str, password: str = PASSWORD) -> tuple[int, Client]:
    client = _stranger(office)
    form = {"link": link, "password": password}
    return client.post(f"{ALL}/joined", json=form).status_code, client


def test_every_route_without_a_case_keeps_to_the_matrix(
    office: Site, clients: dict[str, Client]
) -> None:
    routes = [one for one in api_routes(clients["admin"].app) if "{case_id}" not in one.path]  # type: ignore[arg-type]
    kept = [
        one for one in routes if (found := rule_of(one.endpoint)) and found.act is Act.administer
    ]
    assert len(kept) >= 6
    for route in kept:
        path = f"/api/v1{route.path}".replace("{name}", "nobody-at-all")
        for method in route.methods:
            asked = [client.request(method, path, json={}) for client in clients.values()]
            statuses = dict(zip(clients, [one.status_code for one in asked], strict=True))
            assert {statuses[name] for name in (*PEOPLE, "stranger")} == {403}, path
            assert statuses["admin"] in {200, 404, 422}, path
            assert _stranger(office).request(method, path, json={}).status_code == 401


def test_who_is_enrolled_chooses_a_password_by_a_link_that_works_once(
    office: Site, clients: dict[str, Client]
) -> None:
    admin = clients["admin"]
    link = _enrol(admin, "卫敏", zheng=["investigator", "admin"])
    assert admin.post(ALL, json={"name": "卫敏"}).status_code == 409
    waiting = _of(admin, "卫敏")
    assert (waiting["password"], waiting["posts"]) == (False, {"zheng": ["investigator"]})
    assert waiting["link_until"]
    nobody = _stranger(office)
    for secret in ("", PASSWORD):
        form = {"name": "卫敏", "password": secret}
        assert nobody.post("/api/v1/session", json=form).status_code == 401
    assert _join(office, link, "short")[0] == 422  # a weak one does not use the link up
    status, client = _join(office, link)
    assert status == 204
    assert client.get("/api/v1/me").json()["cases"][0]["posts"] == ["investigator"]
    assert _join(office, link)[0] == 401
    assert _join(office, "x" * 43)[0] == 401
    events = admin.get(f"{ALL}/events").json()["items"]
    assert link not in str(events)
    kinds = [one["kind"] for one in events]
    for kind in ("person.enrolled", "person.invited", "person.joined", "session.refused"):
        assert kind in kinds


def test_a_newer_link_a_closed_account_and_time_end_a_link(
    office: Site, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = clients["admin"]
    old = _enrol(admin, "阮洁")
    new = admin.post(f"{ALL}/阮洁/invitation", json={}).json()["link"]
    assert _join(office, old)[0] == 401
    admin.put(f"{ALL}/阮洁", json={"closed": True})
    assert _join(office, new)[0] == 401
    admin.put(f"{ALL}/阮洁", json={"closed": False})
    clock = office.sessions.clock
    monkeypatch.setattr(office.sessions, "clock", lambda: clock() + LASTS + 1)
    assert _join(office, new)[0] == 401
    monkeypatch.setattr(office.sessions, "clock", clock)
    assert _join(office, new)[0] == 204
    assert admin.post(f"{ALL}/nobody/invitation", json={}).status_code == 404


def test_posts_end_and_are_not_deleted(office: Site, clients: dict[str, Client]) -> None:
    admin = clients["admin"]
    _, client = _join(office, _enrol(admin, "蒋彤", zheng=["investigator", "auditor"]))
    case = "/api/v1/cases/zheng"
    assert client.get(f"{case}/duties").status_code == 200  # who decides acts for the house
    assert office.office.posts_of("蒋彤")
    assert admin.put(f"{ALL}/蒋彤", json={"posts": {"zheng": ["auditor"]}}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401  # posts changed: sign in again
    assert not office.office.posts_of("蒋彤")
    assert sign_in(office, "蒋彤").get(f"{case}/findings").status_code == 403
    shown = _of(admin, "蒋彤")
    assert shown["posts"] == {"zheng": ["auditor"]}
    past = [(one["post"], one["ended_by"]) for one in shown["past"]]
    assert past == [("investigator", "admin")]
    told = clients["auditor"].get(f"{case}/ledger?limit=20").json()["items"]
    change = next(one for one in told if one["kind"] == "person.appointed")["detail"]
    assert change == {"person": "蒋彤", "ended": ["investigator"]}
    assert admin.put(f"{ALL}/蒋彤", json={"posts": {"none": ["viewer"]}}).status_code == 404


def test_posts_for_organisations_end_too(office: Site, clients: dict[str, Client]) -> None:
    admin = clients["admin"]
    _, clerk = _join(office, _enrol(admin, "银行柜员"))
    post = {"role": "bank", "party": "第一银行"}
    for _ in range(2):  # the same again is one
        admin.put(f"{ALL}/银行柜员", json={"duties": [post]})
    assert _of(admin, "银行柜员")["duties"] == [post]
    clerk = sign_in(office, "银行柜员")
    assert clerk.get("/api/v1/duties").json()["parties"] == ["第一银行"]
    admin.put(f"{ALL}/银行柜员", json={"duties_ended": [post]})
    clerk = sign_in(office, "银行柜员")
    assert clerk.get("/api/v1/duties").json()["parties"] == []
    assert len(office.office.office.posts("person:银行柜员")) == 1  # it stands, with its end
    assert all(rebuild(office.office.office).values())
    admin.put(f"{ALL}/银行柜员", json={"duties": [post]})
    assert _of(admin, "银行柜员")["duties"] == [post]


def test_somebody_stays_administrator(office: Site, clients: dict[str, Client]) -> None:
    admin = clients["admin"]
    for change in ({"closed": True}, {"admin": False}):
        refused = admin.put(f"{ALL}/admin", json=change)
        assert (refused.status_code, "管理员" in refused.json()["title_zh"]) == (409, True)
    _join(office, _enrol(admin, "second-admin"))
    assert admin.put(f"{ALL}/second-admin", json={"admin": True}).status_code == 204
    second = sign_in(office, "second-admin")
    assert second.put(f"{ALL}/second-admin", json={"admin": False}).status_code == 204
    assert sign_in(office, "second-admin").get(ALL).status_code == 403


def test_what_cannot_be_recorded_changes_nobody(
    office: Site, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no room")

    before = clients["admin"].get(ALL).json()["items"]
    monkeypatch.setattr(office.audit.ledger, "append", full)
    for method, path, form in (
        ("POST", ALL, {"name": "new"}),
        ("POST", f"{ALL}/viewer/invitation", {}),
        ("PUT", f"{ALL}/viewer", {"posts": {"zheng": []}, "closed": True}),
    ):
        assert clients["admin"].request(method, path, json=form).status_code == 503
    monkeypatch.undo()
    assert clients["admin"].get(ALL).json()["items"] == before


@pytest.mark.parametrize("name", ["", "a/b", "\u202exfdp", "tab\t", "x" * 81])
def test_a_name_hides_nothing(clients: dict[str, Client], name: str) -> None:
    assert clients["admin"].post(ALL, json={"name": name}).status_code == 422


def test_members_of_an_older_file_keep_their_posts(tmp_path: Path) -> None:
    path = tmp_path / "workbench.sqlite3"
    with sqlite3.connect(path) as old:
        for number, text in enumerate(MIGRATIONS[:2], start=1):
            old.executescript(f"{text}; PRAGMA user_version = {number};")
        old.execute("INSERT INTO member VALUES ('one', 'zheng', 'investigator,supervisor')")
    state = State(path)
    assert lasting_posts(state, "one") == {"zheng": {CasePost.investigator, CasePost.supervisor}}
    state.close()
