"""What is being stored together, and what became of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa

from suyuan.ingest.cleaning.cells import Cleaning
from suyuan.ingest.formats.pieces import Piece
from suyuan.ingest.mapping.expressions import Mapped
from suyuan.ingest.mapping.matching import Match
from suyuan.model.columns import Column
from suyuan.model.results import QUALITY

_NO_QUALITY: Final = QUALITY.empty()


@dataclass(frozen=True, slots=True)
class Origin:
    """What a row says of where it came from; `own` is the account that a statement is of."""

    file: str
    sha256: str
    key: str
    own: str | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """How the case wants cells read."""

    zone: str
    currency: str


@dataclass(slots=True)
class Outcome:
    """What became of a piece."""

    read: int = 0
    kept: int = 0
    repaired: int = 0
    quarantined: int = 0
    quality: pa.Table = field(default_factory=lambda: _NO_QUALITY)

    def add(self, other: "Outcome") -> None:
        self.read += other.read
        self.kept += other.kept
        self.repaired += other.repaired
        self.quarantined += other.quarantined
        if other.quality.num_rows:
            self.quality = pa.concat_tables([self.quality, other.quality])


@dataclass(frozen=True, slots=True)
class Load:
    """Pieces that are alike, of one match: for each its origin, and where its rows go."""

    match: Match
    pieces: list[Piece]
    origins: list[Origin]
    targets: list[Path]

    @property
    def alone(self) -> bool:
        return len(self.pieces) == 1


@dataclass(frozen=True, slots=True)
class Filled:
    """One of our columns as it is staged."""

    column: Column
    mapped: Mapped
    clean: Cleaning

    @property
    def name(self) -> str:
        return self.column.name
