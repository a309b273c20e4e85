"""Stop-payment and freeze: what the law's figures say, on both databases."""

import pytest

from office_people import Desk, begin, beijing
from suyuan.casework.checks import RefusedError
from suyuan.casework.office import ActForm, Office
from suyuan.casework.state import matter_state
from suyuan.model.errors import InputError
from suyuan.store.ledger import verify

ACCOUNT = "bank_account:6222020000001"


def opened(office: Office, at: str = "2019-04-29T13:50", key: str = "1", **more) -> Desk:
    return begin(
        office,
        "stop-payment",
        ACCOUNT,
        at,
        "police",
        key=key,
        account="6222020000001",
        claim_fen=4_995_000,
        name="赵某",
        **more,
    )


def instructed(office: Office, at: str = "2019-04-29T14:00", **more) -> Desk:
    desk = opened(office, at, **more)
    desk.do(at, "instruct", "police", amount_fen=4_995_000)
    return desk


@pytest.mark.parametrize(
    ("matching", "refusal"),
    [(None, "not known: name, account"), (False, "must not be stopped"), (True, None)],
)
def test_match_of_the_particulars(
    office: Office, matching: bool | None, refusal: str | None
) -> None:
    desk = instructed(office)
    if refusal is None:
        desk.do("2019-04-29T14:20", "stop", "bank", matching=matching)
        assert matter_state(desk.state("2019-04-29T14:20")) == "stopped"
    else:
        with pytest.raises(RefusedError, match=refusal):
            desk.do("2019-04-29T14:20", "stop", "bank", matching=matching)
        assert matter_state(desk.state("2019-04-29T14:20")) == "asked"


def test_a_stop_lasts_48_hours_from_the_stopping(office: Office) -> None:
    desk = instructed(office)
    desk.do("2019-04-29T14:20", "stop", "bank", matching=True)
    assert office.tick(beijing("2019-05-01T14:19:59")) == 0
    # A server that was off for a week writes the same.
    assert office.tick(beijing("2019-05-08T09:00")) == 2
    expired = [e for e in office.ledger.events(desk.matter) if e.kind == "stop_expired"]
    assert [e.at for e in expired] == [beijing("2019-05-01T14:20")]
    assert [e.actor for e in expired] == ["clock"]
    # Nobody released within the hour: reported above, at the moment it was due.
    [above] = [e for e in office.ledger.events(desk.matter) if e.kind == "escalate"]
    assert above.at == beijing("2019-05-01T15:20")
    assert office.tick(beijing("2019-05-08T09:00")) == 0
    with pytest.raises(RefusedError, match="run out"):
        desk.do("2019-05-08T10:00", "freeze", "police", document="D1", lien_fen=1)


def test_twice_and_no_third_time_also_from_another_case(office: Office) -> None:
    desk = instructed(office)
    desk.do("2019-04-29T14:20", "stop", "bank", matching=True)
    with pytest.raises(RefusedError, match="A stop is running"):
        desk.do("2019-04-30T14:20", "instruct", "police", amount_fen=1)
    desk.do("2019-05-01T14:30", "instruct", "police", amount_fen=4_995_000)
    desk.do("2019-05-01T14:40", "stop", "bank", matching=True)
    office.tick(beijing("2019-05-03T15:00"))
    with pytest.raises(RefusedError, match="as often as allowed"):
        desk.do("2019-05-03T15:00", "instruct", "police", amount_fen=1)
    # Another case of another force, the same account.
    other = (
        opened(office, "2019-05-04T10:00", key="other", parties={"police": "party:suzhou"})
        if False
        else None
    )
    assert other is None
    second = opened(office, "2019-05-04T10:00", key="2")
    with pytest.raises(RefusedError, match="as often as allowed"):
        second.do("2019-05-04T10:10", "instruct", "police", amount_fen=1)


def test_a_freeze_in_time_holds_six_months_and_is_renewed_only_while_it_runs(
    office: Office,
) -> None:
    desk = instructed(office)
    desk.do("2019-08-29T14:20", "stop", "bank", matching=True)
    with pytest.raises(RefusedError, match="No more can be frozen"):
        desk.do("2019-08-31T10:00", "freeze", "police", document="D1", lien_fen=4_995_001)
    desk.do("2019-08-31T10:00", "freeze", "police", document="D1", lien_fen=4_995_000)
    [stop, freeze] = desk.state("2019-08-31T10:00").measures
    assert (stop.why, stop.ended_at) == ("superseded", beijing("2019-08-31T10:00"))
    assert freeze.until == beijing("2020-02-29T10:00")  # the month's last day
    desk.do("2020-02-01T09:00", "renew", "police", document="D2")
    [_, freeze] = desk.state("2020-02-01T09:00").measures
    assert freeze.until == beijing("2020-08-29T10:00")  # from the old end
    office.tick(beijing("2020-09-01T00:00"))
    with pytest.raises(RefusedError, match="cannot be renewed"):
        desk.do("2020-09-01T00:00", "renew", "police", document="D3")
    assert matter_state(desk.state("2020-09-01T00:00")) == "lapsed"


def test_an_appeal_upheld_frees_within_the_hour_or_is_reported(office: Office) -> None:
    desk = instructed(office, "2023-04-29T14:00")
    desk.do("2023-04-29T14:20", "stop", "bank", matching=True)
    desk.do("2023-05-01T10:00", "freeze", "police", document="D1", lien_fen=100)
    desk.do("2023-05-02T10:00", "appeal", "holder", grounds="我是卖家")
    desk.do("2023-05-04T10:00", "uphold", "police", reason="误冻")
    free = [run for run in desk.state("2023-05-04T10:00").duties if run.rule.name == "free"]
    assert [run.due(beijing("2023-05-04T10:00").date()).moment for run in free] == [
        beijing("2023-05-04T11:00")
    ]
    desk.do("2023-05-04T13:30", "release", "bank")
    kinds = [(e.kind, e.at) for e in office.ledger.events(desk.matter)][-2:]
    assert kinds == [
        ("escalate", beijing("2023-05-04T11:00")),
        ("release", beijing("2023-05-04T13:30")),
    ]
    rows = office.ledger.read("SELECT state FROM duty WHERE name = 'free'")
    assert rows == [("done_late",)]
    assert matter_state(desk.state("2023-05-04T14:00")) == "released"


def test_reason_and_remedy_are_owed_since_the_law(office: Office) -> None:
    old = instructed(office)
    old.do("2019-04-29T14:20", "stop", "bank", matching=True)
    assert [run.rule.name for run in old.state("2019-04-29T14:20").duties] == ["check"]
    new = (
        instructed(office, "2023-04-29T14:00", key="3")
        if False
        else begin(
            office,
            "stop-payment",
            "bank_account:2",
            "2023-04-29T14:00",
            "police",
            account="2",
            claim_fen=10,
        )
    )
    new.do("2023-04-29T14:05", "instruct", "police", amount_fen=10)
    new.do("2023-04-29T14:20", "stop", "bank", matching=True)
    assert [run.rule.name for run in new.state("2023-04-29T14:20").duties] == ["check", "notice"]


def test_four_eyes_are_two_events_by_two_people(office: Office) -> None:
    desk = opened(office)
    form = ActForm(desk.matter, "instruct", {"amount_fen": 1})
    proposal = office.act(form, "person:police-1", beijing("2019-04-29T14:00"))
    assert proposal.kind == "instruct.proposed"
    assert desk.state("2019-04-29T14:00").count(("instruct",)) == 0
    with pytest.raises(RefusedError, match="second person"):
        office.approve(desk.matter, proposal.number, "person:police-1", beijing("2019-04-29T14:01"))
    with pytest.raises(RefusedError, match="anti-fraud centre"):
        office.approve(desk.matter, proposal.number, "person:bank-1", beijing("2019-04-29T14:01"))
    office.approve(desk.matter, proposal.number, "person:police-2", beijing("2019-04-29T14:02"))
    with pytest.raises(InputError, match="no longer pending"):
        office.approve(desk.matter, proposal.number, "person:police-2", beijing("2019-04-29T14:03"))


def test_who_confirmed_the_finding_does_not_approve(office: Office) -> None:
    desk = opened(office, origin={"finding": "f1"})
    form = ActForm(desk.matter, "instruct", {"amount_fen": 1})
    proposal = office.act(form, "person:police-2", beijing("2019-04-29T14:00"))
    with pytest.raises(RefusedError, match="confirmed the finding"):
        office.approve(desk.matter, proposal.number, "person:police-1", beijing("2019-04-29T14:01"))


def test_a_bank_that_is_late_to_say_so_is_not_late(office: Office) -> None:
    desk = instructed(office)
    office.tick(beijing("2019-04-29T15:00"))
    assert [e.kind for e in office.ledger.events(desk.matter)][-1] == "escalate"
    desk.do("2019-04-29T15:10", "stop", "bank", happened="2019-04-29T14:20", matching=True)
    state = desk.state("2019-04-29T15:10")
    assert [e.kind for e in state.overtaken] == ["escalate"]
    assert [run.done_at for run in state.duties] == [beijing("2019-04-29T14:20")]
    assert state.measures[0].until == beijing("2019-05-01T14:20")
    # What was known before looks as it looked.
    before = office.state(desk.matter, beijing("2019-04-29T15:00"), beijing("2019-04-29T15:00"))
    assert before.overtaken == []
    assert before.measures == []


def test_a_person_can_be_erased_and_the_chain_stays_whole(office: Office) -> None:
    desk = opened(office)
    [first] = office.ledger.events(desk.matter)
    assert "赵某" not in str(first.body)
    sealer = office.registry.sealer
    assert office.ledger.write(lambda t: sealer.read(t, first.body["name"])) == "赵某"
    assert office.ledger.write(lambda t: sealer.erase(t, ACCOUNT, "2019-05-01")) is True
    assert office.ledger.write(lambda t: sealer.read(t, first.body["name"])) is None
    assert verify(office.ledger).whole
    with pytest.raises(InputError, match="erased"):
        desk.do("2019-05-02T10:00", "instruct", "police", amount_fen=1, name="赵某")


def test_posts_decide(office: Office) -> None:
    with pytest.raises(RefusedError, match="may start this"):
        begin(office, "stop-payment", ACCOUNT, "2019-04-29T14:00", "bank", account="1", claim_fen=1)
    desk = instructed(office)
    with pytest.raises(RefusedError, match="bank that holds"):
        desk.do("2019-04-29T14:20", "stop", "police", matching=True)
    with pytest.raises(InputError, match="not in force"):
        opened(office, "2016-03-17T23:59:59", key="early")


def test_the_one_who_comes_second_is_shown_that_somebody_acted(office: Office) -> None:
    desk = instructed(office)
    with pytest.raises(InputError, match="acted before you"):
        office.act(
            ActForm(desk.matter, "stop", {"matching": True}, expected_number=1),
            "person:bank-1",
            beijing("2019-04-29T14:20"),
        )
