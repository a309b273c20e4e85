"""The office over real HTTP, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

pytest.importorskip("starlette")

from office_people import PARTIES, with_people
from office_server import HandClock, Served, served
from suyuan.casework.checks import Post
from suyuan.casework.opening import open_office
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.tokens import issue_token, revoke_tokens
from suyuan.store.ledger import TreeHead, verify

NOON = "2023-03-01T12:00"


@pytest.fixture(params=["sqlite", "postgres"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    address = request.getfixturevalue("postgres_schema") if request.param == "postgres" else None
    office = with_people(open_office(tmp_path / "office", address))
    with served(office, HandClock(NOON)) as there:
        yield there
    office.ledger.close()


def post(client, path: str, body=None, key: str | None = None, **headers):
    named = {"idempotency-key": key or str(uuid4()), **headers}
    return client.post(path, json={} if body is None else body, headers=named)


def stop_payment(client, subject="bank_account:1", key="case-1") -> str:
    body = {
        "procedure": "stop-payment",
        "subject": subject,
        "key": key,
        "fields": {"account": subject.partition(":")[2], "claim_fen": 10_000},
        "parties": {role: PARTIES[role] for role in ("police", "bank", "holder")},
    }
    answer = post(client, "/matters", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["matter"]


def instructed(here: Served, subject="bank_account:1", key="case-1") -> str:
    police, second = here.client("person:police-1"), here.client("person:police-2")
    matter = stop_payment(police, subject, key)
    proposed = post(
        police, f"/matters/{matter}/acts", {"act": "instruct", "fields": {"amount_fen": 5_000}}
    )
    assert proposed.status_code == 202, proposed.text
    number = proposed.json()["number"]
    own = post(police, f"/matters/{matter}/proposals/{number}/approval")
    assert own.status_code == 409
    assert own.json()["reasons"][0]["zh"] == "须由另一人批准。"
    assert post(second, f"/matters/{matter}/proposals/{number}/approval").status_code == 201
    return matter


def test_a_bank_finds_its_duty_and_answers_it(here: Served) -> None:
    matter, bank = instructed(here), here.client("person:bank-1")
    due = bank.get("/due").json()
    assert [(line["name"], line["matter"]) for line in due["items"]] == [("check", matter)]
    [card] = bank.get("/desk").json()["items"]
    may = {act["act"]: act["may"] for act in card["acts"]}
    assert may["stop"]
    assert "instruct" not in may
    unknown = post(bank, f"/matters/{matter}/acts", {"act": "stop"})
    assert unknown.status_code == 409
    assert unknown.headers["content-type"] == "application/problem+json"
    assert unknown.json()["title_en"].startswith("It cannot be decided")
    assert unknown.json()["title_zh"].startswith("无法判断")
    done = post(bank, f"/matters/{matter}/acts", {"act": "stop", "fields": {"matching": True}})
    assert done.status_code == 201
    assert "check" not in {line["name"] for line in bank.get("/due").json()["items"]}
    shown = here.client("person:police-1").get(f"/matters/{matter}").json()
    assert shown["state"]["name"] == "stopped"
    assert [run["kind"] for run in shown["measures"]] == ["stop"]


def test_the_same_key_is_one_act_and_another_body_is_refused(here: Served) -> None:
    matter, bank = instructed(here), here.client("person:bank-1")
    path, body = f"/matters/{matter}/acts", {"act": "stop", "fields": {"matching": True}}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(bank, path, body, "one"), range(24)))
    assert {(a.status_code, a.text) for a in answers} == {(201, answers[0].text)}
    assert here.office.state(matter, here.site.clock()).count(("stop",)) == 1
    other = post(bank, path, {"act": "release"}, "one")
    assert other.status_code == 422
    assert other.json()["type"] == "urn:suyuan:office:reused-key"
    assert (
        post(bank, f"/matters/{instructed(here, 'bank_account:2')}/acts", body, "one").status_code
        == 422
    )
    here.site.clock.go(hours=60)
    assert here.office.tick(here.site.clock()) > 0
    assert post(bank, path, body, "one").text == answers[0].text
    other_person = post(here.client("person:bank-2"), path, body, "one")
    assert other_person.status_code == 409
    assert bank.post(path, json=body).status_code == 400


def test_eight_machines_act_at_once_and_nothing_is_lost(here: Served) -> None:
    police, second = here.client("person:police-1"), here.client("person:police-2")

    def one(n: int) -> str:
        matter = stop_payment(police, f"bank_account:{n}", f"k{n}")
        form = {"act": "instruct", "fields": {"amount_fen": 100}}
        number = post(police, f"/matters/{matter}/acts", form).json()["number"]
        answer = post(second, f"/matters/{matter}/proposals/{number}/approval")
        assert answer.status_code == 201, answer.text
        return matter

    with ThreadPoolExecutor(8) as pool:
        matters = set(pool.map(one, range(24)))
    assert len(matters) == 24
    assert here.client("person:bank-1").get("/due", params={"limit": 5}).json()["total"] == 24
    assert verify(here.office.ledger).whole


def test_without_a_good_token_nothing_is_told(here: Served) -> None:
    matter = instructed(here)
    tokens = [None, "x", "x" * 43, "person:bank-1"]
    for token in tokens:
        stranger = here.client(None, token)
        for path in ("/me", "/due", "/desk", "/heads", "/procedures", f"/matters/{matter}"):
            answer = stranger.get(path)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
        assert post(stranger, f"/matters/{matter}/acts", {"act": "stop"}).status_code == 401
    now = here.site.clock()
    short = issue_token(here.office, "person:bank-1", now + timedelta(hours=1), "person:admin", now)
    client = here.client(None, short)
    assert client.get("/me").json()["person"] == "person:bank-1"
    here.site.clock.go(hours=1)
    assert client.get("/me").status_code == 401
    lasting = here.client("person:bank-1")
    assert lasting.get("/me").status_code == 200
    revoke_tokens(here.office, "person:bank-1", "person:admin", here.site.clock())
    assert lasting.get("/me").status_code == 401
    assert all(rebuild(here.office).values())


def test_a_foreign_party_learns_nothing(here: Served) -> None:
    matter, now = instructed(here), here.site.clock()
    here.office.grant(Post("person:abc-1", "bank", "party:abc", "", now, None), "person:admin", now)
    foreign = here.client("person:abc-1")
    assert foreign.get(f"/matters/{matter}").status_code == 404
    assert foreign.get(f"/matters/{matter}x").json() == foreign.get(f"/matters/{matter}").json()
    assert (
        post(
            foreign, f"/matters/{matter}/acts", {"act": "stop", "fields": {"matching": True}}
        ).status_code
        == 404
    )
    assert foreign.get("/due").json() == {"items": [], "total": 0}
    assert foreign.get("/desk").json()["total"] == 0
    holder = here.client("person:holder-1").get(f"/matters/{matter}").json()
    assert holder["parties"] == {"holder": "party:holder"}
    assert holder["duties"] == []
    assert "instruct" not in {event["kind"] for event in holder["events"]}
    assert here.office.state(matter, now).count(("stop",)) == 0


def test_an_etag_guards_what_one_decided_on(here: Served) -> None:
    matter, bank = instructed(here), here.client("person:bank-1")
    first = bank.get(f"/matters/{matter}")
    tag = first.headers["etag"]
    assert bank.get(f"/matters/{matter}", headers={"if-none-match": tag}).status_code == 304
    body = {"act": "stop", "fields": {"matching": True}}
    forged = post(bank, f"/matters/{matter}/acts", body, **{"if-match": '"3-0000000000000000-1"'})
    assert forged.status_code == 412
    refused = {"act": "refuse", "fields": {"reason": "户名不符"}}
    other = here.client("person:bank-2")
    assert post(other, f"/matters/{matter}/acts", refused, **{"if-match": tag}).status_code == 201
    late = post(bank, f"/matters/{matter}/acts", body, **{"if-match": tag})
    assert late.status_code == 412
    assert late.json()["type"] == "urn:suyuan:office:overtaken"
    assert bank.get(f"/matters/{matter}", headers={"if-none-match": tag}).status_code == 200


def test_time_and_heads_are_the_registrars(here: Served) -> None:
    matter, registrar = instructed(here), here.client("person:admin")
    bank = here.client("person:bank-1")
    here.site.clock.go(hours=2)
    for path in ("/tick", "/heads"):
        assert post(bank, path).status_code == 403
    assert bank.get("/due").json()["items"][0]["past"]
    assert post(registrar, "/tick").json() == {"written": 1}
    assert post(registrar, "/tick").json() == {"written": 0}
    head = post(registrar, "/heads").json()["head"]
    assert [one["head"] for one in bank.get("/heads").json()["items"]] == [head]
    assert verify(here.office.ledger, [TreeHead.read(head)]).whole
    assert here.office.state(matter, here.site.clock()).count(("escalate",)) == 1


def test_what_is_malformed_is_refused_with_its_reason(here: Served) -> None:
    police = here.client("person:police-1")
    matter = stop_payment(police)
    path = f"/matters/{matter}/acts"
    assert post(police, path, {"act": "instruct", "extra": 1}).status_code == 422
    unknown = post(police, path, {"act": "arrest"})
    assert unknown.status_code == 422
    assert "instruct" in unknown.json()["try_en"]
    assert (
        police.post(path, content=b"{", headers={"content-type": "application/json"}).status_code
        == 422
    )
    assert (
        police.post(path, content=b"a=1", headers={"content-type": "text/plain"}).status_code == 415
    )
    assert police.post(path, json={"act": "x" * 1_000_001}).status_code == 413
    assert police.get("/nothing").status_code == 404
    assert police.delete(path).status_code == 405
    assert police.get("/me", headers={"host": "evil.example"}).status_code == 400
    again = post(
        police,
        "/matters",
        {
            "procedure": "stop-payment",
            "subject": "bank_account:1",
            "key": "case-1",
            "fields": {"account": "2", "claim_fen": 1},
            "parties": {},
        },
    )
    assert again.status_code == 422
    assert "another matter" in again.json()["title_en"]


def test_a_link_opens_one_session_and_other_sites_cannot_write_with_it(here: Served) -> None:
    matter, link = instructed(here), here.site.browsers.link("person:bank-1")
    browser = here.client(None)
    entered = browser.post("/session", json={"link": link})
    assert entered.status_code == 204
    assert {"HttpOnly", "Secure", "SameSite=strict"} <= set(
        entered.headers["set-cookie"].split("; ")
    )
    cookie = {"cookie": entered.headers["set-cookie"].partition(";")[0]}
    assert browser.post("/session", json={"link": link}).status_code == 401
    assert browser.get("/me", headers=cookie).json()["person"] == "person:bank-1"
    path, body = f"/matters/{matter}/acts", {"act": "stop", "fields": {"matching": True}}
    origin = here.url
    assert post(browser, path, body, **cookie).status_code == 403
    assert post(browser, path, body, origin="http://evil.example", **cookie).status_code == 403
    crossed = {"origin": origin, "sec-fetch-site": "cross-site", **cookie}
    assert post(browser, path, body, **crossed).status_code == 403
    assert post(browser, path, body, origin=origin, **cookie).status_code == 201
    here.site.clock.go(minutes=31)
    assert browser.get("/me", headers=cookie).status_code == 401
