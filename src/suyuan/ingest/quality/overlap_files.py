"""Rows of overlapping statements, out of the stored records and kept whole beside them.

A movement that two statements of one account show is one payment: whoever reads the stored records
must find it once. The file as it was read stays, so that the next import compares all rows again.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suyuan.store.drafts import draft_of, put


def whole_path(records: Path, path: Path) -> Path:
    """Where the file `path` lies as it was read, where some of its rows were taken out."""
    return records / "_whole" / path.name


def restore_overlaps(records: Path) -> None:
    """Put whole files back in their places, for all rows to be compared anew."""
    for whole in (records / "_whole").glob("[!.]*.parquet"):
        target = records / "payments" / whole.name
        if target.exists():
            put(whole, target)
        else:
            whole.unlink()


def take_out_overlaps(records: Path, paths: Sequence[Path], overlap: pa.Table) -> None:
    """Write the files of `paths` without the rows of `overlap` (row_id, reason, file)."""
    overlap_ids = set(overlap.column("row_id").to_pylist())
    keys = {row_id.partition(":")[0] for row_id in overlap_ids}
    for path in paths:
        if path.name.partition(".")[0].partition("-")[0] in keys:
            _without(records, path, overlap_ids)


def _without(records: Path, path: Path, overlap_ids: set[str]) -> None:
    rows = pq.read_table(path)
    row_ids = pc.binary_join_element_wise(
        rows.column("source_key"), rows.column("line").cast(pa.string()), ":"
    )
    remainder = rows.filter(
        pc.invert(pc.is_in(row_ids, value_set=pa.array([*overlap_ids], pa.string())))
    )
    if remainder.num_rows == rows.num_rows:
        return
    whole = whole_path(records, path)
    whole.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(whole) as draft:
        shutil.copyfile(path, draft)
    with draft_of(path) as draft:
        pq.write_table(remainder, draft)
