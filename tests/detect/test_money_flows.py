"""How long money rests and which sums return, on ledgers small enough to reckon by hand."""

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from suyuan.detect.money_flows import accounts
from suyuan.detect.money_flows.kernels import DAY, HOUR, Legs, transit
from suyuan.detect.money_flows.sides import sides
from suyuan.money.settlement import settled_payments
from tables import given

PAYMENTS = [
    {"payment_id": "1", "at": "2019-05-06 02:00", "payer": "a", "payee": "m", "amount": 1_234_500},
    {"payment_id": "2", "at": "2019-05-06 02:20", "payer": "m", "payee": "n", "amount": 1_230_000},
    {"payment_id": "3", "at": "2019-05-08 02:00", "payer": "b", "payee": "m", "amount": 400_000},
    {"payment_id": "4", "at": "2019-05-06 03:00", "payer": "c", "payee": "d", "amount": 5_000},
    {"payment_id": "5", "at": "2019-05-06 03:10", "payer": "c", "payee": "d", "amount": 5_000},
    {"payment_id": "6", "at": "2019-05-06 03:20", "payer": "c", "payee": "d", "amount": 5_000},
]


def test_what_an_account_passes_on(engine):
    tables = given(engine, payments=PAYMENTS)
    told = engine.fetch(
        accounts.measure_accounts(tables, engine.keep(settled_payments(tables)))
    ).to_pylist()
    found = {row["account_no"]: row for row in told}
    mule = found["m"]
    assert (mule["n_in"], mule["n_out"], mule["payers"], mule["payees"]) == (2, 1, 2, 1)
    assert mule["passed_hour"] == pytest.approx(1_230_000 / 1_634_500)
    assert mule["rest_hours"] == pytest.approx(1 / 3)
    assert mule["echo_most"] > 0
    assert found["n"]["passed"] == 0
    assert found["n"]["echo_most"] == 0
    assert found["a"]["passed"] is None
    assert found["d"]["alike"] > mule["alike"] == 0


def test_a_card_is_paid_for_whether_or_not_its_record_says_so(engine):
    issue = {"kind": "q", "event": "issue", "face_value": 100, "at": "2019-05-06 02:21"}
    tables = given(
        engine,
        payments=PAYMENTS,
        vouchers=[issue | {"voucher_id": "v1", "payment_id": "1"}, issue | {"voucher_id": "v2"}],
        card_payments=[{"voucher_id": "v2", "payment_id": "2", "how": "linked"}],
        owners=[],
    )
    sight = sides(tables, engine.keep(settled_payments(tables)))
    rows = engine.fetch(sight.filter(sight["came"] == 0)).to_pylist()
    assert sorted(row["amount"] for row in rows if row["cards"]) == [1_230_000, 1_234_500]


def test_days_without_hours_leave_hours_unknown(engine):
    days = [row | {"at": row["at"][:10]} for row in PAYMENTS]
    tables = given(engine, payments=days)
    told = engine.fetch(
        accounts.measure_accounts(tables, engine.keep(settled_payments(tables)))
    ).to_pylist()
    assert {row["passed_hour"] for row in told} == {None}
    assert {row["night"] for row in told} == {None}


@settings(max_examples=60, deadline=None)
@drawn(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 900), st.integers(0, 90)),
        min_size=1,
        max_size=40,
    )
)
def test_no_more_leaves_than_came(moves):
    legs = sorted(
        [(end, at, out, fen) for giver, taker, fen, at in moves if giver != taker
         for end, out in ((giver, True), (taker, False))]
    )  # fmt: skip
    end, at, out, fen = (np.array([leg[n] for leg in legs]) for n in range(4))
    first = np.searchsorted(end, np.arange(6)) if legs else np.zeros(6)
    walked = Legs(
        first.astype(np.int64), at.astype(np.int64) * HOUR, out.astype(bool), fen.astype(np.int64)
    )
    passed, in_day, in_hour, _ = transit(walked)
    end = end.astype(np.int64)
    came = np.bincount(end[~walked.out], fen[~walked.out], minlength=5)
    went = np.bincount(end[walked.out], fen[walked.out], minlength=5)
    assert (in_hour <= in_day).all()
    assert (in_day <= passed).all()
    assert (passed <= np.minimum(came, went)).all()
    if legs and walked.at.max() - walked.at.min() <= DAY:
        assert (in_day == passed).all()
