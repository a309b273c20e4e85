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
from suyuan.store.layout import Layout, whole_path
from suyuan.store.row_ids import row_ids, source_of_file, source_of_row


def restore_overlaps(layout: Layout) -> None:
    """Put whole files back in their places, for all rows to be compared anew."""
    for whole in layout.whole_files():
        target = layout.records / "payments" / whole.name
        if target.exists():
            put(whole, target)
        else:
            whole.unlink()


def take_out_overlaps(records: Path, paths: Sequence[Path], overlap: pa.Table) -> None:
    """Write the files of `paths` without the rows of `overlap` (row_id, reason, file)."""
    overlap_ids = set(overlap.column("row_id").to_pylist())
    keys = {source_of_row(row_id) for row_id in overlap_ids}
    for path in paths:
        if source_of_file(path) in keys:
            _without(records, path, overlap_ids)


def _without(records: Path, path: Path, overlap_ids: set[str]) -> None:
    rows = pq.read_table(path)
    overlapping = pc.is_in(row_ids(rows), value_set=pa.array([*overlap_ids], pa.string()))
    remainder = rows.filter(pc.invert(overlapping))
    if remainder.num_rows == rows.num_rows:
        return
    whole = whole_path(records, path)
    whole.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(whole) as draft:
        shutil.copyfile(path, draft)
    with draft_of(path) as draft:
        pq.write_table(remainder, draft)
