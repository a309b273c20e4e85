"""From the results of an investigation to drafts, to matters, and back to the investigation."""

from datetime import datetime
from decimal import Decimal

import pytest

from office_people import Desk, beijing
from suyuan.casework.arising import drafts, load_arising
from suyuan.casework.checks import Post, RefusedError
from suyuan.casework.drafting import (
    confirm,
    draft_changes,
    draft_lines,
    drop,
    record,
    withdraw_missing,
)
from suyuan.casework.institutions import institutions
from suyuan.casework.office import Office
from suyuan.casework.outcomes import decisions, measures
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.scorecards import scores
from suyuan.model.errors import InputError
from suyuan.store.case import Results

NOW = beijing("2019-06-07T09:00")


def row(account: str, bank: str | None, amount: str, saved: str) -> dict:
    return {
        "account": f"bank_account:{account}",
        "institution": bank,
        "amount": Decimal(amount),
        "saved": Decimal(saved),
        "since": datetime(2019, 5, 30),
        "because_en": f"{amount} lies there",
        "because_zh": f"{amount}在此",
    }


ROWS = [
    row("1", "工商银行", "10.00", "1.00"),
    row("2", None, "20.00", "5.00"),
    row("6222021", None, "30.00", "3.00"),
    row("4", "工商银行", "0.00", "0.00"),
]


def drawn(office: Office, rows: list[dict], now: datetime = NOW):
    spec = load_arising()["stop-payment"]
    return record(office, drafts(spec, rows, institutions(), now, "zheng"), "zheng", now)


def test_drafts_come_in_the_order_of_what_a_call_now_saves(office: Office) -> None:
    assert drawn(office, ROWS).new == 3
    lines = draft_lines(office)
    assert [(line.subject[13:], line.party) for line in lines] == [
        ("2", None),
        ("6222021", "party:工商银行"),
        ("1", "party:工商银行"),
    ]
    assert lines[1].body["party_found_by"] == "card_prefix"


def test_the_next_run_makes_no_second_draft_and_shows_what_changed(office: Office) -> None:
    drawn(office, ROWS)
    again = drawn(office, ROWS)
    assert (again.new, again.changed, again.same) == (0, 0, 3)
    changed = drawn(office, [row("1", "工商银行", "99.00", "9.00"), *ROWS[1:]])
    assert (changed.new, changed.changed, changed.same) == (0, 1, 2)
    assert [line.changes for line in draft_lines(office)] == [1, 0, 0]
    assert len(list(office.ledger.events())) == len(list(office.ledger.events("posts"))) + 4


def test_whose_card_it_is_the_clearing_house_says(office: Office) -> None:
    """A statement can be asked for through it; money cannot be stopped there."""
    moments = {"from": datetime(2019, 5, 1), "to": datetime(2019, 6, 1)}
    rows = [row(number, None, "5.00", "0.00") | moments for number in ("9999", "6222021")]
    spec = load_arising()["statement"]
    found = {
        d.subject: (d.party, d.party_found_by) for d in drafts(spec, rows, institutions(), NOW, "z")
    }
    assert found["bank_account:9999"] == ("party:clearing", "clearing_house")
    assert found["bank_account:6222021"] == ("party:工商银行", "card_prefix")
    [stop] = drafts(load_arising()["stop-payment"], rows[:1], institutions(), NOW, "z")
    assert (stop.party, stop.party_found_by) == (None, "unknown")


def test_a_draft_says_what_changed_and_comes_back(office: Office) -> None:
    drawn(office, ROWS)
    spec = load_arising()["stop-payment"]
    less = [row("1", "工商银行", "4.00", "0.50"), ROWS[1]]
    found = drafts(spec, less, institutions(), NOW, "zheng")
    assert record(office, found, "zheng", NOW).changed == 1
    assert withdraw_missing(office, "stop-payment", found, "zheng", NOW) == 1
    assert withdraw_missing(office, "rectify", [], "zheng", NOW) == 0
    by_subject = {line.subject[13:]: line for line in draft_lines(office, None)}
    assert by_subject["6222021"].state == "withdrawn"
    changes = draft_changes(office, by_subject["1"].id)
    assert ("claim_fen", "1000", "400") in [(c.name, c.was, c.now) for c in changes]
    assert draft_changes(office, by_subject["2"].id) == []
    assert drawn(office, ROWS).changed == 2
    assert {line.state for line in draft_lines(office, None)} == {"open"}
    assert all(rebuild(office).values())


def test_a_group_is_confirmed_with_one_reason(office: Office) -> None:
    drawn(office, ROWS)
    ids = [line.id for line in draft_lines(office)]
    with pytest.raises(InputError, match="No recipient"):
        confirm(office, ids, "person:police-1", "资金仍在", {"police": "party:suqian"}, NOW)
    begun = confirm(office, ids[1:], "person:police-1", "资金仍在", {"police": "party:suqian"}, NOW)
    assert begun == confirm(
        office, ids[1:], "person:police-1", "再次", {"police": "party:suqian"}, NOW
    )
    assert office.state(begun[1], NOW).scope["claim_fen"] == 1000
    assert [line.state for line in draft_lines(office, None)] == ["open", "confirmed", "confirmed"]
    drop(office, ids[0], "person:police-1", "已清空", NOW)
    assert drawn(office, ROWS).same == 3
    assert draft_lines(office) == []
    assert all(rebuild(office).values())


def test_an_appeal_upheld_rejects_the_finding_in_the_next_run(office: Office) -> None:
    drawn(office, ROWS)
    bank = Post("person:icbc", "bank", "party:工商银行", "", datetime(2004, 1, 1), None)
    office.grant(bank, "person:admin", NOW)
    third = Post("person:police-3", "police", "party:suqian", "", datetime(2004, 1, 1), None)
    office.grant(third, "person:admin", NOW)
    line = next(line for line in draft_lines(office) if line.subject == "bank_account:1")
    parties = {"police": "party:suqian", "holder": "party:holder"}
    [matter] = confirm(office, [line.id], "person:police-3", "资金仍在", parties, NOW)
    desk = Desk(office, matter)
    desk.do("2019-06-07T09:20", "instruct", "police", amount_fen="10.00")
    office.act(
        form(matter, "stop", matching=True, held_fen="10.00"),
        "person:icbc",
        beijing("2019-06-07T09:25"),
    )
    desk.do("2019-06-08T09:00", "appeal", "holder", grounds="我是卖家")
    desk.do("2019-06-08T10:00", "uphold", "police", reason="误止付")
    office.act(form(matter, "release"), "person:icbc", beijing("2019-06-08T10:30"))
    [decision] = decisions(office, "zheng")
    assert (decision["kind"], decision["subject"], decision["reason"]) == (
        "reject",
        "bank_account:1",
        "误止付",
    )
    assert decisions(office, "another case") == []
    [measure] = measures(office, "zheng", beijing("2019-06-09T00:00"))
    assert measures(office, "another case", beijing("2019-06-09T00:00")) == []
    assert (measure["amount"], measure["why"]) == ("10.00", "released")
    by_party = {score.party: score for score in scores(office)}
    assert (by_party["party:工商银行"].done, by_party["party:工商银行"].breaches) == (2, 0)
    assert by_party["party:suqian"].upheld == 1  # it counts against the authority


def form(matter: str, act: str, **fields):
    from suyuan.casework.office import ActForm

    return ActForm(matter, act, fields)


def test_from_the_example_to_a_release(office: Office, zheng: Results) -> None:
    """Zheng's 25 accounts in which money lies, to a bank's answer and one release."""
    spec = load_arising()["stop-payment"]
    rows = zheng["freeze_list"].to_pylist()
    made = record(office, drafts(spec, rows, institutions(), NOW, "zheng"), "zheng", NOW)
    assert made.new == len(rows) == 25
    lines = draft_lines(office)
    assert [line.rank for line in lines] == sorted((line.rank for line in lines), reverse=True)
    for bank in {line.party for line in lines}:
        post = Post(f"person:{bank}", "bank", str(bank), "", datetime(2004, 1, 1), None)
        office.grant(post, "person:admin", NOW)
    third = Post("person:police-3", "police", "party:suqian", "", datetime(2004, 1, 1), None)
    office.grant(third, "person:admin", NOW)
    parties = {"police": "party:suqian"}
    matters = confirm(
        office, [line.id for line in lines], "person:police-3", "资金仍在", parties, NOW
    )
    for line, matter in zip(lines, matters, strict=True):
        amount = line.body["fields"]["claim_fen"]
        Desk(office, matter).do("2019-06-07T09:20", "instruct", "police", amount_fen=amount)
        office.act(
            form(matter, "stop", matching=True, held_fen=amount),
            f"person:{line.party}",
            beijing("2019-06-07T09:40"),
        )
    office.act(form(matters[0], "release"), f"person:{lines[0].party}", beijing("2019-06-07T10:00"))
    office.tick(beijing("2019-06-20T00:00"))
    whys = [m["why"] for m in measures(office, "zheng", beijing("2019-06-20T00:00"))]
    assert sorted(whys) == ["expired"] * 24 + ["released"]
    assert {m["until"][:19] for m in measures(office, "zheng", beijing("2019-06-20T00:00"))} == {
        "2019-06-09T01:40:00"
    }
    with pytest.raises(RefusedError, match="Nothing is held"):
        office.act(
            form(matters[0], "release"), f"person:{lines[0].party}", beijing("2019-06-20T00:00")
        )
