"""An index of a whole payments table: made once, kept on disk, mapped into memory afterwards.

36 bytes a payment: time and amount (8 each), payer and payee as numbers, the row it came from,
and two orders, by payer and by payee (4 each), in which an account's payments stand together.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from suyuan.money.arrays import Ints, Ints32
from suyuan.store.drafts import write_text

COLUMNS: Final = ("payer", "payee", "amount", "at")
_NAMES: Final = "accounts.arrow"
_KEY: Final = "key.json"
#: Payments to a bucket when they are sorted by time; within a bucket they are sorted in place.
_BUCKET: Final = 8


@dataclass(frozen=True, slots=True)
class PaymentIndex:
    """Payments in time order, and for each account which of them it made and got.

    ``by_payer[payer_start[a]:payer_start[a + 1]]`` are the payments of account `a`, in time order;
    the same for payees. `row` is where a payment stood in the table that was read.
    """

    accounts: pa.Array
    at: Ints
    payer: Ints32
    payee: Ints32
    amount: Ints
    row: Ints32
    by_payer: Ints32
    by_payee: Ints32
    payer_start: Ints
    payee_start: Ints

    @property
    def bytes_each(self) -> float:
        """Bytes a payment, account names left out."""
        return sum(array.nbytes for _, array in self._arrays()) / max(self.at.size, 1)

    def save(self, folder: Path, key: str) -> None:
        """Write the arrays into `folder`; `key` (a hash of the content) goes in last."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in self._arrays():
            np.save(folder / f"{name}.npy", array)
        table = pa.table({"account": self.accounts})
        with (
            pa.OSFile(str(folder / _NAMES), "wb") as sink,
            pa.ipc.new_file(sink, table.schema) as out,
        ):
            out.write_table(table)
        write_text(folder / _KEY, json.dumps({"key": key}))

    @classmethod
    def open(cls, folder: Path, key: str) -> Self | None:
        """The index of that content, mapped and not read; None where there is none."""
        key_file = folder / _KEY
        if not key_file.is_file() or json.loads(key_file.read_text()) != {"key": key}:
            return None
        with pa.memory_map(str(folder / _NAMES)) as source:
            names = pa.ipc.open_file(source).read_all()["account"].combine_chunks()
        arrays = {
            field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r")
            for field in fields(cls)
            if field.name != "accounts"
        }
        return cls(accounts=names, **arrays)

    def _arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        for field in fields(self):
            if field.name != "accounts":
                yield field.name, getattr(self, field.name)


def build(payments: pa.Table) -> PaymentIndex:
    """Index the columns :data:`COLUMNS` of a table (text, text, int64 fen, timestamp)."""
    with ThreadPoolExecutor(2) as threads:
        payer, payee = threads.map(_encode, (payments["payer"], payments["payee"]))
    accounts, renumber = _together(payer[0], payee[0])
    at = np.asarray(pc.cast(payments["at"], pa.timestamp("us")).cast(pa.int64()))
    order = time_order(at, int(at.min(initial=0)), int(at.max(initial=0)))
    size = len(accounts)
    payers, payees = payer[1][order], renumber[payee[1]][order]
    with ThreadPoolExecutor(2) as threads:
        outgoing_rows, incoming_rows = threads.map(
            lambda codes: group_rows(codes, size), (payers, payees)
        )
    amount = np.asarray(payments["amount"])
    return PaymentIndex(
        accounts,
        at[order],
        payers,
        payees,
        amount[order],
        order,
        outgoing_rows[0],
        incoming_rows[0],
        outgoing_rows[1],
        incoming_rows[1],
    )


def _encode(names: pa.ChunkedArray) -> tuple[pa.Array, Ints32]:
    """Distinct names, and each row's number among them."""
    codes_of_names = pc.dictionary_encode(names)
    if codes_of_names.num_chunks == 0:
        return pa.array([], pa.string()), np.empty(0, np.int32)
    codes = [np.asarray(chunk.indices, dtype=np.int32) for chunk in codes_of_names.chunks]
    return codes_of_names.chunk(codes_of_names.num_chunks - 1).dictionary, np.concatenate(codes)


def _together(payers: pa.Array, payees: pa.Array) -> tuple[pa.Array, Ints32]:
    """All names, payers first, and the number among them of each payee."""
    places = pc.index_in(payees, value_set=payers)
    new = pc.is_null(places)
    new_names = payees.filter(new)
    renumber = np.array(pc.fill_null(places, -1), dtype=np.int32)
    fresh = np.asarray(new, dtype=np.bool_)
    renumber[fresh] = np.arange(len(payers), len(payers) + len(new_names), dtype=np.int32)
    return pa.concat_arrays([payers, new_names.cast(payers.type)]), renumber


@njit(cache=True, nogil=True)
def time_order(at: Ints, first: int, last: int) -> Ints32:
    """A stable order by time: a counting sort into buckets of equal span, then within each."""
    size = at.size
    out = np.empty(size, np.int32)
    in_order = True
    for i in range(1, size):
        if at[i] < at[i - 1]:
            in_order = False
            break
    if in_order:
        for i in range(size):
            out[i] = i
        return out
    buckets = size // _BUCKET + 1
    width = (last - first) // buckets + 1
    start = np.zeros(buckets + 1, np.int32)
    for i in range(size):
        start[(at[i] - first) // width + 1] += 1
    for b in range(buckets):
        start[b + 1] += start[b]
    free = start[:-1].copy()
    for i in range(size):
        b = (at[i] - first) // width
        out[free[b]] = i
        free[b] += 1
    for b in range(buckets):
        _sort(at, out, start[b], start[b + 1])
    return out


@njit(cache=True, nogil=True)
def _sort(at: Ints, out: Ints32, low: int, high: int) -> None:
    """Sort out[low:high] by time, stably; by insertion where it is short."""
    if high - low > 64:
        part = out[low:high].copy()
        out[low:high] = part[np.argsort(at[part], kind="mergesort")]
        return
    for i in range(low + 1, high):
        entry = out[i]
        j = i
        while j > low and at[out[j - 1]] > at[entry]:
            out[j] = out[j - 1]
            j -= 1
        out[j] = entry


@njit(cache=True, nogil=True)
def group_rows(codes: Ints32, size: int) -> tuple[Ints32, Ints]:
    """Rows by code, each code's rows in their order, and where each code's rows start."""
    start = np.zeros(size + 1, np.int64)
    for code in codes:
        start[code + 1] += 1
    for code in range(size):
        start[code + 1] += start[code]
    free = start[:-1].copy()
    out = np.empty(codes.size, np.int32)
    for i in range(codes.size):
        out[free[codes[i]]] = i
        free[codes[i]] += 1
    return out, start
