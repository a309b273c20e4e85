"""The case of the newspaper page: its own figures, by inference from the example's tables."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records
from suyuan.store.tables import Tables


@pytest.fixture(scope="module")
def tables(zheng: Results):
    with DuckEngine() as engine:
        yield open_records(engine, zheng.layout, zone="Asia/Shanghai")


@pytest.fixture(scope="module")
def her_report(tables: Tables) -> dict:
    """The report of the victim who bought for 62 yuan and lost what was lent to her."""
    reports = tables["reports"]
    told = reports.filter(reports["narrative"].contains("62元") & (reports["loss"] == 49_950_00))
    rows = tables.engine.fetch(told).to_pylist()
    assert len(rows) == 1
    return rows[0]


def only(table: pa.Table, **equal: object) -> pa.Table:
    for column, value in equal.items():
        table = table.filter(pc.equal(table[column], pa.scalar(value)))
    return table


def test_eleven_helpers_stand_behind_one_scammer(zheng):
    ring = zheng["rings"].sort_by([("loss", "descending")]).to_pylist()[0]
    counted = [
        ring[k] for k in ("data_brokers", "account_merchants", "middlemen", "card_merchants")
    ]
    assert counted == [2, 4, 1, 4]
    assert ring["helpers"] == 11


def test_dealers_took_the_cards_at_the_pages_discounts(zheng):
    ring = zheng["rings"].sort_by([("loss", "descending")]).to_pylist()[0]["ring_id"]
    kinds = {row["kind"]: row for row in only(zheng["ring_laundering"], ring_id=ring).to_pylist()}
    assert kinds["suning"]["discount"] == pytest.approx(0.97, abs=0.003)
    assert kinds["qcoin"]["discount"] == pytest.approx(0.86, abs=0.003)
    assert kinds["suning"]["face_value"] > 3_000_000
    assert kinds["qcoin"]["face_value"] > 2_000_000
    assert kinds["suning"]["dealers"] == kinds["qcoin"]["dealers"] == 2


def test_her_order_is_found_and_its_leak_named(zheng, tables, her_report):
    orders = tables["orders"]
    order = tables.engine.fetch(orders.filter(orders["order_id"] == her_report["quoted_order_id"]))
    assert order["amount"].to_pylist() == [62_00]
    source = f"merchant:{order['merchant_id'][0].as_py()}"
    named = only(zheng["findings"], role="leak_source", subject=source, decided=True)
    assert named.num_rows >= 1


def test_her_money_leaves_within_minutes_and_comes_to_rest(zheng, tables, her_report):
    own = only(zheng["traces"], report_id=her_report["report_id"], method="lifo")
    first = only(own, hop=0)
    assert pc.sum(first["amount"]).as_py() == Decimal("49950.00")
    payments = tables["payments"]
    card = first["from"][0].as_py().removeprefix("bank_account:")
    came = tables.engine.fetch(payments.filter(payments["payee"] == card))
    assert 50_000_00 in came["amount"].to_pylist()
    at = came.filter(pc.equal(came["amount"], 50_000_00))["at"][0].as_py()
    assert 0 < (first["at"][0].as_py().replace(tzinfo=None) - at).total_seconds() <= 30 * 60
    for method in ("fifo", "lifo", "haircut", "libr"):
        exits = only(zheng["exits"], report_id=her_report["report_id"], method=method)
        assert pc.sum(exits["amount"]).as_py() == Decimal("49950.00")


def test_resellers_of_the_page_broke_their_rules_and_no_other(zheng):
    answers = zheng["compliance"]
    sellers = answers.filter(pc.starts_with(answers["subject"], "operator:"))
    broken = {
        rule: set(only(sellers, rule_id=rule, answer="broken")["subject"].to_pylist())
        for rule in ("sim-segment", "sim-function", "sim-bulk-opening")
    }
    assert [len(subjects) for subjects in broken.values()] == [21, 21, 9]
    assert broken["sim-segment"] == broken["sim-function"] >= broken["sim-bulk-opening"]


def test_every_claim_has_its_rows(zheng):
    evidence = zheng["evidence"]
    backed = set(evidence["evidence_id"].to_pylist())
    assert set(zheng["findings"]["finding_id"].to_pylist()) <= backed
    for name in ("chain", "series", "compliance", "at_risk"):
        assert set(zheng[name]["evidence_id"].to_pylist()) <= backed
    shares = evidence.group_by("evidence_id").aggregate([("weight", "sum")])["weight_sum"]
    assert pc.all(pc.less(pc.abs(pc.subtract(shares, 1.0)), 1e-6)).as_py()


def test_ids_of_findings_are_unique(zheng):
    ids = zheng["findings"]["finding_id"]
    assert len(ids) == pc.count_distinct(ids).as_py()
