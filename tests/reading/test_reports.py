from datetime import datetime

import pyarrow as pa
import pytest

from suyuan.model.derived import FRAUD_TYPES, STAGES, STATEMENTS, WORDING_PAIRS
from suyuan.model.records import REPORTS
from suyuan.model.results import FRAUD_RANKING
from suyuan.model.times import DEFAULT_ZONE
from suyuan.reading import READING, ranking, read_reports, reports
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables

LOST = "接到电话自称中通客服,说快递丢失要理赔,让我加微信扫二维码,填了银行卡号,被转走{}元"
BRUSH = "在QQ群里看到兼职刷单的消息,做任务垫付{}元,佣金返了一次,后来卡单无法提现"


def made(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=REPORTS.schema)


def row(id_: str, at: datetime, narrative: str | None, loss: int = 0) -> dict[str, object]:
    return {
        "report_id": id_,
        "reported_at": at,
        "victim_id": f"v{id_}",
        "victim_phone": "13800138000",
        "loss": loss,
        "narrative": narrative,
    }


CASE = made(
    row("r1", datetime(2019, 5, 2), LOST.format(5000), 500_000),
    row("r2", datetime(2019, 5, 3), BRUSH.format(3000), 300_000),
    # 17:30 UTC on the last of May is June in Shanghai.
    row("r3", datetime(2019, 5, 31, 17, 30), LOST.format(800), 80_000),
    row("r4", datetime(2019, 5, 9), None),
)


def test_tables_have_the_declared_columns() -> None:
    readings = read_reports(CASE, zone=DEFAULT_ZONE)
    assert readings.statements.schema == STATEMENTS.schema
    assert readings.stages.schema == STAGES.schema
    assert readings.fraud_types.schema == FRAUD_TYPES.schema
    assert readings.wording_pairs.schema == WORDING_PAIRS.schema


def test_no_reports_give_empty_tables() -> None:
    readings = read_reports(REPORTS.empty(), zone=DEFAULT_ZONE)
    assert readings.statements.num_rows == readings.wording_pairs.num_rows == 0
    assert ranking(REPORTS.empty(), readings.fraud_types).schema == FRAUD_RANKING.schema


def test_a_report_without_a_narrative_has_a_type_but_no_facts() -> None:
    readings = read_reports(CASE, zone=DEFAULT_ZONE)
    assert "r4" not in readings.statements["report_id"].to_pylist()
    assert "r4" in readings.fraud_types["report_id"].to_pylist()


def test_like_told_reports_are_paired_though_their_facts_differ() -> None:
    (pair,) = read_reports(CASE, zone=DEFAULT_ZONE).wording_pairs.to_pylist()
    assert (pair["report_a"], pair["report_b"]) == ("r1", "r3")
    assert pair["similarity"] > 0.9


def test_row_order_and_processes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = read_reports(CASE, zone=DEFAULT_ZONE, workers=1)
    turned = read_reports(CASE.take([3, 2, 1, 0]), zone=DEFAULT_ZONE, workers=1)
    assert alone.wording_pairs == turned.wording_pairs
    by_id = [("report_id", "ascending"), ("ordinal", "ascending")]
    assert alone.statements.sort_by(by_id) == turned.statements.sort_by(by_id)
    monkeypatch.setattr(reports, "WORTH_SHARING", 1)
    monkeypatch.setattr(reports, "_CHUNK", 2)
    shared = read_reports(CASE, zone=DEFAULT_ZONE, workers=2)
    assert shared.statements == alone.statements
    assert shared.fraud_types == alone.fraud_types


def test_each_report_is_typed_by_every_list_and_one_is_in_force() -> None:
    types = read_reports(CASE, zone=DEFAULT_ZONE).fraud_types
    mine = [r for r in types.to_pylist() if r["report_id"] == "r1"]
    assert {r["list_year"] for r in mine if r["in_force"]} == {2019}
    best = max((r for r in mine if r["in_force"]), key=lambda r: r["probability"])
    assert best["label"] == "冒充购物客服退款诈骗"
    assert sum(r["probability"] for r in mine if r["in_force"]) == pytest.approx(1)


def test_ranking_by_month_of_the_zone() -> None:
    types = read_reports(CASE, zone=DEFAULT_ZONE).fraud_types
    ranked = ranking(CASE, types)
    first = {(r["month"], r["type"]): r for r in ranked.to_pylist() if r["cases"] and r["loss"]}
    may = first["2019-05", "fake_customer_service"]
    assert (may["cases"], may["loss"], may["rank_loss"]) == (1, 500_000, 1)
    assert first["2019-06", "fake_customer_service"]["loss"] == 80_000
    months = ranked.group_by("month").aggregate([("expected_cases", "sum"), ("cases", "sum")])
    for month in months.to_pylist():
        assert month["expected_cases_sum"] == pytest.approx(month["cases_sum"])


def test_a_ranking_has_each_place_once_a_month() -> None:
    types = read_reports(CASE, zone=DEFAULT_ZONE).fraud_types
    ranked = [r for r in ranking(CASE, types).to_pylist() if r["month"] == "2019-05"]
    for rank in ("rank_cases", "rank_loss"):
        assert sorted(r[rank] for r in ranked) == list(range(1, len(ranked) + 1))


def test_the_step_writes_what_it_declares() -> None:
    with DuckEngine() as engine:
        tables = Tables(engine, zone=DEFAULT_ZONE)
        tables.put("reports", _with_provenance(CASE))
        written = READING.run(tables.only(READING.reads))
        assert set(written) == set(READING.writes)
        for name, table in written.items():
            tables.put(name, table)
        empty = READING.run(Tables(engine, zone=DEFAULT_ZONE))
        assert all(table.num_rows == 0 for table in empty.values())


def _with_provenance(table: pa.Table) -> pa.Table:
    count = table.num_rows
    return (
        table.append_column("known_at", pa.nulls(count, pa.timestamp("us")))
        .append_column("file", pa.array(["reports.csv"] * count))
        .append_column("sha256", pa.array(["0" * 64] * count))
        .append_column("line", pa.array(range(2, count + 2), pa.int64()))
        .append_column("row_id", pa.array([f"row{i}" for i in range(count)]))
    )
