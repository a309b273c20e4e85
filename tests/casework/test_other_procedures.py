"""Return of funds, rectification, the warning desk and others, on both databases."""

import pytest

from office_people import Desk, begin, beijing
from suyuan.casework.allotment import shares
from suyuan.casework.checks import RefusedError
from suyuan.casework.explain import duty_lines, possible, why
from suyuan.casework.office import Office
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.state import matter_state
from suyuan.store.ledger import verify


def money_back(office: Office, *, traceable: bool = False) -> Desk:
    desk = begin(
        office,
        "return-of-funds",
        "bank_account:6222",
        "2019-10-01T09:00",
        "police",
        frozen_fen=6_200_000,
        traceable=traceable,
    )
    for who, loss in (("A", 5_000_000), ("B", 3_000_000), ("C", 2_000_000)):
        desk.do("2019-10-01T10:00", "claim", "victim", who=who, loss_fen=loss)
    return desk


def decided(desk: Desk, at: str) -> list[str]:
    return desk.do(at, "decide", "police").body["shares"]


def test_a_return_in_proportion_with_a_victim_on_day_29(office: Office) -> None:
    desk = money_back(office)
    assert decided(desk, "2019-10-02T09:00") == ["A=3100000", "B=1860000", "C=1240000"]
    desk.do("2019-10-03T09:00", "announce", "police")
    with pytest.raises(RefusedError, match="notice are not over"):
        desk.do("2019-11-01T09:00", "order", "police")
    desk.do("2019-11-01T10:00", "claim", "victim", who="D", loss_fen=1_111_111)
    with pytest.raises(RefusedError, match="decide anew"):
        desk.do("2019-11-02T09:30", "order", "police")
    again = decided(desk, "2019-11-02T10:00")
    assert again == ["A=2790000", "B=1674000", "C=1116000", "D=620000"]
    assert sum(int(share.split("=")[1]) for share in again) == 6_200_000
    desk.do("2019-11-02T11:00", "object", "holder", grounds="这是货款")
    with pytest.raises(RefusedError, match="objection is open"):
        desk.do("2019-11-03T12:00", "order", "police")
    desk.do("2019-11-03T13:00", "settle", "police", reason="无证据")
    desk.do("2019-11-04T09:00", "order", "police")
    [line] = [
        line for line in duty_lines(desk.state("2019-11-04T10:00")) if line.id.startswith("pay")
    ]
    assert line.due.moment == beijing("2019-11-07T23:59:59")
    office.tick(beijing("2019-11-10T09:00"))
    assert [e.at for e in office.ledger.events(desk.matter) if e.kind == "escalate"] == [
        beijing("2019-11-07T23:59:59")
    ]
    desk.do("2019-11-11T09:00", "pay", "bank", receipts=["r1"])
    with pytest.raises(RefusedError, match="Paid already"):
        desk.do("2019-11-11T09:01", "pay", "bank", receipts=["r2"])
    assert matter_state(desk.state("2019-11-11T09:01")) == "paid"


def test_shares_to_the_fen() -> None:
    assert shares(6_200_000, {"A": 5_000_000, "B": 3_000_000, "C": 2_000_000, "D": 1_111_111}) == {
        "A": 2_790_000,
        "B": 1_674_000,
        "C": 1_116_000,
        "D": 620_000,
    }
    assert shares(10, {"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 1}  # no more than the loss
    assert shares(100, {"a": 70, "b": 70, "c": 70}) == {"a": 34, "b": 33, "c": 33}


def test_credits_that_can_be_told_apart_need_no_notice(office: Office) -> None:
    desk = money_back(office, traceable=True)
    decided(desk, "2019-10-02T09:00")
    desk.do("2019-10-02T10:00", "order", "police")
    assert matter_state(desk.state("2019-10-02T10:00")) == "ordered"


def test_the_same_claim_again_is_one_claim(office: Office) -> None:
    desk = money_back(office)
    desk.do("2019-10-01T11:00", "claim", "victim", who="A", loss_fen=5_000_000)
    assert desk.state("2019-10-01T11:00").count(("claim",)) == 3


def notified(office: Office, n: int) -> Desk:
    desk = begin(
        office,
        "rectify",
        f"operator:{n}",
        "2020-05-11T09:00",
        "regulator",
        key=str(n),
        rule="sim-segment",
        breaches=3,
    )
    desk.do("2020-05-11T10:00", "notify", "regulator", remedy="可向本机关提出异议")
    desk.do("2020-05-12T09:00", "delivered", "regulator")
    return desk


def test_twenty_one_resellers_and_one_wrongly_named(office: Office) -> None:
    desks = [notified(office, n) for n in range(22)]
    innocent, *rest = desks
    for desk in rest[:12]:
        desk.do("2020-05-13T08:00", "acknowledge", "org")
    innocent.do("2020-05-12T10:00", "restrict", "regulator", reason="批量开卡")
    innocent.do("2020-05-13T08:30", "object", "org", grounds="号段不是我们的")
    innocent.do("2020-05-15T09:00", "uphold", "regulator", reason="号段归属有误")
    innocent.do("2020-05-15T10:00", "lift", "regulator")
    innocent.do("2020-05-15T11:00", "close", "regulator")
    for desk in rest[:12]:
        mended(desk)
    office.tick(beijing("2020-05-28T00:00"))
    late = [e for e in office.ledger.events() if e.kind == "overdue"]
    assert {e.at for e in late} == {beijing("2020-05-26T23:59:59")}
    assert {e.chain for e in late} == {desk.matter for desk in rest[12:]}
    for desk in rest[12:]:
        desk.do("2020-05-29T09:00", "refer", "regulator", to="通信管理局")
    states = sorted(matter_state(desk.state("2020-06-01T00:00")) for desk in desks)
    assert states == ["cleared"] + ["closed"] * 12 + ["referred"] * 9
    assert not innocent.state("2020-05-15T12:00").active("restriction", beijing("2020-05-15T12:00"))
    # Those that never acknowledged are listed.
    assert len([e for e in office.ledger.events() if e.kind == "silent"]) == 9
    with pytest.raises(RefusedError, match="no ground to refer"):
        rest[0].do("2020-06-01T00:00", "refer", "regulator", to="x")
    assert verify(office.ledger).whole


def mended(desk: Desk) -> None:
    desk.do(
        "2020-05-20T09:00",
        "report_fix",
        "org",
        documents=["d"],
    )
    desk.do("2020-05-22T09:00", "reaudit", "regulator", broken=0)
    desk.do("2020-05-22T10:00", "close", "regulator")


def test_each_account_of_a_platform_is_mended_by_itself(office: Office) -> None:
    items = [f"account:qq:{n}" for n in range(144)]
    desk = begin(
        office,
        "rectify",
        "platform:qq",
        "2020-05-11T09:00",
        "regulator",
        rule="sim-quota",
        items=items,
    )
    desk.do("2020-05-11T10:00", "notify", "regulator", remedy="可提出异议")
    desk.do("2020-05-12T09:00", "delivered", "regulator")
    desk.do("2020-05-14T09:00", "report_fix", "org", documents=["d"], items=items[:100])
    now = beijing("2020-05-14T10:00")
    state = desk.state("2020-05-14T10:00")
    assert (state.items_in("mended"), state.items_in("open")) == (100, 44)
    assert state.duty_open("fix")
    with pytest.raises(RefusedError, match="Not among its items"):
        desk.do("2020-05-14T11:00", "report_fix", "org", documents=["d"], items=["account:qq:999"])
    desk.do("2020-05-15T09:00", "report_fix", "org", documents=["d"], items=items[100:])
    state = desk.state("2020-05-15T10:00")
    assert not state.duty_open("fix")
    assert state.duty_open("reaudit")
    assert desk.office.state(desk.matter, now).items_in("mended") == 100


def warned(office: Office, grade: str = "high") -> Desk:
    return begin(
        office,
        "warning-desk",
        "person:v",
        "2023-03-01T10:00",
        "desk",
        grade=grade,
        parties={"police": "party:suqian", "bank": "party:icbc"},
    )


def test_who_cannot_be_reached_is_visited(office: Office) -> None:
    desk = warned(office)
    desk.do("2023-03-01T10:05", "call", "desk", result="unreachable")
    with pytest.raises(RefusedError, match="reached the person"):
        desk.do("2023-03-01T10:06", "close", "desk")
    office.tick(beijing("2023-03-01T11:00"))
    [handed] = [e for e in office.ledger.events(desk.matter) if e.kind == "to_station"]
    assert handed.at == beijing("2023-03-01T10:30")
    desk.do("2023-03-01T11:30", "visit", "station", result="dissuaded")
    desk.do("2023-03-01T11:40", "close", "desk")
    assert matter_state(desk.state("2023-03-01T12:00")) == "closed"


def test_who_has_paid_opens_a_stop_payment(office: Office) -> None:
    desk = warned(office)
    desk.do("2023-03-01T10:05", "call", "desk", result="already_paid")
    [stop] = [
        line for line in duty_lines(desk.state("2023-03-01T10:05")) if line.id.startswith("stop")
    ]
    assert stop.due.moment == beijing("2023-03-01T10:35")
    desk.do(
        "2023-03-01T10:10",
        "paid",
        "desk",
        account="6222",
        account_subject="bank_account:6222",
        amount_fen="49950.00",
    )
    [(matter, subject)] = office.ledger.read(
        "SELECT id, subject FROM matter WHERE procedure = 'stop-payment'"
    )
    assert subject == "bank_account:6222"
    state = office.state(matter, beijing("2023-03-01T10:10"))
    assert (state.scope["claim_fen"], state.parties["bank"]) == (4_995_000, "party:icbc")
    Desk(office, matter).do("2023-03-01T10:20", "instruct", "police", amount_fen=4_995_000)
    assert all(rebuild(office).values())


def test_a_low_grade_is_a_message(office: Office) -> None:
    desk = warned(office, "low")
    assert [line.id.split("#")[0] for line in duty_lines(desk.state("2023-03-01T10:00"))] == ["sms"]
    desk.do("2023-03-01T12:00", "sms", "desk")
    desk.do("2023-03-01T12:00", "close", "desk")


def test_why_and_what_now_and_why_not(office: Office) -> None:
    desk = warned(office)
    state = desk.state("2023-03-01T10:00")
    assert why(state).zh.startswith("待劝阻")
    acts = {p.act: p for p in possible(office, state, office.posts("person:desk-1"))}
    assert acts["call"].reasons == ()
    assert [r.en for r in acts["visit"].reasons] == ["This is for: police station."]
    assert [r.en for r in acts["close"].reasons] == ["Nobody has reached the person yet."]
    assert "to_station" not in acts


def test_a_leak_is_closed_when_no_decoy_is_used_any_more(office: Office) -> None:
    desk = begin(office, "leak-repair", "software:erp", "2020-05-11T09:00", "police", records=500)
    desk.do("2020-05-11T10:00", "notify", "police", remedy="可提出异议")
    desk.do("2020-05-13T10:00", "tell_people", "org", people=500)
    desk.do("2020-05-14T10:00", "repair", "org", documents=["d"])
    desk.do("2020-05-20T10:00", "reaudit", "police", decoys=20, leaked=1)
    with pytest.raises(RefusedError, match="leaks still"):
        desk.do("2020-05-20T11:00", "close", "police")
    desk.do("2020-05-25T10:00", "reaudit", "police", decoys=20, leaked=0)
    desk.do("2020-05-25T11:00", "close", "police")


def test_a_call_is_walked_back_hop_by_hop(office: Office) -> None:
    desk = begin(office, "traceback", "phone:170", "2020-05-11T09:00", "police", call="c1")
    desk.do("2020-05-11T10:00", "ask", "police", carrier_asked="A")
    with pytest.raises(RefusedError, match="still to answer"):
        desk.do("2020-05-11T10:05", "ask", "police", carrier_asked="B")
    desk.do("2020-05-11T20:00", "answer", "police", came_from="B")
    desk.do("2020-05-12T09:00", "ask", "police", carrier_asked="B")
    office.tick(beijing("2020-05-14T09:00"))
    [silent] = [e for e in office.ledger.events(desk.matter) if e.kind == "silent"]
    assert silent.at == beijing("2020-05-13T09:00")
    assert matter_state(desk.state("2020-05-14T09:00")) == "silent"
