"""Cards opened together, and the card behind a number at a moment."""

from suyuan.detect import openings
from tables import given


def card(iccid, **cells):
    base = {"iccid": iccid, "msisdn": "n", "operator": "o", "opened_at": "2019-03-01T02:00"}
    return base | {"product": "personal", "agent": "a", "customer_id": "c"} | cells


def test_a_batch_is_one_day_outlet_and_customer(duck):
    sims = [card("1"), card("2"), card("3", customer_id="d"), card("4", opened_at="2019-03-09")]
    sims += [card("5", agent=None, customer_id=None), card("6", agent=None, customer_id=None)]
    found = duck.fetch(openings.batches(given(duck, sims=sims)["sims"])).to_pylist()
    assert {row["iccid"]: row["batch"] for row in found} == {
        "1": 2, "2": 2, "3": 1, "4": 1, "5": None, "6": None,
    }  # fmt: skip


def test_the_newest_card_before_the_first_use(duck):
    sims = [
        card("old", opened_at="2018-01-01", product="iot"),
        card("mine", opened_at="2019-03-01"),
        card("later", opened_at="2019-06-01", product="iot"),
    ]
    tables = given(duck, sims=sims, calls=[{"caller": "n", "callee": "x", "started_at": "2019-03-11"}])  # fmt: skip  # noqa: E501
    numbers = tables["calls"].select(number="caller", first_seen="started_at")
    found = duck.fetch(openings.behind(numbers, openings.batches(tables["sims"]))).to_pylist()
    assert [(row["card_age"], row["thing_card"]) for row in found] == [(10.0, 0.0)]
