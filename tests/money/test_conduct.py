"""Ends are decided by what accounts do: collecting accounts, victims who are mules, lots, gaps."""

import pytest
from test_trace import account, card, ends, paid

from suyuan.money.origins import origins
from suyuan.money.payee_typos import variants
from suyuan.money.step import MONEY
from suyuan.money.trace import trace
from suyuan.money.trace_scope import trace_scope
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def found_by(duck, case):
    rows = duck.fetch(origins(trace_scope(given(duck, **case)))).to_pylist()
    return {(r["report_id"], r["payment_id"]): r["found_by"] for r in rows}


def named_merchant(**first):
    """The report names a merchant's account, which sends on (or keeps) what it got."""
    return {
        "reports": [
            {
                "report_id": "r1",
                "reported_at": "2019-04-29T12:00",
                "victim_id": "zheng",
                "contacted_at": "2019-04-28T10:00",
                "payee_accounts": ["till"],
                "loss": 900_00,
            }
        ],
        "bank_accounts": [
            account("hers", "zheng"),
            account("till", "tea", kind="merchant") | first,
            account("deep", "mule"),
        ],
        "payments": [paid("gone", "10:15", "hers", "till", 900)],
        "parties": [{"party_id": "zheng", "kind": "person"}],
    }


def test_a_merchants_account_that_a_report_names_is_followed_unless_it_sells_cards(duck):
    case = named_merchant()
    case["payments"].append(paid("on", "10:45", "till", "deep", 880))
    assert ends(trace(given(duck, **case)))["r1", "bank_account:deep", "balance"] == 880
    case = named_merchant(kind="voucher_shop")
    case["payments"].append(paid("on", "10:45", "till", "deep", 880))
    assert ends(trace(given(duck, **case))) == {("r1", "bank_account:till", "purchase"): 900}


def test_a_shop_where_a_mule_spends_keeps_what_it_got(duck):
    case = named_merchant(kind="bank")
    case["bank_accounts"].append(account("shop", "baker", kind="merchant"))
    case["payments"] += [
        paid("bread", "11:00", "till", "shop", 100),
        *(paid(f"c{i}", f"{12 + i}:00", f"customer{i}", "shop", 500) for i in range(8)),
        *(paid(f"w{i}", f"{13 + i}:30", "shop", f"supplier{i}", 300) for i in range(4)),
    ]
    assert ends(trace(given(duck, **case)))["r1", "bank_account:shop", "purchase"] == 100
    # the same shop, were it to pass on all that comes
    case["payments"] += [
        paid(f"p{i}", f"{12 + i}:10", "shop", f"supplier{i}", 500) for i in range(8)
    ] + [paid("p", "11:05", "shop", "supplier9", 100)]
    assert ends(trace(given(duck, **case)))["r1", "bank_account:supplier9", "no_statement"] == 100


def test_a_mule_who_reported_a_fraud_himself_is_followed(duck):
    case = named_merchant(kind="bank")
    case["payments"] += [
        paid("on", "10:45", "till", "deep", 880),
        paid("off", "10:50", "deep", "end", 870),
    ]
    case["reports"].append(
        {"report_id": "r2", "reported_at": "2019-05-02T12:00", "victim_id": "mule", "loss": 5_00}
    )
    assert ends(trace(given(duck, **case)))["r1", "bank_account:end", "no_statement"] == 870


def test_a_lot_of_cards_says_whom_its_rows_leave_out(duck):
    """Three cards sold together: two rows name the dealer, one only its user, who gave nothing."""
    case = named_merchant(kind="bank")
    case["bank_accounts"].append(account("cards", "seller", kind="voucher_shop"))
    case["payments"].append(paid("buy", "10:45", "till", "cards", 900))
    for i in range(3):
        sold = {"to_party": "dealer"} if i else {}
        case.setdefault("vouchers", []).extend(
            [
                card(f"v{i}", "issue", "10:45", to_party="tea", payment_id="buy", price=300_00),
                card(f"v{i}", "transfer", "11:30", from_party="tea", price=270_00, **sold),
                card(f"v{i}", "redeem", f"15:0{i}", from_party=f"user{i}"),
            ]
        )
    assert ends(trace(given(duck, **case))) == {("r1", "party:dealer", "purchase"): 900}


def test_a_row_that_two_statements_miss_is_put_in(duck):
    """`till` lost, and `deep` gained, 800 that no row shows; what only one statement shows left."""
    case = named_merchant(kind="bank")
    case["payments"] += [
        paid("t1", "10:20", "till", "x", 1, balance_after=899_00),
        paid("t2", "11:20", "till", "x", 1, balance_after=98_00),
        paid("d1", "10:10", "deep", "y", 1, balance_after=500_00),
        paid("d2", "12:10", "deep", "y", 1, balance_after=1_299_00),
    ]
    case["bank_accounts"][2]["opening_balance"] = 501_00
    found = ends(trace(given(duck, **case)))
    assert found["r1", "bank_account:deep", "balance"] == pytest.approx(799)
    case["payments"][-1]["balance_after"] -= 1
    found = ends(trace(given(duck, **case)))
    assert found["r1", "bank_account:till", "no_statement"] == pytest.approx(800)
    assert ("r1", "bank_account:deep", "balance") not in found


def test_a_payee_with_one_slip_of_the_pen(duck):
    case = named_merchant(kind="bank")
    number = "6217000012345678"
    for row in case["payments"]:
        row["payee"] = number
    case["bank_accounts"][1]["account_no"] = number
    case["reports"][0] |= {"payee_accounts": ["6217000012354678"], "loss": 1}
    assert found_by(duck, case) == {("r1", "gone"): 1}
    case["reports"][0] |= {"payee_accounts": ["6217000021354678"]}
    assert found_by(duck, case) == {}


def test_slips_are_one_digit_or_two_neighbours():
    assert {"124", "143"} <= variants("142") - {"142"}
    assert len(variants("12")) == 9 + 9 + 1


def test_a_loan_paid_out_is_the_borrowers_account(duck):
    case = named_merchant(kind="bank")
    case["bank_accounts"] = [
        account("debt", "zheng", kind="loan"),
        account("till", "tea"),
        account("deep", "mule"),
    ]
    case["payments"] = [
        paid("draw", "10:05", "debt", "unknown", 1_000),
        paid("gone", "10:15", "unknown", "till", 900),
    ]
    assert found_by(duck, case) == {("r1", "gone"): 1}


def test_the_loss_out_of_an_account_not_known_to_be_hers(duck):
    case = named_merchant(kind="bank")
    case["payments"][0]["payer"] = "fathers"
    assert found_by(duck, case) == {("r1", "gone"): 5}
    case["reports"][0]["loss"] += 1
    assert found_by(duck, case) == {}


def test_an_account_between_hers_and_the_payee_she_names(duck):
    """Nobody is known to hold it, her account pays it, and it paid whom she names."""
    case = named_merchant(kind="bank")
    case["payments"] = [
        paid("over", "09:50", "hers", "second", 950),
        paid("gone", "10:15", "second", "till", 500),
        paid("again", "10:25", "second", "till", 300),
    ]
    assert found_by(duck, case) == {("r1", "gone"): 1, ("r1", "again"): 1}
    case["bank_accounts"].append(account("second", "somebody"))
    assert found_by(duck, case) == {}


def test_the_loss_of_a_report_that_says_nothing_else(duck):
    """The one payment of it by a stranger into an account that another report names."""
    case = named_merchant(kind="bank")
    mute = {
        "report_id": "r2",
        "reported_at": "2019-04-29T12:00",
        "contacted_at": "2019-04-29T08:00",
    }
    case["reports"].append(mute | {"loss": 777_00})
    case["payments"].append(paid("other", "10:30", "stranger", "till", 777))
    assert found_by(duck, case) == {("r1", "gone"): 1, ("r2", "other"): 5}
    case["reports"].append(mute | {"report_id": "r3", "loss": 777_00})
    assert found_by(duck, case) == {("r1", "gone"): 1}
    case["reports"].pop()
    case["payments"].append(paid("same", "10:40", "third", "till", 777))
    assert found_by(duck, case) == {("r1", "gone"): 1}


def test_all_to_one_payee_is_what_is_missing_of_the_loss(duck):
    case = named_merchant(kind="bank")
    case["payments"] += [
        paid("one", "10:30", "hers", "unknown", 40),
        paid("two", "10:40", "hers", "unknown", 60),
        paid("lunch", "10:50", "hers", "canteen", 30),
    ]
    case["reports"][0]["loss"] = 1_000_00
    assert found_by(duck, case) == {("r1", "gone"): 1, ("r1", "one"): 4, ("r1", "two"): 4}


def crowd(n, *, payees=0, each=10):
    """Strangers who pay `till`, and strangers whom it pays, before the victim does."""
    into = [paid(f"i{i}", f"09:{i // 60:02}:{i % 60:02}", f"in{i}", "till", each) for i in range(n)]
    out = [
        paid(f"o{i}", f"09:{30 + i // 60:02}:{i % 60:02}", "till", f"out{i}", each)
        for i in range(payees)
    ]
    return into + out


def test_small_payers_make_no_pool(duck):
    """Two hundred of them, arranged before the money comes, do not stop the trail."""
    case = named_merchant(kind="bank", holder_id=None)
    case["payments"] += crowd(200)
    case["payments"].append(paid("on", "10:45", "till", "deep", 880))
    assert ends(trace(given(duck, **case)))["r1", "bank_account:deep", "balance"] == 880


def test_a_pool_by_its_flow_is_a_doubt_with_a_way_on(duck):
    """Where as many are paid as pay, in like sums, the trail stops, is counted and asked for."""
    case = named_merchant(kind="bank", holder_id=None)
    case["payments"] += crowd(200, payees=200, each=900)
    case["payments"].append(paid("on", "10:45", "till", "deep", 880))
    stopped = MONEY.run(given(duck, **case))
    doubts = {row["doubt"]: row["count"] for row in stopped["trace_doubts"].to_pylist()}
    assert doubts["pools_by_flow"] == 1
    (wanted,) = stopped["statements_wanted"].to_pylist()
    assert (wanted["account"], wanted["amount"]) == ("bank_account:till", 900_00)
    # whoever says whose it is gets the trail back
    case["bank_accounts"][1]["holder_id"] = "tea"
    case["parties"].append({"party_id": "tea", "kind": "person"})
    assert ends(trace(given(duck, **case)))["r1", "bank_account:deep", "balance"] == 880


def test_what_no_row_shows_is_counted_and_asked_for(duck):
    case = named_merchant(kind="bank")
    case["payments"] += [
        paid("t1", "10:20", "till", "x", 1, balance_after=899_00),
        paid("t2", "11:20", "till", "x", 1, balance_after=98_00),
        paid("d1", "10:10", "deep", "y", 1, balance_after=500_00),
        paid("d2", "12:10", "deep", "y", 1, balance_after=1_299_00),
    ]
    case["bank_accounts"][2]["opening_balance"] = 501_00
    told = MONEY.run(given(duck, **case))
    doubts = {row["doubt"]: row["count"] for row in told["trace_doubts"].to_pylist()}
    assert doubts["inferred_payments"] == 1
    wanted = {row["account"]: row["amount"] for row in told["statements_wanted"].to_pylist()}
    assert wanted["bank_account:till"] == 800_00
