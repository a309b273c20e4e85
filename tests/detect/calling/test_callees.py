"""Whom a number calls: strangers at the hour of contact, buyers beyond chance, stolen records."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from suyuan.detect.calling import activity, callees, report_evidence
from suyuan.detect.scheme import reports_of_scheme
from suyuan.identity.named_numbers import named_numbers
from tables import given

T = datetime(2019, 5, 6, 1)


def at(hours):
    return (T + timedelta(hours=hours)).isoformat()


def call(caller, callee, hours):
    return {"caller": caller, "callee": callee, "started_at": at(hours), "duration": 60}


SPAN = [call("x", "y", 0), call("x", "z", 1000)]


def report(**cells):
    base = {"report_id": "R", "reported_at": at(530), "victim_phone": "v", "loss": 100}
    return base | {"contacted_at": at(500)} | cells


def contacted(engine, calls, reports, **more):
    tables = given(engine, calls=SPAN + calls, reports=reports, **more)
    met, ours = activity.pairs(tables["calls"]), reports_of_scheme(tables)
    judged = engine.keep(named_numbers(tables))
    found = report_evidence.contacts(met, tables["reports"], ours, judged)
    return {row["caller"]: row for row in engine.fetch(found).to_pylist()}


def test_a_stranger_at_the_hour_is_a_hit(duck):
    found = contacted(duck, [call("s", "v", 501), call("s", "v", 505)], [report()])
    assert found["s"]["hit"] == 1
    assert found["s"]["chance"] == pytest.approx(4 / 1000)


@pytest.mark.parametrize("hours", [[100, 501], [497], [520]])
def test_a_friend_or_another_hour_is_none(duck, hours):
    found = contacted(duck, [call("f", "v", h) for h in hours], [report()])
    assert found["f"]["hit"] == 0


def test_the_shop_that_she_bought_from_is_no_stranger(duck):
    order = {"order_id": "o", "ordered_at": at(490), "buyer_phone": "v", "merchant_id": "M"}
    card = {"iccid": "1", "msisdn": "s", "customer_id": "M", "opened_at": at(-100)}
    calls = [call("s", "v", 500), call("q", "v", 500)]
    found = contacted(duck, calls, [report()], orders=[order], sims=[card])
    assert set(found) == {"q"}


def test_an_unknown_hour_is_a_window_before_the_report(duck):
    found = contacted(duck, [call("s", "v", 480)], [report(contacted_at=None)])
    assert found["s"]["hit"] == 1
    assert found["s"]["chance"] == pytest.approx(96 / 1000)


def test_a_number_of_many_victims_by_chance_is_not_lifted(duck):
    reports = [report(report_id=f"R{i}", victim_phone=f"v{i}") for i in range(40)]
    calls = [call("courier", f"v{i}", 10 + 25 * i) for i in range(40)]
    calls += [call("scam", f"v{i}", 500) for i in range(3)]
    tables = given(duck, calls=SPAN + calls, reports=reports)
    met = activity.pairs(tables["calls"])
    habits = activity.habits(tables["calls"], met)
    judged = duck.keep(named_numbers(tables))
    contacts = report_evidence.contacts(met, tables["reports"], reports_of_scheme(tables), judged)
    found = report_evidence.victims(contacts, habits)
    lift = {row["caller"]: row["victim_lift"] for row in duck.fetch(found).to_pylist()}
    assert lift["courier"] < 0.9 < 1.5 < lift["scam"]


def test_a_victim_naming_herself_names_nobody(duck):
    reports = [report(caller_numbers=["v", "s"])]
    tables = given(duck, reports=reports)
    named = report_evidence.numbers_named(tables["reports"], duck.keep(named_numbers(tables)))
    assert duck.fetch(named)["number"].to_pylist() == ["s"]


@pytest.fixture
def shop(duck):
    orders = [
        {
            "order_id": f"o{i}",
            "ordered_at": at(20 * i),
            "buyer_phone": f"b{i}",
            "platform": "p",
            "merchant_id": f"m{i % 8}",
            "amount": 1,
        }
        for i in range(48)
    ]
    desk = [call("desk", f"b{i}", 20 * i + 5) for i in range(0, 48, 8)]
    thief = [call("thief", f"b{i}", 20 * i + 5) for i in range(20)]
    friend = [call("friend", f"b{i}", 200 + 40 * i) for i in range(20)]
    unknown = [call("thief", f"u{i}", 10 * i) for i in range(40)]
    return given(duck, orders=orders, calls=desk + thief + friend + unknown)


def test_buyers_are_measured_among_known_people(duck, shop):
    met = activity.pairs(shop["calls"])
    marked = callees.purchases(met, shop["orders"])
    found = callees.buyers(marked, shop["orders"])
    share = {row["caller"]: row for row in duck.fetch(found).to_pylist()}
    assert share["thief"]["bought"] == pytest.approx(1.0)
    assert share["desk"]["bought"] == pytest.approx(1.0)
    assert share["friend"]["bought"] < 0.1
    assert share["desk"]["one_merchant_id"] == pytest.approx(1.0)
    assert share["thief"]["one_merchant_id"] < 0.1


def test_masked_numbers_match_seized_rows(duck):
    leaked = [
        {"leaked_id": f"l{i}", "phone": f"138****{i:04d}", "ordered_at": at(10 * i)}
        for i in range(60)
    ]
    calls = [call("thief", f"1380000{i:04d}", 10 * i + 6) for i in range(10)]
    calls += [call("other", f"1380000{i:04d}", 10 * i + 300) for i in range(10)]
    tables = given(duck, leaked=leaked, calls=calls)
    met = activity.pairs(tables["calls"])
    found = callees.leak_exposure(met, tables["leaked"])
    share = {row["caller"]: row["exposed"] for row in duck.fetch(found).to_pylist()}
    assert share["thief"] == pytest.approx(1.0)
    assert share["other"] < 0.1


def test_excess_is_nothing_at_chance_and_one_at_all(duck):
    table = duck.arrow(pa.table({"share": [0.3, 1.0, 0.0], "base": [0.3, 0.3, 0.3]}))
    found = duck.fetch(table.select(x=callees.excess(table["share"], table["base"])))
    assert found["x"].to_pylist() == pytest.approx([0.0, 1.0, -0.3 / 0.7])
