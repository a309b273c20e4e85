"""What is no copy, and what names nobody: lists at home, exhibits where this fraud is not."""

import pytest

from suyuan.detect.leak_source import _corroborate
from suyuan.detect.leaks.copies import copies
from suyuan.store.duck import DuckEngine
from tables import given


@pytest.fixture(scope="module")
def duck():
    with DuckEngine() as one:
        yield one


def order(id_, merchant, courier="YTO"):
    at = "2026-03-01T10:00"
    return {"order_id": id_, "ordered_at": at, "merchant_id": merchant, "courier": courier}


def case(*holders):
    """An order of M1 by YTO, copied once in the hands of each of `holders`."""
    rows = [
        {"leaked_id": f"l{i}", "exhibit_id": f"e{i}", "holder_id": holder}
        for i, holder in enumerate(holders)
    ]
    return {"orders": [order("o1", "M1")], "leaked": rows}


def matched(duck, *holders):
    tables = given(duck, **case(*holders))
    known = duck.fetch(tables["leaked"].select("leaked_id", "row_id")).to_pylist()
    blank = dict.fromkeys(tables["matches"].columns)
    tables = given(
        duck,
        **case(*holders),
        matches=[
            blank | {"leaked_row": row["row_id"], "order_id": "o1", "probability": 0.9}
            for row in known
        ],
    )
    name = {row["row_id"]: row["leaked_id"] for row in known}
    return {name[row["leaked_row"]] for row in duck.fetch(copies(tables, 0.5)).to_pylist()}


def test_a_list_at_home_is_no_copy(duck):
    assert matched(duck, "M1", "M2", None, "YTO", "P7") == {"l1", "l2", "l4"}


def report(label):
    return {"report_id": "r1", "reported_at": "2026-03-02T10:00", "fraud_type": label}


@pytest.mark.parametrize(
    ("label", "canary", "named"),
    [("冒充客服", 0.0, True), ("网络贷款", 0.0, False), ("网络贷款", 3.0, True), (None, 0.0, True)],
)
def test_exhibits_name_nobody_where_no_report_is_of_this_fraud(duck, label, canary, named):
    """Without a label a report may be ours; a marked order speaks by itself."""
    tables = given(duck, reports=[report(label)])
    [found] = _corroborate(tables, [{"subject": "merchant:M1", "canary": canary}])
    assert found["corroborated"] is named


def test_a_case_without_reports_is_asked_by_its_exhibits(duck):
    [found] = _corroborate(given(duck), [{"subject": "merchant:M1", "canary": 0.0}])
    assert found["corroborated"] is True
