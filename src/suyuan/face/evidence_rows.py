"""A row behind a finding or an edge, as faces show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suyuan.face.display import Display
from suyuan.model.results import EVIDENCE


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Where the row stands (``file:line``), the hash of its file, and what it shows."""

    place: str
    sha: str
    table: str
    key: str
    share: float
    note: str


def place(row: Mapping[str, Any], display: Display) -> str:
    """``file:line``."""
    return f"{display.file(row['file'])}:{row['line']}"


def evidence_row(row: Mapping[str, Any], display: Display) -> EvidenceRow:
    """A row of ``evidence`` as it is shown."""
    return EvidenceRow(
        place(row, display),
        row["sha256"][:12],
        display.words(row["table"]),
        display.cell(EVIDENCE, row, "key"),
        row["weight"],
        remark(row, display),
    )


def remark(row: Mapping[str, Any], display: Display) -> str:
    """What the row shows, and how many more such rows there are."""
    more = row.get("unlisted") or 0
    return " ".join(
        part for part in (display.cell(EVIDENCE, row, "note"), f"(+{more})" if more else "") if part
    )
