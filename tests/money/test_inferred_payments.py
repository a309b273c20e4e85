"""Payments that no row shows: who paid what came in unseen, and when."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from test_trace import account, ends, paid

from suyuan.money.inferred_payments import LIKELY, is_inferred, with_inferred
from suyuan.money.ledger import in_order
from suyuan.money.order import NO_BALANCE
from suyuan.money.statement_requests import doubts
from suyuan.money.trace import trace
from suyuan.store.duck import DuckEngine
from tables import given

#: Time, payer, payee, yuan, the payer's balance after it; a row that `mule` paid is not there.
ROWS = (
    ("07:00", "mule", "deep", 10, 190),
    ("07:30", "deep", "food", 10, 100),
    ("08:00", "her", "mule", 920, None),
    ("09:00", "mule", "food", 10, 200),
    ("10:00", "deep", "food", 10, 990),
)


def book_of(rows, opening):
    """The ledger of `rows` with what is inferred, what is left, and the inferred rows."""
    table = pa.table(
        {
            "row_id": [f"r{i}" for i in range(len(rows))],
            "payment_id": [f"p{i}" for i in range(len(rows))],
            "at": pa.array([datetime.fromisoformat(f"2019-04-29T{row[0]}") for row in rows]),
            "payer": [row[1] for row in rows],
            "payee": [row[2] for row in rows],
            "amount": [row[3] * 100 for row in rows],
            "balance_after": pa.array([row[4] and row[4] * 100 for row in rows], pa.int64()),
            "cash": [False] * len(rows),
            "fee": [False] * len(rows),
        }
    )
    book = in_order(table.to_batches())
    known = np.array([opening.get(name, NO_BALANCE) for name in book.accounts.to_pylist()])
    book, rest = with_inferred(book, known)
    names = book.accounts.to_pylist()
    at = pa.array(book.at).cast(pa.timestamp("us")).to_pylist()
    added = [
        (names[book.payer[i]], names[book.payee[i]], book.amount[i] // 100, f"{at[i]:%H:%M}")
        for i in np.flatnonzero(is_inferred(book))
    ]
    left = {
        book.accounts[a].as_py(): fen // 100
        for a, fen in zip(rest.account, rest.amount, strict=False)
    }
    return added, left


def test_an_acquaintance_with_a_gap_paid_what_came_unseen():
    """Of the 930 that `mule` lost 900 came to `deep`, as soon as `mule` had what they are made of.

    The other 30 stay a gap.
    """
    rows = [*ROWS[:3], ("09:00", "mule", "food", 10, 170), ROWS[4]]
    added, left = book_of(rows, {"mule": 200_00})
    assert added == [("mule", "deep", 900, "08:00")]
    assert left == {"mule": -30}


def test_a_stranger_is_not_taken_for_the_payer():
    rows = [("07:00", "mule", "other", 10, 190), *ROWS[1:3], (*ROWS[3][:4], 170), ROWS[4]]
    added, left = book_of(rows, {"mule": 200_00})
    assert added == []
    assert left == {"mule": -930, "deep": 900}


def test_nobody_of_acquaintances_as_likely():
    """Where no payer is likelier than the others together, none is named."""
    gap = ("09:00", "mule", "food", 10, 170)
    one = [*ROWS[:3], gap, ROWS[4]]
    same = [tuple("other" if cell == "mule" else cell for cell in row) for row in one]
    rows = [*one, *(row for row in same if row[1] != "deep")]
    assert book_of(rows, {"mule": 200_00, "other": 200_00})[0] == []
    assert len(book_of(one, {"mule": 200_00})[0]) == 1


def test_after_the_last_balance_only_an_account_with_holes_paid():
    """`mule` has a gap in the morning; what `deep` gained at noon lay at `mule` by the rows."""
    rows = [
        ("07:00", "mule", "deep", 10, 190),
        ("07:30", "mule", "food", 10, 80),
        ("08:00", "deep", "food", 10, 100),
        ("11:00", "her", "mule", 920, None),
        ("12:00", "deep", "food", 10, 990),
    ]
    added, _ = book_of(rows, {"mule": 200_00})
    assert added == [("mule", "deep", 900, "11:00")]
    whole = [rows[0], ("07:30", "mule", "food", 10, 180), *rows[2:]]
    assert book_of(whole, {"mule": 200_00})[0] == []


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def test_likely_payments_are_followed_and_counted(duck):
    case = {
        "reports": [
            {
                "report_id": "r1",
                "reported_at": "2019-04-29T12:00",
                "victim_id": "zheng",
                "contacted_at": "2019-04-29T06:00",
                "payee_accounts": ["mule"],
                "loss": 920_00,
            }
        ],
        "bank_accounts": [
            account("her", "zheng", opening=None),
            account("mule", "one", opening=200),
            account("deep", "two", opening=None),
            account("food", "three", opening=None),
        ],
        "payments": [
            paid(f"p{i}", row[0], *row[1:4], balance_after=row[4] and row[4] * 100)
            for i, row in enumerate([*ROWS[:3], (*ROWS[3][:4], 170), ROWS[4]])
        ],
    }
    found = trace(given(duck, **case))
    assert ends(found)["r1", "bank_account:deep", "balance"] == pytest.approx(890)
    assert is_inferred(found.inputs.book, LIKELY).sum() == 1
    counts = {
        row["doubt"]: row["count"] for row in doubts(found.inputs, found.graph, 0).to_pylist()
    }
    assert (counts["likely_payments"], counts.get("inferred_payments")) == (1, None)
