"""What a person decides is obeyed by the next run, and can be taken back."""

import pytest

from suyuan.store.decisions import pairings, standing, verdicts
from tables import given


def decision(id_, kind, at="2020-01-01", **more):
    return {"decision_id": id_, "at": at, "by": "Li", "kind": kind, "reason": "seen"} | more


@pytest.fixture
def tables(engine):
    return given(
        engine,
        decisions=[
            decision("d1", "merge", report_ids=["r1", "r2", "r3"]),
            decision("d2", "split", "2020-01-02", report_ids=["r3", "r1"]),
            decision("d3", "confirm", subject="phone:1", role="scam_caller"),
            decision("d4", "reject", "2020-01-03", subject="phone:1", role="scam_caller"),
            decision("d5", "reject", subject="party:x"),
            decision("d6", "reject", "2020-01-04", subject="decision:d5"),
        ],
    )


def test_the_last_word_on_a_pair_counts(tables):
    rows = tables.engine.fetch(pairings(tables)).to_pylist()
    said = {(row["left"], row["right"]): row["same"] for row in rows}
    assert said == {("r1", "r2"): True, ("r1", "r3"): False, ("r2", "r3"): True}


def test_the_last_word_on_a_subject_counts(tables):
    rows = tables.engine.fetch(verdicts(tables)).to_pylist()
    assert [(row["of"], row["of_role"], row["confirmed"]) for row in rows] == [
        ("phone:1", "scam_caller", False)
    ]


def test_a_decision_can_be_taken_back(tables):
    held = tables.engine.fetch(standing(tables))["decision_id"].to_pylist()
    assert sorted(held) == ["d1", "d2", "d3", "d4"]
