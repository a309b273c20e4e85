"""Indicators of the catalog, counted by hand on a few matters."""

from datetime import datetime

import pytest

from office_people import begin, beijing
from suyuan.casework.compiled import load_procedures
from suyuan.casework.indicators import Indicator, indicators, load_indicators
from suyuan.casework.office import Office
from suyuan.model.errors import InputError


@pytest.mark.parametrize("name", sorted(load_indicators()))
def test_every_act_and_duty_of_a_sheet_is_of_its_procedure(name: str) -> None:
    versions = load_procedures()[name].versions
    acts = {act for version in versions for act in version.acts}
    duties = {duty for version in versions for duty in version.duties}
    for spec in load_indicators()[name].indicators:
        asked = [*(spec.acts or ()), *(spec.first or ()), *spec.among]
        if spec.hours:
            asked += [*spec.hours.start, *spec.hours.end, *spec.hours.other]
            asked += [spec.hours.through] if spec.hours.through else []
        assert set(asked) <= acts, spec.id
        assert set(spec.duties or ()) <= duties, spec.id
        for field in (spec.total, spec.reasons):
            assert field is None or field in load_procedures()[name].fields


def referral(office: Office, n: int, waits: int | None, *, refused: bool = False) -> None:
    """Referred at 09:00 of 10 November; answered after so many minutes."""
    desk = begin(office, "referral", f"patient:{n}", "2020-11-10T08:00", "clinic")
    desk.do("2020-11-10T08:05", "visit", "clinic", systolic=150, diastolic=95, red_flag=False)
    desk.do("2020-11-10T08:06", "agree", "patient", consent=True)
    desk.do("2020-11-10T09:00", "refer_up", "clinic", summary="x")
    if waits is None:
        return
    at = f"2020-11-10T{9 + waits // 60:02d}:{waits % 60:02d}"
    if refused:
        desk.do(at, "decline", "hospital", reason="床位已满")
    else:
        desk.do(at, "accept", "hospital")


def of(office: Office, procedure: str, **period) -> dict[str, Indicator]:
    return {line.id: line for line in indicators(office, procedure, **period)}


def test_indicators_of_referral(office: Office) -> None:
    for n, waits in enumerate((10, 20, 30, 40, 50, 60, 70, 80, 90, 600)):
        referral(office, n, waits)
    referral(office, 10, 5, refused=True)
    referral(office, 11, None)
    begin(office, "referral", "patient:12", "2020-11-10T08:00", "hospital").do(
        "2020-11-10T08:05", "direct_visit", "hospital"
    )
    office.tick(beijing("2020-11-12T00:00"))
    found = of(office, "referral")
    assert (found["contacts"].value, found["first_contacts"].value) == (13, 12)
    assert found["first_contact_share"].value == pytest.approx(12 / 13)
    assert (found["up"].value, found["accepted"].value, found["down"].value) == (12, 10, 0)
    assert found["declined"].reasons == (("床位已满", 1),)
    assert found["silent"].value == 1
    times = found["to_acceptance"]
    assert (times.value, times.open) == (10, 1)
    # By hand: the middle of 50 and 60 minutes; nine of ten waited no more than 90 minutes.
    assert times.median_hours == pytest.approx(55 / 60)
    assert times.p90_hours == pytest.approx(1.5)
    assert found["down_per_up"].value == 0
    assert found["refusal_share"].value == pytest.approx(1 / 12)


def test_an_urgent_one_is_measured_by_its_own_term(office: Office) -> None:
    desk = begin(office, "referral", "patient:1", "2020-11-10T08:00", "clinic")
    desk.do("2020-11-10T08:05", "visit", "clinic", systolic=185, diastolic=112, red_flag=True)
    desk.do("2020-11-10T08:06", "agree", "patient", consent=True)
    desk.do("2020-11-10T08:10", "refer_up", "clinic", summary="x")
    desk.do("2020-11-10T08:40", "accept", "hospital")
    found = of(office, "referral")
    assert (found["urgent_to_acceptance"].value, found["urgent_to_acceptance"].late) == (0, 1)
    assert found["urgent_to_acceptance"].p90_hours == pytest.approx(0.5)


def test_a_period_and_a_party(office: Office) -> None:
    referral(office, 1, 10)
    day = {"since": beijing("2020-11-11T00:00"), "until": beijing("2020-11-12T00:00")}
    later = of(office, "referral", **day)
    assert (later["up"].value, later["to_acceptance"].value) == (0, 0)
    assert later["first_contact_share"].value is None
    assert of(office, "referral", party="party:clinic")["up"].value == 1
    assert of(office, "referral", party="party:another")["up"].value == 0


def test_licences_are_timed_from_application_to_grant(office: Office) -> None:
    desk = begin(office, "licence", "firm:1", "2020-11-10T09:00", "applicant", item="food-licence",
                 joint=False)  # fmt: skip
    desk.do("2020-11-10T09:05", "apply", "applicant", documents=["d"])
    desk.do("2020-11-10T09:30", "accept", "agency")
    desk.do("2020-11-10T10:00", "commit", "applicant", signature="s")
    desk.do("2020-11-10T10:50", "grant", "agency", number="JY1")
    found = of(office, "licence")
    assert found["on_commitment"].median_hours == pytest.approx(1.75)
    assert found["inspections"].open == 1


def test_a_procedure_without_a_sheet(office: Office) -> None:
    with pytest.raises(InputError) as refused:
        indicators(office, "statement", datetime(2020, 1, 1))
    assert "referral" in refused.value.text("zh")
