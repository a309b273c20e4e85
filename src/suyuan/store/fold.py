"""Rows key by key in a total order, handed to a kernel: what a window or a join cannot say."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

#: Rows of some whole keys, sorted by key and order, to the rows that come of them.
Kernel = Callable[[pa.Table], pa.Table]
#: Rows handed to a kernel at a time, at least: it is called once for many keys.
TOGETHER: Final = 1 << 20


def whole_keys(
    batches: Iterable[pa.RecordBatch], by: str, together: int = TOGETHER
) -> Iterator[pa.Table]:
    """Batches sorted by `by` as tables of `together` rows or more that cut no key in two.

    All rows of one key are held at once: the largest key must fit into memory.
    """
    pending_batches: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        pending_batches.append(batch)
        rows += batch.num_rows
        if rows >= together and batch.num_rows and (cut := _last_key(pending_batches, by)):
            whole = pa.Table.from_batches(pending_batches)
            yield whole.slice(0, cut)
            pending_batches = whole.slice(cut).to_batches()
            rows -= cut
    if rows:
        yield pa.Table.from_batches(pending_batches)


def _last_key(batches: list[pa.RecordBatch], by: str) -> int:
    """Where the rows of the last key begin."""
    last = batches[-1][by][-1]
    rows = sum(batch.num_rows for batch in batches)
    for batch in reversed(batches):
        is_same = pc.equal(batch[by], last)
        count = pc.sum(is_same).as_py() or 0
        rows -= count
        if count < batch.num_rows:
            break
    return rows


def outcome(kernel: Kernel, rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """What `kernel` makes of sorted `rows`, in the columns and types of `schema`."""
    return kernel(rows).select(schema.names).cast(schema)
