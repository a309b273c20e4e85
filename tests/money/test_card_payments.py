"""What paid for cards that do not say so, and what that tells of the money and of the dealer."""

import pytest
from test_trace import account, card, paid, zheng

from suyuan.money.card_payments import card_payments
from suyuan.money.origins import origins
from suyuan.money.settlement import settled_and_drawn
from suyuan.money.trace import trace
from suyuan.money.trace_scope import trace_scope
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def linked(engine, **case):
    tables = given(engine, **case)
    rows = card_payments(tables, settled_and_drawn(tables)).to_pylist()
    return {row["voucher_id"]: row["payment_id"] or row["how"] for row in rows}


def shop(*payments, vouchers, kind="voucher_shop"):
    return {
        "payments": list(payments),
        "vouchers": vouchers,
        "bank_accounts": [
            account("a1", "ann"),
            account("b1", "bob"),
            account("s1", "seller", kind),
        ],
        "owners": [
            {
                "subject": f"bank_account:{no}",
                "entity": f"party:{who}",
                "table": "bank_accounts",
                "row_id": no,
            }
            for no, who in (("a1", "ann"), ("b1", "bob"), ("s1", "seller"))
        ],
    }


def test_a_buyer_whose_two_purchases_are_told_by_amount(engine):
    case = shop(
        paid("p200", "10:00", "a1", "s1", 200),
        paid("p500", "10:01", "a1", "s1", 500),
        vouchers=[
            card("v2", "issue", "10:03", to_party="ann", price=200_00, face_value=200_00),
            card("v5", "issue", "10:04", to_party="ann", price=500_00, face_value=500_00),
        ],
    )
    assert linked(engine, **case) == {"v2": "p200", "v5": "p500"}


def test_a_card_of_nobody_is_the_one_purchase_of_its_amount(engine):
    vouchers = [card("v2", "issue", "10:03", price=200_00, face_value=200_00)]
    one = (paid("p200", "10:00", "a1", "s1", 200), paid("lunch", "10:01", "b1", "canteen", 200))
    assert linked(engine, **shop(*one, vouchers=vouchers)) == {"v2": "p200"}
    two = (*one, paid("other", "10:02", "b1", "s1", 200))
    assert linked(engine, **shop(*two, vouchers=vouchers)) == {"v2": "ambiguous"}
    late = (paid("p200", "09:40", "a1", "s1", 200),)
    assert linked(engine, **shop(*late, vouchers=vouchers)) == {}


def test_a_card_of_somebody_is_no_strangers_purchase(engine):
    vouchers = [
        card("v2", "issue", "10:03", to_party="bob", price=200_00, face_value=200_00),
    ]
    case = shop(paid("p200", "10:00", "a1", "s1", 200), vouchers=vouchers)
    assert linked(engine, **case) == {}


def test_a_seller_is_known_by_what_was_bought_of_it(engine):
    vouchers = [
        card("v1", "issue", "08:00", payment_id="early", face_value=100_00),
        card("v2", "issue", "10:03", face_value=200_00),
    ]
    case = shop(
        paid("early", "07:59", "b1", "s1", 100),
        paid("p200", "10:00", "a1", "s1", 200),
        vouchers=vouchers,
        kind="bank",
    )
    assert linked(engine, **case) == {"v2": "p200"}
    del vouchers[0]
    assert linked(engine, **case) == {}


def test_where_all_cards_name_their_payment_nothing_is_sought(engine):
    vouchers = [card("v1", "issue", "10:01", payment_id="p", face_value=100_00)]
    assert linked(engine, **shop(paid("p", "10:00", "a1", "s1", 100), vouchers=vouchers)) == {}


@pytest.mark.parametrize("holder", ["zheng", None], ids=["her card", "nobody's card"])
def test_cards_that_she_bought_begin_with_her_payment_without_its_number(duck, holder):
    case = zheng()
    case["payments"].append(paid("codes", "10:40", "hers", "shop", 20))
    case["vouchers"] += [
        card("v8", "issue", "10:41", to_party=holder, face_value=20_00),
        card(
            "v8",
            "transfer",
            "10:45",
            from_party=holder,
            to_party="dealer",
            price=19_00,
            face_value=20_00,
        ),
    ]
    tables = given(duck, **case)
    begun = duck.fetch(origins(trace_scope(tables))).to_pylist()
    found = {row["payment_id"] or row["voucher_id"] for row in begun if row["report_id"] == "r1"}
    assert found == {"gone", "codes"}
    steps = trace(tables).traces.to_pylist()
    assert [s["amount"] for s in steps if s["to"] == "voucher:v8"] == [20_00]
