"""Where DuckDB keeps the tables of a run, and how much memory it may take for them.

Tables stand in memory, and what outgrows it is written to a folder. Where a run is told of more
rows than will fit, they stand in a file of that folder from the start: compressed, and without
memory while nobody reads them, for about a third more processor time (decision 0259).
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

import duckdb

#: About how many bytes in memory a byte of Parquet makes.
UNPACK_RATIO: Final = 8
#: DuckDB's part of what it would take of a machine itself (four fifths of its memory): the rest is
#: for arrays, which know no disk.
SHARE: Final = 0.5
#: Bytes of pages that stay in memory between steps.
RESTING: Final = 128 << 20
#: The database that holds the tables.
_DATABASE: Final = "held"
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")


class TableSpace:
    """The place of tables on one connection; without a `folder` all stays in memory.

    Tables are found by their names alone, so that SQL is the same wherever they stand.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
        self._con, self._folder = con, folder
        self._memory = int(_memory_limit(con) * (SHARE if folder else 1.0))
        con.execute(f"SET memory_limit = '{self._memory}B'")
        self._filed = False
        self._hold("':memory:'")

    def expect(self, size: int) -> None:
        """Take a file where `size` bytes of Parquet will not fit; no table stands yet."""
        if self._folder is None or UNPACK_RATIO * size <= self._memory:
            return
        self._con.execute(f"USE memory; DETACH {_DATABASE}")
        # Nobody reads the file after this process, so nothing is written twice.
        self._hold(f"'{self._folder / _DATABASE}.duckdb'", " (RECOVERY_MODE no_wal_writes)")
        self._filed = True

    def reclaim(self) -> None:
        """Let what dropped tables held in the file be written over, and go from its pages.

        DuckDB keeps pages of the file that it has read, up to its limit, until it needs the room
        for itself; it lets go of them where the limit falls.
        """
        if not self._filed:
            return
        self._con.execute(f"CHECKPOINT {_DATABASE}")
        with suppress(duckdb.OutOfMemoryException):  # what is in use stays
            self._con.execute(f"SET memory_limit = '{RESTING}B'")
        self._con.execute(f"SET memory_limit = '{self._memory}B'")

    def _hold(self, where: str, how: str = "") -> None:
        self._con.execute(f"ATTACH {where} AS {_DATABASE}{how}; USE {_DATABASE}")


def _memory_limit(con: duckdb.DuckDBPyConnection) -> int:
    """Bytes that DuckDB would take of this machine, or of what its container has."""
    row = con.execute("SELECT current_setting('memory_limit')").fetchone()
    assert row is not None
    size, unit = str(row[0]).split()
    return int(float(size) * 1024 ** _UNITS.index(unit))
