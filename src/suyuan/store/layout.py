"""Where things lie in the output folder."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


def source_key(file: str, sha256: str) -> str:
    """Sixteen hex digits for one source: the first half of every ``row_id`` of it."""
    return hashlib.sha256(f"{file}\0{sha256}".encode()).hexdigest()[:16]


def records_path(records: Path, table: str, key: str, part: int) -> Path:
    """Where a part of a source lies; a small source has only part 0."""
    return records / table / (f"{key}.parquet" if part == 0 else f"{key}-{part:04}.parquet")


def sides_path(records: Path, key: str, part: int) -> Path:
    return records / "_sides" / f"{key}-{part:04}.parquet"


def quality_path(records: Path, key: str) -> Path:
    return records / "_quality" / f"{key}.parquet"


@dataclass(frozen=True, slots=True)
class Layout:
    """The output folder of a case: canonical rows, results, working files.

    ``generation`` is the folder of results that are being written, or of those of one run; without
    it results are read where the documentation says they are.
    """

    out: Path
    generation: Path | None = None

    @property
    def own(self) -> Path:
        """What suyuan keeps for itself: its mark, lock, seals and generations of results."""
        return self.out / ".suyuan"

    @property
    def results(self) -> Path:
        return self.generation or self.out

    @property
    def records(self) -> Path:
        return self.out / "records"

    @property
    def work(self) -> Path:
        """Of this process alone, so that none removes what another works on."""
        return self.own / f"work-{os.getpid()}"

    @property
    def steps(self) -> Path:
        """What steps wrote, kept for the next run."""
        return self.own / "steps"

    @property
    def report(self) -> Path:
        return self.results / "report.html"

    def parts(self, table: str) -> list[Path]:
        """The Parquet files of a standard table, in a fixed order; drafts are none."""
        return sorted((self.records / table).glob("[!.]*.parquet"))

    def exclusions(self, table: str) -> Path:
        return self.records / "_excluded" / f"{table}.parquet"

    def result(self, table: str) -> Path:
        return self.results / f"{table}.parquet"
