"""Worlds of other simulators scored beside our own: their truth is told in our tables."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suyuan.lab.foreign import foreign_trial, foreign_worlds, score_foreign
from suyuan.model.errors import InputError
from suyuan.model.results import RESULTS

TRUTH = {
    "roles": "role,subject,ring_id,neutral\n"
    "scam_caller,phone:1,R1,false\nscam_caller,phone:2,R1,false\nscam_caller,phone:9,,true\n"
    "breach,operator:O,,false\n",
    "reports": "report_id,ring_id\na,R1\nb,R1\nc,\n",
    "chain": "source,target,link,ring_id\nphone:1,party:P,belongs_to,R1\n",
    "aliases": "subject,entity\naccount:x,party:P\n",
    "universe": "role,candidates\nscam_caller,10\norders,5\n",
}


def _rows(table: str, rows: list[dict[str, object]]) -> pa.Table:
    schema = RESULTS[table].file_schema
    return pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema)


def told(_: Path, results: Path, __: datetime | None) -> None:
    results.mkdir(parents=True)
    found = [
        {"role": "scam_caller", "subject": f"phone:{n}", "score": score, "decided": score > 0.5}
        for n, score in ((1, 0.9), (9, 0.8), (3, 0.7), (2, 0.6))
    ]
    for place, row in enumerate(found):
        row |= {"finding_id": str(place)}
    series = [
        {"report_id": r, "series_id": r, "ring_id": g} for r, g in zip("abc", "GG ", strict=True)
    ]
    edge = {"source": "phone:1", "target": "ring:G", "link": "belongs_to", "ring_id": "G"}
    tables = {"findings": found, "series": series, "chain": [edge], "signals": []}
    for name, rows in tables.items():
        pq.write_table(_rows(name, rows), results / f"{name}.parquet")


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "worlds" / "w" / "case").mkdir(parents=True)
    truth = tmp_path / "worlds" / "w" / "truth"
    truth.mkdir()
    for name, text in TRUTH.items():
        (truth / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path / "worlds"


def test_a_foreign_world_is_scored_by_our_measures(world: Path, tmp_path: Path) -> None:
    summary = foreign_trial(told, foreign_worlds(world), tmp_path / "out")
    # phone:9 is neutral: of 1, 3, 2 the first and the third are right.
    assert summary["detection/scam_caller/average_precision"][0] == pytest.approx((1 + 2 / 3) / 2)
    assert summary["detection/scam_caller/precision"][0] == pytest.approx(2 / 3)
    assert summary["linkage/rings_members_only/b_cubed_f1"][0] == 1.0
    assert summary["edges/belongs_to/f1"][0] == 1.0


def test_a_truth_that_lacks_a_table_is_refused(world: Path, tmp_path: Path) -> None:
    told(world, tmp_path / "results", None)
    (world / "w" / "truth" / "chain.csv").unlink()
    with pytest.raises(InputError):
        score_foreign(tmp_path / "results", world / "w" / "truth")
    with pytest.raises(InputError):
        foreign_worlds(tmp_path / "results")
