"""Standard tables from a few row dictionaries, as a test would write them down."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from suyuan.model.records import RECORDS
from suyuan.store.engine import Engine
from suyuan.store.tables import Tables, stored_schema

ZONE = "Asia/Shanghai"


def given(engine: Engine, **tables: Sequence[Mapping[str, Any]]) -> Tables:
    """Tables of a run; columns left out are null, times may be ISO text, money is fen."""
    made = Tables(engine, zone=ZONE)
    for name, rows in tables.items():
        made.put(name, rows_of(name, rows))
    return made


def rows_of(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of a declared table, with provenance of an invented file where it is a standard one."""
    schema = stored_schema(name)
    filled = []
    for line, row in enumerate(rows, start=2):
        unknown = set(row) - set(schema.names)
        if unknown:
            raise KeyError(f"{name} has no {sorted(unknown)}")
        origin = {"file": f"{name}.csv", "sha256": "0" * 64, "line": line}
        base = origin | {"row_id": f"{name}:{line}"} if name in RECORDS else {}
        filled.append(base | {k: _value(v, schema.field(k).type) for k, v in row.items()})
    return pa.Table.from_pylist(filled, schema=schema)


def _value(value: Any, type_: pa.DataType) -> Any:
    if isinstance(value, str) and pa.types.is_timestamp(type_):
        return datetime.fromisoformat(value)
    return value
