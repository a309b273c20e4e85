"""Rows that stand, out of the engine and into the Parquet of their source.

Arrow's own writer takes a quarter of the time of the engine's, for it is told which columns have
few values; a dictionary for the others is made, found too large, and thrown away.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from suyuan.ingest.batch import PieceBatch
from suyuan.ingest.mapping.profile_match import columns_of
from suyuan.model.columns import ARROW_TYPES

#: Rows of a group, as the engine itself would make it: it reads groups side by side.
_GROUP: Final = 122_880
#: So many rows tell whether a column's values repeat.
_SAMPLE: Final = 4_096


def write(
    load: PieceBatch, staged_rows: pa.Table, column_names: Collection[str], currency: str
) -> None:
    """Write what stands of `staged_rows` to the targets, and the sides of a statement beside them.

    `column_names` are the columns that the source has; the others are null in every row.
    """
    rows = _in_order(_good_rows(staged_rows))
    cuts = np.searchsorted(rows.column("origin").to_numpy(), np.arange(len(load.targets) + 1))
    _put(_columns(load, rows, column_names, currency), cuts, load.targets)
    if load.match.profile.sides and load.match.table.name == "payments":
        sides = {name: rows.column(name) for name in ("line", "outward", "own_balance")}
        table = pa.table({"source_key": _of_origin(load, rows, "key"), **sides})
        _put(table, cuts, [target.with_suffix(".side") for target in load.targets])


def _good_rows(staged_rows: pa.Table) -> pa.Table:
    mask = pc.or_(staged_rows.column("bad"), staged_rows.column("is_footer"))
    return staged_rows.filter(pc.invert(mask)) if pc.any(mask).as_py() else staged_rows


def _in_order(rows: pa.Table) -> pa.Table:
    """By origin and line, as they were read unless something was counted over all of them."""
    origins, lines = rows.column("origin").to_numpy(), rows.column("line").to_numpy()
    steps = np.diff(origins)
    if np.all(steps >= 0) and np.all((steps > 0) | (np.diff(lines) > 0)):
        return rows
    return rows.sort_by([("origin", "ascending"), ("line", "ascending")])


def _columns(
    load: PieceBatch, rows: pa.Table, column_names: Collection[str], currency: str
) -> pa.Table:
    columns = {}
    for column in columns_of(load.match.table):
        kind = ARROW_TYPES[column.type]
        if column.name in column_names:
            values = rows.column(f"v_{column.name}").cast(kind)
        else:
            values = pa.chunked_array([pa.nulls(rows.num_rows, kind)])
        columns[column.name] = values.fill_null(currency) if column.name == "currency" else values
    for name, field in (("file", "file"), ("sha256", "sha256"), ("source_key", "key")):
        columns[name] = _of_origin(load, rows, field)
    return pa.table(columns | {"line": rows.column("line").cast(pa.int64())})


def _of_origin(load: PieceBatch, rows: pa.Table, field: str) -> pa.ChunkedArray:
    """One word for all rows of an origin, written once and not as often as there are rows."""
    words = pa.array([getattr(origin, field) for origin in load.origins], pa.string())
    chunks = [
        pa.DictionaryArray.from_arrays(places.cast(pa.int32()), words)
        for places in rows.column("origin").chunks
    ]
    return pa.chunked_array(chunks, pa.dictionary(pa.int32(), pa.string()))


def _put(rows: pa.Table, cuts: np.ndarray, targets: Sequence[Path]) -> None:
    few = [name for name in rows.column_names if _repeats(rows.column(name))]
    for target, start, stop in zip(targets, cuts, cuts[1:], strict=False):
        part = rows.slice(start, stop - start)
        # Without Arrow's own schema a dictionary is a matter of the file and no type.
        pq.write_table(part, target, _GROUP, use_dictionary=few, store_schema=False)


def _repeats(values: pa.ChunkedArray) -> bool:
    """Whether a dictionary is worth its making."""
    if pa.types.is_dictionary(values.type):
        return True
    sample = values.slice(0, _SAMPLE)
    return not pa.types.is_nested(values.type) and 2 * pc.count_distinct(sample).as_py() < len(
        sample
    )
