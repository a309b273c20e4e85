"""Due dates by the calendar of China: the cases of a permit, on both databases."""

import gc
import weakref
from datetime import date
from pathlib import Path

import pytest

from office_people import PARTIES, Desk, begin, beijing, with_people
from suyuan.casework.checks import NoPostError, RefusedError
from suyuan.casework.compiled import load_procedures
from suyuan.casework.explain import DutyLine, duty_lines
from suyuan.casework.office import DUE, ActForm, Office, Opening
from suyuan.casework.opening import open_office
from suyuan.casework.rebinding import preview, rebind
from suyuan.casework.rebuilding import rebuild
from suyuan.casework.verbs import Verbs
from suyuan.model.errors import CatalogError
from suyuan.rulebook.calendars import calendar_of, load_calendar, read_calendar
from suyuan.store.ledger import SqliteLedger

HERE = Path(__file__).parent / "procedures"


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path):
    address = request.getfixturevalue("postgres_schema") if request.param == "postgres" else None
    opened = with_people(open_office(tmp_path / "office", address, load_procedures(HERE)))
    yield opened
    opened.ledger.close()


def applied(office: Office, at: str, *, mode: str = "ordinary") -> Desk:
    desk = begin(office, "permit", "permit:1", at, "applicant", mode=mode)
    desk.do(at, "apply", "applicant", documents=["a.pdf"])
    return desk


def decide(desk: Desk, at: str, *, days: bool = False) -> DutyLine:
    return next(
        line for line in duty_lines(desk.state(at), days=days) if line.id.startswith("decide#")
    )


def accepted(office: Office, at: str = "2020-09-25T10:00", **more) -> Desk:
    desk = applied(office, at, **more)
    desk.do(at, "accept", "agency")
    return desk


def test_twenty_working_days_over_the_national_day(office: Office) -> None:
    line = decide(accepted(office), "2020-09-25T10:00", days=True)
    assert (line.due.moment, line.due.certainty) == (beijing("2020-10-29T23:59:59"), "exact")
    counted = {f"{day.day:%m-%d}": day.counts for day in line.ledger}
    assert all(counted[day] for day in ("09-27", "10-10", "10-29"))
    assert not any(
        counted[day] for day in ("10-01", "10-02", "10-05", "10-06", "10-07", "10-08", "10-11")
    )
    assert sum(counted.values()) == 20


def test_a_suspension_is_not_counted_and_has_no_date_while_it_runs(office: Office) -> None:
    desk = accepted(office)
    desk.do("2020-10-12T09:00", "suspend", "agency", reason="现场核查")
    assert decide(desk, "2020-10-13T12:00").due.certainty == "suspended"
    desk.do("2020-10-15T09:00", "resume", "agency")
    line = decide(desk, "2020-10-15T09:00", days=True)
    assert line.due.moment == beijing("2020-11-03T23:59:59")
    assert [day.why.zh for day in line.ledger if "中止" in day.why.zh] == ["中止：现场核查"] * 3
    assert decide(desk, "2020-10-13T12:00").due.certainty == "suspended"  # the past reads the same
    desk.do("2020-10-20T09:00", "extend", "chief", reason="情况复杂")
    assert decide(desk, "2020-10-20T09:00").due.moment == beijing("2020-11-17T23:59:59")
    with pytest.raises(RefusedError, match="Extended once"):
        desk.do("2020-10-21T09:00", "extend", "chief", reason="还想延长")


def test_silence_is_acceptance_from_the_day_of_receipt(office: Office) -> None:
    desk = applied(office, "2020-09-25T10:00")
    assert office.tick(beijing("2020-10-09T23:59:59")) == 0
    assert office.tick(beijing("2020-10-20T08:00")) == 1
    [deemed] = [e for e in office.ledger.events(desk.matter) if e.kind == "deemed"]
    assert deemed.at == beijing("2020-10-09T23:59:59")
    assert decide(desk, "2020-10-20T08:00").due.moment == beijing("2020-10-29T23:59:59")
    with pytest.raises(RefusedError, match="Accepted already"):
        desk.do("2020-10-20T09:00", "accept", "agency")


def test_on_commitment(office: Office) -> None:
    desk = accepted(office, "2020-11-10T09:00", mode="commitment")
    with pytest.raises(RefusedError, match="commitment is not signed"):
        desk.do("2020-11-10T10:00", "grant", "agency")
    desk.do("2020-11-10T10:05", "commit", "applicant")
    desk.do("2020-11-10T10:50", "grant", "agency")
    [line] = [
        line for line in duty_lines(desk.state("2020-11-10T11:00")) if line.id.startswith("inspect")
    ]
    assert line.due.moment == beijing("2020-12-22T23:59:59")
    gone = begin(office, "permit", "permit:2", "2020-11-11T09:00", "applicant", mode="cancelled")
    with pytest.raises(RefusedError, match="needed any more"):
        gone.do("2020-11-11T09:01", "apply", "applicant", documents=[])


def test_a_year_that_is_not_announced_makes_a_provisional_date(office: Office) -> None:
    desk = accepted(office, "2020-10-15T10:00")  # the version of 2004: twenty days
    due = decide(desk, "2020-10-15T10:00").due
    assert due.certainty == "exact"
    old = begin(office, "permit", "permit:3", "2019-12-16T09:00", "applicant", mode="ordinary")
    old.do("2019-12-16T09:00", "apply", "applicant", documents=[])
    old.do("2019-12-16T09:00", "accept", "agency")
    assert (
        decide(old, "2019-12-16T09:00").due.certainty == "exact"
    )  # 2020 was announced in November


def test_twenty_days_from_15_december_2020(office: Office) -> None:

    from suyuan.casework.clock import Budget, DeadlineTerms, due_date

    term = DeadlineTerms(beijing("2020-12-15T10:00"), Budget("working_days", 20))
    before = due_date(term, load_calendar(), date(2020, 11, 24))
    assert before.certainty == "provisional"
    assert before.not_before == beijing("2021-01-08T23:59:59")
    assert before.moment == beijing("2021-01-12T23:59:59")
    assert not before.is_past(beijing("2021-02-01T00:00"))
    after = due_date(term, load_calendar(), date(2020, 11, 25))
    assert (after.certainty, after.moment) == ("exact", beijing("2021-01-13T23:59:59"))


def test_a_rebound_matter_does_what_the_preview_said(office: Office) -> None:
    desk = accepted(office)
    now = beijing("2020-10-10T09:00")
    [seen] = preview(office, "permit", "2020-11-01", now)
    [moved] = seen.changes
    assert moved.was.moment == beijing("2020-10-29T23:59:59")
    assert moved.now.moment == beijing("2020-10-15T23:59:59")
    with pytest.raises(RefusedError, match="second person"):
        rebind(office, desk.matter, "2020-11-01", ("person:agency-1", "person:agency-1"), now)
    rebind(office, desk.matter, "2020-11-01", ("person:agency-1", "person:agency-2"), now)
    assert decide(desk, "2020-10-10T09:00").due.moment == moved.now.moment
    assert decide(desk, "2020-10-09T09:00").due.moment == moved.was.moment  # as it was then
    assert preview(office, "permit", "2020-11-01", now) == []


def test_five_hundred_matters_move_as_the_preview_said(office: Office) -> None:
    """Duty by duty; and who only applies moves no term."""
    count = 500 if isinstance(office.ledger, SqliteLedger) else 60
    start = beijing("2020-09-25T10:00")
    parties = {role: PARTIES[role] for role in ("applicant", "agency", "chief")}

    def work(transaction, n: int) -> None:
        verbs = Verbs(office.registry, transaction)
        opening = Opening("permit", f"permit:{n}", {"mode": "ordinary"}, parties, str(n))
        verbs.begin(opening, "person:applicant-1", start)
        for act, role, fields in (
            ("apply", "applicant", {"documents": ["a.pdf"]}),
            ("accept", "agency", {}),
            *((("suspend", "agency", {"reason": "核查"}),) if n % 5 == 0 else ()),
        ):
            verbs.act(ActForm(opening.matter, act, fields), f"person:{role}-1", start)

    for future in [office.ledger.submit(lambda t, n=n: work(t, n)) for n in range(count)]:
        future.result()
    now = beijing("2020-10-10T09:00")
    found = preview(office, "permit", "2020-11-01", now)
    assert len(found) == count
    people = ("person:agency-1", "person:applicant-1")
    with pytest.raises(NoPostError, match="may rebind it"):
        rebind(office, found[0].matter, "2020-11-01", people, now)
    for each in found:
        rebind(office, each.matter, "2020-11-01", ("person:agency-1", "person:agency-2"), now)
    for each in found:
        runs = {run.id: run for run in office.state(each.matter, now).duties}
        for moved in each.changes:
            then = runs[moved.duty].due(now.date()) if moved.now else None
            assert then == moved.now
            assert (moved.duty in runs) == (moved.now is not None)
    assert preview(office, "permit", "2020-11-01", now) == []
    assert all(rebuild(office).values())


#: A market office that is closed on one Monday of its own.
OWN = """
id: market
title: {en: Days of the market office, zh: 市场监管部门工作日}
over: cn
parties: [{party: 'party:market', from: 2020-01-01, to: 2020-12-01}]
source: {document: {en: Made up for a test, zh: 测试用}, quality: assumption}
years:
- {year: 2020, published: 2020-09-28, published_quality: assumption, off: ['10-19'], working: []}
"""


def test_a_duty_counts_by_the_calendar_of_its_party(tmp_path: Path) -> None:
    own = tmp_path / "office" / "calendars" / "market.yml"
    own.parent.mkdir(parents=True)
    own.write_text(OWN, "utf-8")
    office = with_people(open_office(tmp_path / "office", None, load_procedures(HERE)))
    assert PARTIES["agency"] == "party:market"
    desk = accepted(office)
    assert decide(desk, "2020-09-25T10:00").due.moment == beijing("2020-10-29T23:59:59")
    line = decide(desk, "2020-09-28T10:00", days=True)  # once its own days were announced
    assert (line.due.moment, line.due.certainty) == (beijing("2020-10-30T23:59:59"), "exact")
    [closed] = [day for day in line.ledger if day.day.isoformat() == "2020-10-19"]
    assert not closed.counts
    assert closed.why.zh == "休息日，不计入（市场监管部门工作日）"
    assert office.tick(beijing("2020-10-30T12:00")) == 0
    assert office.tick(beijing("2020-10-31T00:00")) == 1
    assert all(rebuild(office).values())
    office.ledger.close()


def test_a_calendar_holds_for_its_days_and_for_nobody_beside(tmp_path: Path) -> None:
    path = tmp_path / "market.yml"
    path.write_text(OWN, "utf-8")
    own, general = read_calendar(path), load_calendar()
    for party, day, calendar in (
        ("party:market", date(2020, 11, 30), own),
        ("party:market", date(2020, 12, 1), general),
        ("party:market", date(2019, 12, 31), general),
        ("party:other", date(2020, 11, 30), general),
    ):
        assert calendar_of([general, own], party, day, general) is calendar
    with pytest.raises(CatalogError):
        calendar_of([own, read_calendar(path)], "party:market", date(2020, 2, 1), general)
    assert own.kind(date(2020, 10, 19), date(2020, 9, 27)) == "working"
    assert own.kind(date(2020, 10, 1), date(2020, 9, 27)) == "off"
    assert own.kind(date(2021, 3, 1), date(2020, 9, 27)) == "unannounced"


def test_what_is_due_is_read_in_order_from_its_index(tmp_path: Path) -> None:
    """Sorting all that is due in one second again for each batch would cost its square."""
    office = open_office(tmp_path / "office")
    plan = office.ledger.read(f"EXPLAIN QUERY PLAN {DUE}", ("2020", "", ""))
    words = " ".join(str(row[-1]) for row in plan)
    assert "COVERING INDEX matter_due" in words
    assert "TEMP B-TREE" not in words
    office.ledger.close()


def test_a_state_that_nobody_holds_needs_no_collector(tmp_path: Path) -> None:
    office = with_people(open_office(tmp_path / "office", None, load_procedures(HERE)))
    desk = accepted(office)
    running = gc.isenabled()
    gc.disable()
    try:
        state = desk.state("2020-09-25T10:00")
        gone = weakref.ref(state)
        del state
        assert gone() is None
    finally:
        if running:
            gc.enable()
    office.ledger.close()
