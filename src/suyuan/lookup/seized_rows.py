"""Seized rows written as an index by phone number; :mod:`suyuan.lookup.phone_index` reads it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.lookup.masked_numbers import visible
from suyuan.lookup.phone_index import BATCH_ROWS, KEYS, ROWS, Keys
from suyuan.store.engine import Engine

COLUMNS = (
    "leaked_id", "exhibit_id", "holder_id", "obtained_at", "name", "phone", "address", "item",
    "amount", "ordered_at", "waybill_id", "row_id", "file", "line", "sha256",
)  # fmt: skip


def build(engine: Engine, leak: ir.Table, folder: Path) -> int:
    """Write the index of `leak` as `folder`, whole or not at all; the rows that can be found.

    The engine sorts, on disk where memory ends, and rows pass through here a part at a time.
    """
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    try:
        keys = _write(engine, leak, draft / ROWS)
        np.save(draft / KEYS, keys, allow_pickle=False)
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return len(keys)


def _write(engine: Engine, leak: ir.Table, path: Path) -> Keys:
    """Rows by their visible digits into the Arrow file at `path`; the digits of each."""
    key = visible(leak["phone"]).try_cast("int32")
    rows = leak.select(*COLUMNS, key=key).filter(lambda t: t["key"].notnull())
    keys = [np.empty(0, np.int32)]
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    schema = rows.drop("key").schema().to_pyarrow()
    with pa.ipc.new_file(path, schema, options=options) as file:
        for batch in _alike(engine.stream(rows.order_by(["key", "row_id"]))):
            keys.append(batch["key"].to_numpy())
            file.write_batch(batch.select(schema.names).cast(schema))
    return np.concatenate(keys)


def _alike(parts: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of BATCH_ROWS each, but the last: their places are counted on."""
    rest: list[pa.RecordBatch] = []
    for part in parts:
        batch = pa.concat_batches([*rest, part])
        whole = batch.num_rows - batch.num_rows % BATCH_ROWS
        yield from (batch.slice(start, BATCH_ROWS) for start in range(0, whole, BATCH_ROWS))
        rest = [batch.slice(whole)]
    yield from (last for last in rest if last.num_rows)
