"""Reports of other frauds: what they speak of is listed as before, and nobody is named for it."""

from typing import Any

import pyarrow as pa
import pytest

from cases_on_disk import Case, cases
from suyuan.detect import scheme
from suyuan.detect.farmed_account import DETECTOR, known_goods
from suyuan.detect.scam_caller import DETECTOR as CALLER
from suyuan.detect.scoring import step
from suyuan.identity.named_numbers import named_numbers
from suyuan.store.tables import Tables
from tables import given

OURS, OTHER = "冒充客服", "刷单返利"
[RUNG] = [case for case in cases() if case.folder.name == "two_numbers_of_one_handset"]
[SOLD] = [case for case in cases() if case.folder.name == "farm_of_three_devices"]


def report(**cells: Any) -> dict[str, Any]:
    return {"report_id": "R", "reported_at": "2019-05-07T01:00:00", "victim_phone": "v"} | cells


def findings(case: Case, duck: Any, fraud_type: str | None) -> dict[str, dict[str, Any]]:
    """What is found of the callers where every report has this label."""
    tables = case.tables(duck)
    reports = duck.fetch(tables["reports"])
    labels = pa.array([fraud_type] * reports.num_rows, pa.string())
    place = reports.schema.get_field_index("fraud_type")
    tables.put("reports", reports.set_column(place, "fraud_type", labels))
    out = step(CALLER, floor=0.0).run(tables)
    return {row["subject"]: row for row in duck.fetch(out["findings:scam_caller"]).to_pylist()}


def test_callers_in_reports_of_another_fraud_are_listed_and_not_named(duck: Any) -> None:
    """The label changes who is named, and neither who is listed nor how they stand."""
    unknown, ours, other = (findings(RUNG, duck, label) for label in (None, OURS, OTHER))
    assert unknown.keys() == ours.keys() == other.keys()
    assert {s: row["score"] for s, row in other.items()} == pytest.approx(
        {s: row["score"] for s, row in ours.items()}
    )
    for known in (unknown, ours):
        assert set(RUNG.found) <= {s for s, row in known.items() if row["decided"]}
    assert not any(row["decided"] for row in other.values())


@pytest.mark.parametrize(("label", "served"), [(None, 1), (OURS, 1), (OTHER, 0)])
def test_an_account_of_another_fraud_is_used_and_did_not_serve_ours(
    duck: Any, label: str | None, served: int
) -> None:
    """Nor did the other goods of whoever sold it."""
    reports = [report(chat_accounts=["qq:1"], fraud_type=label)]
    trade = {"trade_id": "t", "at": "2019-05-01", "seller": "s", "buyer": "b"}
    trades = [trade | {"goods": "chat_account", "items": ["qq:1", "qq:2"]}]
    rows = duck.fetch(known_goods(given(duck, reports=reports, trades=trades))).to_pylist()
    assert {row["account_id"] for row in rows if row["used"]} == {"qq:1"}
    assert {row["account_id"]: row["served"] for row in rows if row["sold"]} == {
        "qq:1": served,
        "qq:2": served,
    }


def test_reports_of_other_frauds_hide_no_farm_and_name_none(duck: Any) -> None:
    """They arrive beside a case: nobody leaves the list, and only those named before are."""
    alone, beside = SOLD.tables(duck), SOLD.tables(duck)
    accounts = duck.fetch(alone["accounts"])["account_id"].to_pylist()
    shown = [
        report(report_id=f"R{n}", fraud_type=OTHER, chat_accounts=[account])
        for n, account in enumerate(accounts)
        if f"account:{account}" not in SOLD.found
    ]
    assert len(shown) > 8
    beside.put("reports", given(duck, reports=shown)["reports"])
    was, now = (_farmed(tables, duck) for tables in (alone, beside))
    assert was.keys() <= now.keys()
    assert {s for s, decided in now.items() if decided} == {s for s, d in was.items() if d}


def _farmed(tables: Tables, duck: Any) -> dict[str, bool]:
    out = step(DETECTOR, floor=0.0).run(tables)
    rows = duck.fetch(out["findings:farmed_account"]).to_pylist()
    return {row["subject"]: row["decided"] for row in rows}


def test_a_case_of_other_frauds_alone_says_so(duck: Any) -> None:
    [limit] = scheme.limits(given(duck, reports=[report(fraud_type=OTHER)]))
    assert limit["table"] == "reports"
    assert limit["effect"]
    assert limit["effect_zh"]
    assert scheme.limits(given(duck, reports=[report(fraud_type=OURS)])) == []
    assert scheme.limits(given(duck, calls=[])) == []


@pytest.mark.parametrize(("chance", "ours"), [(0.1, 0), (0.2, 1), (0.9, 1)])
def test_a_narrative_that_leaves_it_open_may_be_ours(duck: Any, chance: float, ours: int) -> None:
    """The narrative is asked before the label."""
    read = {"report_id": "R", "list_year": 2023, "type": "fake_customer_service", "in_force": True}
    tables = given(
        duck,
        reports=[report(fraud_type=OTHER if ours else OURS, narrative="…")],
        fraud_types=[read | {"label": "x", "probability": chance}],
    )
    assert duck.fetch(scheme.reports_of_scheme(tables)).num_rows == ours


@pytest.mark.parametrize(("chances", "named"), [([0.54], False), ([0.9], True), ([0.54] * 2, True)])
def test_a_number_that_is_only_named_is_as_sure_as_its_reports(
    duck: Any, chances: list[float], named: bool
) -> None:
    """Whom an officer's label alone puts among ours is not named by one such report."""
    read = {"list_year": 2023, "type": "fake_customer_service", "in_force": True, "label": "x"}
    ids = [f"R{n}" for n in range(len(chances))]
    reports = [report(report_id=id_, caller_numbers=["17012345678"], narrative="…") for id_ in ids]
    pairs = zip(ids, chances, strict=True)
    types = [read | {"report_id": id_, "probability": chance} for id_, chance in pairs]
    tables = given(duck, reports=reports, fraud_types=types, calls=[])
    tables.put("named_numbers", duck.keep(named_numbers(tables)))
    out = step(CALLER, floor=0.0).run(tables)
    [row] = duck.fetch(out["findings:scam_caller"]).to_pylist()
    assert row["score"] > 0.6
    assert row["decided"] == named
