"""Plain columns that anybody would try first, for each role; made from the case alone.

Each function returns the candidates (subjects) and named columns; ``nan`` where not measurable.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Columns:
    """Candidates and what one sees of each; ``accidents`` are place in the file and decimals."""

    subjects: list[str]
    values: dict[str, np.ndarray]
    accidents: dict[str, np.ndarray] = field(default_factory=dict)


class CaseTables:
    """The case's tables, each read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self.known:
            self.known[name] = pq.read_table(self.folder / f"{name}.parquet")
        return self.known[name]


def codes(*columns: pa.ChunkedArray) -> tuple[list[np.ndarray], list[str]]:
    """Text columns as numbers into one list of words; null is -1."""
    whole = pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    encoding = pc.dictionary_encode(whole).combine_chunks()
    if isinstance(encoding, pa.ChunkedArray):
        encoding = encoding.chunk(0)
    every = pc.fill_null(encoding.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    cuts = np.cumsum([len(c) for c in columns])[:-1]
    return np.split(every, cuts), encoding.dictionary.to_pylist()


def numbers(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    cells: np.ndarray = pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy()
    return cells


class By:
    """Sums, means and counts by a group of rows."""

    def __init__(self, group: np.ndarray, n: int) -> None:
        self.rows = np.flatnonzero(group >= 0)
        self.group, self.n = group[self.rows], n

    def count(self) -> np.ndarray:
        return np.bincount(self.group, minlength=self.n).astype(float)

    def total(self, values: np.ndarray) -> np.ndarray:
        v = np.nan_to_num(values[self.rows].astype(float))
        return np.bincount(self.group, v, minlength=self.n)

    def mean(self, values: np.ndarray) -> np.ndarray:
        v = values[self.rows].astype(float)
        finite = np.isfinite(v)
        many = np.bincount(self.group[finite], minlength=self.n)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.bincount(self.group[finite], v[finite], minlength=self.n) / many

    def distinct(self, values: np.ndarray) -> np.ndarray:
        v = values[self.rows].astype(np.int64)
        present = v >= 0
        pairs = np.unique(np.stack([self.group[present], v[present]], 1), axis=0)
        return np.bincount(pairs[:, 0], minlength=self.n).astype(float)

    def extreme(self, values: np.ndarray, *, low: bool) -> np.ndarray:
        extremes = np.full(self.n, np.inf if low else -np.inf)
        (np.minimum if low else np.maximum).at(
            extremes, self.group, values[self.rows].astype(float)
        )
        return np.where(np.isfinite(extremes), extremes, np.nan)


def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return a / b


Maker = Callable[[CaseTables], Columns]
