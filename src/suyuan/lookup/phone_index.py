"""«Was this person's data in it?»: the seized rows of one phone number, masked ones too.

The index is an Arrow file sorted by the seven digits that masking leaves (first three, last four),
in small batches, beside a plain array of those digits: a look-up is one binary search in the mapped
array and the unpacking of one or two batches.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from suyuan.model.errors import InputError
from suyuan.model.text import Text

BATCH_ROWS: Final = 2048
#: The files of an index.
ROWS: Final = "leaked-by-phone.arrow"
KEYS: Final = "leaked-by-phone.npy"
Keys = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PhoneIndex:
    """An index that :mod:`suyuan.lookup.seized_rows` made; opening costs the file's footer once."""

    keys: Keys
    rows: pa.RecordBatchFileReader

    @classmethod
    def open(cls, folder: Path) -> "PhoneIndex":
        """The index in `folder`; raises :class:`InputError` where there is none."""
        if not (folder / KEYS).exists():
            raise InputError(
                Text("There is no index of the seized rows.", "没有查获数据的号码索引。"),
                value=folder,
                hint=Text("Run `suyuan investigate` first.", "请先运行 suyuan investigate。"),
            )
        keys = np.load(folder / KEYS, mmap_mode="r", allow_pickle=False)
        return cls(keys, pa.ipc.open_file(pa.memory_map(str(folder / ROWS))))

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
        rows = pa.Table.from_batches([self.rows.get_batch(number) for number in batches])
        rows = rows.slice(first - batches[0] * BATCH_ROWS, last - first)
        return rows.filter(_fits(rows["phone"], phone))


def _fits(numbers: pa.ChunkedArray, phone: str) -> pa.ChunkedArray:
    """Where every visible digit agrees."""
    pattern = "^" + "".join(f"[{digit}*]" for digit in phone) + "$"
    return pc.match_substring_regex(numbers, pattern)
