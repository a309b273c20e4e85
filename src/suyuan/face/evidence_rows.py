"""A row behind a finding or an edge, as faces show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suyuan.face.display import Shown
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


def place(row: Mapping[str, Any], shown: Shown) -> str:
    """``file:line``."""
    return f"{shown.file(row['file'])}:{row['line']}"


def evidence_row(row: Mapping[str, Any], shown: Shown) -> EvidenceRow:
    """A row of ``evidence`` as it is shown."""
    return EvidenceRow(
        place(row, shown),
        row["sha256"][:12],
        shown.words(row["table"]),
        shown.cell(EVIDENCE, row, "key"),
        row["weight"],
        remark(row, shown),
    )


def remark(row: Mapping[str, Any], shown: Shown) -> str:
    """What the row shows, and how many more such rows there are."""
    more = row.get("unlisted") or 0
    return " ".join(
        part for part in (shown.cell(EVIDENCE, row, "note"), f"(+{more})" if more else "") if part
    )
