"""«Was this person's data in it?»: the seized rows of one phone number, masked ones too.

The index is an Arrow file sorted by the seven digits that masking leaves (first three, last four),
in small batches, beside a plain array of those digits: a look-up is one binary search in the mapped
array and the unpacking of one or two batches.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from suyuan.lookup.masked_numbers import visible
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.engine import Engine

BATCH_ROWS = 2048
COLUMNS = (
    "leaked_id", "exhibit_id", "holder_id", "obtained_at", "name", "phone", "address", "item",
    "amount", "ordered_at", "waybill_id", "row_id", "file", "line", "sha256",
)  # fmt: skip
_ROWS, _KEYS = "leaked-by-phone.arrow", "leaked-by-phone.npy"
Keys = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PhoneIndex:
    """An index made by :func:`build`; opening costs the file's footer once."""

    keys: Keys
    rows: pa.RecordBatchFileReader

    @classmethod
    def open(cls, folder: Path) -> "PhoneIndex":
        """The index in `folder`; raises :class:`InputError` where there is none."""
        if not (folder / _KEYS).exists():
            raise InputError(
                Text("There is no index of the seized rows.", "没有查获数据的号码索引。"),
                value=folder,
                hint=Text("Run `suyuan investigate` first.", "请先运行 suyuan investigate。"),
            )
        keys = np.load(folder / _KEYS, mmap_mode="r", allow_pickle=False)
        return cls(keys, pa.ipc.open_file(pa.memory_map(str(folder / _ROWS))))

    def find(self, phone: str) -> pa.Table:
        """Seized rows whose phone is `phone`, or a masked form that it fits; 11 digits."""
        if len(phone) != 11 or not (phone.isascii() and phone.isdigit()):
            raise InputError(
                Text("A number to look up has 11 digits.", "查询的号码应为11位数字。"),
                hint=Text("Give the number unmasked.", "请不要带掩码。"),
            )
        # Of the keys' own type, or the search would first copy all of them into another.
        key = np.int32(phone[:3] + phone[7:])
        first = int(np.searchsorted(self.keys, key, side="left"))
        last = int(np.searchsorted(self.keys, key, side="right"))
        if first == last:
            return self.rows.schema.empty_table()
        batches = range(first // BATCH_ROWS, (last - 1) // BATCH_ROWS + 1)
        held = pa.Table.from_batches([self.rows.get_batch(number) for number in batches])
        held = held.slice(first - batches[0] * BATCH_ROWS, last - first)
        return held.filter(_fits(held["phone"], phone))


def build(engine: Engine, leaked: ir.Table, folder: Path) -> int:
    """Write the index of `leaked` as `folder`, whole or not at all; the rows that can be found.

    The engine sorts, on disk where memory ends, and rows pass through here a part at a time.
    """
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    try:
        keys = _write(engine, leaked, draft / _ROWS)
        np.save(draft / _KEYS, keys, allow_pickle=False)
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return len(keys)


def _write(engine: Engine, leaked: ir.Table, path: Path) -> Keys:
    """Rows by their visible digits into the Arrow file at `path`; the digits of each."""
    key = visible(leaked["phone"]).try_cast("int32")
    rows = leaked.select(*COLUMNS, key=key).filter(lambda t: t["key"].notnull())
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
        held = pa.concat_batches([*rest, part])
        whole = held.num_rows - held.num_rows % BATCH_ROWS
        yield from (held.slice(start, BATCH_ROWS) for start in range(0, whole, BATCH_ROWS))
        rest = [held.slice(whole)]
    yield from (last for last in rest if last.num_rows)


def _fits(written: pa.ChunkedArray, phone: str) -> pa.ChunkedArray:
    """Where every visible digit agrees."""
    pattern = "^" + "".join(f"[{digit}*]" for digit in phone) + "$"
    return pc.match_substring_regex(written, pattern)
