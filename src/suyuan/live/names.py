"""Whose keys these are: looked up in records that hold the names, under the same secret.

State and journal hold keyed hashes only. Who must be called, and what an investigation reads, needs
names; they come from registers that whoever asks already holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.live.events import EventKind
from suyuan.live.keys import Keyring
from suyuan.model.columns import Type
from suyuan.model.records import RECORDS
from suyuan.store.tables import Tables

#: Kinds of subjects that live events know.
KINDS: Final = frozenset({"phone", "bank_account", "party", "merchant", "software"})
#: Columns of a payment that a key may stand in.
SIDES: Final = ("a", "b", "c")


def keys_of(events: np.ndarray) -> np.ndarray:
    """Every key that `events` hold, once each."""
    keys = np.unique(np.concatenate([events[side] for side in SIDES]))
    return keys[keys != 0]


def names_in(tables: Tables, keyring: Keyring, selection: np.ndarray) -> dict[int, str]:
    """``kind:id`` by key for the keys `selection`, as far as the standard tables name them."""
    names: dict[int, str] = {}
    for subjects in _columns(tables):
        keys = keyring.column(subjects)
        for place in np.flatnonzero(np.isin(keys, selection)).tolist():
            names[int(keys[place])] = subjects[place].as_py()
    return names


def _columns(tables: Tables) -> Iterator[pa.Array]:
    """Subjects of each column that holds some; ids of payments as ``payment:ID``."""
    for table in RECORDS.values():
        if not tables.has(table.name):
            continue
        rows = tables[table.name]
        for column in table:
            if column.kind in KINDS and column.name in rows.columns:
                is_list = column.type is Type.LIST
                value = rows[column.name].unnest() if is_list else rows[column.name]
                yield _subjects(tables, rows.select(name=value), f"{column.kind}:")
        if table.name == "payments":
            yield _subjects(tables, rows.select(name=rows["payment_id"]), "payment:")


def _subjects(tables: Tables, rows: ir.Table, before: str) -> pa.Array:
    rows = rows.filter(rows["name"].notnull()).distinct()
    subjects = tables.engine.fetch(rows.select(subject=before + rows["name"]))
    return subjects["subject"].combine_chunks()


class KeyNames:
    """Names by key; what nobody named is called by its key."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self.known = names

    def __contains__(self, key: int) -> bool:
        return key in self.known

    def subject(self, key: int) -> str | None:
        """``kind:id``, or None where no record names it."""
        return self.known.get(key)

    def column(self, keys: np.ndarray) -> pa.Array:
        """Ids without their kind; ``key-…`` for those without a name, null for nobody."""
        distinct, places = np.unique(keys, return_inverse=True)
        return pa.array([self._id(int(key)) for key in distinct], pa.string()).take(
            pa.array(places)
        )

    def count_nameless(self, keys: Iterable[int]) -> int:
        """How many of `keys` no record names."""
        return sum(key not in self.known for key in keys)

    def _id(self, key: int) -> str | None:
        if not key:
            return None
        return self.known[key].partition(":")[2] if key in self.known else f"key-{key:016x}"


def phones_of(events: np.ndarray, names: KeyNames) -> dict[int, str]:
    """By entity: its phone (``phone:…``), where the log ties one that is named to it.

    Of several the one that was tied last.
    """
    links = events[events["kind"] == EventKind.LINK]
    phones: dict[int, str] = {}
    for subject, entity in zip(links["a"].tolist(), links["b"].tolist(), strict=True):
        name = names.subject(subject)
        if name is not None and name.startswith("phone:"):
            phones[entity] = name
    return phones
