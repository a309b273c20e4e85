"""Whose call it was: numbers of a report held against the call record."""

from datetime import UTC, datetime

import ibis
import pytest

from suyuan.identity.named_numbers import named_numbers
from suyuan.identity.service_numbers import numbering, of_service
from tables import given

VICTIM, CALLER = "13900000001", "17012345678"


def report(id_, *numbers, victim=VICTIM):
    return {
        "report_id": id_,
        "reported_at": "2019-05-03 12:00",
        "contacted_at": "2019-05-03 10:00",
        "victim_phone": victim,
        "caller_numbers": list(numbers),
        "loss": 100,
    }


def call(caller, callee=VICTIM, at="2019-05-03 10:02"):
    return {"caller": caller, "callee": callee, "started_at": at, "duration": 60}


def judged(engine, reports, calls):
    rows = engine.fetch(named_numbers(given(engine, reports=reports, calls=calls))).to_pylist()
    return {(row["report_id"], row["number"]): row for row in rows}


@pytest.mark.parametrize(
    "written",
    ["17012345679", "17012354678", "1701234567", "170123456778"],
    ids=["a digit wrong", "two exchanged", "one missing", "one doubled"],
)
def test_a_slip_is_read_as_the_number_that_called(engine, written):
    row = judged(engine, [report("a", written)], [call(CALLER)])["a", written]
    assert (row["how"], row["meant"], row["believed"]) == ("misread", CALLER, False)
    assert row["called_at"] == datetime(2019, 5, 3, 10, 2, tzinfo=UTC).replace(tzinfo=None)


def test_of_two_numbers_that_it_may_stand_for_none_is_taken(engine):
    calls = [call("17012345678"), call("17012345677")]
    row = judged(engine, [report("a", "17012345679")], calls)["a", "17012345679"]
    assert (row["meant"], row["how"], row["believed"]) == (None, "contradicted", False)


def test_an_acquaintance_whose_number_is_alike_is_not_meant(engine):
    calls = [call(CALLER, at="2019-04-01 10:00"), call(CALLER)]
    row = judged(engine, [report("a", "17012345679")], calls)["a", "17012345679"]
    assert row["meant"] is None


def test_a_number_that_called_another_who_names_it_is_right(engine):
    reports = [report("a", "17012345679"), report("b", "17012345679", victim="13900000002")]
    calls = [call(CALLER), call("17012345679", "13900000002")]
    found = judged(engine, reports, calls)
    assert found["a", "17012345679"]["meant"] is None
    assert found["a", "17012345679"]["believed"]
    assert found["b", "17012345679"]["how"] == "borne_out"


@pytest.mark.parametrize(
    ("seen", "slips", "unseen", "believed"),
    [(20, 0, 15, True), (60, 4, 1, False), (60, 0, 1, True)],
    ids=["gaps", "whole records, slips", "whole records, no slips"],
)
def test_a_lone_number_without_a_call_is_weighed_by_the_case(engine, seen, slips, unseen, believed):
    victims = [f"139{n:07}0" for n in range(seen + slips + unseen)]
    called = victims[: seen + slips]
    reports = [report(v, f"170{v[3:]}", victim=v) for v in victims]
    calls = [call(f"170{v[3:-1]}{int(n >= seen)}", v) for n, v in enumerate(called)]
    calls.append(call("13800000000", "13800000001"))
    row = judged(engine, reports, calls)[victims[-1], f"170{victims[-1][3:]}"]
    assert (row["how"], row["believed"]) == ("not_seen", believed)


def test_without_calls_reports_are_believed(engine):
    assert judged(engine, [report("a", "17012345679")], [])["a", "17012345679"]["believed"]


def test_a_hotline_that_rang_the_victim_is_a_service_though_no_report_names_it(engine):
    calls = [call("95188"), call(VICTIM, "95188", at="2019-05-03 11:00")]
    row = judged(engine, [report("a", "95188")], calls)["a", "95188"]
    assert (row["how"], row["came"], row["rang"], row["believed"]) == ("service", 1, 1, False)
    assert "(Alipay)" in row["because"]
    assert "（支付宝）" in row["because_zh"]
    unnamed = judged(engine, [report("a")], [call("95188"), call("13800000009")])
    assert list(unnamed) == [("a", "95188")]


@pytest.mark.parametrize(
    ("number", "day", "service"),
    [
        ("95188", "2019-05-01", True),
        ("96110", "2019-05-01", True),
        ("01012315", "2019-05-01", True),
        ("4008823823", "2019-05-01", True),
        ("4008823823", "1999-05-01", False),
        ("8001234567", "2019-05-01", True),
        ("61234", "2019-05-01", True),
        ("40088238231", "2019-05-01", False),
        ("17000000001", "2019-05-01", False),
        ("02112345678", "2019-05-01", False),
        ("+8695188", "2019-05-01", False),
    ],
)
def test_service_numbers_by_the_day(engine, number, day, service):
    row = engine.arrow(engine.fetch(given(engine, calls=[call(number, at=day)])["calls"].limit(1)))
    asked = row.select(service=of_service(row["caller"], row["started_at"]))
    assert engine.fetch(asked).to_pylist() == [{"service": service}]


def test_an_unknown_number_is_no_service(engine):
    absent = ibis.null("string"), ibis.null("timestamp(6)")
    row = given(engine, calls=[call("95188")])["calls"].select(service=of_service(*absent))
    assert engine.fetch(row).to_pylist() == [{"service": False}]


def test_every_entry_of_the_catalog_with_an_owner_is_within_a_range():
    import re

    ranges = [entry for entry in numbering() if entry.owner is None]
    for entry in numbering():
        if entry.owner is not None:
            inside = (r for r in ranges if re.fullmatch(r.digits, entry.digits))
            assert any(r.since <= entry.since for r in inside), entry.digits


def shop(**cells):
    """A shop's order of the victim, another order of it that was paid for, and the firm's card."""
    order = {"ordered_at": "2019-05-01 10:00", "merchant_id": "M"}
    return {
        "orders": [
            order | {"order_id": "1", "buyer_phone": VICTIM},
            order | {"order_id": "2", "buyer_phone": "13900000009"},
        ],
        "payments": [
            {"payment_id": "p", "at": "2019-05-01 10:01", "payer": "a", "payee": "till"}
            | {"amount": 5, "merchant_order": "2"}
        ],
        "bank_accounts": [{"account_no": "till", "holder_id": "F", "kind": "merchant"}],
        "sims": [
            {"iccid": "1", "msisdn": CALLER, "customer_id": "F", "opened_at": "2018-01-01"} | cells
        ],
    }


def held(engine, reports, calls, **more):
    tables = given(engine, reports=reports, calls=calls, **more)
    rows = engine.fetch(named_numbers(tables)).to_pylist()
    return {row["number"]: (row["how"], row["believed"]) for row in rows}


@pytest.mark.parametrize("named", [(CALLER,), ()], ids=["named", "only called"])
def test_the_number_of_a_shop_that_she_bought_from_stands_unaccused(engine, named):
    found = held(engine, [report("a", *named)], [call(CALLER)], **shop())
    assert found == {CALLER: ("shop", False)}


@pytest.mark.parametrize(
    "cells",
    [{"customer_id": "F2"}, {"opened_at": "2019-06-01"}],
    ids=["another firm's card", "a card opened later"],
)
def test_another_number_is_judged_by_its_calls(engine, cells):
    found = held(engine, [report("a", CALLER)], [call(CALLER)], **shop(**cells))
    assert found == {CALLER: ("borne_out", True)}


def test_the_shop_of_another_victim_is_a_stranger(engine):
    other = report("a", CALLER, victim="13900000005")
    found = held(engine, [other], [call(CALLER, "13900000005")], **shop())
    assert found == {CALLER: ("borne_out", True)}


def test_a_shop_that_called_too_contradicts_nobody(engine):
    found = held(engine, [report("a", "17112345678")], [call(CALLER)], **shop())
    assert found["17112345678"] == ("not_seen", True)
