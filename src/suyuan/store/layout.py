"""Where things lie in the output folder: every name, once."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_EXCLUSION_FOLDER: Final = "_excluded"


def records_path(records: Path, table: str, key: str, part: int) -> Path:
    """Where a part of a source lies; a small source has only part 0."""
    return records / table / (f"{key}.parquet" if part == 0 else f"{key}-{part:04}.parquet")


def sides_path(records: Path, key: str, part: int) -> Path:
    """Beside the rows of a statement: which way each went, and the own balance."""
    return records / "_sides" / f"{key}-{part:04}.parquet"


def quality_path(records: Path, key: str) -> Path:
    """What was wrong with the cells of one source."""
    return records / "_quality" / f"{key}.parquet"


def whole_path(records: Path, path: Path) -> Path:
    """Where the stored file `path` lies as it was read, where some of its rows were taken out."""
    return records / "_whole" / path.name


def exclusion_table(path: Path) -> str | None:
    """The table whose struck-out rows a file of ``records/`` lists; None where it is no list."""
    return path.stem if path.parent.name == _EXCLUSION_FOLDER else None


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
    def parse_manifest(self) -> Path:
        """What import notes of the files that it read."""
        return self.records / "manifest.json"

    @property
    def ledger(self) -> Path:
        """Who saw what, and which decisions were obeyed."""
        return self.out / "ledger.sqlite"

    @property
    def identifiers(self) -> Path:
        """The index of all identifiers."""
        return self.out / "who"

    @property
    def workbench(self) -> Path:
        """What the workbench keeps beside the results: files that wait, boards of a dossier."""
        return self.out / "workbench"

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
        """The list of struck-out rows of a standard table."""
        return self.records / _EXCLUSION_FOLDER / f"{table}.parquet"

    def whole_files(self) -> list[Path]:
        """Files as they were read, of which rows were taken out (:func:`whole_path`)."""
        return sorted(whole_path(self.records, self.records).parent.glob("[!.]*.parquet"))

    def stored_files(self) -> list[Path]:
        """All Parquet files under ``records/``, in a fixed order; drafts are none."""
        return sorted(self.records.glob("[!.]*/[!.]*.parquet"))

    def seized_index(self, state: str) -> Path:
        """The index over seized rows in this `state`."""
        return self.out / "index" / f"seized-{state}"

    def result(self, table: str) -> Path:
        return self.results / f"{table}.parquet"
