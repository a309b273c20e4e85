"""What the ledger tells people in words; what keeps a session alive; what never leaves."""

import re
from pathlib import Path

import pytest
from site_of import Client

from suyuan.face.web import event_words
from suyuan.face.web.app import api_routes, build
from suyuan.face.web.permissions import rule_of
from suyuan.face.web.sessions import IDLE
from suyuan.face.web.site import Site

SOURCE = Path(event_words.__file__).parent


def test_every_event_has_words_in_both_languages(site: Site) -> None:
    rules = [rule_of(route.endpoint) for route in api_routes(build(site))]
    kinds = {rule.event for rule in rules if rule and rule.event}
    for path in SOURCE.rglob("*.py"):
        kinds |= set(re.findall(r'record\(\s*"([a-z.]+)"', path.read_text("utf-8")))
    assert kinds <= set(event_words.EVENTS)
    assert len(kinds) > 30
    for text in event_words.EVENTS.values():
        assert text.en.isascii()
        assert re.search("[\u3400-\u9fff]", text.zh)


def test_a_page_left_open_keeps_no_session_alive(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = site.sessions.by_link(site.sessions.one_time_link(), "somebody")
    clock = site.sessions.clock
    for minutes in (10, 20, 29):
        monkeypatch.setattr(site.sessions, "clock", lambda m=minutes: clock() + m * 60)
        assert site.sessions.of(cookie, by_hand=False) is not None
    monkeypatch.setattr(site.sessions, "clock", lambda: clock() + IDLE + 1)
    assert site.sessions.of(cookie, by_hand=False) is None


def test_signs_that_hide_leave_in_no_answer(client: Client) -> None:
    client.put(
        "/api/v1/cases/zheng/things/board/a-board",
        json={"address": "/c/zheng/chain?\u202exfdp\u200b"},
        headers={"if-match": "0"},
    )
    answer = client.get("/api/v1/cases/zheng/things/board")
    assert "\ufffdxfdp\ufffd" in answer.json()["items"][0]["address"]
    assert not re.search("[\u200b\u202e]", answer.text)
