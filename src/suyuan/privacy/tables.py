"""A whole result table as it may leave: cells masked, rows in an order that gives nothing away."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.columns import Table
from suyuan.model.privacy import Privacy
from suyuan.privacy.masking import Masking

#: Classes whose cells depend on other cells of their row.
_BY_ROW = frozenset({Privacy.SENTENCE, Privacy.NOTE, Privacy.ROW_KEY})
#: Classes by whose values rows must not stand.
_SENSITIVE = frozenset(
    {
        *(Privacy.IDENTIFIER, Privacy.NAME, Privacy.ADDRESS, Privacy.FREE, Privacy.CELL),
        *(Privacy.SUBJECT, Privacy.MENTION, Privacy.ROW_KEY, Privacy.NOTE, Privacy.SENTENCE),
        *(Privacy.KEYED, Privacy.FILE),
    }
)


def mask_table(rows: pa.Table, table: Table, masking: Masking) -> pa.Table:
    """`rows` of `table` as text columns that may leave; figures and times keep their types.

    Nulls stay nulls. Rows stand by the table's own order, where that names people by keyed ranks.
    """
    if masking.full:
        return rows
    sorted_rows = rows.take(_order(rows, table, masking)) if rows.num_rows else rows
    columns = [_column(sorted_rows, table, name, masking) for name in sorted_rows.column_names]
    return pa.table(columns, sorted_rows.column_names)


def _order(rows: pa.Table, table: Table, masking: Masking) -> pa.Array:
    keys = {}
    by = []
    for place, (name, direction) in enumerate(table.sort_keys):
        sensitive = table.column(name).privacy_class in _SENSITIVE
        ranks = _mask_values(rows[name], masking.rank) if sensitive else rows[name]
        keys[str(place)] = ranks
        by.append((str(place), direction))
    return pc.sort_indices(pa.table(keys), by)


def _column(
    rows: pa.Table, table: Table, name: str, masking: Masking
) -> pa.Array | pa.ChunkedArray:
    column = table.column(name)
    text = pa.types.is_string(rows[name].type) or pa.types.is_list(rows[name].type)
    if not text:
        return rows[name]
    if column.privacy_class in _BY_ROW:
        return pa.array([_cell(masking, table, row, name) for row in rows.to_pylist()], pa.string())
    if pa.types.is_list(rows[name].type):
        cells = [_cell(masking, table, {name: v}, name) for v in rows[name].to_pylist()]
        return pa.array(cells, pa.string())
    return _mask_values(rows[name], lambda value: masking.cell(table, {name: value}, name))


def _cell(masking: Masking, table: Table, row: Mapping[str, Any], name: str) -> str | None:
    return None if row[name] is None else masking.cell(table, row, name)


def _mask_values(column: pa.ChunkedArray, mask: Any) -> pa.Array:
    """`mask` of each distinct value once."""
    if not pa.types.is_string(column.type):
        return pa.array([None if v is None else mask(str(v)) for v in column.to_pylist()])
    codes = column.combine_chunks().dictionary_encode()
    words = [mask(value) for value in codes.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(codes.indices)
