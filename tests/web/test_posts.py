"""Several people, several cases: who may do what, who sees what, and who let them."""

import json
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_of import PASSWORD, PEOPLE, sign_in
from site_of import ALONE_HEADERS, Client, client_of

from suyuan.face.web.app import api_routes
from suyuan.face.web.permissions import MATRIX, Act, rule_of
from suyuan.face.web.site import Site

CASE = "/api/v1/cases/zheng"


def _asked(client: Client, route: APIRoute) -> int:
    """The status of a route with plausible parameters and an empty body."""
    path = f"/api/v1{route.path}" if not route.path.startswith("/api") else route.path
    values = {"case_id": "zheng", "finding_id": "0" * 32, "row_id": "0" * 16 + ":1"}
    values |= {"table": "calls", "kind": "note", "id": "x", "reference": "phone~x", "name": "x"}
    values |= {"grant_id": "0" * 16, "own": "0" * 16, "matter": "stop-payment:" + "0" * 12}
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    method = next(iter(route.methods or {"GET"}))
    if method == "PUT" and "/files/" in path:
        headers = {"content-type": "application/octet-stream"}
        return client.put(path.replace("/x", "/x.exe"), content=b"x", headers=headers).status_code
    body = {} if method != "GET" else None
    return client.request(method, path, json=body).status_code


def test_every_route_keeps_to_the_matrix(office: Site, clients: dict[str, Client]) -> None:
    nobody = client_of(office)
    nobody.headers.update(ALONE_HEADERS)
    routes = [one for one in api_routes(nobody.app) if "{case_id}" in one.path]  # type: ignore[arg-type]
    routes = [one for one in routes if not one.path.endswith("/changes")]
    starts = {("POST", "/cases/{case_id}/runs"), ("POST", "/cases/{case_id}/dossiers")}
    starts |= {("POST", "/cases/{case_id}/duties/drafts")}
    assert len(routes) > 20
    for route in routes:
        asked = rule_of(route.endpoint)
        assert asked is not None
        assert _asked(nobody, route) == 401, route.path
        assert _asked(clients["stranger"], route) == 404, route.path
        for name, post in PEOPLE.items():
            if any((m, route.path) in starts for m in route.methods) and post in MATRIX[asked.act]:
                continue  # would start a real run
            refused = _asked(clients[name], route) == 403
            assert refused == (post not in MATRIX[asked.act]), (name, route.path)
        admin = _asked(clients["admin"], route)
        assert admin == (404 if asked.act is not Act.administer else 200) or admin == 403


def test_the_admin_keeps_people_and_reads_no_case(clients: dict[str, Client]) -> None:
    assert clients["admin"].get(CASE).status_code in {403, 404}
    assert clients["supervisor"].get("/api/v1/people").status_code == 403
    found = clients["admin"].get("/api/v1/people").json()["items"]
    assert {one["name"] for one in found} == {*PEOPLE, "stranger", "admin"}


def test_no_answer_holds_a_full_identifier(office: Site, clients: dict[str, Client]) -> None:
    secrets = _identifiers(office)
    assert len(secrets) > 1000
    client = clients["investigator"]
    for path in _paths(client):
        answer = client.get(f"{CASE}{path}")
        assert answer.status_code == 200, path
        found = {one for one in secrets if one in answer.text}
        assert not found, (path, len(found))
    stream = client.get(
        f"{CASE}/events?limit=20000", headers={"accept": "application/vnd.apache.arrow.stream"}
    )
    assert len(stream.content) > 100_000
    whole = stream.content.decode("latin-1")
    assert not any(one in whole for one in secrets)


def _identifiers(office: Site) -> set[str]:
    """Long numbers of people in the case, as they stand in the files."""
    wanted = {
        "calls": ("caller", "callee"),
        "payments": ("payer", "payee", "payment_id"),
        "orders": ("buyer_phone", "order_id"),
        "sims": ("msisdn", "iccid"),
        "vouchers": ("voucher_id",),
        "accounts": ("phone", "device"),
        "reports": ("victim_phone", "narrative"),
    }
    found: set[str] = set()
    with office.desks["zheng"].source() as source:
        for table, columns in wanted.items():
            rows = source.engine.fetch(source.records[table].select(*columns))
            for column in columns:
                found |= {one for one in rows[column].to_pylist() if one and len(one) >= 11}
    return found


def _paths(client: Client) -> Iterator[str]:
    yield from ("", "/plan", "/money", "/freeze", "/statements", "/at-risk?limit=500", "/hubs")
    yield from ("/compliance", "/series", "/decisions", "/reveals", "/dossiers", "/things/freeze")
    rules = client.get(f"{CASE}/compliance").json()["rules"]
    yield from (f"/compliance?rule_id={one['id']}&limit=500" for one in rules)
    cursor = ""
    while cursor is not None:
        yield f"/findings?limit=300&cursor={cursor}"
        page = client.get(f"{CASE}/findings?limit=300&cursor={cursor}").json()
        cursor = page["next"]
        for one in page["items"][::60]:
            yield f"/findings/{one['id']}"
            yield f"/subjects/{one['subject']['ref']}"
            for row in client.get(f"{CASE}/findings/{one['id']}").json()["rows"][:2]:
                yield f"/rows/{row['table']}/{row['row_id']}"
    for offset in range(0, 10_900, 2_000):
        yield f"/events?limit=500&offset={offset}"
        for row in client.get(f"{CASE}/events?limit=2&offset={offset}").json()["items"]:
            yield f"/rows/{row['kind']}/{row['row_id']}?around=20"


def _wish(client: Client, refs: list[str]) -> str:
    given = {"subjects": refs, "purpose": "identify", "reason": "核对身份,见第三号笔录"}
    made = client.post(f"{CASE}/reveals", json={**given, "basis": "立案决定书", "minutes": 30})
    assert made.status_code == 201
    return str(made.json()["id"])


def _answer(client: Client, grant: str, *, yes: bool = True) -> int:
    return client.post(f"{CASE}/reveals/{grant}/answer", json={"granted": yes}).status_code


def test_two_people_reveal_one_subject_to_one_session_for_minutes(
    office: Site, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = clients["investigator"], clients["supervisor"]
    other = sign_in(office, "investigator")
    items = first.get(f"{CASE}/findings?role=mule_account").json()["items"]
    ref, label = items[0]["subject"]["ref"], items[0]["subject"]["label"]
    full = office.desks["zheng"].references.subject(ref)
    assert full is not None
    number = full.partition(":")[2]
    grant = _wish(first, [ref])
    assert _answer(first, grant) == 403
    own = _wish(second, [ref])
    assert _answer(second, own) == 403
    assert _answer(sign_in(office, "supervisor"), own) == 403  # the same person elsewhere
    assert number not in first.get(f"{CASE}/findings?role=mule_account").text
    assert _answer(second, grant) == 204
    assert _answer(second, grant) == 409
    seen = first.get(f"{CASE}/findings?role=mule_account").json()["items"]
    assert seen[0]["subject"]["label"] == number
    assert "*" in seen[1]["subject"]["label"]
    for blind in (other, second, clients["viewer"]):
        assert number not in blind.get(f"{CASE}/findings?role=mule_account").text
    clock = office.sessions.clock
    monkeypatch.setattr(office.sessions, "clock", lambda: clock() + 25 * 60)
    assert number in first.get(f"{CASE}/findings?role=mule_account").text  # keeps it alive
    monkeypatch.setattr(office.sessions, "clock", lambda: clock() + 31 * 60)
    after = first.get(f"{CASE}/findings?role=mule_account").json()["items"][0]
    assert after["subject"]["label"] == label
    monkeypatch.setattr(office.sessions, "clock", clock)
    events = clients["auditor"].get(f"{CASE}/ledger?limit=500").json()["items"]
    kinds = {one["kind"] for one in events}
    assert {"reveal.asked", "reveal.granted", "reveal.used"} <= kinds
    assert number not in json.dumps(events)
    assert clients["auditor"].get(f"{CASE}/ledger/verdict").json()["whole"]
    assert clients["auditor"].get(f"{CASE}/findings").status_code == 403


def test_an_approval_asks_for_a_fresh_sign_in(
    office: Site, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = clients["investigator"].get(f"{CASE}/findings").json()["items"][0]["subject"]["ref"]
    grant = _wish(clients["investigator"], [ref])
    clock = office.sessions.clock
    later = sign_in(office, "supervisor")
    monkeypatch.setattr(office.sessions, "clock", lambda: clock() + 10 * 60)
    assert _answer(later, grant) == 401
    proof = later.post("/api/v1/session/proof", json={"password": PASSWORD})
    assert proof.status_code == 204
    assert _answer(later, grant, yes=False) == 204


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ask", "yes", "no", "end"]),
            st.sampled_from(["investigator", "supervisor", "viewer"]),
        ),
        max_size=7,
    )
)
def test_no_sequence_reveals_without_two_people(
    office: Site, clients: dict[str, Client], steps: list[tuple[str, str]]
) -> None:
    office.state.write(lambda file: file.execute("DELETE FROM grant_"))
    ref = clients["viewer"].get(f"{CASE}/findings?limit=1").json()["items"][0]["subject"]["ref"]
    granted: set[str] = set()
    last = ""
    for act, name in steps:
        client = clients[name]
        if act == "ask" and name != "viewer":
            last = _wish(client, [ref])
            asker = name
        elif act in {"yes", "no"} and last:
            status = _answer(client, last, yes=act == "yes")
            if status == 204:
                assert name == "supervisor"
                assert asker != name
                if act == "yes":
                    granted.add(last)
        elif act == "end" and last:
            status = client.post(f"{CASE}/reveals/{last}/end", json={}).status_code
            if status == 204:
                granted.discard(last)
    for name, client in clients.items():
        if name in {"investigator", "supervisor", "viewer"}:
            seen = client.get(CASE).json()["revealed"]
            assert seen == (1 if name == "investigator" and granted else 0)


def test_a_second_writer_sees_both(clients: dict[str, Client]) -> None:
    path = f"{CASE}/things/note/a-note"
    one, two = clients["investigator"], clients["supervisor"]
    first = one.put(path, json={"note": "甲"}, headers={"if-match": "0"})
    assert first.status_code == 200
    late = two.put(path, json={"note": "乙"}, headers={"if-match": "0"})
    assert late.status_code == 412
    assert (late.json()["standing"]["note"], late.json()["yours"]["note"]) == ("甲", "乙")
    assert two.put(path, json={"note": "乙"}, headers={"if-match": "1"}).status_code == 200
    assert [v["note"] for v in one.get(path).json()["items"]] == ["乙", "甲"]


def test_what_cannot_be_recorded_is_not_done(
    office: Site, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from suyuan.face.web.problems import ProblemDetails

    def full(*_: object, **__: object) -> None:
        raise ProblemDetails(503)

    first = clients["investigator"].get(f"{CASE}/findings").json()["items"][0]["id"]
    monkeypatch.setattr(office.audit, "record", full)
    given = {"kind": "confirm", "findings": [first], "reason": "已核对"}
    assert clients["investigator"].post(f"{CASE}/decisions", json=given).status_code == 503
    monkeypatch.undo()
    assert clients["investigator"].get(f"{CASE}/findings/{first}").json()["state"] == "open"


def test_wrong_passwords_wait_longer(office: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(office)
    client.headers.update(ALONE_HEADERS)
    given = {"name": "nobody-known", "password": "wrong"}
    tries = [client.post("/api/v1/session", json=given).status_code for _ in range(7)]
    assert tries[:5] == [401] * 5
    assert tries[-1] == 429
    office.sessions._wrong.clear()
