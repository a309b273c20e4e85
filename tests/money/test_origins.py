"""Where traces begin, and what cards with gaps in their history say."""

import pytest
from test_trace import account, card, ends, paid, zheng

from suyuan.money.origins import origins
from suyuan.money.trace import trace
from suyuan.money.trace_scope import trace_scope
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def begun(duck, case):
    """{(report, payment or card): how it was found}"""
    rows = duck.fetch(origins(trace_scope(given(duck, **case)))).to_pylist()
    return {(r["report_id"], r["payment_id"] or r["voucher_id"]): r["found_by"] for r in rows}


def test_the_named_payee_and_nothing_else(duck):
    case = zheng()
    case["payments"] += [
        paid("lunch", "11:00", "hers", "canteen", 30),
        paid("before", "07:00", "hers", "m1", 5) | {"at": "2019-04-20T07:00"},
        paid("after", "23:00", "hers", "m1", 6),
        paid("failed", "10:16", "hers", "m1", 7, status="failed"),
    ]
    assert begun(duck, case) == {("r1", "gone"): 1}


def test_a_payee_that_another_report_names(duck):
    case = zheng()
    case["reports"].append({"report_id": "r9", "reported_at": "2019-05-02", "victim_id": "nine"})
    case["reports"][1] |= {"payee_accounts": ["m1"], "loss": 1}
    case["reports"][0] |= {"payee_accounts": None, "loss": 0}
    assert begun(duck, case) == {("r1", "gone"): 2}


def test_the_loss_to_the_fen_where_nothing_is_named(duck):
    case = zheng()
    case["reports"][0] |= {"payee_accounts": None}
    case["payments"].append(paid("lunch", "11:00", "hers", "canteen", 30))
    assert begun(duck, case) == {("r1", "gone"): 4}
    case["reports"][0]["loss"] += 1
    assert begun(duck, case) == {}


def test_cards_that_the_victim_bought_and_others_used(duck):
    case = zheng()
    case["payments"].append(paid("codes", "10:40", "hers", "shop", 20))
    case["vouchers"] += [
        card("v8", "issue", "10:40", to_party="zheng", payment_id="codes"),
        card("v8", "transfer", "10:45", from_party="zheng", to_party="middle"),
        card("v9", "issue", "10:50", to_party="zheng"),
        card("v9", "redeem", "10:59", from_party="middle"),
    ]
    assert begun(duck, case) == {("r1", "gone"): 1, ("r1", "codes"): 3, ("r1", "v9"): 3}


def test_a_card_that_the_victim_kept_is_hers(duck):
    case = zheng()
    case["payments"].append(paid("gift", "10:40", "hers", "shop", 20))
    case["vouchers"] += [
        card("v8", "issue", "10:40", to_party="zheng", payment_id="gift"),
        card("v8", "redeem", "10:45", from_party="zheng"),
    ]
    assert begun(duck, case) == {("r1", "gone"): 1}


def test_an_issue_without_a_payment_is_tied_to_the_one_that_paid(duck):
    case = zheng()
    case["vouchers"][1]["payment_id"] = None
    assert ends(trace(given(duck, **case))) == ends(trace(given(duck, **zheng())))


def test_a_dealer_whom_we_never_saw_get_the_card_has_it(duck):
    case = zheng()
    for number in range(3):
        case["payments"].append(paid(f"q{number}", "10:32", "m2", "shop", 10))
        case["vouchers"] += [
            card(
                f"w{number}", "issue", "10:33", to_party="two", payment_id=f"q{number}", price=10_00
            ),
            card(
                f"w{number}", "transfer", "10:50", from_party="two", to_party="dealer", price=9_00
            ),
        ]
    case["vouchers"] += [
        card("v2", "transfer", "12:00", from_party="dealer", to_party="guest", price=9_900_00)
    ]
    found = ends(trace(given(duck, **case)))
    assert found["r1", "party:dealer", "purchase"] == 20_030
    assert ("r1", "party:guest", "purchase") not in found


def test_a_card_bought_second_hand_is_bought_with_own_money(duck):
    case = zheng()
    case["payments"].append(paid("hand", "10:40", "m2", "seller", 500))
    case["bank_accounts"].append(account("seller", "honest"))
    case["vouchers"].append(
        card("s1", "transfer", "10:41", from_party="honest", to_party="two", payment_id="hand")
    )
    found = ends(trace(given(duck, **case)))
    assert found["r1", "bank_account:seller", "balance"] == 500
    assert ("r1", "voucher:s1", "voucher") not in found


def test_a_victim_of_whom_only_the_phone_is_known(duck):
    case = zheng()
    case["reports"][0] |= {"victim_id": None, "victim_phone": "138"}
    case["bank_accounts"][1]["phone"] = "138"
    assert begun(duck, case) == {("r1", "gone"): 1}


def test_a_victim_whose_accounts_are_not_known(duck):
    case = zheng()
    case["bank_accounts"] = [row for row in case["bank_accounts"] if row["holder_id"] != "zheng"]
    case["payments"].append(paid("friend", "10:17", "other", "m1", 10))
    assert begun(duck, case) == {("r1", "gone"): 5}
    case["payments"].append(paid("same", "10:18", "third", "m1", 49_950))
    assert begun(duck, case) == {}
    case["payments"] = zheng()["payments"]
    case["reports"][0]["loss"] += 5
    assert begun(duck, case) == {("r1", "gone"): 5}
