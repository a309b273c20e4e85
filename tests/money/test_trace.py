"""Tracing a small case through accounts and cards, and what a case may lack."""

from collections import defaultdict

import numpy as np
import pyarrow.compute as pc
import pytest

from suyuan.model.errors import InputError
from suyuan.money.backward_trace import trace_back
from suyuan.money.methods import DEFAULT, METHODS
from suyuan.money.reachable_scope import reachable
from suyuan.money.step import MONEY
from suyuan.money.trace import trace, trace_payments
from suyuan.store.duck import DuckEngine
from tables import given, rows_of


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


VICTIM = {"report_id": "r1", "reported_at": "2019-04-29T12:00", "victim_id": "zheng"}
CONTACT = {"contacted_at": "2019-04-28T10:00"}


def paid(id_, at, payer, payee, yuan, **more):
    base = {"payment_id": id_, "at": f"2019-04-29T{at}", "payer": payer, "payee": payee}
    return base | {"amount": round(yuan * 100)} | more


def account(number, holder, kind="bank", opening=0, **more):
    return {
        "account_no": number,
        "holder_id": holder,
        "kind": kind,
        "opening_balance": None if opening is None else round(opening * 100),
        "institution": "bank one",
    } | more


def card(id_, event, at, **more):
    base = {"voucher_id": id_, "event": event, "at": f"2019-04-29T{at}", "kind": "suning"}
    return base | {"face_value": 10_000_00} | more


def zheng():
    """The loan, the withdrawal, 49,950 out within minutes, cards, cash, the dealer."""
    return {
        "reports": [VICTIM | CONTACT | {"payee_accounts": ["m1"], "loss": 49_950_00}],
        "payments": [
            paid("loan", "10:00", "lender", "wallet", 50_000, channel="loan"),
            paid("draw", "10:10", "wallet", "hers", 50_000),
            paid("gone", "10:15", "hers", "m1", 49_950),
            paid("on", "10:20", "m1", "m2", 30_000),
            paid("cards", "10:30", "m2", "shop", 20_000, channel="voucher"),
            paid("cash", "10:35", "m1", "desk", 15_000, channel="cash"),
            paid("price", "11:35", "dealers", "broker", 9_700),
            paid("later", "11:40", "dealers", "elsewhere", 5_000),
        ],
        "bank_accounts": [
            account("wallet", "zheng", "wallet"),
            account("hers", "zheng", opening=100),
            account("lender", "zheng", "loan", None),
            account("m1", "one", opening=20),
            account("m2", "two"),
            account("shop", "suning", "voucher_shop"),
            account("dealers", "dealer"),
            account("broker", "middle"),
        ],
        "vouchers": [
            card("v1", "issue", "10:31", price=10_000_00, to_party="two", payment_id="cards"),
            card("v2", "issue", "10:31", price=10_000_00, to_party="two", payment_id="cards"),
            card("v1", "transfer", "10:50", from_party="two", to_party="middle"),
            card(
                "v1",
                "transfer",
                "11:35",
                price=9_700_00,
                from_party="middle",
                to_party="dealer",
                payment_id="price",
            ),
        ],
        "aliases": [
            {"name": name, "subject": f"party:{name}", "entity": f"party:{name}"}
            for name in ("zheng", "one", "two", "middle", "dealer", "suning")
        ],
    }


def ends(found, method=DEFAULT):
    """{(report, exit, reason): yuan}"""
    rows = found.exits.filter(pc.equal(found.exits["method"], method)).to_pylist()
    return {(r["report_id"], r["exit"], r["reason"]): r["amount"] / 100 for r in rows}


def begun(found):
    total = defaultdict(int)
    for row in found.origins.to_pylist():
        total[row["report_id"]] += row["amount"]
    return total


def test_zheng(engine):
    found = trace(given(engine, **zheng()), ("lifo", "fifo"))
    assert ends(found) == {
        ("r1", "bank_account:m1", "balance"): 4_950,
        ("r1", "bank_account:m2", "balance"): 10_000,
        ("r1", "bank_account:m1", "cash"): 15_000,
        ("r1", "party:dealer", "purchase"): 10_000,
        ("r1", "voucher:v2", "voucher"): 10_000,
    }
    # first in, first out sends the mule's own twenty yuan on first
    assert ends(found, "fifo")["r1", "bank_account:m1", "balance"] == 4_970
    assert ends(found, "fifo")["r1", "party:dealer", "purchase"] == 9_980


def test_every_step_is_written_down(duck):
    found = trace(given(duck, **zheng()))
    steps = [
        (r["hop"], r["payment_id"], r["voucher_id"], r["from"], r["to"], r["amount"] // 100)
        for r in found.traces.to_pylist()
    ]
    assert sorted(steps, key=str) == sorted(
        [
            (0, "gone", None, "bank_account:hers", "bank_account:m1", 49_950),
            (1, "on", None, "bank_account:m1", "bank_account:m2", 30_000),
            (2, "cards", None, "bank_account:m2", "bank_account:shop", 20_000),
            (1, "cash", None, "bank_account:m1", "bank_account:desk", 15_000),
            (3, None, "v1", "bank_account:shop", "voucher:v1", 10_000),
            (3, None, "v2", "bank_account:shop", "voucher:v2", 10_000),
            (4, None, "v1", "party:two", "party:middle", 10_000),
            (5, None, "v1", "party:middle", "party:dealer", 10_000),
        ],
        key=str,
    )


def shuffled(rows, seed):
    return [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_rows_plays_no_part(duck, seed):
    case = zheng()
    other = {name: shuffled(rows, seed) for name, rows in case.items()}
    once, again = (trace(given(duck, **tables), tuple(METHODS)) for tables in (case, other))
    key = [("report_id", "ascending"), ("method", "ascending"), ("exit", "ascending")]
    assert once.exits.sort_by(key).equals(again.exits.sort_by(key))


def test_exits_add_up_to_origins_by_every_method_that_conserves(duck):
    found = trace(given(duck, **zheng()), tuple(METHODS))
    for name, method in METHODS.items():
        if method.conserves:
            assert sum(ends(found, name).values()) * 100 == begun(found)["r1"]


def test_a_report_without_origins_has_one_exit_of_nothing(duck):
    case = zheng()
    case["reports"].append(
        {"report_id": "r2", "reported_at": "2019-05-01", "victim_id": "x", "loss": 7_00}
    )
    row = [r for r in trace(given(duck, **case)).exits.to_pylist() if r["report_id"] == "r2"]
    assert [(r["exit"], r["reason"], r["amount"], r["loss"]) for r in row] == [
        ("report:r2", "not_located", 0, 7_00)
    ]


@pytest.mark.parametrize("missing", ["vouchers", "bank_accounts", "payments", "reports", "aliases"])
def test_a_missing_table_leaves_the_rest_standing(duck, missing):
    case = zheng()
    del case[missing]
    written = MONEY.run(given(duck, **case))
    assert set(written) == set(MONEY.writes)


def test_reversed_and_failed_payments_move_nothing(duck):
    case = zheng()
    case["payments"] += [
        paid("no", "10:21", "m1", "m3", 1_000, status="failed"),
        paid("back", "10:22", "m1", "m3", 2_000, status="reversed"),
        paid("entry", "10:50", "m3", "m1", 2_000, memo="冲正"),
    ]
    assert ends(trace(given(duck, **case))) == ends(trace(given(duck, **zheng())))


def test_money_that_comes_home_is_reversed(duck):
    case = zheng()
    case["payments"].append(paid("home", "11:00", "m2", "hers", 4_000))
    assert ends(trace(given(duck, **case)))["r1", "bank_account:hers", "reversed"] == 4_000


def test_an_account_nobody_reports_on_has_no_statement(duck):
    case = zheng()
    case["payments"].append(paid("out", "10:40", "m2", "unknown", 3_000))
    found = MONEY.run(given(duck, **case))
    wanted = found["statements_wanted"].to_pylist()
    assert [(w["account"], w["amount"]) for w in wanted] == [("bank_account:unknown", 3_000_00)]


def with_pool(**pool):
    case = zheng()
    case["payments"] += [
        paid("pool", "10:40", "m2", "pool", 3_000),
        paid("other", "10:45", "pool", "somebody", 3_000),
    ]
    case["bank_accounts"].append(account("pool", None, **pool))
    return case


def test_a_pool_that_its_institution_declares_stops_the_walk(duck):
    for pool in ({"holder_name": "某支付公司客户备付金"}, {"kind": "pooled"}):
        found = ends(trace(given(duck, **with_pool(**pool))))
        assert found["r1", "bank_account:pool", "pooled_account"] == 3_000


@pytest.mark.parametrize(("payees", "share"), [(80, 0.0001), (80, 1.0), (2, 0.0001)])
def test_a_pool_is_told_by_its_flow_and_never_by_a_number_of_payers(duck, payees, share):
    """Two hundred payers make a pool only of an account with many payees and little stolen money;
    small payers make none.
    """
    case = with_pool()
    case["payments"] += [
        paid(f"i{i}", "10:00", f"from{i}", "pool", 3_000 if share < 1 else 1) for i in range(200)
    ]
    case["payments"] += [
        paid(f"o{i}", "10:30", "pool", f"to{i % payees}", 1_000 if share < 1 else 0.5)
        for i in range(160)
    ]
    stops = payees == 80 and share < 1
    found = ends(trace(given(duck, **case)))
    assert (("r1", "bank_account:pool", "pooled_account") in found) == stops
    assert (("r1", "bank_account:somebody", "no_statement") in found) == (not stops)


def test_a_cycle_ends(duck):
    case = zheng()
    case["payments"] += [
        paid("a", "10:41", "m2", "m1", 5_000),
        paid("b", "10:42", "m1", "m2", 5_000),
        paid("c", "10:42", "m2", "m1", 5_000),
    ]
    found = trace(given(duck, **case), tuple(METHODS))
    assert sum(ends(found).values()) * 100 == begun(found)["r1"]


def test_two_reports_claim_nothing_twice(duck):
    case = zheng()
    case["reports"].append(case["reports"][0] | {"report_id": "r0"})
    found = trace(given(duck, **case))
    assert sum(begun(found).values()) == 49_950_00
    assert sum(ends(found).values()) == 49_950


def test_the_freeze_list_puts_first_what_a_call_would_save(duck):
    tables = given(duck, **zheng())
    rows = MONEY.run(tables)["freeze_list"].to_pylist()
    saved = [row["saved"] for row in rows]
    assert saved == sorted(saved, reverse=True)
    assert {row["account"] for row in rows} == {
        "bank_account:m1",
        "bank_account:m2",
        "voucher:v2",
    }
    for row in rows:
        assert 0 <= row["saved"] <= row["amount"] <= row["balance"]
        assert row["reports"] == ["r1"]


def test_declared_columns(duck):
    tables = given(duck, **zheng())
    for name, table in MONEY.run(tables).items():
        tables.put(name, table)
    assert rows_of("exits", []).schema.names == trace(tables).exits.schema.names


def test_leaving_out_what_cannot_be_reached_changes_nothing(engine, monkeypatch):
    case = zheng()
    case["payments"] += [paid(f"x{i}", "09:00", f"a{i}", f"b{i}", 10) for i in range(5)]
    whole = trace(given(engine, **case), tuple(METHODS))
    monkeypatch.setattr(
        "suyuan.money.trace.reachable", lambda on, begun: reachable(on, begun, fits=0)
    )
    pruned = trace(given(engine, **case), tuple(METHODS))
    assert len(pruned.inputs.book.at) < len(whole.inputs.book.at)
    key = [("report_id", "ascending"), ("method", "ascending"), ("exit", "ascending")]
    assert whole.exits.sort_by(key).equals(pruned.exits.sort_by(key))


def test_a_payment_can_be_traced_by_itself(duck):
    found = trace_payments(given(duck, **zheng()), ["on"])
    assert ends(found) == {
        ("on", "bank_account:m2", "balance"): 10_000,
        ("on", "party:dealer", "purchase"): 10_000,
        ("on", "voucher:v2", "voucher"): 10_000,
    }
    with pytest.raises(InputError):
        trace_payments(given(duck, **zheng()), ["nothing"])


def test_whose_money_lies_in_an_account(duck):
    tables = given(duck, **zheng())
    found = trace_back(tables, "m1", "fifo").to_pylist()
    assert [(r["source"], r["kind"], r["came"] // 100, r["lies"] // 100) for r in found] == [
        ("report:r1", "report", 49_950, 4_970),
        ("bank_account:m1", "opening", 20, 0),
    ]
    # of the broker nothing is known but that a dealer paid him
    (row,) = trace_back(tables, "broker").to_pylist()
    assert (row["source"], row["kind"], row["lies"]) == (
        "bank_account:dealers",
        "opening",
        9_700_00,
    )
    with pytest.raises(InputError):
        trace_back(tables, "nobody")
