"""DuckDB takes up all threads once what was opened is worth their coordination."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suyuan.store import duck
from suyuan.store.duck import DuckEngine

ROWS = pa.table({"name": ["a", "b"], "fen": pa.array([1, 2], pa.int64())})


def threads(engine: DuckEngine) -> int:
    setting = engine._ibis.con.execute("SELECT current_setting('threads')").fetchone()
    return int(setting[0])  # type: ignore[index]


@pytest.mark.parametrize("packed", [True, False])
def test_one_thread_until_there_is_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    with DuckEngine() as engine:
        engine._ibis.con.execute("RESET threads")
        every = threads(engine)
    pq.write_table(ROWS, tmp_path / "rows.parquet")
    with DuckEngine() as engine:
        assert threads(engine) == 1
        engine.arrow(ROWS)
        assert threads(engine) == 1
        monkeypatch.setattr(duck, "SMALL", 0)
        engine.parquet([tmp_path / "rows.parquet"]) if packed else engine.arrow(ROWS)
        assert threads(engine) == every


def test_a_number_that_was_asked_for_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duck, "SMALL", 0)
    with DuckEngine(threads=1) as engine:
        engine.arrow(ROWS)
        assert threads(engine) == 1
