"""What a person decides is obeyed by the next run, and can be taken back."""

import pytest

from suyuan.store.decisions import (
    MOST_REPORTS,
    confirmed_accounts,
    decisions_in_force,
    find_oversized,
    pairings,
    verdicts,
    verdicts_on,
)
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
    held = tables.engine.fetch(decisions_in_force(tables))["decision_id"].to_pylist()
    assert sorted(held) == ["d1", "d2", "d3", "d4"]


def test_a_decision_about_too_many_reports_is_named_and_not_obeyed(engine):
    """20,000 reports in one merge would make 200 million pairs."""
    many = [f"r{n}" for n in range(20 * MOST_REPORTS)]
    rows = [decision("d1", "merge", report_ids=many), decision("d2", "merge", report_ids=many[:2])]
    tables = given(engine, decisions=rows)
    assert engine.fetch(pairings(tables)).num_rows == 1
    assert find_oversized(engine.fetch(tables["decisions"])) == ["d1"]


def test_one_role_hears_of_no_other(tables):
    def heard(role):
        rows = tables.engine.fetch(verdicts_on(role, tables)).to_pylist()
        return {row["subject"]: row["confirmed"] for row in rows}

    assert heard("scam_caller") == {"phone:1": False}
    assert heard("card_merchant") == {}


def test_a_word_on_whatever_role_and_one_on_this_role_are_one_matter(engine):
    tables = given(
        engine,
        decisions=[
            decision("d1", "confirm", subject="party:x", role="middleman"),
            decision("d2", "reject", "2020-01-02", subject="party:x"),
            decision("d3", "reject", subject="party:y"),
            decision("d4", "confirm", "2020-01-02", subject="party:y", role="middleman"),
        ],
    )
    rows = engine.fetch(verdicts_on("middleman", tables)).to_pylist()
    assert {row["subject"]: row["confirmed"] for row in rows} == {"party:x": False, "party:y": True}
    assert len(rows) == 2


def test_an_account_is_confirmed_until_that_is_taken_back(engine):
    account = {"subject": "bank_account:6222", "role": "mule_account"}
    words = [decision("d1", "confirm", **account)]
    confirmed = confirmed_accounts(given(engine, decisions=words))
    assert engine.fetch(confirmed)["account_no"].to_pylist() == ["6222"]
    words.append(decision("d2", "reject", "2020-01-02", subject="decision:d1"))
    assert engine.fetch(confirmed_accounts(given(engine, decisions=words))).num_rows == 0
    words[1] = decision("d2", "reject", "2020-01-02", **account)
    assert engine.fetch(confirmed_accounts(given(engine, decisions=words))).num_rows == 0
