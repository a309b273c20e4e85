"""Where things lie in the output folder."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


def source_key(file: str, sha256: str) -> str:
    """Sixteen hex digits for one source: the first half of every ``row_id`` of it."""
    return hashlib.sha256(f"{file}\0{sha256}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Layout:
    """The output folder of a case: canonical rows, results, working files."""

    out: Path

    @property
    def records(self) -> Path:
        return self.out / "records"

    @property
    def work(self) -> Path:
        return self.out / "work"

    @property
    def report(self) -> Path:
        return self.out / "report.html"

    def parts(self, table: str) -> list[Path]:
        """The Parquet files of a standard table, in a fixed order."""
        return sorted((self.records / table).glob("*.parquet"))

    def excluded(self, table: str) -> Path:
        return self.records / "_excluded" / f"{table}.parquet"

    def result(self, table: str) -> Path:
        return self.out / f"{table}.parquet"
