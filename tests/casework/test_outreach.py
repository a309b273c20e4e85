"""Seats and the waiting list, by order and by lottery; a series and what it has not reached."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from office_people import Desk, begin, beijing
from suyuan.casework.checks import RefusedError
from suyuan.casework.compiled import load_procedures
from suyuan.casework.items import item_state
from suyuan.casework.lottery import draw, lottery_record, new_seed, seed_hash
from suyuan.casework.office import ActForm, Office
from suyuan.casework.outreach import EVENT, VENUES, coverage, event_calendar
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.state import MatterState, matter_state
from suyuan.model.errors import InputError

NOON = "2020-11-05T12:00"


def event(
    office: Office,
    mode: str = "order",
    seats: int = 100,
    at: str = "2020-11-01T09:00",
    subject: str = "event:check-up",
    **fields,
) -> Desk:
    fields = {"venue": "community", "place": "社区广场", "starts": "2020-11-08T07:30"} | fields
    return begin(
        office, "outreach-event", subject, at, "organiser", seats=seats, mode=mode, **fields
    )


def sign_up(desk: Desk, person: str, at: str = NOON, role: str = "organiser", **facts) -> None:
    """By the organiser's desk, for somebody who came or rang."""
    facts = {"age": 72, "retiree": True} | facts
    desk.do(at, "sign_up", role, items=[person], **facts)


def those(state: MatterState, name: str) -> list[str]:
    return [i.subject for i in state.items.values() if item_state(i, state.now) == name]


def test_a_hundred_seats_and_four_hundred_people(office: Office) -> None:
    desk = event(office)
    people = [f"person:{n:03d}" for n in range(400)]
    asked = people + people[::10]  # forty of them twice
    moment = beijing(NOON)

    def one(at: int) -> None:
        form = ActForm(desk.matter, "sign_up", {"age": 71, "retiree": True}, [asked[at]])
        office.act(form, "person:organiser-1", moment + timedelta(milliseconds=at))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(len(asked))))
    state = desk.state("2020-11-06T09:00")
    seated, waiting = those(state, "seat"), those(state, "waiting")
    assert (len(seated), len(waiting), len({*seated, *waiting})) == (100, 300, 400)
    # Seats went to those whose sign-up was recorded first.
    came = [e.body["items"][0] for e in state.events if e.kind == "sign_up"]
    first = sorted(dict.fromkeys(came), key=lambda p: state.items[p].history.first["sign_up"])
    assert set(seated) == set(first[:100])
    desk.do("2020-11-06T09:00", "give_up", "organiser", items=[seated[0]])
    after = desk.state("2020-11-06T09:01")
    assert set(those(after, "seat")) - set(seated) == {first[100]}
    assert len(those(after, "seat")) == 100
    assert all(rebuild(office).values())


def test_who_gave_up_and_comes_again_waits_at_the_end(office: Office) -> None:
    desk = event(office, seats=1)
    for n, person in enumerate(("person:a", "person:b", "person:c")):
        sign_up(desk, person, f"2020-11-05T12:0{n}")
    desk.do("2020-11-05T13:00", "give_up", "organiser", items=["person:a"])
    assert those(desk.state("2020-11-05T13:00"), "seat") == ["person:b"]
    sign_up(desk, "person:a", "2020-11-05T14:00")
    desk.do("2020-11-05T15:00", "give_up", "organiser", items=["person:b"])
    state = desk.state("2020-11-05T15:00")
    assert (those(state, "seat"), those(state, "waiting")) == (["person:c"], ["person:a"])


def test_a_lottery_by_a_seed_published_before(office: Office) -> None:
    """As it was done before October 2020: the seed itself was published."""
    desk = event(office, "lottery", seats=3, at="2020-09-20T09:00")
    with pytest.raises(RefusedError, match="not published"):
        sign_up(desk, "person:0", role="person")
    desk.do("2020-11-02T09:00", "publish_seed", "organiser", seed="2020-11-02 上证指数 3225.12")
    people = [f"person:{n}" for n in range(10)]
    for person in people:
        sign_up(desk, person, role="person")
    with pytest.raises(RefusedError, match=r"The seed stands\."):
        desk.do("2020-11-05T13:00", "publish_seed", "organiser", seed="another")

    def lot(person: str) -> str:
        return hashlib.sha256(f"2020-11-02 上证指数 3225.12\0{person}".encode()).hexdigest()

    assert set(those(desk.state(NOON), "seat")) == set(sorted(people, key=lot)[:3])


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"age": 69}, "70岁以上退休职工；年龄69岁"),
        ({"retiree": False}, "限名单内企业"),
    ],
)
def test_who_is_not_entitled_is_told_why(office: Office, facts: dict, words: str) -> None:
    desk = event(office)
    sign_up(desk, "person:exactly-seventy", age=70)
    with pytest.raises(RefusedError) as refused:
        sign_up(desk, "person:x", **facts)
    assert words in refused.value.text("zh")
    assert list(desk.state(NOON).items) == ["person:exactly-seventy"]


def test_a_report_is_owed_after_the_event(office: Office) -> None:
    desk = event(office)
    sign_up(desk, "person:a")
    desk.do("2020-11-08T08:00", "check_in", "organiser", items=["person:a"])
    desk.do("2020-11-08T12:00", "hold", "organiser")
    office.tick(beijing("2020-11-20T09:00"))
    [late] = [e for e in office.ledger.events(desk.matter) if e.kind == "remind"]
    assert late.at == beijing("2020-11-13T23:59:59")
    assert those(desk.state("2020-11-20T09:00"), "attended") == ["person:a"]


def test_six_kinds_of_venue_and_what_is_missing(office: Office) -> None:
    kinds = [f"venue:{k}" for k in ("学校", "社区", "企业", "机关", "农村", "网络")]
    desk = begin(
        office,
        "outreach-series",
        "series:ecology",
        "2020-09-01T09:00",
        "organiser",
        items=kinds,
        topic="生态文明",
    )
    for n, kind in enumerate(kinds[:5]):
        at = f"2020-09-{10 + n}T09:00"
        desk.do(at, "hold", "organiser", items=[kind], place=f"地点{n}", attended=100)
    assert those(desk.state("2020-09-12T10:00"), "missing") == kinds[3:]
    assert those(desk.state("2020-11-10T10:00"), "missing") == ["venue:网络"]
    desk.do("2020-11-11T09:00", "hold", "organiser", items=[kinds[5]], place="直播", attended=900)
    assert matter_state(desk.state("2020-11-11T10:00")) == "complete"
    assert desk.state("2020-11-11T10:00").total("hold", "attended") == 1400


SEED = "0f" * 32


def drawn(office: Office, *, source: str = "", beacon: str = "", people: int = 12) -> Desk:
    """A lottery for three seats that was drawn at ten past noon of 6 November."""
    desk = lottery(office)
    given = {"beacon_source": source} if source else {}
    desk.do("2020-11-02T09:00", "commit_seed", "organiser", seed_hash=seed_hash(SEED), **given)
    for n in range(people):
        sign_up(desk, f"person:{n}")
    given = {"beacon": beacon} if beacon else {}
    desk.do("2020-11-06T12:10", "reveal_seed", "organiser", seed=SEED, **given)
    return desk


def lottery(office: Office, seats: int = 3) -> Desk:
    return event(
        office, "lottery", seats, opens="2020-11-03T09:00", closes="2020-11-06T12:00",
        ends="2020-11-08T11:30",
    )  # fmt: skip


def test_a_lottery_by_commit_and_reveal(office: Office) -> None:
    desk = lottery(office)
    with pytest.raises(RefusedError, match="hash of the seed is not published"):
        sign_up(desk, "person:0")
    with pytest.raises(InputError, match="64 hexadecimal digits"):
        desk.do("2020-11-02T09:00", "commit_seed", "organiser", seed_hash="3225.12")
    desk.do("2020-11-02T09:00", "commit_seed", "organiser", seed_hash=seed_hash(SEED).upper())
    with pytest.raises(RefusedError, match="not opened"):
        sign_up(desk, "person:0", "2020-11-03T08:59:59")
    people = [f"person:{n}" for n in range(12)]
    for person in people:
        sign_up(desk, person)
    with pytest.raises(RefusedError) as refused:
        desk.do("2020-11-05T13:00", "commit_seed", "organiser", seed_hash=seed_hash("x"))
    assert "哈希已公布，不得更改" in refused.value.text("zh")
    with pytest.raises(RefusedError, match="after sign-up closes"):
        desk.do("2020-11-06T11:59:59", "reveal_seed", "organiser", seed=SEED)
    assert those(desk.state("2020-11-06T11:59"), "undrawn") == people
    with pytest.raises(RefusedError) as refused:
        desk.do("2020-11-06T12:10", "reveal_seed", "organiser", seed=SEED + "0")
    assert "与事先公布的哈希不符" in refused.value.text("zh")
    with pytest.raises(RefusedError, match="has closed"):
        sign_up(desk, "person:late", "2020-11-06T12:00")
    desk.do("2020-11-06T12:10", "reveal_seed", "organiser", seed=SEED)
    with pytest.raises(RefusedError, match="is revealed"):
        desk.do("2020-11-06T12:11", "reveal_seed", "organiser", seed=SEED)
    assert len(those(desk.state("2020-11-06T12:10"), "seat")) == 3
    assert len(those(desk.state("2020-11-06T12:10"), "waiting")) == 9


@pytest.mark.parametrize(("source", "beacon"), [("", ""), ("2020-11-06 上证指数收盘", "3312.16")])
def test_anybody_draws_the_same_again(office: Office, source: str, beacon: str) -> None:
    desk = drawn(office, source=source, beacon=beacon)
    record = lottery_record(office, desk.matter, beijing("2020-11-07T09:00"))
    assert (record.commitment, record.published_at) == (
        seed_hash(SEED),
        beijing("2020-11-02T09:00"),
    )
    lots = draw(record.seed or "", record.beacon, record.people, record.seats, record.commitment)
    assert tuple(sorted(lot.person for lot in lots if lot.seat)) == record.with_seat
    # By hand, with nothing of this project.
    mixed = hashlib.sha256(f"{SEED}\0{beacon}".encode()).hexdigest()
    by_hand = sorted(
        (f"person:{n}" for n in range(12)),
        key=lambda p: hashlib.sha256(f"{mixed}\0{p}".encode()).hexdigest(),
    )
    assert [lot.person for lot in lots] == by_hand
    with pytest.raises(InputError, match="not the seed"):
        draw("another", record.beacon, record.people, record.seats, record.commitment)
    # Who gives up is followed by the next lot, exactly one.
    desk.do("2020-11-07T10:00", "give_up", "organiser", items=[by_hand[1]])
    after = those(desk.state("2020-11-07T10:00"), "seat")
    assert set(after) == {by_hand[0], by_hand[2], by_hand[3]}


def test_a_public_number_that_was_named_must_be_given(office: Office) -> None:
    desk = lottery(office)
    desk.do(
        "2020-11-02T09:00", "commit_seed", "organiser", seed_hash=seed_hash(SEED),
        beacon_source="2020-11-06 上证指数收盘",
    )  # fmt: skip
    sign_up(desk, "person:0")
    with pytest.raises(RefusedError) as refused:
        desk.do("2020-11-06T12:10", "reveal_seed", "organiser", seed=SEED)
    assert "缺少事先指明的公开数字" in refused.value.text("zh")
    office.tick(beijing("2020-11-09T09:00"))
    [late] = [e for e in office.ledger.events(desk.matter) if e.kind == "remind"]
    assert late.at == beijing("2020-11-07T12:00")


def test_seats_by_order_have_no_lottery(office: Office) -> None:
    desk = event(office)
    with pytest.raises(RefusedError) as refused:
        desk.do("2020-11-02T09:00", "commit_seed", "organiser", seed_hash=seed_hash(SEED))
    assert "不抽签" in refused.value.text("zh")
    with pytest.raises(InputError, match="no lottery"):
        lottery_record(office, desk.matter, beijing(NOON))


def test_a_new_seed_is_long_and_its_hash_fits() -> None:
    seed, published = new_seed()
    assert len(seed) == 64
    assert draw(seed, "", ["a"], 1, published)[0].seat


def test_every_kind_of_venue_is_listed_and_what_is_missing(office: Office) -> None:
    for n, venue in enumerate(("school", "school", "firm", "village")):
        desk = event(office, seats=10, venue=venue, subject=f"event:{n}")
        sign_up(desk, "person:a")
        desk.do("2020-11-08T08:00", "check_in", "organiser", items=["person:a"])
        desk.do("2020-11-08T09:00", "visit", "organiser", visits=12)
        if venue != "village":
            desk.do("2020-11-08T12:00", "hold", "organiser")
    found = {line.title.zh: line for line in coverage(office)}
    assert [name for name, line in found.items() if line.is_missing] == [
        *("社区", "机关", "农村", "网络")
    ]
    assert (found["学校"].events_held, found["学校"].visitors, found["学校"].home_visits) == (
        2,
        2,
        24,
    )
    assert (found["农村"].events, found["农村"].events_held) == (1, 0)
    assert all(line.is_missing for line in coverage(office, since=beijing("2020-12-01")))


def test_the_words_for_venues_are_those_of_the_form() -> None:
    assert list(VENUES) == load_procedures()[EVENT].fields["venue"].words


def test_a_calendar_of_events(office: Office) -> None:
    icalendar = pytest.importorskip("icalendar")
    desk = drawn(office)
    export = event_calendar(office, [desk.matter], beijing("2020-11-07T09:00"), "zh")
    [entry] = icalendar.Calendar.from_ical(export.content).walk("VEVENT")
    assert entry.decoded("dtstart").replace(tzinfo=None) == beijing("2020-11-08T07:30")
    assert entry.decoded("dtend").replace(tzinfo=None) == beijing("2020-11-08T11:30")
    assert (entry["location"], "社区" in entry["summary"]) == ("社区广场", True)
    assert "名额 3 个" in entry["description"]
    assert b"person:" not in export.content
    other = begin(office, "outreach-series", "series:x", "2020-11-01T09:00", "organiser",
                  items=["venue:a"], topic="x")  # fmt: skip
    with pytest.raises(InputError, match="not an outreach event"):
        event_calendar(office, [other.matter], beijing(NOON), "en")


def test_people_act_for_themselves_and_the_organiser_for_others(office: Office) -> None:
    desk = event(office)
    mine, theirs = "person:person-1", "person:person-2"
    with pytest.raises(RefusedError) as refused:
        sign_up(desk, theirs, role="person")
    assert "只能为本人办理" in refused.value.text("zh")
    sign_up(desk, mine, role="person")
    sign_up(desk, theirs)
    with pytest.raises(RefusedError, match="only do this for yourself"):
        desk.do(NOON, "give_up", "person", items=[mine, theirs])
    desk.do(NOON, "give_up", "person", items=[mine])
    assert those(desk.state(NOON), "seat") == [theirs]
