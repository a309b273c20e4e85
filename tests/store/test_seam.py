"""What an engine promises: types as they were declared, and rows handed on in their order."""

import datetime as dt
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from suyuan.store.fold import Kernel, whole_keys

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


def test_the_first_engine_to_end_leaves_the_work_of_another(tmp_path: Path) -> None:
    work = tmp_path / "work"
    with DuckEngine(work):
        (first,) = work.iterdir()
        with DuckEngine(work):
            assert len(list(work.iterdir())) == 2
        assert list(work.iterdir()) == [first]
    assert not work.exists()


def counting() -> Kernel:
    """Of each key: how many rows, and its lines written one behind the other."""

    def running(rows: pa.Table) -> pa.Table:  # local, so that it travels to Spark's workers whole
        lines: dict[str, list[int]] = {}
        for name, line in zip(rows["name"].to_pylist(), rows["line"].to_pylist(), strict=True):
            lines.setdefault(name, []).append(line)
        written = [",".join(map(str, each)) for each in lines.values()]
        return pa.table({"lines": written, "name": [*lines], "n": [*map(len, lines.values())]})

    return running


FOLDED = pa.schema([("name", pa.string()), ("n", pa.int64()), ("lines", pa.string())])


def test_a_fold_sees_each_key_whole_and_in_order(engine: Engine) -> None:
    rows = pa.table(
        {
            "name": [f"k{n % 7}" for n in range(2000)],
            "line": pa.array([n * 7919 % 2003 for n in range(2000)], pa.int64()),
        }
    )
    found = engine.fold(
        engine.arrow(rows), by="name", order=["line"], kernel=counting(), schema=FOLDED
    )
    expected = counting()(rows.sort_by([("name", "ascending"), ("line", "ascending")]))
    assert found.schema() == ibis.Schema.from_pyarrow(FOLDED)
    assert engine.fetch(found.order_by("name")).to_pylist() == (
        expected.select(FOLDED.names).to_pylist()
    )


def test_a_fold_of_nothing_is_nothing(engine: Engine) -> None:
    none = engine.arrow(pa.table({"name": ["a"], "line": [1]})).filter(lambda t: t["line"] > 1)
    folded = engine.fold(none, by="name", order=["line"], kernel=counting(), schema=FOLDED)
    assert engine.fetch(folded).num_rows == 0


@pytest.mark.parametrize("together", [1, 3, 10, 1000])
def test_no_key_is_cut_in_two(together: int) -> None:
    names = [f"k{n // 9:02}" for n in range(100)]
    whole = pa.table({"name": names, "line": range(100)})
    for size in (1, 4, 50):
        parts = list(whole_keys(whole.to_batches(max_chunksize=size), "name", together))
        assert pa.concat_tables(parts).equals(whole)
        firsts = [set(part["name"].to_pylist()) for part in parts]
        assert sum(map(len, firsts)) == len(set().union(*firsts))
