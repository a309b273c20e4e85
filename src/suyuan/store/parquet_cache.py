"""Parquet files in memory: each is read once a process, and anew when it was written again."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

#: What a file was when it was read: its inode, when it was written (ns), how many bytes it has.
Stamp = tuple[int, int, int]
#: Bytes of tables that are held; the table asked for longest ago is given up first.
BUDGET: Final = 1 << 30


def stamp(path: Path) -> Stamp:
    """The stamp of `path`; :class:`FileNotFoundError` where there is no such file."""
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


class ParquetCache:
    """Tables by path; threads may share one. A table larger than `budget` is not held."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._lock = Lock()
        self._tables: OrderedDict[Path, tuple[Stamp, pa.Table]] = OrderedDict()
        #: How many files were read so far.
        self.reads = 0

    def read(self, path: Path) -> pa.Table:
        path = path.absolute()
        now = stamp(path)
        with self._lock:
            entry = self._tables.get(path)
            if entry is not None and entry[0] == now:
                self._tables.move_to_end(path)
                return entry[1]
            table = pq.ParquetFile(path).read()  # read_table would import pandas first
            self.reads += 1
            self._hold(path, now, table)
            return table

    def _hold(self, path: Path, now: Stamp, table: pa.Table) -> None:
        self._tables.pop(path, None)
        if table.nbytes > self._budget:
            return
        self._tables[path] = (now, table)
        while sum(kept_table.nbytes for _, kept_table in self._tables.values()) > self._budget:
            self._tables.popitem(last=False)


#: The one that all results of this process share.
SHARED_CACHE: Final = ParquetCache()
