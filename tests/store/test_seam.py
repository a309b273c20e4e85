"""What an engine promises: types as they were declared, and rows handed on in their order."""

import datetime as dt

import ibis
import pyarrow as pa
import pytest

from suyuan.store.engine import Engine

MOMENTS = [dt.datetime(2019, 4, 28, 9, 30, n, 7) for n in range(4)]
ROWS = pa.table(
    {
        "name": pa.array(["丙", "甲", None, "乙"], pa.string()),
        "fen": pa.array([2**53 + 1, 5, None, -7], pa.int64()),
        "at": pa.array(MOMENTS, pa.timestamp("us")),
        "tags": pa.array([["a", "b"], [], None, ["c"]], pa.list_(pa.string())),
        "line": pa.array([3, 1, 4, 2], pa.int64()),
    }
)


@pytest.fixture
def ordered(engine: Engine) -> ibis.Table:
    return engine.keep(engine.arrow(ROWS)).order_by("line")


def test_fetch_gives_what_went_in(engine: Engine, ordered: ibis.Table) -> None:
    assert engine.fetch(ordered).to_pylist() == ROWS.sort_by("line").to_pylist()


def test_stream_gives_what_fetch_gives(engine: Engine, ordered: ibis.Table) -> None:
    fetched = engine.fetch(ordered)
    streamed = pa.Table.from_batches(engine.stream(ordered))
    assert streamed.schema.types == fetched.schema.types
    assert streamed.to_pylist() == fetched.to_pylist()


def test_a_long_stream_keeps_its_order(engine: Engine) -> None:
    line = pa.array(range(300_000), pa.int64())
    shuffled = engine.arrow(pa.table({"line": line})).order_by(lambda t: t["line"] * 7919 % 300_007)
    whole = pa.Table.from_batches(engine.stream(shuffled))["line"].to_pylist()
    assert whole == sorted(range(300_000), key=lambda n: n * 7919 % 300_007)


def test_sums_of_fen_are_exact(engine: Engine) -> None:
    derived = engine.keep(engine.arrow(ROWS).aggregate(total=lambda t: t["fen"].sum()))
    assert engine.fetch(derived)["total"].to_pylist() == [2**53 + 1 + 5 - 7]
