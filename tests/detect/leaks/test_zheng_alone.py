"""The newspaper's merchant, from the victims alone and from the seized data alone."""

import pytest

from suyuan.run.order import steps
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records
from suyuan.store.steps import execute, needed_for
from suyuan.store.tables import Tables


def named_without(zheng: Results, *absent: str) -> tuple[str, set[str]]:
    """The merchant of the order behind her report, and the sources named without some tables."""
    with DuckEngine() as engine:
        whole = open_records(engine, zheng.layout, zone="Asia/Shanghai")
        reports, orders = whole["reports"], whole["orders"]
        her = reports.filter(reports["narrative"].contains("62元") & (reports["loss"] == 49_950_00))
        order = orders.semi_join(her, orders["order_id"] == her["quoted_order_id"])
        merchant = engine.fetch(order)["merchant_id"][0].as_py()
        held = {name: table for name, table in whole.held_tables().items() if name not in absent}
        tables = Tables(engine, zone="Asia/Shanghai", held=held)
        for step in needed_for(["findings:leak_source"], steps()):
            execute(step, tables)
        found = tables["findings:leak_source"]
        decided = engine.fetch(found.filter(found["decided"]))["subject"].to_pylist()
    return f"merchant:{merchant}", set(decided)


@pytest.mark.parametrize("absent", [("leaked",), ("reports",)], ids=["victims", "exhibit"])
def test_her_merchant_is_named(zheng: Results, absent: tuple[str, ...]) -> None:
    merchant, named = named_without(zheng, *absent)
    assert merchant in named


def test_without_victims_and_exhibit_nobody_is(zheng: Results) -> None:
    _, named = named_without(zheng, "leaked", "reports", "calls")
    assert named == set()
