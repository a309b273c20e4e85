"""What the API answers on the example, and what it refuses."""

import hashlib
import re
from pathlib import Path

import pytest
from fastapi import APIRouter
from site_of import ALONE_HEADERS, Client, client_of

from suyuan.detect.cards import card_of
from suyuan.face.web import app as application
from suyuan.face.web.evidence import UNITS
from suyuan.face.web.site import Site
from suyuan.model.errors import ContractError
from suyuan.model.roles import ROLES

CASE = "/api/v1/cases/zheng"


def test_the_answer_comes_first(client: Client) -> None:
    home = client.get(CASE).json()
    assert (home["headline"]["linked"], home["headline"]["reports"]) == (33, 49)
    assert len(home["rings"]) == 1
    assert {one["kind"] for one in home["todo"]} == {"freeze", "leads", "statements", "warn"}
    assert all(one["text"]["en"] and one["text"]["zh"] for one in home["todo"])


def test_every_unit_of_a_signal_has_words_in_both_languages() -> None:
    cards = [card for role in ROLES if (card := card_of(role))]
    assert not {signal.unit for card in cards for signal in card.signals} - UNITS.keys()


def test_a_lead_goes_down_to_the_line_of_the_file(
    client: Client, zheng_case: tuple[Path, Path]
) -> None:
    first = client.get(f"{CASE}/findings?role=card_merchant").json()["items"][0]
    lead = client.get(f"{CASE}/findings/{first['id']}").json()
    assert lead["rivals"]["zh"]
    assert lead["signals"][0]["weight"] == max(one["weight"] for one in lead["signals"])
    cited = next(one for one in lead["rows"] if one["place"].startswith("vouchers.csv:"))
    row = client.get(f"{CASE}/rows/{cited['table']}/{cited['row_id']}?around=3").json()
    number = int(cited["place"].partition(":")[2])
    assert [one["line"] for one in row["lines"]] == list(range(number - 3, number + 4))
    assert [one["line"] for one in row["lines"] if one["wanted"]] == [number]
    content = (zheng_case[0] / "vouchers.csv").read_bytes()
    assert row["sha256_now"] == hashlib.sha256(content).hexdigest()
    assert row["unchanged"]
    (zheng_case[0] / "vouchers.csv").write_bytes(content + b"\n")
    try:
        again = client.get(f"{CASE}/rows/{cited['table']}/{cited['row_id']}").json()
        assert not again["unchanged"]
    finally:
        (zheng_case[0] / "vouchers.csv").write_bytes(content)


def test_pages_hold_every_lead_once(client: Client) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{CASE}/findings?limit=200&cursor={cursor}").json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == page["total"]


def test_who_is_taken_out_or_put_away_moves_nobody_else(client: Client) -> None:
    plain = client.get(f"{CASE}/plan").json()
    hidden = plain["hidden"][0]["subjects"][0]["ref"]
    drawn = next(one for one in plain["boxes"] if one["role"] == "mule_account")["refs"][0]
    other = client.get(f"{CASE}/plan?unfold={hidden}&fold={drawn}").json()
    assert other["hidden_total"] == plain["hidden_total"]

    def places(plan: dict) -> dict:
        return {
            tuple(one["refs"]): (one["x"], one["y"])
            for one in plan["boxes"]
            if one["kind"] in {"person", "ring"}
        }

    before, after = places(plain), places(other)
    assert set(after) - set(before) == {(hidden,)}
    assert set(before) - set(after) == {(drawn,)}
    assert all(after[who] == at for who, at in before.items() if who in after)


def test_a_decision_is_a_new_row_and_is_taken_back_by_another(client: Client) -> None:
    first = client.get(f"{CASE}/findings").json()["items"][0]["id"]

    def say(kind: str, reason: str) -> int:
        given = {"kind": kind, "findings": [first], "reason": reason}
        return client.post(f"{CASE}/decisions", json=given).status_code

    assert say("confirm", "   ") == 422
    assert say("confirm", "已核对流水") == 201
    assert client.get(f"{CASE}/findings/{first}").json()["state"] == "confirmed"
    assert client.get(CASE).json()["unheard"] == 1
    assert say("undo", "看错") == 201
    assert client.get(f"{CASE}/findings/{first}").json()["state"] == "open"
    assert say("undo", "again") == 409
    assert [one["kind"] for one in client.get(f"{CASE}/findings/{first}").json()["history"]] == [
        "confirm",
        "undo",
    ]


def _decision_line(id_: str, at: str, kind: str, subject: str, role: str = "") -> str:
    return f"{id_},{at},李,{kind},{subject},{role},看过\n"


def test_decisions_count_from_every_file_and_in_the_order_of_their_times(
    client: Client, site: Site, zheng_case: tuple[Path, Path]
) -> None:
    """As the run hears them: a file as Chinese spreadsheets write it, and one beside the first."""
    case, lead = zheng_case[0], client.get(f"{CASE}/findings").json()["items"][0]
    desk = site.desks["zheng"]
    with desk.source() as source:
        own = desk.finding_id(lead["id"])
        row = source.where("findings", "finding_id", [own]).to_pylist()[0]
    head = "decision_id,at,by,kind,subject,role,reason\n"
    late = _decision_line("d2", "2026-02-01T09:00:00Z", "reject", row["subject"])
    early = _decision_line("d1", "2026-01-01T09:00:00Z", "confirm", row["subject"], row["role"])
    beside = case / "decisions-2.csv"
    try:
        beside.write_bytes((head + late).encode("gb18030"))
        assert client.get(f"{CASE}/findings/{lead['id']}").json()["state"] == "rejected"
        (case / "decisions.csv").write_bytes((head + early).encode("gb18030"))
        got = client.get(f"{CASE}/findings/{lead['id']}").json()
        assert got["state"] == "rejected"
        assert [(said["id"], said["by"]) for said in got["history"]] == [("d1", "李"), ("d2", "李")]
        assert client.get(CASE).json()["unheard"] == 2
        given = {"kind": "undo", "findings": [lead["id"]], "reason": "看错"}
        assert client.post(f"{CASE}/decisions", json=given).status_code == 201
        assert client.get(f"{CASE}/findings/{lead['id']}").json()["state"] == "confirmed"
    finally:
        beside.unlink(missing_ok=True)


def test_a_link_opens_one_session(site: Site) -> None:
    link = site.sessions.one_time_link()
    with client_of(site) as client:
        tries = [
            client.post("/api/v1/session", json={"link": link}, headers=ALONE_HEADERS)
            for _ in range(2)
        ]
        assert [one.status_code for one in tries] == [204, 401]
        cookie = tries[0].headers["set-cookie"]
        assert cookie.startswith("__Host-s=")
        for flag in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"):
            assert flag in cookie
        assert client.get(CASE).status_code == 200
        assert client.delete("/api/v1/session", headers=ALONE_HEADERS).status_code == 204
        client.cookies.set("__Host-s", cookie.partition("=")[2].partition(";")[0])
        assert client.get(CASE).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 400),
        ({"host": "127.0.0.1.evil.example"}, 400),
        ({"x-suyuan": ""}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "text/plain"}, 415),
    ],
)
def test_only_our_own_pages_write(client: Client, headers: dict[str, str], status: int) -> None:
    asked = client.post(f"{CASE}/search", json={"text": "a"}, headers=headers)
    assert asked.status_code == status
    assert asked.headers["content-type"] == "application/problem+json"
    assert asked.json()["title_zh"]


def test_every_answer_carries_the_headers(client: Client) -> None:
    for path in ("/", CASE, "/api/v1/none", "/static/none.js", f"{CASE}/findings?limit=0"):
        answer = client.get(path)
        assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_route_without_a_rule_does_not_start(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()
    router.add_api_route("/open", lambda: None, methods=["GET"])
    monkeypatch.setattr(application, "ROUTERS", (*application.ROUTERS, router))
    with pytest.raises(ContractError):
        application.build(site)


def test_the_cli_loads_no_web_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys, suyuan.face.cli; print([m for m in ('fastapi','uvicorn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_addresses_and_errors_name_nobody(client: Client) -> None:
    first = client.get(f"{CASE}/findings").json()["items"][0]
    assert re.fullmatch(r"[a-z_]+~[a-z2-7]{16}", first["subject"]["ref"])
    wrong = client.post(f"{CASE}/search", json={"text": "6" * 200})
    assert wrong.status_code == 422
    assert "6666" not in wrong.text
