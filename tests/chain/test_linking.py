"""Linkage as people live with it: new reports join, words are obeyed, and can be taken back."""

import pyarrow as pa
import pytest

from suyuan.chain.steps import LINK, _rings_only
from suyuan.identity.named_numbers import named_numbers
from suyuan.store.decisions import DECISIONS_STEP
from suyuan.store.duck import DuckEngine
from suyuan.store.steps import execute
from tables import given


@pytest.fixture
def engine(tmp_path):
    with DuckEngine(tmp_path) as duck:
        yield duck


def report(id_, day, number, account):
    return {
        "report_id": id_,
        "reported_at": f"2019-05-{day:02} 12:00",
        "victim_phone": f"139{id_}",
        "caller_numbers": [number],
        "chat_accounts": [account],
        "loss": 1000,
    }


REPORTS = [
    report("b3", 3, "17000000001", "qq:1"),
    report("a9", 1, "17000000001", "qq:1"),
    report("c5", 5, "17000000001", "qq:1"),
    report("d2", 2, "17000000002", "qq:2"),
    report("a1", 6, "17000000002", "qq:2"),
]


def word(id_, kind, day=1, **more):
    return {"decision_id": id_, "at": f"2020-01-{day:02}", "by": "Li", "kind": kind} | more


def rings(engine, *words, reports=REPORTS):
    """``report: (series, ring)`` of the step that links cases."""
    tables = given(engine, reports=reports, **({"decisions": words} if words else {}))
    execute(DECISIONS_STEP, tables)
    tables.put("named_numbers", engine.keep(named_numbers(tables)))
    made = LINK.run(tables)["ring_series"]
    return {row["report_id"]: (row["series_id"], row["ring_id"]) for row in made.to_pylist()}


def test_a_group_is_named_after_its_earliest_report(engine):
    found = rings(engine)
    assert found == {
        **dict.fromkeys(("a9", "b3", "c5"), ("a9", "a9")),
        **dict.fromkeys(("d2", "a1"), ("d2", "d2")),
    }


@pytest.mark.parametrize("id_", ["a0", "z9"])  # sorts before, and after, what stands
def test_a_new_report_joins_without_relabelling_what_stands(engine, id_):
    before = rings(engine)
    more = [*REPORTS, report(id_, 20, "17000000001", "qq:3"), report("e0", 21, "1", "qq:9")]
    after = rings(engine, reports=more)
    assert {key: after[key] for key in before} == before
    assert after[id_] == ("a9", "a9")
    assert after["e0"] == ("e0", None)


def test_reports_that_somebody_split_are_apart(engine):
    found = rings(engine, word("d1", "split", report_ids=["a9", "b3"]))
    assert found["a9"][1] != found["b3"][1] or found["a9"][1] is None
    assert found["d2"] == found["a1"] == ("d2", "d2")


def test_reports_that_somebody_merged_are_together(engine):
    found = rings(engine, word("d1", "merge", report_ids=["c5", "d2"]))
    assert found["c5"] == found["d2"]
    assert found["c5"][1] is not None


def test_what_was_taken_back_leaves_no_trace(engine):
    words = [
        word("d1", "split", report_ids=["a9", "b3"]),
        word("d2", "merge", report_ids=["c5", "d2"]),
        word("d3", "reject", 2, subject="decision:d1"),
        word("d4", "reject", 2, subject="decision:d2"),
    ]
    assert rings(engine, *words) == rings(engine)


def test_the_last_word_counts(engine):
    pair = {"report_ids": ["a9", "b3"]}
    words = [word("d1", "split", 1, **pair), word("d2", "merge", 2, **pair)]
    found = rings(engine, *words)
    assert found["a9"] == found["b3"]


def placed(trade):
    """Three reports of a ring, likely of this trade, and four of another, in groups of `trade`."""
    ids = list("abcdefg")
    rings = ["a"] * 3 + ["d"] * 4
    return pa.table(
        {
            "report_id": ids,
            "series_id": rings,
            "ring_id": rings,
            "trade_id": trade,
            "in_scheme": [0.7] * 3 + [0.0] * 4,
            "strength": [0.9] * 7,
        }
    )


def test_a_group_that_shares_holders_with_another_trade_is_no_ring():
    apart = _rings_only(placed(["a"] * 3 + ["d"] * 4))["ring_id"].to_pylist()
    assert apart == ["a"] * 3 + [None] * 4
    together = _rings_only(placed(["a"] * 7))["ring_id"].to_pylist()
    assert together == [None] * 7
