"""Tables of a large case are kept in a file of the work folder; of a usual one in memory."""

from collections.abc import Iterator
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pytest

from suyuan.store import table_space
from suyuan.store.duck import DuckEngine

WORD = "a word that stands in every row, and takes room where nobody compresses it"
ROWS = pa.table({"n": pa.array(range(300_000), pa.int64()), "word": [WORD] * 300_000})


@pytest.fixture
def large(tmp_path: Path) -> Iterator[DuckEngine]:
    with DuckEngine(tmp_path / "work") as engine:
        engine.expect(1 << 40)
        yield engine


def size(engine: DuckEngine) -> int:
    """Bytes of the database file."""
    return sum(path.stat().st_size for path in engine._spill.glob("held.duckdb*"))


def in_memory(engine: DuckEngine) -> int:
    """Bytes of tables that have no file under them."""
    rows = engine._ibis.con.execute(
        "SELECT memory_usage_bytes FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'"
    )
    return sum(bytes_ for (bytes_,) in rows.fetchall())


def test_a_large_case_is_kept_compressed_in_a_file(large: DuckEngine, tmp_path: Path) -> None:
    kept = large.keep(large.arrow(ROWS).mutate(m=ibis._.n * 2))
    large.trim()
    assert in_memory(large) == 0
    assert 0 < size(large) < ROWS.nbytes // 4
    assert large.fetch(kept.aggregate(m=kept.m.sum()))["m"].to_pylist() == [299_999 * 300_000]
    large.close()
    assert not (tmp_path / "work").exists()


def test_room_of_a_table_that_went_is_used_again(large: DuckEngine) -> None:
    numbers = large.keep(large.arrow(ROWS))
    large.trim()
    before = size(large)
    for _ in range(8):
        numbers = large.keep(numbers)  # the one before it goes
        large.trim()
    assert size(large) <= 3 * before


def test_a_usual_case_is_kept_in_memory(tmp_path: Path) -> None:
    with DuckEngine(tmp_path / "work") as engine:
        engine.expect(1 << 20)
        kept = engine.keep(engine.arrow(ROWS))
        assert size(engine) == 0
        assert in_memory(engine) > 0
        assert kept.columns


def test_what_stands_already_stays_where_it_is(tmp_path: Path) -> None:
    with DuckEngine(tmp_path / "work") as engine:
        kept = engine.arrow(ROWS)
        engine.expect(1 << 40)
        assert engine.fetch(kept.aggregate(n=kept.count()))["n"].to_pylist() == [300_000]


def test_memory_is_left_for_arrays(tmp_path: Path) -> None:
    def limit(engine: DuckEngine) -> float:
        row = engine._ibis.con.execute(
            "SELECT DISTINCT value FROM duckdb_settings() WHERE name = 'memory_limit'"
        ).fetchone()
        amount, unit = str(row[0]).split()
        return float(amount) * 1024.0 ** table_space._UNITS.index(unit)

    with DuckEngine() as usual, DuckEngine(tmp_path / "work") as engine:
        assert limit(engine) == pytest.approx(limit(usual) / 2, rel=0.02)


def test_pages_that_were_read_go_again(large: DuckEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_space, "RESTING", 1 << 20)
    noise = np.random.default_rng(1).integers(0, 1 << 62, 1 << 20)
    kept = large.keep(large.arrow(pa.table({"n": noise})))
    assert large.fetch(kept.aggregate(n=kept.n.max()))["n"].to_pylist() == [noise.max()]
    before = held_by_engine(large)
    large.trim()
    assert held_by_engine(large) < before / 4
    assert large.fetch(kept.aggregate(n=kept.n.min()))["n"].to_pylist() == [noise.min()]


def held_by_engine(engine: DuckEngine) -> int:
    """Bytes of all that DuckDB holds in memory."""
    rows = engine._ibis.con.execute("SELECT memory_usage_bytes FROM duckdb_memory()")
    return sum(bytes_ for (bytes_,) in rows.fetchall())
