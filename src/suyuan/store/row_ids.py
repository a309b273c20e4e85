"""The id of a stored row: its source and its line. Three notations of one rule, and no fourth."""

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:  # questions write ids and import no Ibis
    import ibis.expr.types as ir

#: The id in SQL, over the columns of a stored file.
ROW_ID: Final = "source_key || ':' || line"
_STORED_NAME: Final = re.compile(r"([0-9a-f]{16})(?:-\d{4})?\.parquet")


def source_key(label: str, sha256: str) -> str:
    """The sixteen hex digits that stand for a file (or member) with its content."""
    return hashlib.sha256(f"{label}\0{sha256}".encode()).hexdigest()[:16]


def row_id(rows: "ir.Table") -> "ir.Value":
    """The id in Ibis, over the columns of a stored file."""
    return rows["source_key"] + ":" + rows["line"].cast("string")


def row_ids(rows: pa.Table) -> pa.ChunkedArray:
    """The ids of stored rows in memory."""
    return pc.binary_join_element_wise(
        rows.column("source_key"), rows.column("line").cast(pa.string()), ":"
    )


def source_of_row(id_: str) -> str:
    """The key of the source that a row stands in."""
    return id_.partition(":")[0]


def source_of_file(path: Path) -> str | None:
    """The key of the source that a stored file holds a part of; None where no import named it."""
    match = _STORED_NAME.fullmatch(path.name)
    return match and match[1]
