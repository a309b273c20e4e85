"""What several people do in one case: leads given out, news, duties, why somebody is not here."""

import threading

import pytest
from site_of import Client

from suyuan.face.web.news import LeadMark, compare
from suyuan.face.web.site import Site

CASE = "/api/v1/cases/zheng"


def test_two_who_ask_at_once_get_two_leads(clients: dict[str, Client]) -> None:
    taken: list[str] = []

    def ask(name: str) -> None:
        answer = clients[name].post(f"{CASE}/leads/next", json={"role": "card_merchant"})
        taken.append(answer.json()["id"])

    threads = [threading.Thread(target=ask, args=(n,)) for n in ("investigator", "supervisor")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(taken)) == 2
    mine = clients["investigator"].get(f"{CASE}/findings?assignee=me").json()["items"]
    assert [one["assignee"] for one in mine] == ["investigator"]
    nobody = clients["viewer"].get(f"{CASE}/findings?assignee=none&limit=500").json()["items"]
    assert not {one["id"] for one in nobody} & set(taken)
    people = clients["viewer"].get(f"{CASE}/colleagues").json()
    assert {one["name"]: one["open"] for one in people["items"]} == {
        "investigator": 1,
        "supervisor": 1,
    }


def test_a_lead_goes_to_who_may_decide_and_back(clients: dict[str, Client]) -> None:
    client = clients["supervisor"]
    first = client.get(f"{CASE}/findings?role=middleman").json()["items"][0]["id"]
    lead = client.get(f"{CASE}/findings/{first}").json()
    path = f"{CASE}/things/lead/{lead['key']}"

    def give(person: str, upon: int) -> int:
        head = {"if-match": str(upon)}
        return client.put(path, json={"person": person}, headers=head).status_code

    assert give("viewer", 0) == 422
    assert give("investigator", 0) == 200
    assert give("supervisor", 0) == 412
    assert client.get(f"{CASE}/findings/{first}").json()["assignee"] == "investigator"
    assert give("", 1) == 200
    assert client.get(f"{CASE}/findings/{first}").json()["assignee"] == ""
    assert client.get(path).json()["total"] == 2  # undone by a new version, none is lost


def test_news_are_what_differs_from_the_last_look() -> None:
    def at(name: str, score: float, decided: bool = True) -> LeadMark:
        return LeadMark("middleman", name, name, score, decided, "R")

    before = {
        one.name: one for one in (at("a", 0.9), at("b", 0.8), at("c", 0.7), at("d", 0.2, False))
    }
    news = compare(before, [at("a", 0.905), at("b", 0.6), at("d", 0.6), at("e", 0.9)])
    assert [one.reference for one in news.came] == ["e"]
    assert [one.reference for one in news.went] == ["c"]
    assert [(a.reference, a.score, b.score) for a, b in news.shifts] == [
        ("d", 0.2, 0.6),
        ("b", 0.8, 0.6),
    ]


def test_each_person_has_their_own_last_look(office: Site, clients: dict[str, Client]) -> None:
    client = clients["investigator"]
    assert client.get(f"{CASE}/news").json()["came_total"] == 0
    assert clients["viewer"].get(f"{CASE}/news").json()["came_total"] == 0
    office.state.write(
        lambda file: file.execute(
            "UPDATE look SET body = ?, generation = 'old' WHERE person = 'investigator'",
            (__import__("zlib").compress(b"[]"),),
        )
    )
    news = client.get(f"{CASE}/news").json()
    over = client.get(f"{CASE}/findings").json()["over_threshold"]
    assert news["came_total"] == over
    assert not news["same_results"]
    assert news["came"][0]["id"]
    assert clients["viewer"].get(f"{CASE}/news").json()["came_total"] == 0
    assert client.post(f"{CASE}/news/look", json={}).status_code == 204
    assert client.get(f"{CASE}/news").json()["came_total"] == 0


def test_a_draft_becomes_a_duty_that_a_bank_answers(
    office: Site, clients: dict[str, Client]
) -> None:
    one, two = clients["investigator"], clients["supervisor"]
    drawn = one.post(f"{CASE}/duties/drafts", json={}).json()
    assert drawn["new"] > 50
    assert one.post(f"{CASE}/duties/drafts", json={}).json()["new"] == 0
    page = one.get(f"{CASE}/duties").json()
    draft = next(d for d in page["drafts"] if d["saves"])
    saved = [float(d["saves"]) for d in page["drafts"] if d["saves"]]
    assert saved == sorted(saved, reverse=True)
    given = {"drafts": [draft["id"]], "reason": "资金仍在"}
    assert clients["viewer"].post(f"{CASE}/duties/confirmations", json=given).status_code == 403
    assert one.post(f"{CASE}/duties/confirmations", json=given).json() == {"matters": 1}
    matter = one.get(f"{CASE}/duties").json()["matters"][0]["matter"]
    path = f"{CASE}/matters/{matter}"
    act = {"act": "instruct", "fields": {"amount_fen": "1.00"}}
    assert two.post(f"{path}/acts", json=act).json()["proposed"]
    number = two.get(path).json()["proposals"][0]["number"]
    refused = two.post(f"{path}/approvals", json={"proposal": number})
    assert refused.status_code == 409  # a second person is asked for
    assert refused.json()["title_zh"]
    office.sessions.enrol("third", "a-long-enough-secret")
    from people_of import sign_in

    from suyuan.face.web.appointments import appoint
    from suyuan.face.web.permissions import CasePost

    appoint(office, "third", "zheng", [CasePost.supervisor])
    three = sign_in(office, "third")
    assert three.post(f"{path}/approvals", json={"proposal": number}).status_code == 201
    duty = one.get(f"{CASE}/duties").json()["duties"][0]
    assert duty["due"]
    assert duty["party"] == draft["party"]
    office.sessions.enrol("clerk", "a-long-enough-secret")
    clerk = sign_in(office, "clerk")
    assert clerk.get("/api/v1/duties").json()["parties"] == []
    assert clerk.get(f"/api/v1/matters/{matter}").status_code == 404
    office.office.appoint("clerk", "bank", f"party:{draft['party']}")
    owed = clerk.get("/api/v1/duties").json()
    assert owed["total"] == 1
    assert owed["items"][0]["about"]["zh"].startswith("资金账户 ")
    shown = clerk.get(f"/api/v1/matters/{matter}").json()
    assert "*" not in shown["about_whom"]  # it cannot stop an account that it may not see
    differing = {"act": "stop", "fields": {"matching": False}}
    assert clerk.post(f"/api/v1/matters/{matter}/acts", json=differing).status_code == 409
    stop = {"act": "stop", "fields": {"matching": True, "held_fen": "1.00"}}
    assert clerk.post(f"/api/v1/matters/{matter}/acts", json=stop).status_code == 201
    assert clerk.get(CASE).status_code == 404
    states = {one["state"] for one in three.get(path).json()["duties"]}
    assert "done" in states


@pytest.mark.parametrize("name", ["stranger", "admin"])
def test_a_matter_of_a_case_is_not_for_others(
    office: Site, clients: dict[str, Client], name: str
) -> None:
    matter = office.office.office.ledger.read("SELECT id FROM matter")[0][0]
    assert clients[name].get(f"{CASE}/matters/{matter}").status_code in {403, 404}
    assert clients[name].get(f"/api/v1/matters/{matter}").status_code == 404


def test_why_somebody_is_not_here(clients: dict[str, Client]) -> None:
    client = clients["viewer"]
    plan = client.get(f"{CASE}/plan").json()
    hidden = plan["hidden"][0]["subjects"][0]["ref"]
    found = client.post(f"{CASE}/why", json={"ref": hidden}).json()["items"][0]["reasons"]
    assert "folded" in {one["kind"] for one in found}
    known = client.get(f"{CASE}/hubs").json()["items"][0]["subject"]["ref"]
    hub = client.post(f"{CASE}/why", json={"ref": known}).json()
    assert "hub" in {one["kind"] for one in hub["items"][0]["reasons"]}
    assert client.post(f"{CASE}/why", json={"text": "1380"}).json()["total"] == 0
    assert client.post(f"{CASE}/why", json={"text": "no such thing"}).json()["items"] == []
    below = client.get(f"{CASE}/findings?limit=500").json()["items"]
    low = next(one for one in below if not one["decided"])["subject"]["ref"]
    reasons = client.post(f"{CASE}/why", json={"ref": low}).json()["items"][0]["reasons"]
    assert "below" in {one["kind"] for one in reasons}


def test_the_wide_view_draws_everybody_of_the_chain(clients: dict[str, Client]) -> None:
    client = clients["viewer"]
    plan, wide = client.get(f"{CASE}/plan").json(), client.get(f"{CASE}/wide").json()
    drawn = {one[0] for one in wide["nodes"]}
    assert {one["ref"] for group in plan["hidden"] for one in group["subjects"]} <= drawn
    assert sum(one["count"] for one in wide["heads"]) == len(wide["nodes"]) - 1  # the ring itself
    assert {layer for _, _, layer, _ in wide["edges"]} >= {0, 1, 2}
    assert wide["edges"]
    assert wide["left_out"] == 0
    assert all(0 <= a < len(drawn) and 0 <= b < len(drawn) for a, b, _, _ in wide["edges"])
