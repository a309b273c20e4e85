"""Victims of another fraud who paid into a ring's mule accounts are not the ring's."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from suyuan.chain.outsiders import outsiders, without_outsiders
from suyuan.model.derived import TOUCHES
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from tables import given

MULE, CHAT = "bank_account:6222", "account:qq:1"
PLACED = pa.table(
    {"report_id": ["a", "b", "c"], "ring_id": ["a"] * 3, "in_scheme": [0.0, 0.9, None]}
)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with DuckEngine() as duck:
        yield duck


def left_out(engine: Engine, *touches: tuple[str, str, str], **more: Any) -> dict[str, str]:
    """Reports that are left out, with the ring; report a tells of another fraud."""
    rest = {"table": "reports", "key": "", "row_id": "r", "file": "f", "line": 1, "sha256": "0"}
    rows = [rest | {"report_id": r, "node": node, "how": how} for r, node, how in touches]
    links = engine.arrow(pa.Table.from_pylist(rows, schema=TOUCHES.schema))
    found = engine.fetch(outsiders(engine.arrow(PLACED), links, given(engine, **more)))
    return {row["report_id"]: row["beside"] for row in found.to_pylist()}


def test_an_account_alone_ties_no_other_fraud_to_a_ring(engine: Engine) -> None:
    assert left_out(engine, *((r, MULE, "named") for r in "abc")) == {"a": "a"}


@pytest.mark.parametrize(("node", "how"), [(CHAT, "named"), ("party:buyer", "bought")])
def test_a_chat_account_or_a_buyer_of_tools_does(engine: Engine, node: str, how: str) -> None:
    assert left_out(engine, ("a", node, how), ("b", node, how)) == {}


def test_a_busy_number_that_rang_both_does_not(engine: Engine) -> None:
    assert left_out(engine, ("a", "phone:17", "rang"), ("b", "phone:17", "called")) == {"a": "a"}


def test_what_somebody_merged_stays(engine: Engine) -> None:
    pairs = [{"left": "a", "right": "b", "same": True}]
    assert left_out(engine, *((r, MULE, "named") for r in "abc"), pairings=pairs) == {}


def test_the_rest_is_a_ring_if_two_are_left_named_after_its_earliest() -> None:
    out = pa.table({"report_id": ["a"], "beside": ["a"]})
    first = pa.table({"report_id": ["a", "b", "c"]})
    placed = PLACED.drop_columns(["in_scheme"])
    found = without_outsiders(placed, out, first).sort_by("report_id")
    assert found["ring_id"].to_pylist() == [None, "b", "b"]
    assert found["beside"].to_pylist() == ["b", None, None]
    alone = without_outsiders(placed.slice(0, 2), out, first).sort_by("report_id")
    assert alone["ring_id"].to_pylist() == alone["beside"].to_pylist() == [None, None]


def test_without_reports_there_is_no_ring() -> None:
    reports = PLACED.drop_columns(["in_scheme"]).slice(0, 0)
    out = pa.table({"report_id": pa.array([], pa.string()), "beside": pa.array([], pa.string())})
    assert not len(without_outsiders(reports, out, reports.select(["report_id"])))
