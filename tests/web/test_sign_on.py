"""Single sign-on against a small issuer with real keys: the way in, and what does not get in."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("authlib")
from browser_of import chromium
from issuer_of import CLIENT, SECRET, SUBJECT, SmallIssuer, by_public_key, small_issuer, unsigned
from people_of import sign_in
from site_of import ALONE_HEADERS, Client, client_of, served

from suyuan.face.web.sign_on import PATIENCE, SignOnSettings, identify, secure, settings_of
from suyuan.face.web.sign_on_issuer import KEYS_REST, SignOnIssuer
from suyuan.face.web.site import Site, issuer_of
from suyuan.model.errors import InputError

WAY = "/api/v1/sign-on"
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def issuer() -> Iterator[SmallIssuer]:
    with small_issuer() as opened:
        yield opened


@pytest.fixture
def joined(office: Site, issuer: SmallIssuer) -> Iterator[Site]:
    """The office with this issuer, where it vouches for the supervisor."""
    office.sign_on = SignOnIssuer(SignOnSettings(issuer.url, CLIENT, SECRET))
    identify(office.state, issuer.url, "supervisor", SUBJECT, time.time())
    yield office
    office.sign_on = None


def _browser(office: Site) -> Client:
    client = client_of(office)
    client.headers.update(ALONE_HEADERS)
    client.follow_redirects = False
    return client


def _begin(client: Client, *, fresh: bool = False) -> dict[str, str]:
    """What the browser takes to the issuer."""
    begun = client.post(WAY, json={"fresh": fresh})
    assert begun.status_code == 204, begun.text
    found = parse_qs(urlsplit(begun.headers["location"]).query)
    return {name: values[0] for name, values in found.items()}


def _way(client: Client, issuer: SmallIssuer, *, fresh: bool = False) -> str:
    """There and back; where it ends."""
    asked = _begin(client, fresh=fresh)
    back = urlsplit(issuer.authorize(asked))
    answer = client.get(f"{back.path}?{back.query}")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def _me(client: Client) -> int:
    return int(client.get("/api/v1/me").status_code)


def test_who_is_enrolled_gets_in(joined: Site, issuer: SmallIssuer) -> None:
    client = _browser(joined)
    assert client.get(WAY).json()["there"]
    asked = _begin(client)
    assert asked["scope"] == "openid"
    assert asked["code_challenge_method"] == "S256"
    assert not {"code_verifier", "client_secret"} & asked.keys()
    assert _way(client, issuer) == "/"
    me = client.get("/api/v1/me").json()
    assert me["name"] == "supervisor"
    events, _ = joined.audit.events("", 0, 1)
    assert (events[0].kind, events[0].body) == ("session.begun", {"way": "sign-on"})


@pytest.mark.parametrize(
    "change",
    [
        lambda claims: claims.update(aud="another"),
        lambda claims: claims.update(aud=[CLIENT, "another"]),  # several, and not made for us
        lambda claims: claims.update(azp="another"),
        lambda claims: claims.update(iss="https://evil.example"),
        lambda claims: claims.update(nonce="of-another-try"),
        lambda claims: claims.pop("nonce"),
        lambda claims: claims.update(exp=int(time.time()) - 120),
        lambda claims: claims.pop("exp"),
        lambda claims: claims.update(iat=int(time.time()) + 900),
        lambda claims: claims.update(sub=""),
        lambda claims: claims.pop("sub"),
    ],
)
def test_a_token_for_another_time_place_or_client_opens_nothing(
    joined: Site, issuer: SmallIssuer, change: Change
) -> None:
    issuer.change = change  # type: ignore[assignment]
    client = _browser(joined)
    assert _way(client, issuer) == "/#sign-on-failed"
    assert _me(client) == 401


def test_a_signature_of_none_or_of_anybody_opens_nothing(
    joined: Site, issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = SmallIssuer()
    forged = (
        unsigned,
        by_public_key(issuer),
        stranger.seal,  # the right name of a key, and another key
        lambda claims: issuer_seal(claims)[:-6] + "AAAAAA",
        lambda claims: "",
    )
    issuer_seal = issuer.seal
    for seal in forged:
        monkeypatch.setattr(issuer, "seal", seal)
        client = _browser(joined)
        assert _way(client, issuer) == "/#sign-on-failed", seal
        assert _me(client) == 401


def test_an_answer_is_good_once_in_its_own_browser_and_for_a_while(
    joined: Site, issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = _browser(joined), _browser(joined)
    back = urlsplit(issuer.authorize(_begin(one)))
    path = f"{back.path}?{back.query}"
    assert other.get(path).headers["location"] == "/#sign-on-late"  # a victim led to it
    assert one.get(path).headers["location"] == "/"
    assert one.get(path).headers["location"] == "/#sign-on-late"  # replayed
    wrong = urlsplit(issuer.authorize(_begin(other))).query.replace("state=", "state=x")
    assert other.get(f"{WAY}/return?{wrong}").headers["location"] == "/#sign-on-late"
    late = urlsplit(issuer.authorize(_begin(other)))
    clock = joined.tries.clock
    monkeypatch.setattr(joined.tries, "clock", lambda: clock() + PATIENCE + 1)
    assert other.get(f"{late.path}?{late.query}").headers["location"] == "/#sign-on-late"
    monkeypatch.setattr(joined.tries, "clock", clock)
    for more in ("&error=access_denied", "&iss=https://evil.example"):
        mixed = urlsplit(issuer.authorize(_begin(other)))
        assert other.get(f"{mixed.path}?{mixed.query}{more}").headers["location"].endswith("failed")
    assert _me(other) == 401


def test_whom_nobody_enrolled_is_told_how(
    joined: Site, issuer: SmallIssuer, clients: dict[str, Client]
) -> None:
    issuer.subject = "officer/0816 &"
    client = _browser(joined)
    assert _way(client, issuer) == "/#sign-on-unknown-officer%2F0816%20%26"
    assert _me(client) == 401
    admin = clients["admin"]
    put = admin.put("/api/v1/people/viewer", json={"identity": issuer.subject})
    assert put.status_code == 204
    taken = admin.put("/api/v1/people/auditor", json={"identity": issuer.subject})
    assert taken.status_code == 409
    assert _way(client, issuer) == "/"
    assert client.get("/api/v1/me").json()["name"] == "viewer"
    admin.put("/api/v1/people/viewer", json={"closed": True})
    assert _way(client, issuer).startswith("/#sign-on-unknown")
    assert admin.put("/api/v1/people/auditor", json={"identity": issuer.subject}).status_code == 409
    admin.put("/api/v1/people/viewer", json={"closed": False, "identity": ""})
    assert _way(client, issuer).startswith("/#sign-on-unknown")
    assert issuer.subject not in str(admin.get("/api/v1/people/events").json())


def test_an_approval_needs_a_proof_that_the_issuer_asked_for(
    joined: Site, issuer: SmallIssuer, clients: dict[str, Client]
) -> None:
    path = "/api/v1/cases/zheng"
    asker = sign_in(joined, "investigator")
    ref = asker.get(f"{path}/findings?limit=1").json()["items"][0]["subject"]["ref"]
    wish = {"subjects": [ref], "purpose": "identify", "reason": "核对身份,见第四号笔录"}
    made = asker.post(f"{path}/reveals", json={**wish, "basis": "立案决定书", "minutes": 5})
    answer, yes = f"{path}/reveals/{made.json()['id']}/answer", {"granted": True}
    long_ago = int(time.time()) - 3600
    client = _browser(joined)
    issuer.change = lambda claims: claims.update(auth_time=long_ago)
    assert _way(client, issuer) == "/"
    assert client.post(answer, json=yes).status_code == 401  # signed in an hour ago, over there
    issuer.change = lambda claims: claims.pop("auth_time")
    assert _way(client, issuer) == "/"
    assert client.post(answer, json=yes).status_code == 401
    asked = _begin(client, fresh=True)
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    issuer.change = lambda claims: claims.update(auth_time=long_ago)
    assert _way(client, issuer, fresh=True) == "/#sign-on-failed"
    issuer.change = lambda claims: None
    assert _way(client, issuer, fresh=True) == "/"
    assert client.post(answer, json=yes).status_code == 204


def test_new_keys_of_the_issuer_are_read_but_not_at_every_forgery(
    joined: Site, issuer: SmallIssuer
) -> None:
    client = _browser(joined)
    assert _way(client, issuer) == "/"
    issuer.keys.append(SmallIssuer().keys[0].__class__.generate_key(2048, {"kid": "two"}))
    for _ in range(3):
        assert _way(client, issuer) == "/#sign-on-failed"
    assert issuer.asked.count("/keys") == 1
    clock = joined.sign_on.clock  # type: ignore[union-attr]
    joined.sign_on.clock = lambda: clock() + KEYS_REST + 1  # type: ignore[union-attr]
    assert _way(client, issuer) == "/"
    assert issuer.asked.count("/keys") == 2


@pytest.mark.parametrize(
    ("name", "status"), [("https://evil.example", 502), ("", 204)], ids=["evil", "own"]
)
def test_an_issuer_that_calls_itself_otherwise_is_not_used(
    joined: Site, issuer: SmallIssuer, name: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.name = name
    caplog.set_level(logging.WARNING)
    client = _browser(joined)
    assert client.post(WAY, json={}).status_code == status
    assert ("evil" in caplog.text) == bool(name)


def test_where_none_is_set_up_there_is_none(office: Site) -> None:
    client = _browser(office)
    assert client.get(WAY).json() == {"there": False, "title": None}
    assert client.post(WAY, json={}).status_code == 404
    assert client.get(f"{WAY}/return?code=x&state=x").status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        'issuer = "http://sso.example"\nclient_id = "x"',  # no TLS
        'issuer = "https://sso.example"',
        'issuer = "https://sso.example"\nclient_id = "x"\nsecret = "y"',
        'issuer = "https://sso.example"\nclient_id = 3',
        "issuer =",
    ],
)
def test_a_wrong_file_is_told_before_anything_starts(tmp_path: Path, text: str) -> None:
    (tmp_path / "sign-on.toml").write_text(text)
    with pytest.raises(InputError):
        settings_of(tmp_path)


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("https://sso.example.gov/realm", True),
        ("http://127.0.0.1:8080/realm", True),
        ("http://[::1]:8080", True),
        ("http://sso.example.gov", False),
        ("http://127.0.0.1@sso.example.gov", False),
        ("http://127.0.0.1:80@sso.example.gov:80", False),
        ("https://", False),
        ("http://[::1", False),
    ],
)
def test_an_issuer_is_under_tls_or_on_this_machine(address: str, right: bool) -> None:
    assert secure(address) is right


def test_a_right_file_is_read(tmp_path: Path) -> None:
    assert issuer_of(tmp_path) is None
    (tmp_path / "sign-on.toml").write_text('issuer = "https://sso.example"\nclient_id = "x"\n')
    found = issuer_of(tmp_path)
    assert found is not None
    assert found.settings == SignOnSettings("https://sso.example", "x")


@pytest.mark.browser
def test_in_a_browser_the_strict_cookie_survives_the_way(joined: Site, issuer: SmallIssuer) -> None:
    from playwright.sync_api import expect

    with served(joined) as address, chromium() as browser:
        page = browser.new_context(locale="zh-CN").new_page()
        page.goto(address)
        page.get_by_role("button", name="统一身份认证").click()
        expect(page.locator(".ring-card")).to_be_visible()  # the supervisor's one case
        expect(page.locator(".top")).to_contain_text("supervisor")
        issuer.subject = "nobody-here"
        other = browser.new_context(locale="zh-CN").new_page()
        other.goto(address)
        other.get_by_role("button", name="统一身份认证").click()
        expect(other.get_by_role("alert")).to_contain_text("nobody-here")
        assert "nobody" not in other.url
