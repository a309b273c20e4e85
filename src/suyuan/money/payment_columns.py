"""Columns of payments as arrays, taken in a part at a time: texts of accounts become numbers."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import Ints, Ints32
from suyuan.money.order import NO_BALANCE

#: What is known of a payment that moved money.
SCHEMA: Final = pa.schema(
    {
        "row_id": pa.string(),
        "payment_id": pa.string(),
        "at": pa.timestamp("us"),
        "payer": pa.string(),
        "payee": pa.string(),
        "amount": pa.int64(),
        "balance_after": pa.int64(),
        "cash": pa.bool_(),
        "fee": pa.bool_(),
    }
)
IDS: Final = ("row_id", "payment_id")
#: Rows whose texts are in memory at once.
PART: Final = 1 << 21
#: Columns by name: an array of numbers, or of ids (Arrow).
Columns = dict[str, Any]


def number_accounts(batches: Iterable[pa.RecordBatch]) -> tuple[pa.Array, Columns]:
    """The accounts of the payments, sorted, and the payments' columns in the order given.

    Columns ``payer`` and ``payee`` are numbers of accounts, ``after`` is ``balance_after`` or
    ``NO_BALANCE``. Without the ids the columns that have them are null.
    """
    parts = [_part(rows) for rows in _parts(batches)]
    names = pa.chunked_array([part.pop("names") for part in parts], pa.string())
    accounts = pc.unique(names)
    accounts = accounts.take(pc.sort_indices(accounts))
    numbers = find(names, accounts)
    start = 0
    for part in parts:
        stop = start + part.pop("size")
        here = np.append(numbers[start:stop], np.int32(-1))  # a null has the last number
        part["payer"], part["payee"] = here[part["payer"]], here[part["payee"]]
        start = stop
    columns = list(parts[0]) if parts else []
    return accounts, {name: join_parts([part.pop(name) for part in parts]) for name in columns}


def _parts(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows in tables of about :data:`PART` rows; at least one, if without rows."""
    collection: list[pa.RecordBatch] = []
    rows, empty = 0, True
    for batch in batches:
        collection.append(batch)
        rows += batch.num_rows
        if rows >= PART:
            yield pa.Table.from_batches(collection)
            collection, rows, empty = [], 0, False
    if collection or empty:
        yield pa.Table.from_batches(collection, None if collection else SCHEMA)


def _part(rows: pa.Table) -> Columns:
    """Columns of some payments; their accounts are numbers into `names`, of which are `size`."""
    texts = pa.chunked_array([*rows["payer"].chunks, *rows["payee"].chunks], pa.string())
    codes = texts.dictionary_encode().combine_chunks()
    numbers = np.asarray(codes.indices.fill_null(-1), dtype=np.int32)
    ids = {name: _ids(rows, name) for name in IDS}
    return {
        "names": codes.dictionary,
        "size": len(codes.dictionary),
        **ids,
        "at": instants(rows["at"]),
        "payer": numbers[: rows.num_rows],
        "payee": numbers[rows.num_rows :],
        "amount": np.asarray(rows["amount"], dtype=np.int64),
        "after": np.asarray(pc.fill_null(rows["balance_after"], NO_BALANCE), dtype=np.int64),
        "cash": np.asarray(rows["cash"], dtype=np.bool_),
        "fee": np.asarray(rows["fee"], dtype=np.bool_),
    }


def _ids(rows: pa.Table, name: str) -> pa.Array:
    if name not in rows.column_names:
        return pa.nulls(rows.num_rows, pa.string())
    return rows[name].combine_chunks()


def join_parts(parts: list[Any]) -> Any:  # columns of any type, and one of the same
    if isinstance(parts[0], pa.Array):
        return pa.concat_arrays(parts)
    return np.concatenate(parts)


def instants(times: pa.Array | pa.ChunkedArray) -> Ints:
    """Microseconds since 1970 of a time column."""
    return np.asarray(times.cast(pa.timestamp("us")).cast(pa.int64()), dtype=np.int64)


def find(names: pa.Array | pa.ChunkedArray, among: pa.Array) -> Ints32:
    """Where each name stands (first) in `among`, else -1; null stands nowhere."""
    if len(among) > len(names):  # the smaller side is hashed: a hash of texts is large
        return _find_by_names(names, among)
    return _places(names, among)


def _places(names: pa.Array | pa.ChunkedArray, among: pa.Array) -> Ints32:
    places = pc.fill_null(pc.index_in(names, value_set=among, skip_nulls=True), -1)
    return np.array(places, dtype=np.int32)


def _find_by_names(names: pa.Array | pa.ChunkedArray, among: pa.Array) -> Ints32:
    distinct_names = pc.drop_null(pc.unique(names))
    code = _places(among, distinct_names)
    rows = np.flatnonzero(code >= 0)[::-1]
    first = np.full(len(distinct_names) + 1, -1, np.int32)
    first[code[rows]] = rows  # of several the last one written stands: the first row
    return first[_places(names, distinct_names)]
