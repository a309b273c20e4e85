"""A run that does again what functions had done leaves what one that runs them leaves."""

from pathlib import Path

import pyarrow.parquet as pq

from suyuan.model.progress import Silent
from suyuan.run.investigation import investigate
from suyuan.run.reuse import Reuse
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout

ZHENG = Path(__file__).parents[2] / "examples" / "zheng"
STEPS = frozenset({"decisions", "identity", "reading", "compliance", "link", "chain", "cuts"})


def run(folder: Path, out: str, *, check: bool = False) -> int:
    """Plans and programs that were found, not made."""
    layout = Layout(folder / out)
    with DuckEngine(layout.work, plans=folder, check_plans=check) as engine:
        investigate(ZHENG, layout, engine, Silent(), only=STEPS, reuse=Reuse.OFF)
        return engine.plans.found


def test_known_functions_leave_the_same_and_equal_fresh_ones(tmp_path: Path) -> None:
    run(tmp_path, "first")
    assert run(tmp_path, "again") > 20
    run(tmp_path, "checked", check=True)  # refuses a program that differs
    first, again = Layout(tmp_path / "first"), Layout(tmp_path / "again")
    for name in ("compliance", "series", "evidence", "cuts"):
        assert pq.read_table(first.result(name)).equals(pq.read_table(again.result(name))), name
    assert pq.read_metadata(again.result("compliance")).num_rows > 0
