"""Rows that stand elsewhere already: struck out, never deleted."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.columns import Table
from suyuan.store.drafts import draft_of
from suyuan.store.row_ids import ROW_ID, source_of_file

EXCLUSION_SCHEMA = pa.schema([("row_id", pa.string()), ("reason", pa.string())])
DUPLICATE = "duplicate"


def find_duplicates(con: duckdb.DuckDBPyConnection, table: Table, files: list[Path]) -> pa.Table:
    """Rows of `table` with the content of an earlier row, as (row_id, reason, file).

    With a key: the same key with the same content. Without: the same content in another file
    (two exports that overlap); within one file such rows are held to be two events.
    """
    names = [str(path) for path in files]
    content = ", ".join(f'"{column}"' for column in table.names)
    order = "ORDER BY file, source_key, line"
    if table.key:
        key = ", ".join(f'"{column}"' for column in table.key)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM read_parquet($names) "
            f"GROUP BY {key} HAVING count(*) > 1",
            {"names": names},
        )
        rows = f"SELECT * FROM read_parquet($names) SEMI JOIN repeated USING ({key})"
        later = f"row_number() OVER (PARTITION BY {content} {order}) > 1"
    else:
        if sources_of(files) < 2:
            return EXCLUSION_SCHEMA.append(pa.field("file", pa.string())).empty_table()
        # Eight bytes for a row find the few that may be equal; their content then decides.
        content_hash = f"hash({content})"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {content_hash} AS h "
            f"FROM read_parquet($names) GROUP BY h HAVING min(source_key) <> max(source_key)",
            {"names": names},
        )
        rows = (
            f"SELECT * FROM (SELECT *, {content_hash} AS h FROM read_parquet($names)) "
            "SEMI JOIN repeated USING (h)"
        )
        later = f"first_value(source_key) OVER (PARTITION BY {content} {order}) <> source_key"
    return con.execute(
        f"SELECT {ROW_ID} AS row_id, '{DUPLICATE}' AS reason, file "
        f"FROM ({rows}) QUALIFY {later} ORDER BY file, line",
        {"names": names},
    ).to_arrow_table()


def sources_of(files: Iterable[Path]) -> int:
    """How many sources the Parquet `files` are of; a large source has several."""
    return len({source_of_file(path) for path in files})


def write_excluded(target: Path, exclusions: pa.Table) -> None:
    """Put a list of struck-out rows in place, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = exclusions.select(EXCLUSION_SCHEMA.names).cast(EXCLUSION_SCHEMA)
    with draft_of(target) as draft:
        pq.write_table(rows, draft)
