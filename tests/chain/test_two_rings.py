"""Two rings that buy of the same brokers, sellers and card merchants are still two."""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from suyuan.lab.world import make_world
from suyuan.model.progress import Silent
from suyuan.run.investigation import investigate
from suyuan.run.order import steps
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout

WITHOUT = {"compliance", "detect breach", "at risk", "cuts", "activity"}


@pytest.mark.slow
def test_rings_that_share_every_supplier_stay_two(tmp_path: Path) -> None:
    make_world(tmp_path, "two-rings-one-dealer", 0.001, 1)
    layout = Layout(tmp_path / "results")
    only = frozenset(step.name for step in steps()) - WITHOUT
    with DuckEngine(layout.work) as engine:
        investigate(tmp_path / "case", layout, engine, Silent(), only=only)
    truth = _rings(tmp_path / "truth" / "reports.parquet")
    found = _rings(tmp_path / "results" / "series.parquet")
    met = Counter((found[report], ring) for report, ring in truth.items() if report in found)
    largest = {ring: max((n, of) for (of, true), n in met.items() if true == ring)
               for ring in set(truth.values())}  # fmt: skip
    assert len(largest) == 2
    assert len({of for _, of in largest.values()}) == 2
    assert sum(n for n, _ in largest.values()) > 0.85 * sum(met.values()) > 30


def _rings(path: Path) -> dict[str, str]:
    rows = pq.read_table(path, columns=["report_id", "ring_id"]).to_pylist()
    return {row["report_id"]: row["ring_id"] for row in rows if row["ring_id"]}
